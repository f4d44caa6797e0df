"""A picture with its metadata, as all rooms hand it on."""

from __future__ import annotations

from dataclasses import dataclass

from .parts import Text
from .samples import Pixels


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
    """As Pillow hands it around, true of the picture: orientation 1, sRGB, its size."""
    dpi: tuple[float, float] | None = None
    """Dots per inch across and down."""
    xmp: bytes = b""
    """The XMP packet, true of the picture, with what an extended packet held."""
    iptc: bytes = b""
    """Captions as an IPTC (IIM) block, which archives use; see `colorgan.photo.iptc`."""
    texts: tuple[Text, ...] = ()
    """Texts that stand by themselves: those of a PNG by keyword, and comments."""
    notices: tuple[str, ...] = ()
    """Sentences for a person about what reading left out or changed, such as a damaged text."""

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
