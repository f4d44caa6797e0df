"""Reads damaged picture files and says what went wrong by a file, never on the terminal.

`python damaged_files.py FAMILY COUNT REPORT` damages small files of a family in COUNT ways each. A
process of its own, so that whatever a library in C prints is seen, and its memory is its own.
"""

from __future__ import annotations

import io
import json
import random
import resource
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
from photo_files import png_with, saved, scene, tiff
from PIL import Image
from test_photo_jpeg2000 import HALF_CHROMA
from test_photo_thumbnails import PICTURE, SENSOR, SMALL_FIRST, WHOLE, directories

from colorgan import photo
from colorgan.errors import PhotoError

MAX_PIXELS = 500_000


def _pillow() -> dict[str, bytes]:
    image = Image.fromarray(scene(32, 48))
    usual = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "BMP", "GIF", "PPM"]
    files = {format: saved(image, format) for format in usual}
    files["progressive JPEG"] = saved(image, "JPEG", progressive=True)
    files["animated GIF"] = saved(image, "GIF", save_all=True, append_images=[image] * 2)
    return files | {"lossless WebP": saved(image, "WEBP", lossless=True)}


def _deep() -> dict[str, bytes]:
    eight = scene(32, 48)
    deep = eight.astype(np.uint16) * 257
    twelve = deep >> 4
    file = io.BytesIO()
    pillow_heif.from_bytes("RGB;16", (48, 32), deep.tobytes()).save(file)
    files = {
        "PNG of 16 bits": png_with(deep),
        "PNG of HDR": png_with(deep, (b"cICP", bytes([9, 16, 0, 1]))),
        "PGM": b"P5 48 32 65535\n" + deep[..., 0].tobytes(),
        "PGM as text": b"P2 48 32 65535\n" + b" ".join(b"%d" % each for each in deep[..., 0].flat),
        "JPEG of 12 bits": imagecodecs.jpeg8_encode(twelve, level=95, bitspersample=12),
        "lossless JPEG": imagecodecs.jpeg8_encode(deep, lossless=True, bitspersample=16),
        "JPEG-LS": imagecodecs.jpegls_encode(eight),
        "JP2": saved(Image.fromarray(eight), "JPEG2000"),
        "JP2 of 16 bits": imagecodecs.jpeg2k_encode(deep, level=0, codecformat="jp2"),
        "bare JPEG 2000": imagecodecs.jpeg2k_encode(twelve, level=0, codecformat="j2k"),
        "JP2 of half chroma": HALF_CHROMA,
        "JPEG XL": imagecodecs.jpegxl_encode(eight),
        "boxed JPEG XL": imagecodecs.jpegxl_encode(deep, lossless=True, usecontainer=True),
        "AVIF of 12 bits": imagecodecs.avif_encode(twelve, level=90, bitspersample=12),
        "HEIF of 10 bits": file.getvalue(),
    }
    return {kind: bytes(data) for kind, data in files.items()}


def _tiff() -> dict[str, bytes]:
    eight = scene(32, 48)
    image = Image.fromarray(eight)
    pillows = ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"]
    faxes = ["group3", "group4", "tiff_ccitt"]
    own = ["jpeg2000", "jpegxl", "webp", "lerc", "png", "zstd", "lzma"]
    deep = eight.astype(np.uint16) * 257
    return {
        **{name: saved(image, "TIFF", compression=name) for name in pillows},
        **{name: saved(image.convert("1"), "TIFF", compression=name) for name in faxes},
        **{name: tiff(eight, photometric="rgb", compression=name, tile=(16, 16)) for name in own},
        "palette": saved(image.convert("P"), "TIFF"),
        "YCbCr": saved(image.convert("YCbCr"), "TIFF", compression="tiff_lzw"),
        "16 bits": tiff(deep, photometric="rgb", compression="zlib", predictor=True),
        "planes": tiff(np.moveaxis(deep, 2, 0), photometric="rgb", planarconfig="separate"),
        "12-bit JPEG": tiff(deep >> 4, photometric="rgb", compression="jpeg", bitspersample=12),
        "thumbnail first": directories(SMALL_FIRST, PICTURE, inside=1),
        "raw of a camera": directories(SMALL_FIRST, (SENSOR, WHOLE, 32803), inside=1),
    }


FAMILIES: dict[str, Callable[[], dict[str, bytes]]] = {
    "pillow": _pillow,
    "deep": _deep,
    "tiff": _tiff,
}


def damaged(data: bytes, rng: random.Random, number: int) -> bytes:
    """The file cut, with a piece left out, with bytes changed, or with an impossible number."""
    file = bytearray(data)
    reach = min(len(file), 400) if rng.random() < 0.5 else len(file)
    place = rng.randrange(reach)
    if number % 4 == 0:
        return data[: rng.randrange(1, len(data))]
    if number % 4 == 1:
        del file[place : place + rng.randrange(1, 64)]
    elif number % 4 == 2:
        for _ in range(rng.randrange(1, 8)):
            file[rng.randrange(reach)] = rng.choice([0, 127, 128, 255, rng.randrange(256)])
    else:
        numbers = [b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\1\0\0"]
        file[place : place + 4] = rng.choice(numbers)
    is_png = data.startswith(b"\x89PNG")
    return _with_true_checksums(bytes(file)) if is_png and rng.random() < 0.8 else bytes(file)


def _with_true_checksums(png: bytes) -> bytes:
    """Otherwise no damage would get past the first check."""
    out, place = bytearray(png[:8]), 8
    while place + 12 <= len(png):
        end = place + 8 + struct.unpack_from(">L", png, place)[0]
        if end + 4 > len(png):
            break
        out += png[place:end] + struct.pack(">L", zlib.crc32(png[place + 4 : end]))
        place = end + 4
    return bytes(out + png[place:])


def main() -> None:
    """Read them all; the report says how it went."""
    family, count, report = sys.argv[1:]
    faults: list[str] = []
    photos = refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for kind, data in FAMILIES[family]().items():
        rng = random.Random(kind)
        if kind != "raw of a camera":
            photo.read(data, max_pixels=MAX_PIXELS)  # whole it is a photo
        for number in range(int(count)):
            try:
                photo.read(damaged(data, rng, number), max_pixels=MAX_PIXELS)
                photos += 1
            except PhotoError as error:
                refused += 1
                if "more memory" in str(error):
                    faults.append(f"{kind} {number}: {error}")
            except BaseException as error:
                faults.append(f"{kind} {number}: {error!r}")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    told = {"faults": faults, "photos": photos, "refused": refused, "grown": grown}
    Path(report).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
