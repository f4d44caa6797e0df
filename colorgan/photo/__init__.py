"""Picture files in and out.

`read` gives a `Photo`: upright sRGB pixels at 8 or 16 bits, with what the file said about them.
`write` puts the coloured one back as a file with all of that, an sRGB profile, and a note of who
coloured it. Whatever is wrong with a file ends as a PhotoError, never as another exception.

    file -> parts (captions, what the decoder gets) -> header (kind, size, depth) -> samples -> sRGB
         -> upright -> captions made true of that -> Photo
    Photo -> captions and the note in the format's places -> bytes -> beside the goal, then renamed

`read_pages` gives all `Pages` of a TIFF and all frames of an animation, one by one, and
`write_pages` puts them together again; of any other file both do what `read` and `write` do.

    pages = read_pages("scan.tif")
    write_pages(pages.map(work), "scan in colour.tif", note)

What is read: JPEG, PNG, TIFF, WebP, HEIC and AVIF, and BMP, GIF, JPEG 2000, JPEG XL, JPEG-LS and
PPM, which are written as PNG (JPEG-LS as JPEG). Animations are GIF, PNG, WebP and AVIF; that of GIF
is written as PNG, that of AVIF as WebP. Depth is kept up to 16 bits: what has 9 to 15 is stretched
to 16, more is refused. Pictures for HDR screens are mapped to ordinary brightness. Raw files of
cameras are refused; of a TIFF with a thumbnail the picture comes.

`reading` and `writing` know the way, `facts` what a file says of its picture. `decoders` knows the
formats that Pillow opens, `tiff`, `jpeg2000`, `jpegxl`, `jpeg` and `netpbm` those of their names
(`boxes` is what some are made of), `encoders` those that are written, `formats` the endings, and
`signatures` what is no photo. `pages`, `tiff_pages` and `animation` are about files with several
pictures, `icc` about colour profiles, `tones` and `hdr` about numbers in their place, `samples`
about depth, `plain_errors` about sentences. `parts`, with `jpeg_parts`, `png_parts` and
`other_parts`, takes files apart; `exif`, `xmp` and `iptc` know the blocks that captions are in,
`truth` what they may say of the picture, `captions` where each goes, `notes` what a file says of
how it was made, and `keeping` which files may be replaced. `enlarging` makes more pixels.
"""

from __future__ import annotations

import pillow_heif

from ..settings import MAX_PIXELS
from .enlarging import enlarged
from .formats import ending_of, same_format, stem_of, with_ending
from .keeping import Keeper, may_write
from .pages import Pages, Written, read_pages, warn_of, write_pages
from .parts import Text
from .photo import Photo
from .reading import Source, read
from .writing import encode, suffix, to_image, to_rgb, write

__all__ = [
    "MAX_PIXELS",
    "Keeper",
    "Pages",
    "Photo",
    "Source",
    "Text",
    "Written",
    "encode",
    "ending_of",
    "enlarged",
    "may_write",
    "read",
    "read_pages",
    "same_format",
    "stem_of",
    "suffix",
    "to_image",
    "to_rgb",
    "warn_of",
    "with_ending",
    "write",
    "write_pages",
]

pillow_heif.register_heif_opener()  # before any file of this package opens or writes a picture
