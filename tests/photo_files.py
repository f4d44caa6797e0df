"""Picture files of every kind, made for the tests of reading and writing."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image
from skimage.color import rgb2lab

from colorgan import photo
from colorgan.errors import PhotoError
from colorgan.photo import notes

NOTE = notes.coloured("pretrained", "abc123")
WRITTEN = ["JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF"]
LOSSLESS = ["PNG", "TIFF"]
DURATIONS = (100, 40, 250, 1000)
DEPTHS = [np.uint8, np.uint16]


def scene(height: int = 24, width: int = 40) -> np.ndarray:
    """A smooth 8-bit picture that looks different from every side."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    return np.dstack([40 + 200 * x, 220 - 200 * y, 60 + 150 * x * y]).astype(np.uint8)


def portrait(size: int = 60) -> np.ndarray:
    """Grey values of a head before a wall, 0 to 1 in sRGB's numbers, (size, size)."""
    y, x = np.mgrid[0:size, 0:size] / (size - 1) * 2 - 1
    head = np.exp(-3 * (x**2 + (y * 0.8) ** 2) ** 2)
    return 0.12 + 0.25 * (y + 1) / 2 + 0.58 * head


def coded(values: np.ndarray, bits: int, channels: int = 3) -> np.ndarray:
    """Values of 0 to 1, (H, W), as whole numbers of so many bits, (H, W, channels) or (H, W)."""
    kind = np.uint8 if bits <= 8 else np.uint16
    numbers = np.rint(np.clip(values, 0, 1) * ((1 << bits) - 1)).astype(kind)
    return numbers if channels == 1 else np.repeat(numbers[..., None], channels, axis=2)


def light(values: np.ndarray) -> np.ndarray:
    """Linear light of sRGB's numbers, 0 to 1 both."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lightness(pixels: np.ndarray) -> float:
    """The mean L* of sRGB pixels of any depth, or of numbers from 0 to 1."""
    top = np.iinfo(pixels.dtype).max if pixels.dtype.kind == "u" else 1
    values = pixels / top
    rgb = values if values.ndim == 3 else np.repeat(values[..., None], 3, axis=2)
    return float(rgb2lab(rgb)[..., 0].mean())


def noise(*shape: int, dtype: Any = np.uint16) -> np.ndarray:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def tiff(pixels: np.ndarray, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


def grey(value: int, height: int = 20, width: int = 30) -> np.ndarray:
    return np.full((height, width), value, np.uint8)


def document(*pages: np.ndarray, options: tuple[dict, ...] = (), **common) -> bytes:
    """A TIFF of pages as a scanner writes it, each with options of tifffile of its own."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file, **common) as writer:
        for page, own in zip(pages, options or ({},) * len(pages), strict=True):
            writer.write(page, metadata=None, **own)
    return file.getvalue()


def animation(format: str, mode: str, count: int = 4, duration=DURATIONS, **options) -> bytes:
    """A disc that rolls over a plain or transparent ground, kept as encoders keep it."""
    y, x = np.mgrid[0:24, 0:40]
    frames = []
    for number in range(count):
        disc = np.hypot(y - 12, x - 8 - 6 * (number % 5)) < 7
        ground = np.array((0, 0, 0, 0) if mode == "RGBA" else (90, 90, 90, 255), np.uint8)
        own = np.array((200 - number % 100, 200, 200, 255), np.uint8)
        frames.append(Image.fromarray(np.where(disc[..., None], own, ground)).convert(mode))
    options = {"save_all": True, "append_images": frames[1:], "duration": duration, **options}
    return saved(frames[0], format, **options)


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))


def icc_profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile (version 2.1) with these tags beside the obligatory ones."""
    white = xyz(0.9642, 1.0, 0.8249)
    name = b"desc\0\0\0\0" + struct.pack(">L", 5) + b"test\0" + bytes(78)
    tags = {b"desc": name, b"cprt": b"text\0\0\0\0-\0", b"wtpt": white, **tags}
    table, body = struct.pack(">L", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">LL", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size, kind = (
        start + len(body),
        b"prtrCMYKLab " if space == b"CMYK" else b"mntr" + space + b"XYZ ",
    )
    head = struct.pack(">LLL", size, 0, 0x02100000) + kind + struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    return (head + b"acsp" + bytes(28) + white[8:]).ljust(128, b"\0") + table + body


def xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3l", *(round(value * 65536) for value in values))


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">LH", 1, round(value * 256))


ADOBE_MATRIX = np.array(
    [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
)
ADOBE_LIKE = icc_profile(
    b"RGB ",
    {
        letter + b"XYZ": xyz(*row)
        for letter, row in zip((b"r", b"g", b"b"), ADOBE_MATRIX, strict=True)
    }
    | {letter + b"TRC": gamma(2.2) for letter in (b"r", b"g", b"b")},
)
GREY_GAMMA_1 = icc_profile(b"GRAY", {b"kTRC": gamma(1.0)})
# Inks to Lab by a table of two steps an ink: any black is black, any other ink is mid-grey.
GREY_INKS = icc_profile(
    b"CMYK",
    {
        b"A2B0": b"mft1\0\0\0\0"
        + bytes([4, 3, 2, 0])
        + struct.pack(">9l", *np.eye(3, dtype=int).ravel() * 65536)
        + bytes(range(256)) * 4
        + b"".join(bytes([0 if i % 2 else 255 if i == 0 else 128, 128, 128]) for i in range(16))
        + bytes(range(256)) * 3
    },
)


def rich_exif(orientation: int = 1) -> bytes:
    held = Image.Exif()
    held.update({0x010F: "Camera", 0x0131: "Scanner 1", 0x0112: orientation})
    held.get_ifd(0x8769).update({0x9003: "1950:01:02 03:04:05", 0x927C: b"MAKER NOTE" * 9})
    held.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 1.5)})
    return held.tobytes()


def png_with(pixels: np.ndarray, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with these chunks before its pixels."""
    data = imagecodecs.png_encode(np.ascontiguousarray(pixels))
    return data[:33] + b"".join(png_chunk(*chunk) for chunk in chunks) + data[33:]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def complaint(source: Any, **options: Any) -> str:
    with pytest.raises(PhotoError) as caught:
        photo.read(source, **options)
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".") and text.count(". ") <= 1
    return text


def is_near(got: photo.Photo, pixels: np.ndarray, bits: int = 16) -> bool:
    """Whether the photo has these 8- or 16-bit pixels, up to a step of so many bits."""
    top = np.iinfo(pixels.dtype).max
    assert got.pixels.dtype == pixels.dtype and got.pixels.shape == pixels.shape
    return bool(np.abs(got.pixels.astype(int) - pixels).max() <= top / ((1 << bits) - 1) / 2 + 1)


def jpeg2000(pixels: np.ndarray, kind: str = "jp2", **options: Any) -> bytes:
    return bytes(
        imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, codecformat=kind, **options)
    )
