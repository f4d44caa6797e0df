"""Picture files in and out.

`read` gives a `Photo`: upright sRGB pixels at 8 or 16 bits, with what the file said about them.
`write` puts the coloured one back as a file with all of that, an sRGB profile, and a note of who
coloured it. Whatever is wrong with a file ends as a PhotoError, never as another exception.

    file -> header (kind, size, depth) -> samples -> sRGB -> upright -> Photo
    Photo -> EXIF and XMP with the note -> bytes of one format -> beside the goal, then renamed

What is read: JPEG, PNG, TIFF, WebP, HEIC and AVIF, and the first picture of BMP, GIF, JPEG 2000
and PPM, which are written as PNG. HEIC and AVIF of 10 or 12 bits are read at 8. Pixels of more
than 16 bits are refused.

`reading` and `writing` know the way, `decoders` and `encoders` the formats, `formats` their
endings, `icc` colour profiles, `exif` metadata, `notes` what a file says of how it was made,
`keeping` which files may be replaced, `plain_errors` the sentences.
"""

from __future__ import annotations

import pillow_heif

from .formats import ending_of, same_format, stem_of, with_ending
from .keeping import Keeper, may_write
from .photo import Photo
from .reading import MAX_PIXELS, Source, read
from .writing import encode, suffix, to_image, to_rgb, write

__all__ = [
    "MAX_PIXELS",
    "Keeper",
    "Photo",
    "Source",
    "encode",
    "ending_of",
    "may_write",
    "read",
    "same_format",
    "stem_of",
    "suffix",
    "to_image",
    "to_rgb",
    "with_ending",
    "write",
]

pillow_heif.register_heif_opener()  # before any file of this package opens or writes a picture
