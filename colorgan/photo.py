"""Picture files in and out.

`read` gives a `Photo`: upright sRGB pixels at 8 or 16 bits, with what the file said about them.
`write` puts the coloured one back as a file with all of that, an sRGB profile, and a note of who
coloured it. Whatever is wrong with a file ends as a PhotoError, never as another exception.

    file -> header (kind, size, depth) -> samples -> sRGB -> upright -> Photo
    Photo -> EXIF and XMP with the note -> bytes of one format -> beside the goal, then renamed

What is read: JPEG, PNG, TIFF, WebP, HEIC and AVIF, and the first picture of BMP, GIF, JPEG 2000
and PPM, which are written as PNG. HEIC and AVIF of 10 or 12 bits are read at 8. Pixels of more
than 16 bits are refused. Its helpers: `photo_decoders` and `photo_encoders` know the formats,
`icc` colour profiles, `exif` metadata, `notes` what a file says of how it was made, `photo_errors`
the sentences.
"""

from __future__ import annotations

import errno
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from . import exif, notes
from . import photo_decoders as decoders
from .errors import PhotoError
from .icc import Pixels, Samples, srgb_profile, to_srgb
from .photo_encoders import ENCODERS, Picture, eight_bits
from .photo_errors import plain_errors, printable
from .whole_file import whole_file

MAX_PIXELS = 150_000_000
"""The most pixels `read` accepts unless told otherwise: about 12,000 x 12,000."""

Source = str | os.PathLike[str] | bytes | Image.Image

_ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif", ".hif"),
    "AVIF": (".avif",),
}
_FORMAT_OF = {ending: format for format, endings in _ENDINGS.items() for ending in endings}
_TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PHOTO_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
_PHOTO_BRANDS = (b"WEBP", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")

_XMP_ORIENTATION = re.compile(rb'(tiff:Orientation(?:="|>))([1-8])')


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture with its metadata."""

    pixels: Pixels
    """(H, W, 3) sRGB, uint8 or uint16, upright."""
    alpha: Pixels | None
    """(H, W) of the same dtype, 0 where nothing is seen, or None."""
    format: str
    """As Pillow names it: "JPEG", "PNG", "TIFF", "WEBP", "HEIF", "AVIF", "BMP", ..."""
    name: str = "photo"
    """The file's name without its folder, for messages and downloads."""
    exif: bytes = b""
    """As Pillow hands it around, with orientation 1."""
    dpi: tuple[float, float] | None = None
    """Dots per inch across and down."""
    xmp: bytes = b""
    """The XMP packet, with orientation 1."""

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def bits(self) -> int:
        """Bits a channel: 8 or 16."""
        return 8 * self.pixels.itemsize


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


def to_image(photo: Photo) -> Image.Image:
    """Give the photo as an 8-bit Pillow image in sRGB, RGB or RGBA.

    Its `info` has icc_profile and, where known, exif, xmp and dpi, for `image.save(path,
    exif=image.info["exif"])` and the like.
    """
    image = Image.fromarray(eight_bits(_with_alpha(photo)))
    image.info["icc_profile"] = srgb_profile()
    known = {"exif": photo.exif, "xmp": photo.xmp, "dpi": photo.dpi}
    image.info.update({key: value for key, value in known.items() if value})
    return image


def suffix(photo: Photo) -> str:
    """Give the file ending of the format that `encode` uses, such as ".jpg"."""
    return _ENDINGS[_written_format(photo)][0]


def same_format(one: str, other: str) -> bool:
    """Say whether two file endings, such as ".jpg" and ".JPEG", name one format that is written."""
    format = _FORMAT_OF.get(one.lower())
    return format is not None and format == _FORMAT_OF.get(other.lower())


def is_written(ending: str) -> bool:
    """Say whether a file ending, such as ".jpg", names a format that is written."""
    return ending.lower() in _FORMAT_OF


def encode(photo: Photo, note: str) -> bytes:
    """Give the photo as a file's bytes in its own format, or as PNG where that is not written.

    `note` (see `notes`) goes into EXIF and, where the photo brought none, an XMP packet.

    Raises:
        PhotoError: the photo does not fit that format.
    """
    return _encoded(photo, _written_format(photo), note, photo.name)


def write(photo: Photo, path: str | os.PathLike[str], note: str) -> Path:
    """Write the photo to a file in the format of the path's ending, else in its own format.

    16 bits become 8, and alpha is laid on white, only where the format cannot hold them. Folders
    that are missing are made. The file appears complete or not at all: an older one of that name
    stays until then.

    Raises:
        PhotoError: the photo does not fit that format, or the file cannot be written.
    """
    goal = Path(path)
    label = printable(goal.name)
    format = _FORMAT_OF.get(goal.suffix.lower()) or _written_format(photo)
    data = _encoded(photo, format, note, label)
    with plain_errors(label, "written"):
        goal.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(goal) as part:
            part.write_bytes(data)
    return goal


# Reading: a stream or an image becomes samples and facts, these become a Photo.


class _Facts(NamedTuple):
    """What a file says of its picture."""

    format: str
    exif: bytes
    xmp: bytes
    icc: bytes
    dpi: tuple[float, float] | None


def _from_stream(stream: BinaryIO, label: str, max_pixels: int) -> Photo:
    head = stream.read(32)
    if not head:
        raise PhotoError(f"{label} is empty. Copy or download it again.")
    if head.startswith(_TIFF_STARTS):
        return _from_tiff(stream, label, max_pixels)
    try:
        image = decoders.open_image(stream)
    except UnidentifiedImageError as error:
        if head.startswith(_PHOTO_STARTS) or head[8:12] in _PHOTO_BRANDS:
            raise  # one of ours, but damaged
        raise PhotoError(
            f"{label} is not a photo that can be read. Use JPEG, PNG, TIFF, WebP, HEIC or AVIF."
        ) from error
    if not decoders.is_deep_png(head):
        return _from_image(image, label, max_pixels)
    _check_size(image.size, label, max_pixels)
    image.load()  # for metadata that stands behind the pixels
    stream.seek(0)
    return _photo(decoders.read_deep_png(stream.read()), _facts_of_image(image), label)


def _from_image(image: Image.Image, label: str, max_pixels: int) -> Photo:
    _check_size(image.size, label, max_pixels)
    samples = decoders.read_image(image)  # first: some metadata comes with the pixels
    return _photo(samples, _facts_of_image(image), label)


def _from_tiff(stream: BinaryIO, label: str, max_pixels: int) -> Photo:
    tiff = exif.Tiff(stream)
    facts = _facts_of_tiff(tiff, stream)
    if decoders.tiff_bits(tiff) <= 8:
        image = decoders.open_image(stream)
        _check_size(image.size, label, max_pixels)
        samples = decoders.read_image(image)
        return _photo(samples, facts, label, upright=True)  # Pillow has turned it
    page = decoders.open_deep_tiff(stream)
    _check_size((page.imagewidth, page.imagelength), label, max_pixels)
    _check_size((page.tilewidth, page.tilelength), label, max_pixels)
    return _photo(decoders.read_deep_tiff(page), facts, label)


def _photo(samples: Samples, facts: _Facts, label: str, *, upright: bool = False) -> Photo:
    if not samples.colour.size:  # some formats can say so in their header
        raise PhotoError(f"{label} has no pixels. Choose another photo.")
    block, xmp, alpha = facts.exif, facts.xmp, samples.alpha
    orientation = exif.orientation(block)
    if orientation is None:
        found = _XMP_ORIENTATION.search(xmp)
        orientation = int(found[2]) if found else 1
    turn = 1 if upright else orientation
    return Photo(
        pixels=_turned(to_srgb(samples, facts.icc), turn),
        alpha=None if alpha is None else _turned(alpha, turn),
        format=facts.format,
        name=label,
        exif=block if orientation == 1 else exif.with_fields(block, {exif.ORIENTATION: [1]}),
        dpi=facts.dpi[::-1] if facts.dpi and orientation >= 5 else facts.dpi,
        xmp=_XMP_ORIENTATION.sub(rb"\g<1>1", xmp),
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


def _facts_of_tiff(tiff: exif.Tiff, stream: BinaryIO) -> _Facts:
    block = exif.from_tiff(stream)
    xmp, icc = tiff.field(exif.XMP), tiff.field(exif.ICC_PROFILE)
    return _Facts(
        format="TIFF",
        exif=block,
        xmp=xmp.raw if xmp else b"",
        icc=icc.raw if icc else b"",
        dpi=_usable_dpi(exif.resolution(block)),
    )


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


# Writing: a Photo becomes the bytes of a file.


def _written_format(photo: Photo) -> str:
    return photo.format if photo.format in ENCODERS else "PNG"


def _encoded(photo: Photo, format: str, note: str, label: str) -> bytes:
    fields: dict[int, exif.Value | None] = {exif.PROCESSING_SOFTWARE: note, exif.ORIENTATION: [1]}
    if photo.dpi:  # also for formats that have no other place for it
        across, down = photo.dpi
        fields |= {exif.X_RESOLUTION: float(across), exif.Y_RESOLUTION: float(down)}
        fields[exif.RESOLUTION_UNIT] = [2]  # inches
    with plain_errors(label, "written"):
        picture = Picture(
            pixels=_with_alpha(photo),
            exif=exif.with_fields(photo.exif, fields),
            xmp=photo.xmp or notes.xmp(note),
            dpi=photo.dpi,
        )
        return ENCODERS[format](picture)


def _with_alpha(photo: Photo) -> Pixels:
    return photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])


def _name_of(source: Source) -> str:
    if isinstance(source, Image.Image):
        source = getattr(source, "filename", "") or "photo"
    if isinstance(source, bytes):
        return "photo"
    return printable(Path(source).name or str(source))
