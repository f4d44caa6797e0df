"""A file's bytes to decoded pixels.

Pillow opens and decodes all but the pixels of PNG and TIFF of 16 bits a channel, which it cuts to
8: imagecodecs and tifffile decode those. The decoders' own errors pass through; `colorgan.photo`
turns them into sentences.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from . import exif
from .icc import Pixels, Samples, Space

# What tifffile logs and Pillow warns of, damaged metadata above all, is left out of the photo; a
# terminal full of it helps nobody.
logging.getLogger("tifffile").addHandler(logging.NullHandler())
warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")

# AVIF before HEIF: both claim files of the brand "mif1", and only Pillow's AVIF reader declines.
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF", "BMP", "GIF", "JPEG2000", "PPM")

# Pillow's modes -> the modes to take samples from.
_PLAIN_MODES = {
    **{"1": "L", "L": "L", "LA": "LA", "La": "LA", "P": "RGB", "PA": "RGBA"},
    **{"RGB": "RGB", "RGBX": "RGB", "RGBA": "RGBA", "RGBa": "RGBA"},
    **{"YCbCr": "RGB", "HSV": "RGB", "CMYK": "CMYK"},
}
_WITH_ALPHA = {"1": "LA", "L": "LA", "P": "RGBA", "RGB": "RGBA"}  # where one colour is transparent

# Numbers of TIFF 6.0: photometric interpretations, kinds of alpha, sample formats.
_WHITE_IS_ZERO = 0
_SPACES: dict[int, tuple[Space, int]] = {
    _WHITE_IS_ZERO: ("grey", 1),
    1: ("grey", 1),
    2: ("rgb", 3),
    5: ("cmyk", 4),
}
_MULTIPLIED, _APART = 1, 2
_UNSIGNED, _FLOATING, _UNDEFINED = 1, 3, 4
# None, LZW, Deflate (two numbers), PackBits, LZMA, Zstandard: they end where a strip is full.
# JPEG 2000 and the like bring a size of their own, which no check of the TIFF's header sees.
_COMPRESSIONS = (1, 5, 8, 32946, 32773, 34925, 50000)


class UnsupportedPixels(Exception):  # noqa: N818
    """Pixels that can be decoded but not made into a photo; its text names them."""


def open_image(stream: BinaryIO) -> Image.Image:
    """Read a picture's header with Pillow; the pixels come with `read_image`."""
    with _without_pillows_cap():
        return Image.open(stream, formats=_FORMATS)


def read_image(image: Image.Image) -> Samples:
    """Decode what Pillow has opened; a colour that is named transparent becomes alpha.

    Raises:
        UnsupportedPixels: the image's mode is none of 1, 8 or 16 bits in a usual colour space.
    """
    mode = image.mode
    if not mode.startswith("I;16") and mode not in _PLAIN_MODES:
        raise UnsupportedPixels(f"pixels of the mode {mode}")
    if image.format == "TIFF":
        with _without_pillows_cap():  # Pillow asks again when it decodes a TIFF
            image.load()
    if mode.startswith("I;16"):
        return Samples(np.array(image).astype(np.uint16, copy=False)[..., None], "grey")
    plain = _PLAIN_MODES[mode]
    if "transparency" in image.info:
        plain = _WITH_ALPHA.get(mode, plain)
    array = np.atleast_3d(np.array(image.convert(plain)))
    if plain == "CMYK":
        return Samples(array, "cmyk")
    return _split(array)


def is_deep_png(head: bytes) -> bool:
    """Say whether a file that begins with these 25 or more bytes is a PNG of 16 bits a channel."""
    return head.startswith(b"\x89PNG\r\n\x1a\n") and head[24:25] == b"\x10"


def read_deep_png(data: bytes) -> Samples:
    """Decode a PNG of 16 bits a channel; a colour that is named transparent becomes alpha."""
    return _split(np.atleast_3d(imagecodecs.png_decode(data)))


