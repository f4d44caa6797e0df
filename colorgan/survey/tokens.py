"""Signed tokens: what a browser hands back can be neither forged nor changed.

A token says nothing of models and sides: these follow, on the server, from the participant's
number and the secret (`trials.plan`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from ..errors import SurveyError, VoteError

_MAC_BYTES = 16
_FEWEST_CHARACTERS = 16  # of a secret that somebody chose


class Signer:
    """Signs short texts, each for one purpose, with a secret that only the server has."""

    def __init__(self, secret: str) -> None:
        """Keep the secret.

        Raises:
            SurveyError: it is too short to be one.
        """
        if len(secret) < _FEWEST_CHARACTERS:
            raise SurveyError(
                f"The survey's secret has {len(secret)} characters; COLORGAN_SURVEY_SECRET "
                f"must have at least {_FEWEST_CHARACTERS}."
            )
        self._secret = secret.encode()

    def sign(self, purpose: str, *fields: object) -> str:
        """Return a token that carries fields (none may hold a '|') for a purpose."""
        text = "|".join(map(str, fields)).encode()
        return f"{_encode(text)}.{_encode(self._mac(purpose, text))}"

    def read(self, purpose: str, token: str) -> list[str]:
        """Return the fields of a token.

        Raises:
            VoteError: this server did not make it, or not for this purpose.
        """
        try:
            text, mac = map(_decode, token.split("."))
        except (ValueError, binascii.Error):
            text, mac = b"", b""
        if not hmac.compare_digest(mac, self._mac(purpose, text)):
            raise VoteError("This token was altered or is not of this survey: reload the page.")
        return text.decode().split("|")

    def derive(self, purpose: str) -> str:
        """Return a secret of its own for a purpose, as hex digits."""
        return hmac.new(self._secret, b"derive|" + purpose.encode(), hashlib.sha256).hexdigest()

    def _mac(self, purpose: str, text: bytes) -> bytes:
        signed = purpose.encode() + b"|" + text
        return hmac.new(self._secret, signed, hashlib.sha256).digest()[:_MAC_BYTES]


def kept_secret(path: Path) -> str:
    """Return the secret of a file, which only its owner may read; made at random the first time.

    Raises:
        SurveyError: the file cannot be read or made, or holds no secret.
    """
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise SurveyError(
            f"The survey's secret cannot be kept in {path} ({error.strerror}): make the folder "
            "writable, or set COLORGAN_SURVEY_SECRET."
        ) from error
    if len(secret) < _FEWEST_CHARACTERS:
        raise SurveyError(
            f"The file {path} should hold the survey's secret but is empty or cut off: bring it "
            "back, or delete it, and participants who are under way begin anew."
        )
    return secret


def _make_secret(path: Path) -> None:
    # Made whole, then linked to its name: of two servers that start at once one wins.
    own = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_urlsafe(32))
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("Bits that stand for nothing are set: the text was changed.")
    return data
