"""XMP, the XML inside a photo: read a few properties, change a few, leave all else alone.

An XML library would write the whole packet anew, under other prefixes and without what it does not
know. Here `xmp_places` says where each property stands, and only those bytes are cut out or
exchanged.

A *packet* is `<x:xmpmeta><rdf:RDF><rdf:Description>...`, in UTF-8. A *property* is an attribute or
an inner element of an rdf:Description; its *name* is its namespace and its local name, one string.
A packet that is no XML, or holds no rdf:RDF, is handed back as it was: nothing here raises for bad
bytes.

Long packets are two in a JPEG (XMP Specification Part 3, 1.1.3.1): a short one, and an extended
one that the short one names by its MD5.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from .xmp_places import ATTRIBUTE, RDF, Description, Packet, is_xml, tag_end

XMP = "http://ns.adobe.com/xap/1.0/"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
NOTE = "http://ns.adobe.com/xmp/note/"
DC = "http://purl.org/dc/elements/1.1/"
TIFF = "http://ns.adobe.com/tiff/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
IPTC_CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
IPTC_EXTENSION = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
DYNAMIC_MEDIA = "http://ns.adobe.com/xmp/1.0/DynamicMedia/"
COLORGAN = "urn:colorgan:xmp:1.0:"

_PREFIXES = {
    **{XMP: "xmp", RIGHTS: "xmpRights", NOTE: "xmpNote", DC: "dc", TIFF: "tiff", EXIF: "exif"},
    **{PHOTOSHOP: "photoshop", IPTC_CORE: "Iptc4xmpCore", IPTC_EXTENSION: "Iptc4xmpExt"},
    **{DYNAMIC_MEDIA: "xmpDM", COLORGAN: "colorgan"},
}
_EXTENDED = NOTE + "HasExtendedXMP"
_ORIENTATION = re.compile(rb'(tiff:Orientation(?:="|>))([1-8])')
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROOM = 400  # what the short packet grows by when it names the extended one, and more


@dataclass(frozen=True)
class Text:
    """A value that is one string."""

    text: str


@dataclass(frozen=True)
class Languages:
    """A value that is a text in one or more languages, ("x-default", text) first."""

    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Items:
    """A value that is a list of strings, ordered (Seq) or not (Bag)."""

    texts: tuple[str, ...]
    ordered: bool = False


Value = Text | Languages | Items


def cleaned(raw: bytes | str) -> bytes:
    """Return a packet in UTF-8 without bytes around it, or b"" where it is no XML."""
    data = raw.encode("utf-8", "replace") if isinstance(raw, str) else bytes(raw)
    for mark, coding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            data = data.decode(coding, "replace").encode()
    if data[1:2] == b"\0" and data[:1] == b"<":
        data = data.decode("utf-16-le", "replace").encode()
    elif data[:2] == b"\0<":
        data = data.decode("utf-16-be", "replace").encode()
    data = data.strip(b"\0").removeprefix(b"\xef\xbb\xbf").strip()
    return data if _opened(data) or is_xml(data) else b""


def orientation(packet: bytes) -> int | None:
    """Which way up the picture was stored, 1 to 8, or None where the packet does not say."""
    number = "".join(texts(packet).get(TIFF + "Orientation", ()))
    if number not in {*"12345678"}:
        found = _ORIENTATION.search(packet)
        number = found[2].decode() if found else ""
    return int(number) if number else None


def upright(packet: bytes) -> bytes:
    """The packet with orientation 1, also one whose namespaces are not declared."""
    return _ORIENTATION.sub(rb"\g<1>1", packet)


def texts(packet: bytes) -> dict[str, tuple[str, ...]]:
    """The properties by name with all strings inside them."""
    opened = _opened(packet)
    return {each.name: tuple(each.texts) for each in opened.properties} if opened else {}


def changed(packet: bytes, change: Callable[[str, str], str | None]) -> bytes:
    """The packet with properties exchanged or removed.

    `change` gets a property's name and the strings in it as one, and answers with what shall stand
    there: the same to leave the property as it is, another string, or None to remove it.
    """
    opened = _opened(packet)
    if opened is None:
        return packet
    pieces, at = [], 0
    for each in sorted(opened.properties, key=lambda each: each.start):
        there = "".join(each.texts)
        value = change(each.name, there)
        if value == there:
            continue
        pieces.append(packet[at : each.start])
        if value is not None:
            pieces.append(_with_value(packet[each.start : each.end], each.attribute, value))
        at = each.end
    return b"".join([*pieces, packet[at:]])


def added(packet: bytes, properties: Mapping[str, Value]) -> bytes:
    """The packet with these properties, save those that it has already; b"" is an empty packet."""
    packet = packet or _EMPTY
    opened = _opened(packet)
    if opened is None or opened.end < 0:
        return packet
    there = {each.name for each in opened.properties}
    new = {name: value for name, value in properties.items() if name not in there}
    if not new:
        return packet
    about = opened.descriptions[0].about if opened.descriptions else ""
    return packet[: opened.end] + _description(new, about) + packet[opened.end :]


def has_place(packet: bytes) -> bool:
    """Whether `added` can add to the packet."""
    opened = _opened(packet or _EMPTY)
    return opened is not None and opened.end >= 0


def joined(packet: bytes, extended: Mapping[str, bytes]) -> tuple[bytes, bool]:
    """The packet with its extended one inside, and whether all of it is there.

    `extended` are packets by their MD5 in hexadecimal capitals.
    """
    name = next(iter(texts(packet).get(_EXTENDED, ())), None)
    if name is None:
        return packet, True
    packet = changed(packet, _without([_EXTENDED]))
    more = cleaned(extended.get(name.strip().upper(), b""))
    opened = _opened(packet)
    if not more or opened is None or opened.end < 0:
        return packet, False
    more = changed(more, _without([each.name for each in opened.properties]))
    second = _opened(more)
    if second is None:
        return packet, False
    about = opened.descriptions[0].about if opened.descriptions else ""
    moved = b"\n".join(_portable(more, one, about) for one in second.descriptions)
    return packet[: opened.end] + moved + b"\n" + packet[opened.end :], True


def split(packet: bytes, longest: int) -> tuple[bytes, bytes]:
    """A packet of at most `longest` bytes, and an extended one that it names, or b"" if none.

    The longest properties are moved. (b"", b"") where the packet cannot be split.
    """
    if len(packet) <= longest:
        return packet, b""
    opened = _opened(_unpadded(packet))
    if opened is None or opened.end < 0:
        return b"", b""
    short, moved = opened.data, []
    for each in sorted(opened.properties, key=lambda each: each.start - each.end):
        if len(short) + _ROOM <= longest:
            break
        moved.append(each.name)
        short = changed(short, _without([each.name]))
    if len(short) + _ROOM > longest:
        return b"", b""
    if not moved:  # only padding was too long
        return short, b""
    kept = {each.name for each in opened.properties} - set(moved)
    more = changed(_bare(opened), _without(kept))
    name = hashlib.md5(more, usedforsecurity=False).hexdigest().upper()
    return added(short, {_EXTENDED: Text(name)}), more


_EMPTY = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{RDF}">
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()


def _opened(packet: bytes) -> Packet | None:
    try:
        return Packet(packet) if packet else None
    except (ValueError, IndexError, LookupError):
        return None


def _without(names: Iterable[str]) -> Callable[[str, str], str | None]:
    gone = frozenset(names)
    return lambda name, value: None if name in gone else value


def _with_value(source: bytes, attribute: bool, value: str) -> bytes:
    if attribute:
        return source[: source.index(b"=") + 1] + quoteattr(value).encode()
    tag = source[: tag_end(source, 0)]
    name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]
    attributes = b"".join(
        found[0] for found in ATTRIBUTE.finditer(tag) if found[1].startswith(b"xmlns")
    )
    return b"<%b%b>%b</%b>" % (name, attributes, escape(value).encode(), name)


def _description(properties: Mapping[str, Value], about: str) -> bytes:
    spaces = {_space(name) for name in properties}
    declared = "".join(f' xmlns:{_PREFIXES[uri]}="{uri}"' for uri in sorted(spaces))
    lines = "".join(
        f"   <{_short(name)}>{_inner(value)}</{_short(name)}>\n"
        for name, value in properties.items()
    )
    return (
        f' <rdf:Description xmlns:rdf="{RDF}" rdf:about={quoteattr(about)}{declared}>\n'
        f"{lines}  </rdf:Description>\n "
    ).encode()


def _space(name: str) -> str:
    return max((uri for uri in _PREFIXES if name.startswith(uri)), key=len)


def _short(name: str) -> str:
    return f"{_PREFIXES[_space(name)]}:{name.removeprefix(_space(name))}"


def _inner(value: Value) -> str:
    if isinstance(value, Text):
        return _escaped(value.text)
    if isinstance(value, Languages):
        named = [
            (quoteattr(_UNPRINTABLE.sub("", language)), text) for language, text in value.texts
        ]
        items = "".join(
            f"<rdf:li xml:lang={name}>{_escaped(text)}</rdf:li>" for name, text in named
        )
        return f"<rdf:Alt>{items}</rdf:Alt>"
    kind = "Seq" if value.ordered else "Bag"
    items = "".join(f"<rdf:li>{_escaped(text)}</rdf:li>" for text in value.texts)
    return f"<rdf:{kind}>{items}</rdf:{kind}>"


def _escaped(text: str) -> str:
    # A plain carriage return would come back as a line feed.
    return escape(_UNPRINTABLE.sub("\ufffd", text), {"\r": "&#13;"})


def _portable(packet: bytes, one: Description, about: str) -> bytes:
    """A description that can stand in another packet: with its namespaces, about the same photo."""
    source = packet[one.start : one.end]
    tag = packet[one.start : one.open]
    has = {found[1] for found in ATTRIBUTE.finditer(tag)}
    wanted = {(b"xmlns:" + key.encode() if key else b"xmlns"): uri
              for key, uri in one.namespaces.items()}  # fmt: skip
    more = b"".join(
        b" %b=%b" % (key, quoteattr(uri).encode())
        for key, uri in wanted.items()
        if key not in has and key != b"xmlns:xml"
    )
    name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]
    source = b"<" + name + more + source[1 + len(name) :]
    if one.about != about:
        prefix = name.rpartition(b":")[0]
        own = re.compile(rb"""(\s%b:about\s*=\s*)("[^"]*"|'[^']*')""" % prefix)
        quoted = quoteattr(about).encode()
        source = own.sub(lambda found: found[1] + quoted, source, count=1)
    return source


def _unpadded(packet: bytes) -> bytes:
    """Without the white space that lets a packet grow in its place."""
    return re.sub(rb"\s{100,}(?=<\?xpacket end)", b"\n", packet)


def _bare(opened: Packet) -> bytes:
    """The XML without the processing instructions around it, as an extended packet has to be."""
    return re.sub(rb"<\?xpacket.*?\?>", b"", opened.data, flags=re.DOTALL).strip()
