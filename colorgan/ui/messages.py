"""What visitors read when something is not as it should be."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from ..errors import ColorganError, ModelError, PackageError
from .texts import Texts


def toast_text(error: ColorganError) -> str:
    """Return the sentence of an error as a toast can show it: toasts are HTML, file names are
    not."""
    return html.escape(str(error), quote=False)


@contextmanager
def errors_as_toasts(texts: Texts) -> Iterator[None]:
    """Show our own errors as a message on the page.

    What is wrong with a model or a package is the server's affair, so it goes to the log instead.
    """
    try:
        yield
    except (ModelError, PackageError) as error:
        logging.getLogger(__name__).error("%s", error)
        raise gr.Error(texts.model_missing, print_exception=False) from error
    except ColorganError as error:
        raise gr.Error(toast_text(error), print_exception=False) from error
