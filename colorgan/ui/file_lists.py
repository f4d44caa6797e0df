"""Boxes of several files that assistants can fill, too.

Gradio tells assistants a schema of such a box that they cannot follow (its definitions are not
where it refers to), and makes files of single links only, not of those in a list.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, TypeGuard

import gradio as gr
from gradio.processing_utils import save_base64_to_cache, save_url_to_cache
from gradio.utils import get_upload_folder, is_in_or_equal

_LINK = {"type": "string", "format": "a http or https url to a file, or its data as base64"}
_UPLOAD = {"type": "object", "title": "FileData"}


def fillable(box: gr.File) -> gr.File:
    """Let a box of several files take links and base64 besides uploads; return it."""
    box.api_info = lambda: {  # type: ignore[method-assign]
        "type": "array",
        "items": {"anyOf": [_LINK, _UPLOAD]},
    }
    box.data_model = None  # it would refuse links
    box.preprocess = _paths  # type: ignore[method-assign]
    return box


def uploaded(path: Any) -> TypeGuard[str]:
    """Return whether something is the path of an upload that is there."""
    return (
        isinstance(path, str) and is_in_or_equal(path, get_upload_folder()) and Path(path).is_file()
    )


def _paths(payload: Any) -> list[str] | None:
    """Return paths of files; links are fetched, and what is no file is left out."""
    if not isinstance(payload, list):
        return None
    paths = [_path(one) for one in payload]
    return [path for path in paths if path is not None]


def _path(one: Any) -> str | None:
    if isinstance(one, str):
        return _fetched(one)
    path = one.get("path") if isinstance(one, dict) else None
    return path if uploaded(path) else None


def _fetched(link: str) -> str:
    fetch = save_base64_to_cache if link.startswith("data:") else save_url_to_cache
    try:
        return str(fetch(link, get_upload_folder()))
    except Exception as error:  # whatever a stranger's link may lead to
        short = html.escape(link[:80], quote=False)
        message = f"{short} leads to no file. Give a link that anybody can open."
        raise gr.Error(message, print_exception=False) from error
