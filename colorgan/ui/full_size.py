"""The lightness of a photo in full size, before and after it was mended, over HTTP in tiles.

    GET  hints/full/TOKEN/before/COLUMN-ROW.png
    GET  hints/full/TOKEN/after/COLUMN-ROW.png

TOKEN is that of a look (`looks`). 410 means: what is asked for is gone.
"""

from __future__ import annotations

import io
import math

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ..color.pixels import full_lightness, to_pixels
from ..errors import ColorganError
from ..rates import Rate, Rates
from .looks import GoneError, Looks
from .texts import Texts

TILE = 512
"""Side of a tile in pixels of the photo; those at the right and lower edge are smaller."""
TILES = Rate(2000, 60)
"""More than a hand can drag over."""
_HEADERS = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def routes(looks: Looks, texts: Texts) -> list[BaseRoute]:
    """Return the route of the tiles, which stands below /hints as the others do, for a server."""
    rates = Rates()

    async def tile(request: Request) -> Response:
        asked = request.path_params
        visitor = rates.hashed(request.client.host if request.client else "")
        if wait := rates.take("tile", visitor, TILES):
            sentence = texts.hints.too_quick.format(wait=texts.duration(wait))
            return JSONResponse({"error": sentence}, 429, {"Retry-After": str(math.ceil(wait))})
        try:
            found = await run_in_threadpool(_tile, looks, **asked)
        except GoneError as error:
            return JSONResponse({"error": str(error)}, 410)
        except ColorganError as error:
            return JSONResponse({"error": str(error)}, 400)
        if found is None:
            return JSONResponse({"error": "The photo has no such tile."}, 404)
        return Response(found, media_type="image/png", headers=_HEADERS)

    return [Route("/hints/full/{token}/{side}/{column:int}-{row:int}.png", tile)]


def _tile(looks: Looks, token: str, side: str, column: int, row: int) -> bytes | None:
    if side not in ("before", "after"):
        return None
    pixels = looks.full_size(token, mended=side == "after")
    part = pixels[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
    return png(part) if part.size else None


def png(pixels: NDArray[np.unsignedinteger]) -> bytes:
    """Return the lightness of pixels (h, w, 3) as a grey picture, which loses nothing."""
    lightness = full_lightness(np.ascontiguousarray(pixels))
    ab = torch.zeros_like(lightness).expand(-1, 2, -1, -1)
    grey = to_pixels(lightness, ab, np.dtype(np.uint8))[..., 0]
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(grey)).save(data, "PNG", compress_level=1)
    return data.getvalue()
