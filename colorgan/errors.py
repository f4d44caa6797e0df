"""Errors whose text is a sentence for a person.

    ColorganError
    ├── PhotoError       a picture that cannot be read or written
    ├── FilmError        a film that cannot be read or written
    ├── HintError        what a person says of a photo's colours, but cannot be understood
    ├── ModelError       a model that cannot be found, read or rebuilt
    ├── PackageError     a package that is not installed
    ├── TrainingError    a training that cannot start or go on
    └── SurveyError      a survey that cannot be prepared, held or read
        ├── VoteError    a vote that cannot be taken
        └── StoreError   a database of votes that cannot be used

The command prints the text in one line and exits 1; the page shows it as a message.
"""

from __future__ import annotations


class ColorganError(Exception):
    """Something a person can mend: says what is wrong, with which file, and what to do."""


class PhotoError(ColorganError):
    """A picture that cannot be read or written."""


class PhotoWarning(UserWarning):
    """Something of a photo that was left out or changed while it was read."""


def out_of_memory(name: str) -> PhotoError:
    """Return the error of a photo that is too large for this machine's memory."""
    return PhotoError(f"{name} needs more memory than is free. Make a smaller copy.")


class FilmError(ColorganError):
    """A film that cannot be read or written."""


class HintError(ColorganError):
    """What a person says of a photo's colours, but cannot be understood."""


class ModelError(ColorganError):
    """A model that cannot be found, read or rebuilt."""


class PackageError(ColorganError):
    """A package that is not installed."""


class TrainingError(ColorganError):
    """A training that cannot start or go on."""


class SurveyError(ColorganError):
    """A survey that cannot be prepared, held or read."""


class VoteError(SurveyError):
    """A vote that cannot be taken, or a page that may not be seen.

    Attributes:
        status: the HTTP status that goes with it.
        wait: seconds after which trying again makes sense, or None.
    """

    def __init__(self, message: str, status: int = 400, wait: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait


class StoreError(SurveyError):
    """A database of votes that cannot be used now or at all; nothing was acknowledged."""
