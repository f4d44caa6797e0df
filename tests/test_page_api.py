"""The page as scripts and assistants meet it: the real app over HTTP."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
import runpy
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import films
import pytest
from conftest import ROOT
from hub_client import settings
from loopback_hub import Repo
from page_app import PROCESSING_SOFTWARE, connect, serving
from pictures import lab, mean_chroma
from PIL import Image, ImageDraw

from colorgan.ui.texts import ENGLISH


class TestApi:
    def test_the_script_of_the_readme_runs(self, url, small_photo, portrait, tmp_path, monkeypatch):
        blocks = (ROOT / "README.md").read_text().split("```python\n")
        (code,) = (block.split("```")[0] for block in blocks if "from gradio_client" in block)
        code = code.replace('"http://127.0.0.1:7860"', f"{url!r}, download_files={str(tmp_path)!r}")
        (tmp_path / "old.jpg").write_bytes(small_photo.read_bytes())
        (tmp_path / "aunt.jpg").write_bytes(portrait.read_bytes())
        film = films.write(tmp_path / "old.mp4", codec="libx264", count=4, sound=True)
        monkeypatch.chdir(tmp_path)
        found = {}
        exec(code, found)
        for name in ("photo", "left", "right"):
            assert Image.open(found[name]).size == (400, 300)
        assert Path(found["photos"]).suffix == ".zip" and Path(found["table"]).suffix == ".csv"
        assert films.heard(Path(found["film"])) == films.heard(film)

    def test_a_photo_is_coloured(self, url, small_photo, tmp_path):
        client = connect(url, tmp_path)
        file, previews, caption, _, restored = client.predict(
            photo(small_photo), "custom", 1.0, 256, api_name="/colorize"
        )
        assert Path(file).name == "harbour day in colour.jpg"
        assert mean_chroma(Image.open(file)) > 3
        assert mean_chroma(Image.open(previews["before"])) < 1
        assert "by custom" in caption
        assert restored is None

    def test_a_colour_is_corrected(self, url, small_photo, tmp_path):
        client = connect(url, tmp_path)
        hint = {"points": [[0.42, 0.42]], "want": {"ab": [10, -30]}}
        hints = json.dumps({"version": 1, "shape": [800, 600], "hints": [hint]})
        asked = {"model": "custom", "hints": hints, "api_name": "/colorize"}
        file, *_ = client.predict(photo(small_photo), **asked)
        made = lab(Image.open(file))[126 - 1 : 126 + 2, 168 - 1 : 168 + 2].mean((0, 1))
        assert made[1:] == pytest.approx([10, -30], abs=4)

    @pytest.mark.parametrize(
        ("hints", "words"),
        [
            ("red", "hints is no JSON: line 1"),
            ('{"version": 1, "hints": [{}]}', r"hints\[0\].points"),
            ('{"version": 1, "shape": [9, 99], "hints": []}', "made for a photo of 9 x 99"),
        ],
    )
    def test_hints_that_make_no_sense_are_told_in_a_sentence(
        self, url, small_photo, tmp_path, hints, words
    ):
        from gradio_client.exceptions import AppError

        with pytest.raises(AppError, match=words):
            connect(url, tmp_path).predict(photo(small_photo), hints=hints, api_name="/colorize")

    def test_colours_come_from_other_photos_and_hints_go_on_top(
        self, url, small_photo, photos, tmp_path
    ):
        client, like = connect(url, tmp_path), tmp_path / "blue cup.png"
        Image.fromarray(photos["coffee"][..., ::-1]).resize((400, 300)).save(like)
        hint = {"points": [[0.42, 0.42]], "want": {"ab": [10, 30]}}
        hints = json.dumps({"version": 1, "hints": [hint]})
        asked = {"model": "custom", "hints": hints, "api_name": "/colorize"}
        made = []
        for strength in (1.0, 0.0):
            file, _, caption, *_ = client.predict(
                photo(small_photo), references=[photo(like)], reference_strength=strength, **asked
            )
            assert ("found its like in the colour photo" in caption) == (strength > 0)
            made.append(lab(Image.open(file)))
        assert made[0][..., 2].mean() < made[1][..., 2].mean() - 5
        place = made[0][126 - 1 : 126 + 2, 168 - 1 : 168 + 2].mean((0, 1))
        assert place[1:] == pytest.approx([10, 30], abs=4)

    @pytest.mark.parametrize(
        ("count", "strength", "words"),
        [
            (1, 1.0, "is grey: it has no colours to give"),
            (1, 2.0, "must be between 0 and 1"),
            (5, 1.0, "from 4 photos at most"),
        ],
    )
    def test_references_that_are_no_use_are_told_in_a_sentence(
        self, url, small_photo, tmp_path, count, strength, words
    ):
        from gradio_client.exceptions import AppError

        asked = {"references": [photo(small_photo)] * count, "reference_strength": strength}
        with pytest.raises(AppError, match=words):
            connect(url, tmp_path).predict(photo(small_photo), **asked, api_name="/colorize")

    def test_a_photo_is_restored_without_colours(self, url, small_photo, tmp_path):
        client = connect(url, tmp_path)
        file, previews, caption = client.predict(photo(small_photo), 0.8, api_name="/restore")
        assert Path(file).name == "harbour day restored.jpg"
        assert mean_chroma(Image.open(file)) < 1
        assert Image.open(previews["after"]).size == (400, 300)
        assert "Restored by restore" in caption and "guess" not in caption

    @pytest.mark.parametrize("ask", ["/colorize", "/restore"])
    def test_what_is_missing_is_filled_where_that_is_asked(self, url, small_photo, tmp_path, ask):
        client, torn = connect(url, tmp_path), Image.open(small_photo).convert("L")
        ImageDraw.Draw(torn).ellipse([100, 160, 150, 200], fill=255)
        torn.save(tmp_path / "torn.png")
        for fill in (False, True):
            found = client.predict(photo(tmp_path / "torn.png"), fill=fill, api_name=ask)
            made = Image.open(found[0])
            assert (lab(made)[180, 125, 0] < 85) == fill
            assert ("What was missing is filled." in made.getexif()[PROCESSING_SOFTWARE]) == fill
            assert ("1 part was missing" in found[2]) == fill, "in the caption"

    def test_models_are_compared(self, url, small_photo, tmp_path):
        client = connect(url, tmp_path)
        files = client.predict(photo(small_photo), 0.5, 128, api_name="/compare")
        assert [Image.open(file).size for file in files[:2]] == [(400, 300)] * 2
        assert [Image.open(file["file"]).size for file in files[3:6]] == [(400, 300)] * 3

    def test_any_two_models_are_compared(self, url, small_photo, tmp_path):
        client = connect(url, tmp_path)
        sides = {"left": "custom", "right": "custom"}
        files = client.predict(photo(small_photo), **sides, api_name="/compare")
        assert Path(files[0]).read_bytes() == Path(files[1]).read_bytes()
        alts = [ENGLISH.compared_alt.format(name="Custom")] * 2  # by either, not as the page began
        assert [picture["alt"] for picture in files[4:6]] == alts

    def test_what_is_no_photo_is_told_in_a_sentence(self, url, tmp_path):
        from gradio_client.exceptions import AppError

        bad = tmp_path / "letter.jpg"
        bad.write_text("Dear grandmother, ...")
        with pytest.raises(AppError, match=r"^letter\.jpg is not a photo that can be read"):
            connect(url, tmp_path).predict(photo(bad), api_name="/colorize")


@pytest.fixture(scope="module")
def hub_url(server, small_model, tmp_path_factory):
    """The address of another app, with models of the Hub and with tools for assistants."""
    files = {path.name: path.read_bytes() for path in small_model.iterdir()}
    for name, tag in (("me/first", "v1.0"), ("me/second", "2026")):
        server.repos[name] = Repo()
        server.repos[name].refs[tag] = server.commit(name, files)
    folder = tmp_path_factory.mktemp("app of the Hub")
    own = settings(server, folder / "cache") | {"COLORGAN_MCP": "1"}
    own |= {"COLORGAN_CUSTOM": "me/first@v1.0", "COLORGAN_PRETRAINED": "me/second@2026"}
    with serving(folder, own) as address:
        yield address


class TestAppOfTheHub:
    def test_its_models_are_compared_and_their_revisions_told(
        self, hub_url, server, small_photo, tmp_path
    ):
        client = connect(hub_url, tmp_path)
        caption = client.predict(photo(small_photo), 1.0, 128, api_name="/compare")[-1]
        for name in ("me/first", "me/second"):
            assert name in caption and server.repos[name].refs["main"][:12] in caption

    def test_assistants_find_the_work_as_tools(self, hub_url, small_photo, portrait):
        data = base64.b64encode(small_photo.read_bytes()).decode()
        like = base64.b64encode(portrait.read_bytes()).decode()
        asked = ask_as_an_assistant(
            hub_url,
            "colorize",
            photo=f"data:image/jpeg;base64,{data}",
            references=[f"data:image/jpeg;base64,{like}"],
        )
        with ThreadPoolExecutor(1) as pool:  # Playwright has a loop in this thread
            tools, answer = pool.submit(asyncio.run, asked).result()
        assert {tool.name for tool in tools} == {"colorize", "restore", "compare", "album", "video"}
        for tool in tools:
            arguments = tool.inputSchema["properties"].values()
            assert tool.description and all(one["description"] for one in arguments)
        assert "colour photo" in answer
        address = re.search(r"http\S+in%20colour\.jpg", answer).group()
        with urllib.request.urlopen(address) as file:
            assert mean_chroma(Image.open(io.BytesIO(file.read()))) > 3

    def test_assistants_give_several_files(self, hub_url, small_photo):
        data = f"data:image/jpeg;base64,{base64.b64encode(small_photo.read_bytes()).decode()}"
        given = ([data], [data, "http://127.0.0.1/old.jpg"])  # no server of strangers'
        both = (ask_as_an_assistant(hub_url, "album", photos=photos) for photos in given)
        with ThreadPoolExecutor(1) as pool:
            (_, packed), (_, refused) = (pool.submit(asyncio.run, asked).result() for asked in both)
        assert ".zip" in packed
        assert "http://127.0.0.1/old.jpg leads to no file" in refused


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("COLORGAN_LANGUAGE", "de", "'de'; it must be en or tr"),
        ("COLORGAN_VISITOR_PHOTOS", "many", "'many'; it must be a whole number"),
        ("COLORGAN_VISITOR_PHOTOS", "0", "'0'; it must be a whole number"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(setting, value, words, monkeypatch):
    monkeypatch.setenv(setting, value)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
    assert str(ended.value).startswith(f"{setting} is {words}")  # which Python prints, alone


async def ask_as_an_assistant(url: str, tool: str, **arguments) -> tuple[list, str]:
    """Return the tools that there are, and what one of them answers."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async with (
        streamable_http_client(f"{url}/gradio_api/mcp/") as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        tools = (await session.list_tools()).tools
        answer = await session.call_tool(tool, arguments)
    return tools, answer.content[0].text


def photo(path: Path):
    from gradio_client import handle_file

    return handle_file(path)
