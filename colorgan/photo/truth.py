"""What a photo says of its picture, made true again: it is upright, sRGB, of a size of its own.

A file's words describe the picture as it was stored there. Those that are no longer true are set
right or taken out; all others are captions, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from . import exif, xmp
from .tiff_fields import Field


class Facts(NamedTuple):
    """What is true of the picture."""

    width: int
    height: int
    dpi: tuple[float, float] | None
    turned: bool
    """Whether it was stored another way up."""


# Pictures and sounds beside the picture: gain maps, depth, portraits, motion; stored elsewhere in
# the file, and not written again.
_COMPANIONS = (
    "http://ns.adobe.com/hdr-gain-map/",
    "http://ns.apple.com/HDRGainMap/",
    "http://ns.apple.com/pixeldatainfo/",
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.google.com/photos/1.0/camera/",
    "http://ns.google.com/photos/1.0/depthmap/",
    "http://ns.google.com/photos/1.0/image/",
    "http://ns.google.com/photos/1.0/audio/",
    "http://ns.google.com/photos/1.0/focus/",
    "http://ns.google.com/photos/dd/1.0/",
    "http://ns.xiaomi.com/photos/1.0/camera/",
    "http://ns.oplus.com/photos/1.0/camera/",
    "http://ns.samsung.com/gallery/",
)
_PANORAMA = "http://ns.google.com/photos/1.0/panorama/"
_EXIF_EXTENSION = "http://cipa.jp/exif/1.0/"
_PROVENANCE = "http://purl.org/dc/terms/provenance"
_STORED = frozenset(
    [
        *(xmp.TIFF + name for name in (
            "BitsPerSample", "Compression", "PhotometricInterpretation", "SamplesPerPixel",
            "PlanarConfiguration", "YCbCrSubSampling", "YCbCrPositioning", "YCbCrCoefficients",
            "TransferFunction", "WhitePoint", "PrimaryChromaticities", "ReferenceBlackWhite",
            "NativeDigest")),
        *(xmp.EXIF + name for name in ("CompressedBitsPerPixel", "Gamma", "NativeDigest")),
        *(xmp.PHOTOSHOP + name for name in ("LegacyIPTCDigest", "SidecarForExtension")),
        _EXIF_EXTENSION + "Gamma",
        xmp.XMP + "Thumbnails",
    ]
)  # fmt: skip
_SRGB, _SRGB_NAME, _DCF_SRGB = "1", "sRGB built-in", "R98"


def of_exif(block: bytes, facts: Facts) -> bytes:
    """An EXIF block that is true of the picture; b"" stays so."""
    if not block:
        return block
    first = exif.fields(block)
    changes: dict[int, exif.Value | None] = dict.fromkeys(exif.PICTURE_FIELDS & first.keys())
    changes |= {exif.IMAGE_WIDTH: [facts.width], exif.IMAGE_LENGTH: [facts.height]}
    changes |= {exif.ORIENTATION: [1], exif.IMAGE_DESCRIPTION: None}
    if facts.dpi is None:
        changes |= dict.fromkeys((exif.X_RESOLUTION, exif.Y_RESOLUTION, exif.RESOLUTION_UNIT))
    if not first.get(exif.IMAGE_DESCRIPTION, _NONE).raw.startswith(_SHAPES):
        del changes[exif.IMAGE_DESCRIPTION]
    block = _set(block, changes)
    size: Mapping[int, exif.Value | None] = {
        exif.PIXEL_WIDTH: [facts.width],
        exif.PIXEL_HEIGHT: [facts.height],
        exif.COLOUR_SPACE: [1],
        exif.GAMMA: None,
        exif.COMPRESSED_BITS: None,
    }
    block = _set(block, size, exif.EXIF)
    inner: dict[int, exif.Value | None] = {
        exif.RELATED_WIDTH: [facts.width],
        exif.RELATED_HEIGHT: [facts.height],
        exif.INTEROPERABILITY_INDEX: _DCF_SRGB,
    }
    return _set(block, inner, exif.EXIF, exif.INTEROPERABILITY)


def of_xmp(packet: bytes, facts: Facts) -> bytes:
    """An XMP packet that is true of the picture."""
    across, down = facts.dpi or (None, None)
    now: dict[str, str | None] = {
        xmp.TIFF + "ImageWidth": str(facts.width),
        xmp.TIFF + "ImageLength": str(facts.height),
        xmp.TIFF + "Orientation": "1",
        xmp.TIFF + "XResolution": _ratio(across),
        xmp.TIFF + "YResolution": _ratio(down),
        xmp.TIFF + "ResolutionUnit": "2" if facts.dpi else None,
        xmp.EXIF + "PixelXDimension": str(facts.width),
        xmp.EXIF + "PixelYDimension": str(facts.height),
        xmp.EXIF + "ColorSpace": _SRGB,
        xmp.PHOTOSHOP + "ICCProfile": _SRGB_NAME,
        xmp.PHOTOSHOP + "ColorMode": "3",  # RGB
        _EXIF_EXTENSION + "InteroperabilityIndex": _DCF_SRGB,
        **dict.fromkeys(_STORED),
    }

    def change(name: str, value: str) -> str | None:
        if name.startswith(_COMPANIONS) or (facts.turned and name.startswith(_PANORAMA)):
            return None
        if name == _PROVENANCE and value.startswith("self#"):  # a manifest inside the old file
            return None
        return now.get(name, value)

    return xmp.upright(xmp.changed(packet, change))


_SHAPES = b'{"shape":'  # how tifffile notes the array that it wrote
_NONE = Field(0, 0, b"")


def _set(block: bytes, changes: Mapping[int, exif.Value | None], *path: int) -> bytes:
    """The block with those of the fields changed that are there and not so already."""
    there = exif.fields(block, *path)
    wanted = {tag: value for tag, value in changes.items() if tag in there}
    return exif.with_fields(block, wanted, *path) if wanted else block


def _ratio(dpi: float | None) -> str | None:
    return None if dpi is None else f"{round(dpi * 10_000)}/10000"
