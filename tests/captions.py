"""Captions put into picture files, and read back by other programs than colorgan."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from photo_files import png_chunk, saved, tiff
from PIL import Image

from colorgan.photo import xmp

EXIFTOOL = shutil.which("exiftool")
UTF8 = b"\x1b%G"


def iptc_block(captions: dict[tuple[int, int], str | list[str]], coding: str = "utf-8") -> bytes:
    """An IPTC block, which names its character set where that is UTF-8."""
    sets = [(1, 90, UTF8)] if coding == "utf-8" else []
    for (record, number), value in captions.items():
        texts = [value] if isinstance(value, str) else value
        sets += [(record, number, text.encode(coding)) for text in texts]
    return b"".join(
        struct.pack(">BBBH", 0x1C, record, number, len(raw)) + raw for record, number, raw in sets
    )


BLOCK = iptc_block({(2, 120): "Öğretmen: üçüncü", (2, 25): ["okul", "1931"], (2, 105): "Class"})


def text_of(packet: bytes, name: str) -> tuple[str, ...]:
    return xmp.texts(packet).get(name, ())


def resource(number: int, data: bytes) -> bytes:
    """One of Photoshop's resources."""
    return b"8BIM" + struct.pack(">HHL", number, 0, len(data)) + data + bytes(len(data) % 2)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(body)) + body


def jpeg(pixels: np.ndarray, *segments: bytes, **options: Any) -> bytes:
    """A JPEG with these segments in front."""
    data = saved(Image.fromarray(pixels), "JPEG", **options)
    return data[:2] + b"".join(segments) + data[2:]


def png(pixels: np.ndarray, *chunks: bytes) -> bytes:
    """A PNG with these chunks behind its header."""
    data = saved(Image.fromarray(pixels), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def xmp_packet(inside: str, attributes: str = "") -> bytes:
    """A packet with these properties as elements and as attributes."""
    spaces = {
        "dc": "http://purl.org/dc/elements/1.1/", "tiff": "http://ns.adobe.com/tiff/1.0/",
        "exif": "http://ns.adobe.com/exif/1.0/", "xmp": "http://ns.adobe.com/xap/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "xmpNote": "http://ns.adobe.com/xmp/note/",
        "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
        "GCamera": "http://ns.google.com/photos/1.0/camera/",
        "Container": "http://ns.google.com/photos/1.0/container/",
        "Item": "http://ns.google.com/photos/1.0/container/item/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "HDRGainMap": "http://ns.apple.com/HDRGainMap/1.0/",
    }  # fmt: skip
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/'
        f'22-rdf-syntax-ns#"><rdf:Description rdf:about="" {declared} {attributes}>{inside}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def described(text: str) -> bytes:
    """A packet with a description."""
    return xmp_packet(
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'
        "</dc:description>"
    )


def with_captions(format: str, pixels: np.ndarray, iptc: bytes) -> bytes:
    """A file of a format that has a place for IPTC."""
    if format == "JPEG":
        return jpeg(pixels, segment(0xED, b"Photoshop 3.0\0" + resource(0x0404, iptc)))
    if format == "TIFF":
        return tiff(pixels, photometric="minisblack", extratags=[(33723, 7, len(iptc), iptc)])
    packed = resource(0x0404, iptc)
    text = f"\nIPTC profile\n{len(packed):8}\n{packed.hex()}\n"
    return png(pixels, png_chunk(b"tEXt", b"Raw profile type iptc\0" + text.encode()))


def by_exiftool(folder: Path, *options: str) -> dict[str, dict[str, Any]]:
    """What ExifTool says of the files in a folder: {name: {"Group:Tag": value}}.

    By "-G1:4" a tag that comes again is "Group:Copy1:Tag", and so on; else the first one counts.
    """
    assert EXIFTOOL
    command = [EXIFTOOL, "-json", "-G1", "-a", "-struct", "-charset", "iptc=UTF8", *options]
    found = subprocess.run([*command, str(folder)], capture_output=True, check=True).stdout
    return {Path(each["SourceFile"]).name: each for each in json.loads(found)}


def opened_png(data: bytes) -> dict[str, str]:
    """The texts of a PNG, by Pillow."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return dict(image.text)
