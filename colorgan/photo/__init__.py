"""Picture files in and out.

`read` gives a `Photo`: upright sRGB pixels at 8 or 16 bits, with what the file said about them.
`write` puts the coloured one back as a file with all of that, an sRGB profile, and a note of who
coloured it. Whatever is wrong with a file ends as a PhotoError, never as another exception.

    file -> header (kind, size, depth) -> samples -> sRGB -> upright -> Photo
    Photo -> EXIF and XMP with the note -> bytes of one format -> beside the goal, then renamed

What is read: JPEG, PNG, TIFF, WebP, HEIC and AVIF, and the first picture of BMP, GIF, JPEG 2000,
JPEG XL, JPEG-LS and PPM, which are written as PNG (JPEG-LS as JPEG). Depth is kept up to 16 bits:
what has 9 to 15 is stretched to 16, more is refused. Pictures for HDR screens are mapped to
ordinary brightness. Raw files of cameras are refused; of a TIFF with a thumbnail the picture comes.

`reading` and `writing` know the way. `decoders` knows the formats that Pillow opens, `tiff`,
`jpeg2000`, `jpegxl`, `jpeg` and `netpbm` those of their names (`boxes` is what some are made of),
`encoders` those that are written, `signatures` what is no photo, `formats` the endings. `icc` is
about colour profiles, `tones` and `hdr` about numbers in their place, `samples` about depth, `exif`
about metadata, `notes` about what a file says of how it was made, `plain_errors` about sentences.
"""

from __future__ import annotations

import pillow_heif

from .formats import is_written, same_format
from .photo import Photo
from .reading import MAX_PIXELS, Source, read
from .writing import encode, suffix, to_image, to_rgb, write

__all__ = [
    "MAX_PIXELS",
    "Photo",
    "Source",
    "encode",
    "is_written",
    "read",
    "same_format",
    "suffix",
    "to_image",
    "to_rgb",
    "write",
]

pillow_heif.register_heif_opener()  # before any file of this package opens or writes a picture
