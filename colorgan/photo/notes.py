"""What a file says of how it was made, in EXIF and XMP."""

from __future__ import annotations

from xml.sax.saxutils import escape

from ..version import __version__

COLOURED, RESTORED, DRAWN = "Coloured by colorgan ", "Restored by colorgan ", "Drawn by colorgan "
"""How what a file says of each work begins; a photo may have gone through two."""

_TRAINED_MEDIA = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)


def coloured(model: str, revision: str) -> str:
    """Give what a coloured file says of itself, in EXIF's ProcessingSoftware and XMP's CreatorTool.

    >>> coloured("pretrained", "abc123")
    'Coloured by colorgan 0.1.0, model pretrained (revision abc123). The colours are a guess.'
    """
    return f"{COLOURED}{_by(model, revision)} The colours are a guess."


def restored(model: str, revision: str) -> str:
    """Give what a restored file says of itself.

    >>> restored("restore", "abc123")
    'Restored by colorgan 0.1.0, model restore (revision abc123).'
    """
    return f"{RESTORED}{_by(model, revision)}"


def drawn() -> str:
    """Give what a sheet of pictures says of itself."""
    return f"{DRAWN}{__version__}."


def is_note(text: str) -> bool:
    """Say whether a text is what this program says of a file that it has written."""
    return text.startswith((COLOURED, RESTORED, DRAWN))


def guesses_colour(note: str) -> bool:
    """Say whether the colours of a file with this note are a guess, from which nobody can learn."""
    return COLOURED in note or DRAWN in note


def _by(model: str, revision: str) -> str:
    which = f"{model} (revision {revision})" if revision else model
    return f"{__version__}, model {which}."


def xmp(note: str) -> bytes:
    """Give an XMP packet with the note and the label of pictures altered by a trained model.

    The label is IPTC's Digital Source Type: https://cv.iptc.org/newscodes/digitalsourcetype/.
    """
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <xmp:CreatorTool>{escape(note)}</xmp:CreatorTool>
   <Iptc4xmpExt:DigitalSourceType>{_TRAINED_MEDIA}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