def tiff_bits(tiff: exif.Tiff) -> int:
    """Bits a channel of a TIFF's first page, 1 to 16.

    Raises:
        UnsupportedPixels: more bits than that, signed or floating-point numbers.
    """
    bits = max(tiff.numbers(exif.BITS_PER_SAMPLE), default=1)
    formats = tiff.numbers(exif.SAMPLE_FORMAT)
    if bits > 16 or not {_UNSIGNED, _UNDEFINED}.issuperset(formats):
        kind = "floating-point" if _FLOATING in formats else "integer"
        raise UnsupportedPixels(f"{bits}-bit {kind} pixels")
    return bits


def open_deep_tiff(stream: BinaryIO) -> tifffile.TiffPage:
    """Read the header of a TIFF's first page; the pixels come with `read_deep_tiff`."""
    stream.seek(0)
    return tifffile.TiffFile(stream).pages[0]


def read_deep_tiff(page: tifffile.TiffPage) -> Samples:
    """Decode a TIFF page of 9 to 16 bits a channel.

    Fewer than 16 bits are stretched to the full range, white-is-zero is turned round, and colour
    that has been multiplied with alpha is divided by it again.

    Raises:
        UnsupportedPixels: its colours are not grey, RGB or CMYK, or its compression is unusual.
    """
    if page.compression not in _COMPRESSIONS:
        raise UnsupportedPixels(f"16-bit pixels compressed as {page.compression.name}")
    photometric = int(page.photometric)
    if photometric not in _SPACES or page.axes not in ("YX", "YXS", "SYX"):
        raise UnsupportedPixels(f"16-bit pixels of the kind {page.photometric.name}")
    space, count = _SPACES[photometric]
    array = page.asarray()
    array = np.moveaxis(array, 0, 2) if page.axes == "SYX" else np.atleast_3d(array)
    if array.shape[2] < count:
        raise UnsupportedPixels(f"pixels of {array.shape[2]} channels")
    bits = page.bitspersample  # one number, or a tuple where channels differ
    array = _stretched(array.astype(np.uint16, copy=False), bits if isinstance(bits, int) else 16)
    colour = array[..., :count]
    if photometric == _WHITE_IS_ZERO:
        colour = 65535 - colour
    extra = int(page.extrasamples[0]) if page.extrasamples and array.shape[2] > count else 0
    alpha = array[..., count] if extra in (_MULTIPLIED, _APART) else None
    if alpha is not None and extra == _MULTIPLIED:
        colour = _divided(colour, alpha)
    return Samples(colour, space, alpha)


def _split(array: Pixels) -> Samples:
    """Samples of (H, W, C) grey, grey and alpha, RGB, or RGB and alpha."""
    channels = array.shape[2]
    space: Space = "grey" if channels < 3 else "rgb"
    if channels in (2, 4):
        return Samples(array[..., :-1], space, array[..., -1])
    return Samples(array, space)


def _stretched(array: NDArray[np.uint16], bits: int) -> NDArray[np.uint16]:
    if bits == 16:
        return array
    top = (1 << bits) - 1
    return ((array.astype(np.uint32) * 65535 + top // 2) // top).astype(np.uint16)


def _divided(colour: NDArray[np.uint16], alpha: NDArray[np.uint16]) -> NDArray[np.uint16]:
    weight = np.maximum(alpha, 1)[..., None].astype(np.uint32)
    quotient: NDArray[np.uint32] = (colour.astype(np.uint32) * 65535 + weight // 2) // weight
    return np.minimum(quotient, 65535).astype(np.uint16)


_cap_lock = threading.RLock()


@contextmanager
def _without_pillows_cap() -> Iterator[None]:
    """Keep Pillow from warning above 89 million pixels and refusing above twice that.

    `colorgan.photo` checks the size itself. Pillow's cap is one number for the process and cannot
    be given to one call, so it is lifted for the moment, under a lock: two threads that saved and
    restored it in turn could leave it lifted.
    """
    with _cap_lock:
        theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = theirs
