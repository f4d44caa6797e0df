"""Corrections over HTTP: JSON in, a picture or JSON out; no network of a model takes part.

    POST preview   {"look", "hints", "strength"} -> JPEG of the photo as corrected
    POST likely    {"look", "x", "y"}            -> {"likely": [[colour, [a, b]], ...],
                                                     "known": {name: [colour, [a, b]]}}
    POST telling   {"look", "hints"}             -> {"places": [[x, y], ...]}
    POST versions  {"look", "hints", "strength"} -> {"versions": [{"hints", "picture"}, ...]}
    POST download  {"look", "hints", "strength"} -> lines of JSON: {"step"}, ..., {"file"}
    GET  file/TOKEN                              -> the photo in full size, as corrected

Hints are as `colorgan.hints` writes them. Whatever is wrong comes as {"error": sentence} with its
status; 410 means: what is asked about is gone, colour the photo again.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import math
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from torch.nn import functional as F

from .. import hints as hint_files
from .. import photo as files
from ..color.pixels import to_pixels
from ..colorizer import NO_HINTS, paint
from ..errors import ColorganError, ModelError, PackageError
from ..hints import SWATCHES, Hints, swatches
from ..photo import Photo
from ..rates import Rate, Rates
from ..settings import STRENGTHS
from .looks import GoneError, Held, Looks, coloured
from .previews import fresh_folder
from .texts import Texts
from .work import Watch

LARGEST = 1_000_000
"""Bytes of a request: all hints that there may be fit in, drawn as people draw."""
EDITS = Rate(600, 20)
"""Pictures of corrections: more than a hand can ask for."""
FILES = Rate(60, 0.1)
"""Files in full size, and looks that are made again."""
QUALITY = 90
VERSION_SIDE = 400
TOLD_APART = (40.0, 80.0)
"""L* within which an eye tells small patches of colour apart."""
_MOST_FILES = 1000
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_BYTE = np.dtype(np.uint8)

_EDITING = threading.Lock()  # two at a time would only slow each other down

_Work = Callable[[dict[str, Any]], Response]


class RequestError(ColorganError):
    """A request that no page of ours would send."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def routes(looks: Looks, texts: Texts) -> list[BaseRoute]:
    """Return the routes of the corrections, which stand below /hints, for a server.

    Each has its whole path: a `Mount` finds nothing below it where a proxy takes a prefix off.
    """
    ready = _Files()
    rates = Rates()

    def preview(asked: dict[str, Any]) -> Response:
        held, hints, strength = _asked(looks, asked)
        return Response(jpeg(held, hints, strength), media_type="image/jpeg")

    def likely(asked: dict[str, Any]) -> Response:
        held = looks.get(_text(asked, "look"))
        return JSONResponse(_likely(held, _share(asked, "x"), _share(asked, "y")))

    def telling(asked: dict[str, Any]) -> Response:
        held, hints, _ = _asked(looks, asked)
        return JSONResponse({"places": held.look.telling(hints.hints)})

    def versions(asked: dict[str, Any]) -> Response:
        held, hints, strength = _asked(looks, asked)
        return JSONResponse({"versions": _versions(held, hints, strength)})

    def download(asked: dict[str, Any]) -> Response:
        held, hints, strength = _asked(looks, asked)
        steps = _make_file(looks, texts, ready, _text(asked, "look"), held, hints, strength)
        return StreamingResponse(steps, media_type="application/x-ndjson")

    async def file(request: Request) -> Response:
        path = ready.get(request.path_params["token"])
        if path is None or not path.exists():
            return _refusal(texts.photo_gone, 410)
        return FileResponse(path, filename=path.name, headers=_PRIVATE)

    quick = {"preview": preview, "likely": likely, "telling": telling, "versions": versions}
    works: list[tuple[str, _Work, Rate]] = [(name, work, EDITS) for name, work in quick.items()]
    works.append(("download", download, FILES))
    served = [
        Route(f"/hints/{name}", _endpoint(name, work, rate, rates, texts), methods=["POST"])
        for name, work, rate in works
    ]
    return [*served, Route("/hints/file/{token}", file)]


class _Files:
    """Files that were made, by token."""

    def __init__(self) -> None:
        self._paths: OrderedDict[str, Path] = OrderedDict()

    def add(self, path: Path) -> str:
        token = secrets.token_urlsafe(24)
        self._paths[token] = path
        while len(self._paths) > _MOST_FILES:
            self._paths.popitem(last=False)
        return token

    def get(self, token: str) -> Path | None:
        return self._paths.get(token)


# What is answered


def jpeg(held: Held, hints: Hints, strength: float, side: int | None = None) -> bytes:
    """Return the photo as corrected, as JPEG with colours as fine as its lightness."""
    with _EDITING, torch.inference_mode():
        lightness = held.lightness
        if side is not None:
            step = max(math.ceil(max(lightness.shape) / side), 1)
            lightness = F.avg_pool2d(lightness.float()[None], step, ceil_mode=True)[0]
        picture = coloured(lightness, held.lines(hints, strength))
    data = io.BytesIO()
    Image.fromarray(picture.pixels).save(data, "JPEG", quality=QUALITY, subsampling=0)
    return data.getvalue()


