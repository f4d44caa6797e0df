"""What Pillow opens, to decoded pixels.

Pillow decodes all but the pixels of PNG, AVIF and HEIF of more than 8 bits a channel, which it cuts
to 8: imagecodecs and pillow_heif decode those. Formats that go another way altogether have files of
their own: `tiff`, `jpeg2000`, `jpegxl`, `jpeg`, `netpbm`. The decoders' own errors pass through;
`colorgan.photo` turns them into sentences.
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
import pillow_heif
from PIL import Image

from .boxes import item_properties
from .samples import Samples, UnsupportedPixels, split, stretched

# What Pillow warns of and the others log, damaged metadata above all, is left out of the photo; a
# terminal full of it helps nobody.
for _library in ("tifffile", "imagecodecs"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")

# AVIF before HEIF: both claim files of the brand "mif1", and only Pillow's AVIF reader declines.
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF", "BMP", "GIF", "JPEG2000", "PPM")

DEEP = ("PNG", "AVIF", "HEIF")
"""Formats of which Pillow cuts more than 8 bits to 8."""

# Pillow's modes -> the modes to take samples from.
_PLAIN_MODES = {
    **{"1": "L", "L": "L", "LA": "LA", "La": "LA", "P": "RGB", "PA": "RGBA"},
    **{"RGB": "RGB", "RGBX": "RGB", "RGBA": "RGBA", "RGBa": "RGBA"},
    **{"YCbCr": "RGB", "HSV": "RGB", "CMYK": "CMYK"},
}
_WITH_ALPHA = {"1": "LA", "L": "LA", "P": "RGBA", "RGB": "RGBA"}  # where one colour is transparent


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
    return split(array)


def read_file(image: Image.Image, data: bytes) -> Samples:
    """Decode a file that Pillow has opened, at its own depth.

    Args:
        image: what Pillow has made of it.
        data: the file; not needed of formats that are none of `DEEP`.
    """
    bits = bits_of(image, data)
    if bits <= 8:
        return read_image(image)
    if image.format == "PNG":
        image.load()  # for metadata that stands behind the pixels
        return split(imagecodecs.png_decode(data))
    if image.format == "AVIF":  # as it is stored, not upright
        return split(stretched(imagecodecs.avif_decode(data, index=0), bits))
    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
    # Its numbers have been shifted up, with zeros behind.
    array = np.asarray(file[file.primary_index]) >> (16 - bits)
    return split(stretched(array, bits))


def bits_of(image: Image.Image, data: bytes) -> int:
    """Bits a channel of a file of the formats in `DEEP`; 8 of others, of which Pillow cuts none."""
    if image.format == "PNG":
        return 16 if is_deep_png(data) else 8
    if image.format == "AVIF":
        return _avif_bits(data)
    return int(image.info.get("bit_depth") or 8) if image.format == "HEIF" else 8


def is_deep_png(head: bytes) -> bool:
    """Return whether a file that begins with these 25 or more bytes is a PNG of 16 bits a
    channel."""
    return head.startswith(b"\x89PNG\r\n\x1a\n") and head[24:25] == b"\x10"


def _avif_bits(data: bytes) -> int:
    properties = dict(item_properties(data))
    pixi = properties.get(b"pixi")
    if pixi is not None and len(pixi) > 5:  # version and flags, count, bits of each channel
        return int(max(pixi[5:]))
    config = properties.get(b"av1C")
    if config is None or len(config) < 3:
        return 8
    return 8 if not config[2] & 0x40 else 12 if config[2] & 0x20 else 10


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
