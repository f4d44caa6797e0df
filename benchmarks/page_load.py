"""The page among many: page_load.py [--clients 50 --seconds 120] or [--hostile 1000].

It starts the app, then lets many clients ask for work at once, or sends files that mean harm, over
HTTP as a browser does, and watches answers, waiting times and the memory of the server.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from PIL import Image
from serving import free_port, wait_until_answering

ROOT = Path(__file__).parent.parent
FAILED = "failed"


@contextmanager
def app(folder: Path) -> Iterator[tuple[str, int, Path]]:
    """Serve the page for an unlimited visitor; give its address, its process and its log."""
    port = free_port()
    settings = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(folder / "gradio")}
    settings |= {"COLORGAN_VISITOR_PHOTOS": "1000000", "HF_HUB_OFFLINE": "1"}
    log = folder / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_answering(process, port)
        yield f"http://127.0.0.1:{port}", process.pid, log
    finally:
        process.terminate()
        process.wait(60)


def memory(process: int) -> float:
    """Give the resident memory of a process in MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return 0.0


def ask(client: httpx2.Client, name: str, data: bytes, endpoint: str, rest: list[Any]) -> str:
    """Send a file and ask for work on it; give "done", the error's sentence, or what broke."""
    sent = client.post("/gradio_api/upload", files={"files": (name, data)})
    if sent.status_code != 200:
        return f"upload refused ({sent.status_code})"
    file = {"path": sent.json()[0], "meta": {"_type": "gradio.FileData"}}
    session = secrets.token_hex(6)
    photo: Any = [file] if endpoint == "album" else file
    body = {"data": [photo, *rest], "session_hash": session, "fn_index": INDEX[endpoint]}
    joined = client.post("/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return "busy" if joined.status_code == 503 else f"join refused ({joined.status_code})"
    with client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as stream:
        for line in stream.iter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message["msg"] == "process_completed":
                if message["success"]:
                    return "done"
                return str(message["output"].get("error") or FAILED)
            if message["msg"] in ("unexpected_error", "server_stopped"):
                return str(message.get("message") or FAILED)
    return FAILED


INDEX: dict[str, int] = {}


def read_index(address: str) -> None:
    """Learn the numbers of the page's endpoints."""
    config = json.loads(urllib.request.urlopen(f"{address}/config").read())
    for place, dependency in enumerate(config["dependencies"]):
        INDEX[str(dependency["api_name"])] = dependency.get("id", place)


def photo(side: int = 800) -> bytes:
    """Make a photo that takes as long as a real one."""
    stream = io.BytesIO()
    Image.effect_noise((side, side * 3 // 4), 60).save(stream, "JPEG", quality=85)
    return stream.getvalue()


COLORIZE = ["custom", 1.0, 256, False, False, 1.0]  # the settings of the endpoint


def load(clients: int, seconds: float) -> None:
    """Let many clients ask again and again; print how they fared."""
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as (address, process, log):
        read_index(address)
        data, answers, times = photo(), Counter[str](), list[float]()
        with httpx2.Client(base_url=address, timeout=600) as client:
            ask(client, "first.jpg", data, "colorize", COLORIZE)
            alone = []
            for _ in range(5):
                start = time.perf_counter()
                ask(client, "alone.jpg", data, "colorize", COLORIZE)
                alone.append(time.perf_counter() - start)
        before, peak, end = memory(process), 0.0, time.perf_counter() + seconds

        def one() -> None:
            with httpx2.Client(base_url=address, timeout=600) as client:
                while time.perf_counter() < end:
                    start = time.perf_counter()
                    try:
                        answer = ask(client, "photo.jpg", data, "colorize", COLORIZE)
                    except httpx2.HTTPError as error:
                        answer = f"{FAILED}: {type(error).__name__}"
                    answers[answer] += 1
                    times.append(time.perf_counter() - start)

        threads = [threading.Thread(target=one) for _ in range(clients)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            peak = max(peak, memory(process))
            time.sleep(0.5)
        passed = time.perf_counter() - start
        print(f"{clients} clients for {passed:.0f} s: {dict(answers)}")
        each = passed / max(answers["done"], 1)
        print(f"alone {median(alone):.2f} s a photo; at the queue's head {each:.2f} s a photo")
        print(f"waiting included: median {median(times):.1f} s, longest {max(times):.1f} s")
        print(f"memory before {before:.0f} MB, highest {peak:.0f}, after {memory(process):.0f} MB")
        print("tracebacks in the log:", log.read_text().count("Traceback"))


def hostile(count: int) -> None:
    """Send files that mean harm; print the answers and the memory."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as (address, process, log):
        read_index(address)
        answers = Counter[str]()
        with httpx2.Client(base_url=address, timeout=600) as client:
            for _ in range(3):
                ask(client, "first.jpg", photo(), "colorize", COLORIZE)
            before = memory(process)
            for place in range(count):
                kind = chance.choice(list(HARM))
                name, data, endpoint = HARM[kind](chance)
                rest = COLORIZE if endpoint == "colorize" else ["custom", 1.0]
                try:
                    answer = ask(client, name, data, endpoint, rest)
                except httpx2.HTTPError as error:
                    answer = f"{FAILED}: {type(error).__name__}"
                answers[f"{kind}: {'a sentence' if ' ' in answer else answer}"] += 1
                if place % 100 == 99:
                    print(f"{place + 1} of {count}, {memory(process):.0f} MB", flush=True)
            last = ask(client, "last.jpg", photo(), "colorize", COLORIZE)
        for answer, number in sorted(answers.items()):
            print(f"{number:5}  {answer}")
        print(f"afterwards a photo is {last}; memory {before:.0f} -> {memory(process):.0f} MB")
        print("tracebacks in the log:", log.read_text().count("Traceback"))


def _fuzzed(chance: random.Random) -> tuple[str, bytes, str]:
    data = bytearray(photo(200))
    for _ in range(chance.randrange(1, 60)):
        data[chance.randrange(min(len(data), 700))] = chance.randrange(256)
    return "fuzzed.jpg", bytes(data), "colorize"


def _cut(chance: random.Random) -> tuple[str, bytes, str]:
    data = photo(200)
    return "cut.jpg", data[: chance.randrange(len(data))], "colorize"


def _png_bomb(chance: random.Random) -> tuple[str, bytes, str]:
    """A PNG of a few kB that says it has 40,000 x 40,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + crc

    side = (40_000 + chance.randrange(100)).to_bytes(4, "big")
    head = chunk(b"IHDR", side + side + bytes([8, 2, 0, 0, 0]))
    body = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return "bomb.png", b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b""), "colorize"


def _noise(chance: random.Random) -> tuple[str, bytes, str]:
    ending = chance.choice(["jpg", "png", "tif", "webp", "heic", "exe", "svg", "pdf", "gif"])
    return f"noise.{ending}", chance.randbytes(chance.randrange(5000)), "colorize"


def _long_name(chance: random.Random) -> tuple[str, bytes, str]:
    return "../" * 20 + "x" * chance.randrange(100, 3000) + ".jpg", photo(100), "colorize"


def _zip(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _zip_bomb(chance: random.Random) -> tuple[str, bytes, str]:
    return "bomb.zip", _zip({"big.jpg": bytes(60_000_000 + chance.randrange(9))}), "album"


def _nested_zip(chance: random.Random) -> tuple[str, bytes, str]:
    data = _zip({"../../etc/a.jpg": chance.randbytes(100)})
    for _ in range(5):
        data = _zip({"inside.zip": data, "/root/b.jpg": chance.randbytes(100)})
    return "nested.zip", data, "album"


HARM: dict[str, Callable[[random.Random], tuple[str, bytes, str]]] = {
    "fuzzed header": _fuzzed,
    "cut off": _cut,
    "pixel bomb": _png_bomb,
    "noise": _noise,
    "long name": _long_name,
    "zip bomb": _zip_bomb,
    "nested zip": _nested_zip,
}


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--hostile", type=int, default=0, help="send so many harmful files instead")
    options = parser.parse_args()
    if options.hostile:
        hostile(options.hostile)
    else:
        load(options.clients, options.seconds)


if __name__ == "__main__":
    main()
