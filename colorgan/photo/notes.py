"""What a file says of how it was made, in EXIF and XMP."""

from __future__ import annotations

from ..version import __version__
from . import exif
from . import xmp as packets

_CREATOR_TOOL = packets.XMP + "CreatorTool"
_HINTS = packets.COLORGAN + "Hints"
_SOURCE_TYPE = packets.IPTC_EXTENSION + "DigitalSourceType"

COLOURED, RESTORED, DRAWN = "Coloured by colorgan ", "Restored by colorgan ", "Drawn by colorgan "
"""How what a file says of each work begins; a photo may have gone through two."""

_TRAINED_MEDIA = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)

_GUESS = "The colours are a guess."
_CORRECTED = "The colours are a guess, corrected by a person."


def coloured(model: str, revision: str) -> str:
    """Return what a coloured file says of itself, in EXIF's ProcessingSoftware and XMP's
    CreatorTool.

    >>> coloured("pretrained", "abc123")
    'Coloured by colorgan 0.1.0, model pretrained (revision abc123). The colours are a guess.'
    """
    return f"{COLOURED}{_by(model, revision)} {_GUESS}"


def told(note: str, packet: bytes) -> str:
    """Return the note of a photo whose XMP packet may hold hints: these are a person's word."""
    return corrected(note) if hints(packet) else note


def corrected(note: str) -> str:
    """Return the note of what a person has corrected."""
    return note.replace(_GUESS, _CORRECTED)


def restored(model: str, revision: str) -> str:
    """Return what a restored file says of itself.

    >>> restored("restore", "abc123")
    'Restored by colorgan 0.1.0, model restore (revision abc123).'
    """
    return f"{RESTORED}{_by(model, revision)}"


def also(note: str, *, filled: bool, enlarged: int) -> str:
    """Return a note that says what else became of a photo.

    >>> also("Restored by colorgan.", filled=True, enlarged=2)
    'Restored by colorgan. What was missing is filled. Enlarged 2 times by Lanczos.'
    """
    more = [" What was missing is filled."] * filled
    more += [f" Enlarged {enlarged} times by Lanczos."] * (enlarged > 1)
    return note + "".join(more)


def drawn() -> str:
    """Return what a sheet of pictures says of itself."""
    return f"{DRAWN}{__version__}."


def is_note(text: str) -> bool:
    """Return whether a text is what this program says of a file that it has written."""
    return text.startswith((COLOURED, RESTORED, DRAWN))


def note_in(block: bytes, packet: bytes) -> str:
    """Return what this program says in an EXIF block or an XMP packet; "" where it says nothing."""
    software = exif.fields(block).get(exif.PROCESSING_SOFTWARE)
    said = [software.raw.rstrip(b"\0").decode("utf-8", "replace")] if software else []
    return next(filter(is_note, [*said, *packets.texts(packet).get(_CREATOR_TOOL, ())]), "")


def guesses_colour(note: str) -> bool:
    """Return whether the colours of a file with this note are a guess, from which nobody can
    learn."""
    return COLOURED in note or DRAWN in note


def _by(model: str, revision: str) -> str:
    which = f"{model} (revision {revision})" if revision else model
    return f"{__version__}, model {which}."


def xmp(note: str, packet: bytes = b"") -> bytes:
    """Return an XMP packet with the note and the label of pictures altered by a trained model.

    All else in `packet`, that of the photo, stays; so does the name of another tool that made it,
    for the note then stands in EXIF. The label is IPTC's Digital Source Type:
    https://cv.iptc.org/newscodes/digitalsourcetype/.
    """

    note = told(note, packet)

    def change(name: str, value: str) -> str | None:
        if name == _CREATOR_TOOL and is_note(value):
            return note
        return _TRAINED_MEDIA if name == _SOURCE_TYPE else value

    label = {
        _CREATOR_TOOL: packets.Text(note),
        _SOURCE_TYPE: packets.Text(_TRAINED_MEDIA),
    }
    return packets.added(packets.changed(packet, change), label)


def hints(packet: bytes) -> str:
    """Return the hints that an XMP packet holds, JSON as it was written, or ""."""
    return "".join(packets.texts(packet).get(_HINTS, ()))


def with_hints(packet: bytes, text: str) -> bytes:
    """Return an XMP packet with these hints, JSON, in place of those it has; "" takes them out."""
    without = packets.changed(packet, lambda name, value: None if name == _HINTS else value)
    return packets.added(without, {_HINTS: packets.Text(text)}) if text else without
