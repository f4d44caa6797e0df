"""A photo in more pixels: a plain resize, which makes nothing sharper than it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from . import truth
from .photo import Photo
from .samples import Pixels


def enlarged(photo: Photo, times: int) -> Photo:
    """Enlarge a photo by Lanczos, 2 times say; as a print it stays as large as it was."""
    if times == 1:
        return photo
    dpi = None if photo.dpi is None else (photo.dpi[0] * times, photo.dpi[1] * times)
    now = truth.Facts(photo.width * times, photo.height * times, dpi, False)
    channels = [_enlarged(photo.pixels[..., place], times) for place in range(3)]
    return replace(
        photo,
        pixels=np.stack(channels, axis=-1),
        alpha=None if photo.alpha is None else _enlarged(photo.alpha, times),
        dpi=dpi,
        exif=truth.of_exif(photo.exif, now),
        xmp=truth.of_xmp(photo.xmp, now),
    )


def _enlarged(channel: Pixels, times: int) -> Pixels:
    """Enlarge a channel (H, W) of any depth."""
    height, width = channel.shape
    large = Image.fromarray(channel.astype(np.float32)).resize(
        (width * times, height * times), Image.Resampling.LANCZOS
    )
    most = np.iinfo(channel.dtype).max
    return np.asarray(large).round().clip(0, most).astype(channel.dtype)
