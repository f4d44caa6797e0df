"""Errors whose text is a sentence for a person.

    ColorganError
    ├── PhotoError       a picture that cannot be read or written
    ├── ModelError       a model that cannot be found, read or rebuilt
    └── TrainingError    a training that cannot start or go on

The command prints the text in one line and exits 1; the page shows it as a message.
"""

from __future__ import annotations


class ColorganError(Exception):
    """Something a person can mend: says what is wrong, with which file, and what to do."""


class PhotoError(ColorganError):
    """A picture that cannot be read or written."""


class ModelError(ColorganError):
    """A model that cannot be found, read or rebuilt."""


class TrainingError(ColorganError):
    """A training that cannot start or go on."""
