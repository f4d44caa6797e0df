"""A picture file to a Photo: a stream or an image becomes samples and facts, these a Photo."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO, IOBase
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..errors import PhotoError
from ..settings import MAX_PIXELS
from . import (
    decoders,
    exif,
    facts,
    hdr,
    jpeg,
    jpeg2000,
    jpeg_parts,
    jpegxl,
    netpbm,
    tiff,
    tiff_pages,
    tones,
    truth,
    xmp,
)
from .icc import to_srgb
from .parts import Parts
from .photo import Photo
from .plain_errors import plain_errors, printable
from .samples import Pixels, Samples, UnsupportedFile
from .signatures import RAW, is_raw_tiff, what_else

File = str | os.PathLike[str] | bytes | BinaryIO
Source = File | Image.Image

_HEAD = 4096  # bytes, of which a file's kind is told
_PHOTO_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
_PHOTO_BRANDS = (b"WEBP", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_SEQUENCES = (b"hevc", b"hevx", b"msf1")


def read(source: Source, *, name: str | None = None, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a picture from a file, from a file's bytes, from an open file, or from a Pillow image.

    Of a file with several pages or frames it gives the first, and says so in its notices;
    `read_pages` gives all. `name` stands for the file in messages; a path brings its own. A Pillow
    image counts as a PNG where it has no format, and has 16 bits only in the modes I;16*: Pillow
    knows no deep colour.

    Raises:
        PhotoError: no picture, a damaged one, one of more than `max_pixels` (seen from its header,
            before it is decoded), or one that is stored in a way that is not supported.
    """
    label = printable(name) if name else name_of(source)
    with plain_errors(label, "read"):
        if isinstance(source, Image.Image):
            return _from_image(source, label, max_pixels)
        with opened(source) as stream:
            return _from_stream(stream, label, max_pixels)


def read_frame(image: Image.Image, said: facts.Facts, label: str) -> Photo:
    """Read the frame at which an animation stands, of which its file says so much."""
    return _photo(decoders.read_image(image), said, label)


def _from_stream(stream: BinaryIO, label: str, max_pixels: int) -> Photo:
    head = stream.read(_HEAD)
    if not head:
        raise PhotoError(f"{label} is empty. Copy or download it again.")
    if what := what_else(head):
        raise UnsupportedFile(what)
    if head.startswith(tiff_pages.STARTS):
        return _from_tiff(stream, head, label, max_pixels)
    parts = facts.parts_of(stream)
    if parts and (photo := _of_rare_coding(parts, head, label, max_pixels)):
        return photo
    return _by_pillow(stream, parts, head, label, max_pixels)


def _from_tiff(stream: BinaryIO, head: bytes, label: str, max_pixels: int) -> Photo:
    if is_raw_tiff(head, label):
        raise UnsupportedFile(RAW)
    page = tiff.open_picture(stream)  # of all that is in the file: a raw picture may stand behind
    pages = tiff_pages.places(stream)
    index = next((i for i, place in enumerate(pages) if place.start == page.offset), 0)
    if len(pages) > 1:  # what other pages say is not said of this one
        stream = tiff_pages.alone(stream, pages[index])
        page = tiff.open_picture(stream)
    tiff.bits(page)
    _check_size((page.imagewidth, page.imagelength), label, max_pixels)
    _check_size((page.tilewidth, page.tilelength), label, max_pixels)
    photo = _photo(tiff.read(page), facts.of_tiff(stream, page), label)
    return _one_of(photo, len(pages), "pages", "largest" if index else "first")


def _of_rare_coding(parts: Parts, head: bytes, label: str, max_pixels: int) -> Photo | None:
    """A picture of which Pillow knows too little or nothing, None of others."""
    if head.startswith(jpeg2000.STARTS):
        return _from_jpeg_2000(parts, label, max_pixels)
    if head.startswith(jpegxl.STARTS):
        return _from_jpeg_xl(parts, label, max_pixels)
    if head.startswith(jpeg.START):
        return _from_rare_jpeg(parts, label, max_pixels)
    header = netpbm.deep_header(head)
    if header is None:
        return None
    _check_size((header.width, header.height), label, max_pixels)
    return _photo(netpbm.read(parts.data, header), facts.of_parts("PPM", parts), label)


def _from_jpeg_2000(parts: Parts, label: str, max_pixels: int) -> Photo:
    header = jpeg2000.read_header(parts.data)
    _check_size((header.size.width, header.size.height), label, max_pixels)
    said = facts.of_parts("JPEG2000", parts, tones.Meaning(header.icc), header.dpi)
    return _photo(jpeg2000.read(parts.data, header), said, label)


def _from_jpeg_xl(parts: Parts, label: str, max_pixels: int) -> Photo:
    header = jpegxl.read_header(parts.data)
    _check_size((header.width, header.height), label, max_pixels)
    meaning = tones.of_code_points(*header.tones) if header.tones else None
    if meaning is None:
        raise UnsupportedFile(
            "a JPEG XL file with a colour profile that cannot be read here. "
            "Save it as JPEG, PNG or TIFF"
        )
    said = facts.of_parts("JXL", parts, meaning)
    return _photo(jpegxl.read(parts.data, header), said, label, upright=True)


