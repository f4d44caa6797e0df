"""The names in a zip, of which many do not say by which code page they were written.

Windows writes them by the page of whoever packed: "Şükrü" of a Turkish one reads "₧ükrü" by the
page that the format prescribes. One name is too short to tell a page by; all names of a zip
together are likely of one language, and under most pages their letters are those of none.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from zipfile import ZipInfo

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075  # an extra field of Info-ZIP: version, checksum of the name, name in UTF-8

_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = frozenset("–—‘’“”«»„°·©®№§ ´`¡¿£½ªº")

# A word of each language, in small letters. Italian has its accents at the end only, no Turkish
# word begins with a soft g, and no Russian one with a sign or a hard i.
_WESTERN = {
    **{"German": "[a-zäöüß]+", "French": "[a-zàâæçéèêëîïôœùûü]+", "Italian": "[a-z]*[àèéìòù]"},
    **{"Spanish": "[a-záéíñóúü]+", "Portuguese": "[a-zãáâàçéêíõóôúü]+", "Nordic": "[a-zåäöæøé]+"},
    **{"Dutch": "[a-zëïéèöüó]+", "Icelandic": "[a-záðéíóúýþæö]+", "Catalan": "[a-zàçéèíïóòúü]+"},
}
_TURKISH = {"Turkish": "(?!ğ)[a-zçğıöşüâîû]+"}
_CENTRAL = {
    **{
        "Polish": "[a-ząćęłńóśźż]+",
        "Czech": "[a-záčďéěíňóřšťúůýž]+",
        "Hungarian": "[a-záéíóöőúüű]+",
    },
    **{"Slovak": "[a-záäčďéíĺľňóôŕšťúýž]+", "Croatian": "[a-zčćđšž]+", "German": "[a-zäöüß]+"},
    "Romanian": "[a-zăâîşţ]+",
}
_BALTIC = {
    **{"Latvian": "[a-zāčēģīķļņšūž]+", "Lithuanian": "[a-ząčęėįšųūž]+"},
    "Estonian": "[a-zäõöüšž]+",
}
_CYRILLIC = {
    **{"Russian": "(?![ъыь])[а-яё]+", "Ukrainian": "(?!ь)[а-щьюяґєії]+"},
    "Belarusian": "(?![ъыь])[а-яёіў]+",
}
_RARE = re.compile("ï|[àù].")  # behind the first letter, in the languages of the west
_GREEK = {"Greek": "[α-ωάέήίόύώϊϋΐΰ]+"}
# Pages of Windows' command line, then of its windows. Where the letters of two are the same to the
# end, the first one is taken.
_PAGES = {
    **{"cp857": _TURKISH | _WESTERN, "cp437": _WESTERN, "cp850": _WESTERN, "cp852": _CENTRAL},
    **{"cp866": _CYRILLIC, "cp737": _GREEK, "cp775": _BALTIC, "cp1254": _TURKISH | _WESTERN},
    **{"cp1252": _WESTERN, "cp1250": _CENTRAL, "cp1251": _CYRILLIC, "cp1253": _GREEK},
    "cp1257": _BALTIC,
}
# Two bytes a letter: what its letters are, and the first bytes of those in daily use.
_ASIAN = {
    "cp932": ("[ぁ-ヿ一-鿿々〆]+", range(0x81, 0x98)),
    "cp949": ("[가-힣]+", range(0xB0, 0xC9)),
    "cp936": ("[一-鿿]+", range(0xB0, 0xD8)),
    "cp950": ("[一-鿿]+", range(0xA4, 0xC7)),
}

Doubt = tuple[int, int, int]
"""Names that no language explains, that the best one does not, and what is odd in the others."""


def names_of(entries: Sequence[ZipInfo]) -> list[str]:
    """Return the names of a zip's entries, in their order."""
    raw = [b"" if _is_utf8(entry) else entry.orig_filename.encode("cp437") for entry in entries]
    page = page_of([name for name in raw if not name.isascii()])
    return [
        _unicode_path(entry, name) or (name.decode(page, "replace") if name else entry.filename)
        for entry, name in zip(entries, raw, strict=True)
    ]


def page_of(names: Sequence[bytes]) -> str:
    """Guess by which code page names were written."""
    if _decoded(names, "utf-8") is not None:  # nothing else looks like it by chance
        return "utf-8"
    doubts: dict[str, Doubt] = {}
    for page, languages in _PAGES.items():
        if (texts := _decoded(names, page)) is not None:
            doubts[page] = _doubt(texts, languages)
    for page, (letters, common) in _ASIAN.items():
        if (texts := _decoded(names, page)) is not None:
            doubts[page] = _asian_doubt(texts, letters, page, common)
    return min(doubts, key=lambda page: doubts[page], default="cp437")


def _decoded(names: Sequence[bytes], page: str) -> list[str] | None:
    try:
        return [name.decode(page) for name in names]
    except UnicodeDecodeError:
        return None


def _doubt(names: Sequence[str], languages: dict[str, str]) -> Doubt:
    unexplained = dict.fromkeys(languages, 0)
    by_none = odd = 0
    for name in names:
        words = [word for word in _WORD.findall(name) if not word.isascii()]
        strange = any(not (c.isascii() or c.isalpha() or c in _SIGNS) for c in name)
        found = 0
        for language, pattern in languages.items():
            if not strange and all(re.fullmatch(pattern, _small(word)) for word in words):
                found += 1
            else:
                unexplained[language] += 1
        by_none += not found
        odd += sum(map(_is_odd, words))
    return by_none, min(unexplained.values()), odd


def _small(word: str) -> str:
    return word.replace("İ", "i").lower()


def _is_odd(word: str) -> bool:
    """Return whether capitals or rare letters stand inside a word, as where the page is wrong."""
    rest = word[1:]
    small_or_all = rest == rest.lower() or word == word.upper()
    return not small_or_all or bool(_RARE.search(rest))


def _asian_doubt(names: Sequence[str], letters: str, page: str, common: range) -> Doubt:
    unexplained = odd = 0
    for name in names:
        words = re.findall(r"[^\x00-\x7f]+", name)
        among_latin = re.search(r"[a-z][^\x00-\x7f]|[^\x00-\x7f][a-z]", name, re.IGNORECASE)
        unexplained += bool(among_latin) or not all(re.fullmatch(letters, w) for w in words)
        odd += sum(letter.encode(page)[0] not in common for word in words for letter in word)
    return unexplained, unexplained, odd


def _is_utf8(entry: ZipInfo) -> bool:
    return bool(entry.flag_bits & _UTF8_FLAG)


def _unicode_path(entry: ZipInfo, raw: bytes) -> str:
    """Return the name that an extra field says in UTF-8; it is of no use if the name was
    changed."""
    for kind, data in _extra_fields(entry.extra):
        if kind == _UNICODE_PATH and data[:1] == b"\1" and len(data) > 5:
            (checksum,) = struct.unpack("<L", data[1:5])
            if checksum == zlib.crc32(raw):
                return data[5:].decode("utf-8", "replace")
    return ""


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]
