"""What a file says of how it was made, in EXIF and XMP."""

from __future__ import annotations

from ..version import __version__
from . import xmp as packets

_CREATOR_TOOL = packets.XMP + "CreatorTool"
_SOURCE_TYPE = packets.IPTC_EXTENSION + "DigitalSourceType"

_TRAINED_MEDIA = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)

_OURS = "by colorgan "  # in each of the notes


def coloured(model: str, revision: str) -> str:
    """Give what a coloured file says of itself, in EXIF's ProcessingSoftware and XMP's CreatorTool.

    >>> coloured("pretrained", "abc123")
    'Coloured by colorgan 0.1.0, model pretrained (revision abc123). The colours are a guess.'
    """
    return f"Coloured {_by(model, revision)} The colours are a guess."


def restored(model: str, revision: str) -> str:
    """Give what a restored file says of itself.

    >>> restored("restore", "abc123")
    'Restored by colorgan 0.1.0, model restore (revision abc123).'
    """
    return f"Restored {_by(model, revision)}"


def _by(model: str, revision: str) -> str:
    which = f"{model} (revision {revision})" if revision else model
    return f"by colorgan {__version__}, model {which}."


def xmp(note: str, packet: bytes = b"") -> bytes:
    """Give an XMP packet with the note and the label of pictures altered by a trained model.

    All else in `packet`, that of the photo, stays; so does the name of another tool that made it,
    for the note then stands in EXIF. The label is IPTC's Digital Source Type:
    https://cv.iptc.org/newscodes/digitalsourcetype/.
    """

    def change(name: str, value: str) -> str | None:
        if name == _CREATOR_TOOL and _OURS in value:
            return note
        return _TRAINED_MEDIA if name == _SOURCE_TYPE else value

    label = {
        _CREATOR_TOOL: packets.Text(note),
        _SOURCE_TYPE: packets.Text(_TRAINED_MEDIA),
    }
    return packets.added(packets.changed(packet, change), label)
