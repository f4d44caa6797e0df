"""What a visitor asks for of a photo, and what the page shows of it: named, whatever the order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from ..missing import Stroke
from ..settings import Size


@dataclass(frozen=True)
class Settings:
    """The settings as they stand on the page.

    Attributes:
        model: its key on the page.
        strength: of the colours.
        size: short side in pixels at which the model sees the photo.
        auto: whether a size is to be found instead.
        restore_first: whether the photo is restored before.
        restore_strength: how much, 0 to 1.
        fill: whether what is missing is filled before.
        marks: what the visitor drew over what was found missing.
    """

    model: str
    strength: float
    size: float
    auto: bool
    restore_first: bool
    restore_strength: float
    fill: bool = False
    marks: tuple[Stroke, ...] = ()


@dataclass(frozen=True)
class Order:
    """What a look is made of: enough to make it again.

    Attributes:
        photo: path of the file as it came.
        model: its key on the page.
        size: at which the network sees the photo.
        restore: strength of restoring before, or None.
        references: paths of colour photos whose colours go to what is alike.
        reference_strength: how far the colours go over to theirs, 0 to 1.
        fill: what was drawn over what is found missing, which is filled; None: nothing is.
    """

    photo: str | None
    model: str
    size: Size
    restore: float | None
    references: tuple[str, ...] = ()
    reference_strength: float = 1.0
    fill: tuple[Stroke, ...] | None = None

    @classmethod
    def asked(cls, photo: str | None, settings: Settings) -> Order:
        """Make an order of the settings; none of them needs another look but those in it."""
        return cls(
            photo,
            settings.model,
            "auto" if settings.auto else int(settings.size),
            settings.restore_strength if settings.restore_first else None,
            fill=settings.marks if settings.fill else None,
        )

    @property
    def plain(self) -> Order:
        """The same without references: its look is theirs too."""
        return replace(self, references=(), reference_strength=1.0)


def name_of(photo: str | None) -> str:
    """Return a name of a photo's own, by which what was said of it is found again.

    Gradio names an upload's folder by what is in it, so the same photo has the same name.
    """
    return hashlib.sha256(str(photo).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Outcome:
    """What is shown of a photo; None leaves a part of the page empty.

    Attributes:
        frame: previews of before and after; on the page with the token of the look.
        line: a caption.
        doubt: where the model is guessing, if it knows.
        lightness: before and after restoring, if the photo was restored.
        file: in full size, for who asks for it at once.
    """

    frame: dict[str, Any] | None = None
    line: str | None = None
    doubt: dict[str, Any] | None = None
    lightness: dict[str, Any] | None = None
    file: str | None = None