def _likely(held: Held, x: float, y: float) -> dict[str, Any]:
    """Return the colours that the panel offers at a place, as they look in its light.

    Where it is so dark or light that colours cannot be told apart they are shown in more or less
    light.
    """
    lightness = held.look.lightness_at(x, y)
    light = min(max(lightness, TOLD_APART[0]), TOLD_APART[1])
    likely = held.look.likely(x, y)
    gain = (light + 16) / (lightness + 16)  # as `swatches.fitted` does
    known = [swatches.fitted(name, light) for name in SWATCHES]
    shown = _hex(light, [*((a * gain, b * gain) for a, b in likely), *known])
    wanted = [swatches.fitted(name, lightness) for name in SWATCHES]
    return {
        "likely": [[code, list(ab)] for code, ab in zip(shown, likely, strict=False)],
        "known": {
            name: [code, list(ab)]
            for name, code, ab in zip(SWATCHES, shown[len(likely) :], wanted, strict=True)
        },
    }


def _hex(lightness: float, colours: list[tuple[float, float]]) -> list[str]:
    """Return colours (a*, b*) of one lightness as "#rrggbb"."""
    ab = torch.tensor(colours).T[None, :, None]
    plane = torch.full((1, 1, 1, len(colours)), lightness)
    pixels = to_pixels(plane, ab, _BYTE)
    return ["#" + bytes(pixel).hex() for pixel in pixels[0]]


def _versions(held: Held, hints: Hints, strength: float) -> list[dict[str, Any]]:
    """Return hints of versions that differ, each with a small picture."""
    made = []
    for version in held.look.versions(hints.hints):
        plain = json.loads(hint_files.to_json(Hints(version)))["hints"]
        picture = base64.b64encode(jpeg(held, Hints(version), strength, VERSION_SIDE)).decode()
        made.append({"hints": plain, "picture": f"data:image/jpeg;base64,{picture}"})
    return made


def _make_file(
    looks: Looks,
    texts: Texts,
    ready: _Files,
    token: str,
    held: Held,
    hints: Hints,
    strength: float,
) -> Iterator[bytes]:
    """Make the photo in full size, in the colours that were seen; tell each step."""
    try:
        order = looks.order(token)
        yield _line({"step": "reading"})
        pages, before = looks.prepared(token)
        colorizer = looks.models.get(order.model)
        watch = Watch()

        def first(photo: Photo) -> Photo:
            with watch.running():
                return paint(photo, held.lines(hints, strength), hints)

        def further(photo: Photo) -> Photo:
            with watch.running():
                return colorizer.colorize(
                    photo,
                    strength=strength,
                    size=order.size,
                    hints=NO_HINTS,
                    references=held.references,
                    reference_strength=order.reference_strength,
                )

        yield _line({"step": "painting"})
        pages = pages.map(first, further)
        yield _line({"step": "writing"})
        name = f"{files.stem_of(pages.first.name)} {texts.file_addition}{files.suffix(pages.first)}"
        written = files.write_pages(pages, fresh_folder() / name, before.note(colorizer.note))
        yield _line({"file": ready.add(written.path)})
    except ColorganError as error:
        yield _line({"error": str(error)})


def _line(told: dict[str, str]) -> bytes:
    return json.dumps(told).encode() + b"\n"


# What is asked


def _asked(looks: Looks, asked: dict[str, Any]) -> tuple[Held, Hints, float]:
    """Read what most requests hold; the look last, which may have to be made again."""
    hints = _hints(asked)
    strength = _number(asked, "strength", 1.0)
    low, high = STRENGTHS
    if not low <= strength <= high:
        raise RequestError(f"The strength must be between {low:g} and {high:g}.")
    return looks.get(_text(asked, "look")), hints, strength


def _hints(asked: dict[str, Any]) -> Hints:
    found = asked.get("hints")
    if found is None:
        return Hints()
    return hint_files.from_json(json.dumps(found))


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise RequestError(f"The request lacks its {name}.")
    return value


def _number(asked: dict[str, Any], name: str, default: float | None = None) -> float:
    value = asked.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise RequestError(f"The request lacks its {name}, a number.")
    return float(value)


def _share(asked: dict[str, Any], name: str) -> float:
    value = _number(asked, name)
    if not 0 <= value <= 1:
        raise RequestError(f"The request's {name} must be between 0 and 1.")
    return value


def _endpoint(
    name: str, work: _Work, rate: Rate, rates: Rates, texts: Texts
) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        visitor = rates.hashed(request.client.host if request.client else "")
        if wait := rates.take("file" if rate is FILES else "edit", visitor, rate):
            sentence = texts.hints.too_quick.format(wait=texts.duration(wait))
            return _refusal(sentence, 429, math.ceil(wait))
        try:
            answer = await run_in_threadpool(work, await _read(request))
        except GoneError as error:
            return _refusal(str(error), 410)
        except RequestError as error:
            return _refusal(str(error), error.status)
        except (ModelError, PackageError) as error:
            logging.getLogger(__name__).error("%s", error)
            return _refusal(texts.model_missing, 503)
        except ColorganError as error:
            return _refusal(str(error), 400)
        answer.headers.update(_PRIVATE)
        return answer

    endpoint.__name__ = name
    return endpoint


async def _read(request: Request) -> dict[str, Any]:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        # A form of another site can send none of this kind: browsers ask the server first.
        raise RequestError("The request must be JSON, of the type application/json.", 415)
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise RequestError("The request is too long.", 413)
    try:
        asked = json.loads(bytes(data) or b"{}")
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise RequestError("The request is no JSON object.")
    return asked


def _refusal(sentence: str, status: int, wait: int | None = None) -> Response:
    headers = dict(_PRIVATE) if wait is None else {**_PRIVATE, "Retry-After": str(wait)}
    return JSONResponse({"error": sentence}, status, headers)
