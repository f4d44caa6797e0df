"""Files that are no photo for colorgan, told by their first bytes and named for what they are."""

from __future__ import annotations

import re
from pathlib import PurePath

RAW = "a raw camera file. Develop it first, to TIFF or JPEG"
_VIDEO = "a video. Save one picture of it as JPEG or PNG"
_PACKED = "a packed archive. Unpack it first"
_SAVE = "Save it as JPEG, PNG or TIFF"

RAW_ENDINGS = frozenset(
    [
        *(".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".erf", ".iiq", ".k25", ".kdc", ".mef"),
        *(".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".rw2", ".rwl", ".sr2", ".srf"),
        *(".srw", ".x3f"),
    ]
)
"""Of raw files of cameras but DNG, which also holds developed pictures."""

_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypcrx ", RAW),  # Canon
    (0, b"FUJIFILMCCD-RAW", RAW),
    (0, b"IIRO", RAW),  # Olympus, three kinds
    (0, b"IIRS", RAW),
    (0, b"MMOR", RAW),
    (0, b"IIU\0", RAW),  # Panasonic
    (6, b"HEAPCCDR", RAW),  # Canon, old
    (0, b"FOVb", RAW),  # Sigma
    (0, b"\0MRM", RAW),  # Minolta
    (0, b"%PDF", f"a PDF document. {_SAVE}"),
    (0, b"8BPS", f"a Photoshop file. {_SAVE}"),
    (0, b"%!PS", f"a PostScript drawing. {_SAVE}"),
    (0, b"\xc5\xd0\xd3\xc6", f"a PostScript drawing. {_SAVE}"),
    (0, b"gimp xcf", f"a GIMP file. {_SAVE}"),
    (0, b"II\xbc\x01", f"a JPEG XR picture. {_SAVE}"),
    (0, b"\x76\x2f\x31\x01", f"an OpenEXR picture. {_SAVE}"),
    (0, b"#?RADIANCE", f"a Radiance HDR picture. {_SAVE}"),
    (0, b"#?RGBE", f"a Radiance HDR picture. {_SAVE}"),
    (0, b"AT&TFORM", f"a DjVu document. {_SAVE}"),
    (0, b"SDPX", f"a DPX picture. {_SAVE}"),
    (0, b"XPDS", f"a DPX picture. {_SAVE}"),
    (0, b"SIMPLE  =", f"a FITS picture. {_SAVE}"),
    (128, b"DICM", f"a DICOM picture. {_SAVE}"),
    (0, b"qoif", f"a QOI picture. {_SAVE}"),
    (0, b"BPG\xfb", f"a BPG picture. {_SAVE}"),
    (0, b"\0\0\1\0", f"an icon. {_SAVE}"),
    (0, b"\xd7\xcd\xc6\x9a", f"a Windows drawing. {_SAVE}"),
    (40, b" EMF", f"a Windows drawing. {_SAVE}"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an Office document. {_SAVE}"),
    (0, b"PK\3\4", _PACKED),
    (0, b"Rar!", _PACKED),
    (0, b"7z\xbc\xaf\x27\x1c", _PACKED),
    (0, b"\x1f\x8b", _PACKED),
    (8, b"AVI ", _VIDEO),
    (0, b"\x1a\x45\xdf\xa3", _VIDEO),  # Matroska, WebM
    (0, b"FLV\1", _VIDEO),
    (0, b"\0\0\1\xba", _VIDEO),  # MPEG
    (0, b"\0\0\1\xb3", _VIDEO),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _VIDEO),  # Windows Media
    (4, b"moov", _VIDEO),
    (4, b"ftypqt  ", _VIDEO),
    (0, b"\0\5\x16\7", "what macOS keeps beside a file. Choose the file itself"),
    (0, b"version https://git-lfs", "a pointer of Git LFS. Fetch the photo itself"),
)
_VIDEO_BRANDS = re.compile(
    rb"....ftyp(isom|iso\d|mp4\d|avc1|M4V |MSNV|3g[ep2-6]|mmp4|dash|f4v )", re.DOTALL
)
_WEB_PAGE = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.I)
_DRAWING = re.compile(rb"<(!doctype\s+)?svg\b", re.I)


def what_else(head: bytes) -> str | None:
    """What a file is that begins with these bytes, if no photo; it follows "... is".

    A sentence and what to do, without the last full stop; None where it may be a photo.
    """
    for place, start, what in _STARTS:
        if head.startswith(start, place):
            return what
    if _VIDEO_BRANDS.match(head):
        return _VIDEO
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        if _WEB_PAGE.search(head):
            return "a web page. Download the photo itself"
        if _DRAWING.search(head):
            return f"an SVG drawing. {_SAVE}"
    return None


def is_raw_tiff(head: bytes, name: str) -> bool:
    """Return whether a TIFF with this beginning and name is a raw file of a camera.

    Only those that their directories do not betray, see `colorgan.photo.tiff`.
    """
    marks = head[8:11] == b"CR\x02" or head[8:12] in (b"IIII", b"MMMM")  # Canon, Phase One
    return marks or PurePath(name).suffix.lower() in RAW_ENDINGS
