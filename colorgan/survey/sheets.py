"""Spreadsheets as people save them: a table of texts from CSV of any program, and from Excel files.

Excel writes CSV in the code page of the system that it runs on, separated as the country does, and
"Unicode text" as UTF-16 with tabs; on a Mac lines may end by a carriage return alone.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from pathlib import Path

from ..errors import SurveyError
from ..extras import require

Line = tuple[int, list[str]]
"""The number of a line, from 1, and its cells."""

_HOW = 'In Excel save it as "CSV UTF-8 (Comma delimited)" or as "Excel Workbook (.xlsx)".'
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how a new and an old or locked workbook begin
_UNICODE = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_PAGES = ("cp1254", "cp1250", "cp1251", "cp1253")  # cp1254 is cp1252 but for six Icelandic letters
_MAC_PAGES = ("mac_roman", "mac_turkish", "mac_latin2", "mac_cyrillic", "mac_greek")
_DELIMITERS = ",;\t"
# What a wrong page makes of names: signs within words, and heaps of accents.
_NOT_OF_NAMES = re.compile(r"(?<=\w)[^\w\s,;'’‘\"“”.()/&+:!?*–—-]|[^\w\s,;\"“”‘(’.…–—-](?=\w)")
_MIXED = re.compile(r"[a-z][\u0370-\u04ff]|[\u0370-\u04ff][a-z]", re.IGNORECASE)  # scripts
_HEAPED = re.compile(r"[\u00c0-\u024f]{3,}")
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f]")


def read_sheet(path: Path) -> list[Line]:
    """Read the first sheet of a file; cells come without blanks around and empty lines not at all.

    Raises:
        SurveyError: the file is missing or no spreadsheet; says how to save it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SurveyError(f"The spreadsheet {path} cannot be read: {error}.") from error
    if data.startswith(_OLE):
        raise _unreadable(path, "it is a workbook of an old Excel, or one with a password")
    if data.startswith(_ZIP) or path.suffix.lower() in (".xlsx", ".xlsm"):
        lines = _workbook(path, data)
    else:
        lines = _cells(path, _text(path, data))
    tidied = [(number, [_tidy(cell) for cell in cells]) for number, cells in lines]
    return [(number, cells) for number, cells in tidied if any(cells)]


def _tidy(cell: str) -> str:
    """Make of all blanks, non-breaking ones too, one space, and of accents one with its letter."""
    text = unicodedata.normalize("NFC", cell).replace("\u200b", "").replace("\ufeff", "")
    return " ".join(text.split())


def _text(path: Path, data: bytes) -> str:
    encodings = [name for mark, name in _UNICODE.items() if data.startswith(mark)]
    if not encodings and b"\0" in data[:200]:  # UTF-16 without its mark
        encodings = ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    mac = b"\r" in data and b"\n" not in data
    guesses = []
    for encoding in encodings or ("utf-8", *(_MAC_PAGES if mac else _PAGES)):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or encodings:
            guesses = [text]
            break
        guesses.append(text)
    # Of pages that fit equally well the first.
    text = min(guesses, key=_strangeness, default="\0")
    if _CONTROL.search(text) or text.lstrip()[:1] == "<":
        raise _unreadable(path, "it is no table of text")
    return text


def _strangeness(text: str) -> int:
    return sum(len(odd.findall(text)) for odd in (_NOT_OF_NAMES, _MIXED, _HEAPED))


def _cells(path: Path, text: str) -> list[Line]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    before = 0  # lines before the table
    told = re.fullmatch(r"\"?sep=(.)\"?[,;\t]*", first, re.IGNORECASE)  # Excel's own mark
    if told:
        text, before = rest, 1
    head = next((line for line in text.split("\n") if line.strip(" ,;\t")), "")
    delimiter = told[1] if told else max(_DELIMITERS, key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error
    return list(enumerate(table, before + 1))


def _workbook(path: Path, data: bytes) -> list[Line]:
    openpyxl = require("openpyxl", "survey", "An Excel file")
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        return [(number, [_cell(value) for value in row]) for number, row in enumerate(rows, 1)]
    except Exception as error:  # openpyxl lets whatever is wrong inside come out as it is
        raise _unreadable(path, str(error).rstrip(".")) from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)  # type: ignore[call-overload]


def _unreadable(path: Path, reason: str) -> SurveyError:
    return SurveyError(f"The spreadsheet {path} cannot be read: {reason}. {_HOW}")
