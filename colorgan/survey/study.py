"""A study: frozen pictures of photos coloured by two or more models, and what is asked of people.

    STUDY/study.json     names, revisions, hashes, lengths, the rule for whose answers count
    STUDY/pictures/      every picture that is shown, all of one kind of file

Nothing in it changes once it is prepared; its fingerprint stands in every vote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from ..errors import SurveyError
from ..output.whole_file import whole_file
from ..version import __version__

STUDY = "study.json"
PICTURES = "pictures"
ORIGINAL = "original"
DECOY = "decoy"
"""Not models: the photo itself, and a picture in colours that nobody takes for real."""
RESERVED = frozenset(
    {ORIGINAL, DECOY, "coloured", "left", "right", "none", "tie", "neither", "both"}
)
"""No names for models: an answer of these words would not tell what was chosen."""
QUESTIONS = {
    "real": "Which looks more real?",
    "prefer": "Which do you prefer?",
    "original": "Which is the real photograph?",
}
"""What is asked, in English: of each pair the first two, of originals the last."""
PAIRS = 20
ORIGINALS = 5
"""How many trials of pairs and of originals a participant gets, unless a study says otherwise."""


@dataclass(frozen=True)
class System:
    """A model that takes part: its name as given, its revision, the hash of its weights."""

    name: str
    revision: str
    sha256: str


@dataclass(frozen=True)
class StudyPhoto:
    """A photo of the study.

    Attributes:
        name: of its file, relative to its folder.
        group: its folder, or what its name begins with; may be empty.
        sha256: of its file.
        width, height: of its pictures, in pixels.
        in_colour: whether it can be shown as the original.
        pictures: file of the picture by system name, `original` or `decoy`.
    """

    name: str
    group: str
    sha256: str
    width: int
    height: int
    in_colour: bool
    pictures: dict[str, str]


@dataclass(frozen=True)
class Rule:
    """Whose answers count, fixed before the first vote.

    Attributes:
        catch_failures: largest share of catch trials that a participant may get wrong.
        side_p: a participant is left out who chooses one side in so many trials that fair choosing
            would do so with a smaller probability than this (two-sided exact binomial test).
    """

    catch_failures: float = 1 / 3
    side_p: float = 0.001


@dataclass(frozen=True)
class Study:
    """A frozen study; see the module.

    Attributes:
        pairs: pairs of pictures that each participant is asked about.
        originals: trials a participant of the original against a coloured picture.
    """

    name: str
    systems: tuple[System, ...]
    photos: tuple[StudyPhoto, ...]
    sha256: dict[str, str]
    pairs: int = PAIRS
    originals: int = ORIGINALS
    rule: Rule = field(default_factory=Rule)
    colorgan: str = __version__
    folder: Path = Path()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the systems."""
        return tuple(system.name for system in self.systems)

    @property
    def system_pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two systems, in the order of the systems."""
        return tuple(combinations(self.names, 2))

    @property
    def colour_photos(self) -> tuple[StudyPhoto, ...]:
        """Photos whose original can be shown against a coloured version."""
        return tuple(photo for photo in self.photos if photo.in_colour)

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of the SHA-256 of all that is frozen."""
        return hashlib.sha256(json.dumps(self.frozen(), sort_keys=True).encode()).hexdigest()[:16]

    def revision(self, shown: str) -> str:
        """Return the revision of a system; empty for the original and the decoy."""
        return next((s.revision for s in self.systems if s.name == shown), "")

    def photo_of(self, name: str) -> StudyPhoto:
        """Return the photo of a name."""
        return next(photo for photo in self.photos if photo.name == name)

    def picture(self, photo: str, shown: str) -> Path:
        """Return the file that shows a photo by a system, `original` or `decoy`."""
        return self.folder / PICTURES / self.photo_of(photo).pictures[shown]

    def frozen(self) -> dict[str, Any]:
        """Return what `study.json` holds; its words are those of the first version."""
        content = asdict(self)
        del content["folder"]
        content["fool"] = content.pop("originals")
        return content


def save(study: Study) -> None:
    """Write `study.json` into the study's folder."""
    with whole_file(study.folder / STUDY) as part:
        part.write_text(json.dumps(study.frozen(), indent=2) + "\n")


def load(folder: str | Path) -> Study:
    """Read a study and compare every picture with its hash.

    Raises:
        SurveyError: there is no study, it cannot be read, or a picture was changed or lost.
    """
    folder = Path(folder)
    path = folder / STUDY
    if not path.is_file():
        raise SurveyError(
            f"The folder {folder} holds no study: make one by `colorgan survey prepare`."
        )
    try:
        content = json.loads(path.read_text())
        content["originals"] = content.pop("fool")
        study = Study(
            **{
                **content,
                "systems": tuple(System(**system) for system in content["systems"]),
                "photos": tuple(StudyPhoto(**photo) for photo in content["photos"]),
                "rule": Rule(**content["rule"]),
                "folder": folder,
            }
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SurveyError(
            f"The study {path} cannot be read ({error}): bring back the file as it was prepared."
        ) from error
    _verify(study)
    return study


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of some bytes as hex digits."""
    return hashlib.sha256(data).hexdigest()


def _verify(study: Study) -> None:
    named = {file for photo in study.photos for file in photo.pictures.values()}
    for file in sorted(named):
        path = study.folder / PICTURES / file
        try:
            found = sha256_of(path.read_bytes())
        except OSError as error:
            raise SurveyError(f"The study lacks its picture {path}: bring it back.") from error
        if found != study.sha256.get(file):
            raise SurveyError(
                f"The picture {path} is not the one that was prepared: bring it back, or prepare "
                "a new study. Votes on other pictures would not be comparable."
            )


def check_names(names: Sequence[str]) -> None:
    """Refuse systems that a study cannot hold.

    Raises:
        SurveyError: fewer than two, one twice, or one with a name that means something else.
    """
    if len(names) < 2:
        raise SurveyError("A study compares at least two models: give --model NAME NAME.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SurveyError(f"The model {twice[0]} is named twice.")
    taken = [name for name in names if name.lower() in RESERVED]
    if taken:
        raise SurveyError(f"A study uses the name {taken[0]} for itself: rename that model folder.")
