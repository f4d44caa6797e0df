"""The right picture of a TIFF, and its pixels.

tifffile reads the pixels, for its decoders report errors as exceptions; Pillow's libtiff prints
them. The few codings that tifffile does not know go through the libtiff of imagecodecs, which is
silent.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

import imagecodecs
import numpy as np
import tifffile

from . import decoders, jpeg, jpeg2000, jpegxl
from .samples import Pixels, Samples, Space, UnsupportedFile, UnsupportedPixels, divided, stretched
from .signatures import RAW

# Numbers of TIFF 6.0, its supplements, and DNG.
_SUBFILE_TYPE, _OLD_SUBFILE_TYPE, _ORIENTATION = 254, 255, 274
_SAMPLE_FORMAT, _DNG_VERSION = 339, 50706
_REDUCED, _MASK = 1, 4  # bits of the subfile type
_WHITE_IS_ZERO, _PALETTE, _MASK_COLOURS, _YCBCR, _SENSOR, _LINEAR_RAW = 0, 3, 4, 6, 32803, 34892
_SPACES: dict[int, tuple[Space, int]] = {
    _WHITE_IS_ZERO: ("grey", 1),
    1: ("grey", 1),
    2: ("rgb", 3),
    _PALETTE: ("rgb", 1),
    5: ("cmyk", 4),
    _YCBCR: ("rgb", 3),  # as it is decoded
}
_MULTIPLIED, _APART = 1, 2
_UNSIGNED, _FLOATING, _UNDEFINED = 1, 3, 4
# None, LZW, Deflate (two numbers), PackBits, LZMA, Zstandard: they end where a strip is full.
_PLAIN = (1, 5, 8, 32946, 32773, 34925, 50000)
_JPEG = 7
_RAW_ONLY = (32767, 32769, 32770, 32772, 34713, 65535)  # of Sony, Samsung, Nikon, Pentax
_FAX_AND_OLD = (2, 3, 4, 6, 32766, 32771, 32809)  # of scanners and fax machines, old JPEG
_MOST_DIRECTORIES, _MOST_CHANNELS = 500, 8

Part = tuple[int, int, int | None]
"""Width, height and, if told, bits of one strip or tile, as its own header says."""


def open_picture(stream: BinaryIO) -> tifffile.TiffPage:
    """Read the header of the picture that a TIFF is about; the pixels come with `read`.

    That is the first one, unless it is only a thumbnail or a mask: then the largest other.

    Raises:
        UnsupportedFile: it is a raw file of a camera.
    """
    stream.seek(0)
    pages, complete = _directories(tifffile.TiffFile(stream))
    if any(_is_raw(page) for page in pages):
        raise UnsupportedFile(RAW)
    whole = [page for page in pages if not _kind(page) & (_REDUCED | _MASK)]
    if not whole and _DNG_VERSION in pages[0].tags:
        raise UnsupportedFile(RAW)
    if not whole and not complete:
        raise ValueError("there is a thumbnail, but its picture cannot be read")
    largest = max(whole or pages, key=_area)
    first = (whole or pages)[0]
    # Pages of a document differ in size, too, but none is a quarter of another's sides.
    return largest if _area(first) * 16 <= _area(largest) or not whole else first


def bits(page: tifffile.TiffPage) -> int:
    """Bits a channel, 1 to 16.

    Raises:
        UnsupportedPixels: more bits than that, signed or floating-point numbers.
    """
    depths = np.atleast_1d(page.bitspersample)
    formats = {int(each) for each in np.atleast_1d(page.tags.valueof(_SAMPLE_FORMAT) or 1)}
    depth = int(depths.max())
    if depth > 16 or not formats <= {_UNSIGNED, _UNDEFINED}:
        kind = "floating-point" if _FLOATING in formats else "integer"
        raise UnsupportedPixels(f"{depth}-bit {kind} pixels")
    return depth


def read(page: tifffile.TiffPage) -> Samples:
    """Decode a page of 1 to 16 bits a channel.

    Bits that are missing to 8 or 16 are stretched to the full range, white-is-zero is turned
    round, a palette looked up, and colour that has been multiplied with alpha divided by it again.

    Raises:
        UnsupportedPixels: its colours are not grey, RGB or CMYK, or its compression is unusual.
    """
    depth = bits(page)
    photometric, compression = int(page.photometric), int(page.compression)
    if page.axes not in ("YX", "YXS", "SYX"):
        raise ValueError("no flat picture")
    if photometric not in _SPACES:
        raise UnsupportedPixels(f"{depth}-bit pixels of the kind {_named(page.photometric)}")
    if page.samplesperpixel > _MOST_CHANNELS:
        raise UnsupportedPixels(f"pixels of {page.samplesperpixel} channels")
    if compression in _FAX_AND_OLD or (photometric == _YCBCR and compression in _PLAIN):
        return _by_libtiff(page)
    if photometric == _YCBCR and page.planarconfig != 1:  # tifffile would leave it YCbCr
        raise UnsupportedPixels(f"{depth}-bit pixels of the kind YCBCR in planes")
    if compression not in _PLAIN and compression not in _OWN_SIZES:
        raise UnsupportedPixels(f"{depth}-bit pixels compressed as {_named(page.compression)}")
    _check_parts(page, depth)
    array = page.asarray()
    array = np.moveaxis(array, 0, 2) if page.axes == "SYX" else np.atleast_3d(array)
    return _samples(array, page, depth)


def _samples(array: Pixels, page: tifffile.TiffPage, depth: int) -> Samples:
    photometric = int(page.photometric)
    space, count = _SPACES[photometric]
    if array.shape[2] < count:
        raise UnsupportedPixels(f"pixels of {array.shape[2]} channels")
    if photometric == _PALETTE:
        return Samples(_looked_up(array[..., 0], page), space)
    # Where channels differ in depth, tifffile has stretched them already.
    array = stretched(array, depth if isinstance(page.bitspersample, int) else array.itemsize * 8)
    colour = array[..., :count]
    if photometric == _WHITE_IS_ZERO:
        colour = np.iinfo(colour.dtype).max - colour
    # Infrared of a scanner is an extra channel too: only what is called alpha is alpha.
    alpha = None
    for index, extra in enumerate(page.extrasamples, count):
        if extra in (_MULTIPLIED, _APART) and index < array.shape[2]:
            alpha = array[..., index]
            colour = divided(colour, alpha) if extra == _MULTIPLIED else colour
            break
    return Samples(colour, space, alpha)


def _directories(file: tifffile.TiffFile) -> tuple[list[tifffile.TiffPage], bool]:
    """Pages and the pictures within them, and whether all could be read."""
    found = [file.pages[0]]
    try:
        for count in range(min(len(file.pages), _MOST_DIRECTORIES)):
            page = file.pages[count]
            if count:
                found.append(page)
            if page.subifds:
                found += [page.pages[number] for number in range(len(page.subifds))]
    except Exception:  # tifffile raises anything on damaged ones; the first may be whole
        return found, False
    return found, True


def _is_raw(page: tifffile.TiffPage) -> bool:
    return page.photometric in (_SENSOR, _LINEAR_RAW) or page.compression in _RAW_ONLY


def _kind(page: tifffile.TiffPage) -> int:
    kind = page.tags.valueof(_SUBFILE_TYPE)
    if kind is None:  # its forerunner counts: 1 whole, 2 reduced, 3 a page
        kind = _REDUCED if page.tags.valueof(_OLD_SUBFILE_TYPE) == 2 else 0
    return int(kind) | (_MASK if page.photometric == _MASK_COLOURS else 0)


def _area(page: tifffile.TiffPage) -> int:
    return int(page.imagewidth * page.imagelength)


def _looked_up(indices: Pixels, page: tifffile.TiffPage) -> Pixels:
    colours = np.asarray(page.colormap)
    if colours.ndim != 2 or colours.shape[0] != 3 or indices.dtype == np.uint16:
        raise UnsupportedPixels("a palette of an unusual kind")
    if colours.max() > 255:  # some programs write 8 bits where 16 belong
        colours = colours >> 8
    return np.asarray(colours.T.astype(np.uint8)[indices])


def _by_libtiff(page: tifffile.TiffPage) -> Samples:
    """Decode by libtiff what tifffile does not, as 8-bit RGB."""
    if not isinstance(page.index, int):
        raise UnsupportedPixels(f"pixels compressed as {_named(page.compression)}")
    stream = page.parent.filehandle
    stream.seek(0)
    array = imagecodecs.tiff_decode(stream.read(), index=page.index, asrgb=True)[..., :3]
    # It mirrors by the orientation, but does not turn; the photo is made upright later.
    orientation = page.tags.valueof(_ORIENTATION)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return Samples(array[..., :1], "grey") if int(page.photometric) < 2 else Samples(array, "rgb")


def _check_parts(page: tifffile.TiffPage, depth: int) -> None:
    """Compare the strips or tiles with the page, before any is decoded.

    JPEG and the like bring a size of their own, which no check of the TIFF's header sees; and
    tifffile takes a part that is missing for black.
    """
    if not page.databytecounts or 0 in page.databytecounts:
        raise ValueError("parts are missing")
    measure = _OWN_SIZES.get(int(page.compression))
    if measure is None:
        return
    is_tiled = page.is_tiled
    most_wide = page.tilewidth if is_tiled else page.imagewidth
    most_high = page.tilelength if is_tiled else page.rowsperstrip
    stream = page.parent.filehandle
    for place, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        stream.seek(place)
        width, height, own_depth = measure(stream.read(count))
        same_depth = own_depth is None or (own_depth > 8) == (depth > 8)
        if width > most_wide or height > most_high or not same_depth:
            raise ValueError("a part does not fit its page")


def _jpeg_part(data: bytes) -> Part:
    found = jpeg.frame(data)
    if found is None or found.channels > 4 or not jpeg.is_whole(data):
        raise ValueError("no whole JPEG")
    return found.width, found.height, found.bits


def _jpeg2000_part(data: bytes) -> Part:
    size = jpeg2000.codestream_size(data)
    if size.channels > _MOST_CHANNELS:
        raise ValueError("too many channels")
    return size.width, size.height, size.bits


def _jpegxl_part(data: bytes) -> Part:
    header = jpegxl.read_header(data)
    return header.width, header.height, header.bits


def _pillow_part(data: bytes) -> Part:
    """WebP and PNG, by their headers alone."""
    with decoders.open_image(BytesIO(data)) as image:
        if image.format not in ("WEBP", "PNG"):
            raise ValueError("neither WebP nor PNG")
        return *image.size, 16 if decoders.is_deep_png(data) else 8


def _lerc_part(data: bytes) -> Part:
    # "Lerc2 ", version, checksum from version 3 on, rows, columns, from version 4 on channels, ...
    if not data.startswith(b"Lerc2 "):
        raise UnsupportedPixels("LERC pixels of an unusual kind")
    version, *numbers = np.frombuffer(data, "<i4", 5, 6).tolist()
    rows, columns, channels = numbers[1:] if version >= 3 else (*numbers[:2], 1)
    if version >= 4 and channels > _MOST_CHANNELS:
        raise ValueError("too many channels")
    return columns, rows, None


_OWN_SIZES: dict[int, Callable[[bytes], Part]] = {
    _JPEG: _jpeg_part,
    **dict.fromkeys((34712, 33004, 33005), _jpeg2000_part),
    **dict.fromkeys((50002, 52546), _jpegxl_part),
    **dict.fromkeys((50001, 34927, 34933), _pillow_part),
    34887: _lerc_part,
}


def _named(number: Any) -> str:
    return str(getattr(number, "name", number))
