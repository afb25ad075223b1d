"""Personal data: sealed field by field for storage, masked for the eye. No storage here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import PersonalDataUnreadable

VERSION = "v1."
NONCE_BYTES = 12
MASK = "*"


class Seal:
    """AES-256-GCM over single fields, with keys derived from the installation's secret.

    What is sealed is bound to its `place` (for example `ticket:WQ20261121-0007:phone`), so
    that a sealed value moved to another row or column no longer opens. Without a secret
    every call raises PersonalDataUnreadable: personal data is never stored in the clear.
    """

    def __init__(self, secret_key: str) -> None:
        self._cipher = AESGCM(_derive(secret_key, b"weiquan sealed fields")) if secret_key else None
        self._digest_key = _derive(secret_key, b"weiquan blind index") if secret_key else b""

    def close(self, text: str, place: str) -> str:
        """Return `text` sealed for `place`; the empty text stays empty."""
        if not text:
            return ""
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._key().encrypt(nonce, text.encode("utf-8", "replace"), place.encode())
        return VERSION + base64.urlsafe_b64encode(sealed).decode("ascii")

    def open(self, sealed: str, place: str) -> str:
        """Return what was sealed for `place`; PersonalDataUnreadable if key, place or text differ."""
        if not sealed:
            return ""
        key = self._key()
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(VERSION))
            return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode("utf-8")
        except (InvalidTag, ValueError) as error:
            raise PersonalDataUnreadable("sealed with another key, or altered") from error

    def digest(self, text: str) -> str:
        """Return a keyed hash by which equal values are found without opening any; '' for ''."""
        if not text:
            return ""
        self._key()
        return hmac.new(self._digest_key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def _key(self) -> AESGCM:
        if self._cipher is None:
            raise PersonalDataUnreadable("the store was opened without a secret key")
        return self._cipher


def _derive(secret_key: str, purpose: bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=b"weiquan.desk", info=purpose)
    return derivation.derive(secret_key.encode())


def plain_phone(phone: str) -> str:
    """Return the bare digits of a phone number, without the country code 86."""
    digits = re.sub(r"\D", "", phone.translate(_WIDE_DIGITS))
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def mask_phone(phone: str) -> str:
    """`13812341234` → `138****1234`; of anything shorter than seven digits at most the last two stay."""
    digits = plain_phone(phone)
    if len(digits) < 7:
        return MASK * max(0, len(digits) - 2) + digits[-2:] if len(digits) > 3 else MASK * len(digits)
    head = 3 if len(digits) > 8 else 1
    tail = 4 if len(digits) > 8 else 2
    return digits[:head] + MASK * 4 + digits[-tail:]


def mask_name(name: str) -> str:
    """Keep the family name: the first character, and one star for each further one, two at most."""
    text = name.strip()
    if len(text) < 2:
        return MASK * len(text)
    return text[0] + MASK * min(len(text) - 1, 2)


def mask_address(address: str) -> str:
    """Keep what names the district (at most six characters, half the address) and star the rest."""
    text = address.strip()
    if not text:
        return ""
    kept = text[: min(6, len(text) // 2)]
    return kept + MASK * 4


_WIDE_DIGITS = {ord("０") + n: str(n) for n in range(10)}
