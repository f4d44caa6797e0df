"""A picture file to a Photo: a stream or an image becomes samples and facts, these a Photo."""

from __future__ import annotations

import errno
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from ..errors import PhotoError
from . import decoders, exif, hdr, jpeg, jpeg2000, jpegxl, netpbm, tiff, tones
from .icc import to_srgb
from .photo import Photo
from .plain_errors import plain_errors, printable
from .samples import Pixels, Samples, UnsupportedFile
from .signatures import RAW, is_raw_tiff, what_else

MAX_PIXELS = 150_000_000
"""The most pixels `read` accepts unless told otherwise: about 12,000 x 12,000."""

Source = str | os.PathLike[str] | bytes | Image.Image

_HEAD = 4096  # bytes, of which a file's kind is told
_PHOTO_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
_PHOTO_BRANDS = (b"WEBP", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")

_XMP_ORIENTATION = re.compile(rb'(tiff:Orientation(?:="|>))([1-8])')


def read(source: Source, *, name: str | None = None, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a picture from a file, from a file's bytes, or from a Pillow image.

    `name` stands for the file in messages; a path brings its own. A Pillow image counts as a PNG
    where it has no format, and has 16 bits only in the modes I;16*: Pillow knows no deep colour.

    Raises:
        PhotoError: no picture, a damaged one, one of more than `max_pixels` (seen from its header,
            before it is decoded), or one that is stored in a way that is not supported.
    """
    label = printable(name) if name else _name_of(source)
    with plain_errors(label, "read"):
        if isinstance(source, Image.Image):
            return _from_image(source, label, max_pixels)
        with _opened(source) as stream:
            return _from_stream(stream, label, max_pixels)


class _Facts(NamedTuple):
    """What a file says of its picture."""

    format: str
    exif: bytes
    xmp: bytes
    icc: bytes
    dpi: tuple[float, float] | None
    hdr: hdr.Signal | None = None


def _from_stream(stream: BinaryIO, label: str, max_pixels: int) -> Photo:
    head = stream.read(_HEAD)
    if not head:
        raise PhotoError(f"{label} is empty. Copy or download it again.")
    if what := what_else(head):
        raise UnsupportedFile(what)
    if head.startswith(tiff.STARTS):
        return _from_tiff(stream, head, label, max_pixels)
    if head.startswith((*jpeg2000.STARTS, *jpegxl.STARTS)):
        return _from_bytes(stream, head, label, max_pixels)
    if header := netpbm.deep_header(head):
        _check_size((header.width, header.height), label, max_pixels)
        stream.seek(0)
        return _photo(netpbm.read(stream.read(), header), _Facts("PPM", b"", b"", b"", None), label)
    if head.startswith(jpeg.START) and (photo := _from_rare_jpeg(stream, label, max_pixels)):
        return photo
    stream.seek(0)
    try:
        image = decoders.open_image(stream)
    except UnidentifiedImageError as error:
        if head.startswith(_PHOTO_STARTS) or head[8:12] in _PHOTO_BRANDS:
            raise  # one of ours, but damaged
        raise PhotoError(
            f"{label} is not a photo that can be read. Use JPEG, PNG, TIFF, WebP, HEIC or AVIF."
        ) from error
    _check_size(image.size, label, max_pixels)
    if decoders.is_deep_png(head):
        image.load()  # for metadata that stands behind the pixels
        stream.seek(0)
        samples = decoders.read_deep_png(stream.read())
    elif image.format in ("AVIF", "HEIF"):
        stream.seek(0)
        return _from_heif(image, stream.read(), label)
    else:
        samples = decoders.read_image(image)  # first: some metadata comes with the pixels
    return _photo(samples, _meant(_facts_of_image(image), image, stream), label)


def _from_image(image: Image.Image, label: str, max_pixels: int) -> Photo:
    _check_size(image.size, label, max_pixels)
    samples = decoders.read_image(image)
    return _photo(samples, _meant(_facts_of_image(image), image), label)


def _from_heif(image: Image.Image, data: bytes, label: str) -> Photo:
    """An AVIF or HEIF, whose header Pillow has read, at its own depth."""
    is_avif = image.format == "AVIF"
    bits = decoders.avif_bits(data) if is_avif else int(image.info.get("bit_depth") or 8)
    if bits <= 8:
        samples = decoders.read_image(image)
    else:
        samples = (decoders.read_deep_avif if is_avif else decoders.read_deep_heif)(data, bits)
    facts = _facts_of_image(image)
    return _photo(samples, _with_meaning(facts, tones.of_boxes(data, facts.icc)), label)


def _from_tiff(stream: BinaryIO, head: bytes, label: str, max_pixels: int) -> Photo:
    if is_raw_tiff(head, label):
        raise UnsupportedFile(RAW)
    page = tiff.open_picture(stream)
    tiff.bits(page)
    _check_size((page.imagewidth, page.imagelength), label, max_pixels)
    _check_size((page.tilewidth, page.tilelength), label, max_pixels)
    samples = tiff.read(page)
    return _photo(samples, _facts_of_tiff(stream, page), label)


def _from_bytes(stream: BinaryIO, head: bytes, label: str, max_pixels: int) -> Photo:
    """JPEG 2000 and JPEG XL, of which Pillow knows too little."""
    stream.seek(0)
    data = stream.read()
    if head.startswith(jpeg2000.STARTS):
        header = jpeg2000.read_header(data)
        _check_size((header.size.width, header.size.height), label, max_pixels)
        facts = _facts_of_boxes("JPEG2000", header.exif, header.xmp, header.icc, header.dpi)
        return _photo(jpeg2000.read(data, header), facts, label)
    found = jpegxl.read_header(data)
    _check_size((found.width, found.height), label, max_pixels)
    meaning = tones.of_code_points(*found.tones) if found.tones else None
    if meaning is None:
        raise UnsupportedFile(
            "a JPEG XL file with a colour profile that cannot be read here. "
            "Save it as JPEG, PNG or TIFF"
        )
    facts = _facts_of_boxes("JXL", found.exif, found.xmp, b"", None)
    return _photo(jpegxl.read(data, found), _with_meaning(facts, meaning), label, upright=True)


def _from_rare_jpeg(stream: BinaryIO, label: str, max_pixels: int) -> Photo | None:
    """A JPEG that Pillow does not decode, or None where it does, or nobody can."""
    stream.seek(0)
    data = stream.read()
    frame = jpeg.frame(data)
    if frame is None:
        return None
    jpeg.check_coding(frame)
    if jpeg.is_for_pillow(frame):
        return None
    _check_size((frame.width, frame.height), label, max_pixels)
    image = decoders.open_image(BytesIO(jpeg.as_usual(data, frame)))
    return _photo(jpeg.read(data, frame), _meant(_facts_of_image(image), image), label)


def _photo(samples: Samples, facts: _Facts, label: str, *, upright: bool = False) -> Photo:
    if not samples.colour.size:  # some formats can say so in their header
        raise PhotoError(f"{label} has no pixels. Choose another photo.")
    block, xmp, alpha = facts.exif, facts.xmp, samples.alpha
    orientation = exif.orientation(block)
    if orientation is None:
        found = _XMP_ORIENTATION.search(xmp)
        orientation = int(found[2]) if found else 1
    turn = 1 if upright else orientation
    notices: tuple[str, ...] = ()
    if facts.hdr:
        pixels = hdr.to_srgb(samples.colour, facts.hdr)
        notices = (f"{label} is an HDR picture; it was mapped to ordinary brightness.",)
    else:
        pixels = to_srgb(samples, facts.icc)
    return Photo(
        pixels=_turned(pixels, turn),
        alpha=None if alpha is None else _turned(alpha, turn),
        format=facts.format,
        name=label,
        exif=block if orientation == 1 else exif.with_fields(block, {exif.ORIENTATION: [1]}),
        dpi=facts.dpi[::-1] if facts.dpi and orientation >= 5 else facts.dpi,
        xmp=_XMP_ORIENTATION.sub(rb"\g<1>1", xmp),
        notices=notices,
    )


def _facts_of_image(image: Image.Image) -> _Facts:
    block = image.info.get("exif")
    if not isinstance(block, bytes):
        block = _held_exif(image)
    block = block if exif.is_readable(block) else b""
    xmp = image.info.get("xmp") or b""
    format = "JPEG" if image.format == "MPO" else image.format or "PNG"  # MPO: several JPEGs
    return _Facts(
        format=format,
        exif=block,
        xmp=xmp.encode() if isinstance(xmp, str) else bytes(xmp),
        icc=image.info.get("icc_profile") or b"",
        dpi=_usable_dpi(image.info.get("dpi")) or _usable_dpi(exif.resolution(block)),
    )


def _facts_of_tiff(stream: BinaryIO, page: Any) -> _Facts:
    """What the first directory says, of the whole file, and the picture's own of itself."""
    first = exif.Tiff(stream)
    block = exif.from_tiff(stream)
    xmp, icc = first.field(exif.XMP), first.field(exif.ICC_PROFILE)
    own = page.tags.valueof(exif.ORIENTATION)
    if own is not None and own != exif.orientation(block):
        block = exif.with_fields(block, {exif.ORIENTATION: [own if 1 <= own <= 8 else 1]})
    return _Facts(
        format="TIFF",
        exif=block,
        xmp=xmp.raw if xmp else b"",
        icc=page.iccprofile or (icc.raw if icc else b""),
        dpi=_usable_dpi(exif.resolution(block)),
    )


def _facts_of_boxes(
    format: str, block: bytes, xmp: bytes, icc: bytes, dpi: tuple[float, float] | None
) -> _Facts:
    """What JPEG 2000 and JPEG XL say; before EXIF the latter has four bytes of its own."""
    places = [place for start in tiff.STARTS[:2] if (place := block[:64].find(start)) >= 0]
    block = exif.PREFIX + block[min(places) :] if places else b""
    block = block if exif.is_readable(block) else b""
    dpi = _usable_dpi(dpi) or _usable_dpi(exif.resolution(block))
    return _Facts(format, block, xmp, icc, dpi)


def _meant(facts: _Facts, image: Image.Image, stream: BinaryIO | None = None) -> _Facts:
    """The facts with what numbers mean, of a PNG or of a JPEG without a profile."""
    if image.format == "PNG":
        if stream is None:
            return _with_meaning(facts, tones.of_png_info(image.info, facts.icc))
        return _with_meaning(facts, tones.of_png(stream, image.info, facts.icc))
    if image.format in ("JPEG", "MPO") and not facts.icc:
        return _with_meaning(facts, tones.of_exif(facts.exif))
    return facts


def _with_meaning(facts: _Facts, meaning: tones.Meaning) -> _Facts:
    return facts._replace(icc=meaning.icc, hdr=meaning.hdr)


def _held_exif(image: Image.Image) -> bytes:
    """EXIF that Pillow has taken apart: of TIFF images, and of PNG that hold it as text."""
    try:
        held = image.getexif()
        block = held.tobytes() if held else b""
    except Exception:  # on damaged EXIF Pillow raises anything; the picture is still good
        return b""
    return exif.compact(block)


def _turned(array: Pixels, orientation: int) -> Pixels:
    """Make (H, W) or (H, W, C), stored in one of EXIF's orientations 1 to 8, upright."""
    if orientation >= 5:  # 5 to 8 have rows and columns exchanged
        array = array.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)


def _usable_dpi(dpi: Any) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in dpi)
    except (TypeError, ValueError, ArithmeticError):
        return None
    usable = all(math.isfinite(value) and 1 <= value <= 65_535 for value in (across, down))
    return (_whole_if_near(across), _whole_if_near(down)) if usable else None


def _whole_if_near(dpi: float) -> float:
    # PNG counts whole dots a metre, half of which are 0.0127 dpi: there 300 comes as 299.9994.
    return float(round(dpi)) if abs(dpi - round(dpi)) < 0.013 else dpi


@contextmanager
def _opened(source: str | os.PathLike[str] | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield BytesIO(source)
        return
    path = Path(source)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():  # a pipe would wait for ever, /dev/zero never end
        raise PhotoError(f"{_name_of(source)} is not a file. Choose a photo.")
    with path.open("rb") as stream:
        yield stream


def _check_size(size: tuple[int, int], label: str, max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise PhotoError(
            f"{label} has {width} x {height} pixels, more than the {max_pixels:,} that are "
            "accepted. Make a smaller copy."
        )


def _name_of(source: Source) -> str:
    if isinstance(source, Image.Image):
        source = getattr(source, "filename", "") or "photo"
    if isinstance(source, bytes):
        return "photo"
    return printable(Path(source).name or str(source))
