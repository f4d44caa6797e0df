"""Where the properties of an XMP packet stand in its bytes, found by Expat.

See `xmp` for the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ATTRIBUTE = re.compile(rb"""\s+([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')""")
"""An attribute with the white space before it: its name, and its value in quotes."""


@dataclass
class Property:
    """A property of a description and the bytes it fills."""

    name: str
    start: int
    end: int = 0
    attribute: bool = False
    texts: list[str] = field(default_factory=list)


@dataclass
class Description:
    """An rdf:Description directly inside rdf:RDF, its start tag from `start` to `open`."""

    start: int
    open: int
    end: int = 0
    about: str = ""
    namespaces: dict[str, str] = field(default_factory=dict)
    properties: list[Property] = field(default_factory=list)


class Packet:
    """Where things stand in a packet; raises ValueError where it is no XML that can be trusted."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.descriptions: list[Description] = []
        self.end = -1
        """Where `</rdf:RDF>` begins, or -1."""
        self._depth = 0
        self._rdf = 0
        self._namespaces: dict[str, list[str]] = {}
        self._inside: list[bool] = []  # of each open element, whether it is an empty tag
        parser = expat.ParserCreate("utf-8", "")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text
        parser.StartNamespaceDeclHandler = self._declare
        parser.EndNamespaceDeclHandler = self._forget
        parser.StartDoctypeDeclHandler = _refuse
        self._parser = parser
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error
        if self._rdf and self.end < 0:
            raise ValueError("no end of rdf:RDF")

    @property
    def properties(self) -> list[Property]:
        """Those of all descriptions, in the order of the packet."""
        return [each for one in self.descriptions for each in one.properties]

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces.setdefault(prefix or "", []).append(uri or "")

    def _forget(self, prefix: str | None) -> None:
        self._namespaces[prefix or ""].pop()

    def _start(self, name: str, attributes: list[str]) -> None:
        start = self._parser.CurrentByteIndex
        end = tag_end(self.data, start)
        self._depth += 1
        self._inside.append(self.data[end - 2 : end] == b"/>")
        if not self._rdf and name == RDF + "RDF":
            self._rdf = self._depth
        elif self._rdf and self._depth == self._rdf + 1 and name == RDF + "Description":
            one = Description(start, end)
            one.namespaces = {key: uris[-1] for key, uris in self._namespaces.items() if uris}
            self.descriptions.append(one)
            self._attributes(one, start, end, attributes)
        elif self._rdf and self._depth == self._rdf + 2 and self.descriptions:
            found = Property(name, start)
            self.descriptions[-1].properties.append(found)
            resource = dict(zip(attributes[::2], attributes[1::2], strict=True))
            if RDF + "resource" in resource:
                found.texts.append(resource[RDF + "resource"])

    def _attributes(self, one: Description, start: int, end: int, named: list[str]) -> None:
        # Expat gives names and values, the bytes give places, both in one order.
        places = [
            (start + each.start(), start + each.end())
            for each in ATTRIBUTE.finditer(self.data[start:end])
            if each[1] != b"xmlns" and not each[1].startswith(b"xmlns:")
        ]
        for (name, value), (left, right) in zip(
            zip(named[::2], named[1::2], strict=True), places, strict=True
        ):
            if name == RDF + "about":
                one.about = value
            elif not name.startswith((RDF, "http://www.w3.org/XML/")):
                one.properties.append(Property(name, left, right, True, [value]))

    def _text(self, text: str) -> None:
        if self._rdf and self._depth >= self._rdf + 2 and text.strip():
            one = self.descriptions[-1] if self.descriptions else None
            if one and one.properties and not one.properties[-1].end:
                one.properties[-1].texts.append(text)

    def _close(self, _: str) -> None:
        at = self._parser.CurrentByteIndex
        end = at if self._inside.pop() else tag_end(self.data, at)
        if self._rdf and self._depth == self._rdf + 2 and self.descriptions:
            last = self.descriptions[-1].properties
            if last and not last[-1].end:
                last[-1].end = end
        elif self._rdf and self._depth == self._rdf + 1 and self.descriptions:
            self.descriptions[-1].end = end
        elif self._rdf and self._depth == self._rdf and self.end < 0:
            self.end = at if at != end else -1  # <rdf:RDF/> has no place for anything
        self._depth -= 1


def is_xml(data: bytes) -> bool:
    """Whether an XML document is well-formed, be its namespaces declared or not."""
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def _refuse(*_: object) -> None:
    raise ValueError("entities are not taken")


def tag_end(data: bytes, start: int) -> int:
    """Where the tag that begins at `start` is over."""
    at = start
    while data[at : at + 1] not in (b">", b""):
        quote = data[at : at + 1]
        at = data.index(quote, at + 1) + 1 if quote in (b'"', b"'") else at + 1
    return at + 1
