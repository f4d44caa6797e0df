"""The survey over HTTP: five routes, JSON in and out, pictures by token.

    POST start    {}                             -> {"key"}
    POST session  {"key"}                        -> practice, steps, trials, done
    GET  picture/TOKEN                           -> the picture
    POST vote     {"token", "answer", "milliseconds"} -> {"stored": true}, once it is committed
    POST results  {"key"}                        -> names, own choices, leaderboard; at the end only

Whatever is wrong comes as {"error": sentence} with its status; 503 means: try again.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ..errors import StoreError, VoteError
from .standing import Standing
from .survey import LIFE, Survey

LARGEST = 4096  # bytes of a request
_Answer = Callable[[dict[str, Any], str], dict[str, Any]]


def routes(survey: Survey) -> list[BaseRoute]:
    """Return an open survey's routes, which stand below /survey, for a server.

    Each has its whole path: a `Mount` finds nothing below it where a proxy takes a prefix off.
    """
    standing = Standing(survey)

    def start(_: dict[str, Any], address: str) -> dict[str, Any]:
        return {"key": survey.start(address)}

    def session(asked: dict[str, Any], _: str) -> dict[str, Any]:
        return survey.session(_text(asked, "key"))

    def vote(asked: dict[str, Any], address: str) -> dict[str, Any]:
        duration = asked.get("milliseconds")
        survey.vote(_text(asked, "token"), _text(asked, "answer"), duration, address)
        return {"stored": True}

    def results(asked: dict[str, Any], _: str) -> dict[str, Any]:
        return standing.shown(_text(asked, "key"))

    async def picture(request: Request) -> Response:
        try:
            path = survey.picture(request.path_params["token"])
        except VoteError as error:
            return _refusal(error)
        # Neither the file's name nor its date may tell which model it is.
        data = await run_in_threadpool(path.read_bytes)
        headers = {"Cache-Control": f"private, max-age={LIFE}", "X-Content-Type-Options": "nosniff"}
        return Response(data, media_type="image/webp", headers=headers)

    posts = {"start": start, "session": session, "vote": vote, "results": results}
    served = [
        Route(f"/survey/{name}", _json(work), methods=["POST"]) for name, work in posts.items()
    ]
    return [*served, Route("/survey/picture/{token}", picture)]


def _json(work: _Answer) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            asked = await _read(request)
            address = request.client.host if request.client else ""
            return JSONResponse(
                await run_in_threadpool(work, asked, address), headers={"Cache-Control": "no-store"}
            )
        except VoteError as error:
            return _refusal(error)
        except StoreError as error:
            logging.getLogger(__name__).error("%s", error)
            # The sentence names places on the server; the visitor needs to know one thing.
            sentence = "The survey's database does not answer just now. Please try again."
            return _refusal(VoteError(sentence, 503, 2))

    return endpoint


async def _read(request: Request) -> dict[str, Any]:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        # A form of another site can send none of this kind: browsers ask the server first.
        raise VoteError("The request must be JSON, of the type application/json.", 415)
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise VoteError("The request is too long.", 413)
    try:
        asked = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise VoteError("The request is no JSON object.")
    return asked


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise VoteError(f"The request lacks its {name}.")
    return value


def _refusal(error: VoteError) -> Response:
    headers = {"Cache-Control": "no-store"}
    if error.wait is not None:
        headers["Retry-After"] = str(math.ceil(error.wait))
    return JSONResponse({"error": str(error)}, error.status, headers)