def _from_rare_jpeg(parts: Parts, label: str, max_pixels: int) -> Photo | None:
    """A JPEG that Pillow does not decode, or None where it does, or nobody can."""
    frame = jpeg.frame(parts.data)
    if frame is None:
        return None
    jpeg.check_coding(frame)
    if jpeg.is_for_pillow(frame):
        return None
    _check_size((frame.width, frame.height), label, max_pixels)
    image = decoders.open_image(BytesIO(jpeg.as_usual(parts.data, frame)))
    return _photo(jpeg.read(parts.data, frame), facts.of_image(image, parts), label)


def _by_pillow(
    stream: BinaryIO, parts: Parts | None, head: bytes, label: str, max_pixels: int
) -> Photo:
    data = parts.data if parts else b""
    try:
        image = decoders.open_image(BytesIO(data) if parts else stream)
    except UnidentifiedImageError as error:
        if head[8:12] in _SEQUENCES:
            raise UnsupportedFile(
                "an animation in HEIC, which cannot be read. Save it as GIF or WebP"
            ) from error
        if head.startswith(_PHOTO_STARTS) or head[8:12] in _PHOTO_BRANDS:
            raise  # one of ours, but damaged
        raise PhotoError(
            f"{label} is not a photo that can be read. Use JPEG, PNG, TIFF, WebP, HEIC or AVIF."
        ) from error
    _check_size(image.size, label, max_pixels)
    if parts and parts.finish:
        data = parts.finish()
        image = decoders.open_image(BytesIO(data))
    elif image.format in decoders.DEEP and not parts:
        stream.seek(0)
        data = stream.read()
    samples = decoders.read_file(image, data)
    if parts and image.format in facts.JPEG and jpeg_parts.seems_cut(parts.data, samples):
        jpeg_parts.finished(parts.data)  # raises where a program has put an end to half a picture
    photo = _photo(samples, facts.of_image(image, parts, data), label)
    return _one_of(photo, facts.frame_count(image), "frames")


def _from_image(image: Image.Image, label: str, max_pixels: int) -> Photo:
    _check_size(image.size, label, max_pixels)
    samples = decoders.read_image(image)  # first: some metadata comes with the pixels
    photo = _photo(samples, facts.of_image(image), label)
    return _one_of(
        photo, facts.frame_count(image), "frames", "current" if image.tell() else "first"
    )


def _one_of(photo: Photo, count: int, what: str, which: str = "first") -> Photo:
    if count < 2:
        return photo
    notice = f"Only the {which} of its {count} {what} was taken."
    return replace(photo, notices=(*photo.notices, notice))


def _photo(samples: Samples, said: facts.Facts, label: str, *, upright: bool = False) -> Photo:
    if not samples.colour.size:  # some formats can say so in their header
        raise PhotoError(f"{label} has no pixels. Choose another photo.")
    alpha, notices = samples.alpha, said.notices
    orientation = exif.orientation(said.exif) or xmp.orientation(said.xmp) or 1
    turn = 1 if upright else orientation
    if said.hdr:
        pixels = hdr.to_srgb(samples.colour, said.hdr)
        notices += ("It is an HDR picture; it was mapped to ordinary brightness.",)
    else:
        pixels = to_srgb(samples, said.icc)
    pixels = _turned(pixels, turn)
    now = truth.Facts(
        width=pixels.shape[1],
        height=pixels.shape[0],
        dpi=said.dpi[::-1] if said.dpi and orientation >= 5 else said.dpi,
        turned=orientation != 1,
    )
    return Photo(
        pixels=pixels,
        alpha=None if alpha is None else _turned(alpha, turn),
        format=said.format,
        name=label,
        exif=truth.of_exif(said.exif, now),
        dpi=now.dpi,
        xmp=truth.of_xmp(said.xmp, now),
        notices=notices,
        iptc=said.iptc,
        texts=said.texts,
    )


def _turned(array: Pixels, orientation: int) -> Pixels:
    """Make (H, W) or (H, W, C), stored in one of EXIF's orientations 1 to 8, upright."""
    if orientation >= 5:  # 5 to 8 have rows and columns exchanged
        array = array.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)


@contextmanager
def opened(source: File) -> Iterator[BinaryIO]:
    """Return a file's bytes as a stream.

    Raises:
        OSError: it cannot be opened.
        PhotoError: it is no file.
    """
    if isinstance(source, bytes):
        yield BytesIO(source)
        return
    if isinstance(source, IOBase):
        yield cast(BinaryIO, source)
        return
    path = Path(cast(str, source))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():  # a pipe would wait for ever, /dev/zero never end
        raise PhotoError(f"{name_of(source)} is not a file. Choose a photo.")
    with path.open("rb") as stream:
        yield stream


def _check_size(size: tuple[int, int], label: str, max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise PhotoError(
            f"{label} has {width} x {height} pixels, more than the {max_pixels:,} that are "
            "accepted. Make a smaller copy."
        )


def name_of(source: Source) -> str:
    """What messages call a photo that was given no name."""
    if isinstance(source, Image.Image):
        source = getattr(source, "filename", "") or "photo"
    if isinstance(source, bytes | IOBase):
        return "photo"
    return printable(Path(cast(str, source)).name or str(source))
