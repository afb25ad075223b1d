"""Personal data: sealed field by field for storage, masked for the eye. No storage here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import time
import unicodedata
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from . import wording
from .errors import PersonalDataUnreadable

FIRST_FORM = "v1."  # before keys had names: whichever key opens it
FORM = "v2"
NONCE_BYTES = 12
NAME_BYTES = 4
LOOK_AGAIN = 1.0  # seconds after which a running process asks for newer keys
MASK = "*"
GONE = "＊＊＊"

Keys = Callable[[], Sequence[str]]


class Key:
    """One key of sealed fields, derived from its secret; `name` tells which key sealed a value."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.name = _derive(secret, b"weiquan key name")[:NAME_BYTES].hex()
        self.cipher = AESGCM(_derive(secret, b"weiquan sealed fields"))
        self._digest_key = _derive(secret, b"weiquan blind index")

    def digest(self, text: str) -> str:
        """Return the keyed hash of `text`."""
        return hmac.new(self._digest_key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class Seal:
    """AES-256-GCM over single fields. The first key seals; every key opens what it sealed.

    What is sealed is bound to its `place` (for example `ticket:WQ20261121-0007:phone`), so
    that a sealed value moved to another row or column no longer opens. Without a key every call
    raises PersonalDataUnreadable: personal data is never stored in the clear. With `keys`, the
    newest first, a running process learns of a new key by itself, within a second.
    """

    def __init__(self, secret_key: str = "", *, keys: Keys | None = None) -> None:
        self._source: Keys = keys or (lambda: (secret_key,) if secret_key else ())
        self._ring: tuple[Key, ...] = ()
        self._looked = 0.0
        self._look()

    @property
    def current(self) -> str:
        """The name of the key that seals now."""
        return self._newest().name

    def close(self, text: str, place: str) -> str:
        """Return `text` sealed for `place`; the empty text stays empty."""
        if not text:
            return ""
        nonce, key = os.urandom(NONCE_BYTES), self._newest()
        sealed = nonce + key.cipher.encrypt(nonce, text.encode("utf-8", "replace"), place.encode())
        return f"{FORM}.{key.name}.{base64.urlsafe_b64encode(sealed).decode('ascii')}"

    def open(self, sealed: str, place: str) -> str:
        """Return what was sealed for `place`; PersonalDataUnreadable if key, place or text differ."""
        if not sealed:
            return ""
        keys, body = self._keys_of(sealed)
        try:
            raw = base64.urlsafe_b64decode(body)
        except ValueError as error:
            raise PersonalDataUnreadable("not a sealed value") from error
        for key in keys:
            try:
                return key.cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise PersonalDataUnreadable("sealed with another key, or altered")

    def is_current(self, sealed: str) -> bool:
        """Tell whether the newest key sealed this."""
        return not sealed or sealed.startswith(f"{FORM}.{self._newest().name}.")

    def digest(self, text: str) -> str:
        """Return a keyed hash by which equal values are found without opening any; '' for ''."""
        return self._newest().digest(text) if text else ""

    def digests(self, text: str) -> tuple[str, ...]:
        """Return the hash under every key, newest first: what a search must look for while keys change."""
        self._newest()
        return tuple(key.digest(text) for key in self._ring) if text else ()

    def _keys_of(self, sealed: str) -> tuple[tuple[Key, ...], str]:
        form, _, rest = sealed.partition(".")
        if form != FORM:
            self._newest()
            return self._ring, sealed.removeprefix(FIRST_FORM)
        name, _, body = rest.partition(".")
        found = tuple(key for key in self._ring if key.name == name)
        if not found:
            self._look()
            found = tuple(key for key in self._ring if key.name == name)
        return found, body

    def _newest(self) -> Key:
        if time.monotonic() - self._looked > LOOK_AGAIN:
            self._look()
        if not self._ring:
            raise PersonalDataUnreadable("the store was opened without a secret key")
        return self._ring[0]

    def _look(self) -> None:
        self._looked = time.monotonic()
        secrets = tuple(self._source())
        if secrets != tuple(key.secret for key in self._ring):
            self._ring = tuple(Key(secret) for secret in secrets)


def _derive(secret_key: str, purpose: bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=b"weiquan.desk", info=purpose)
    return derivation.derive(secret_key.encode())


def plain_name(name: str) -> str:
    """Return a name as it is looked up: one form of each character, no spaces or dots."""
    normal = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in normal if char.isalnum())


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


# Chinese mobile and landline numbers, identity and bank card numbers, e-mail addresses.
_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[0-9Xx]"
    r"|(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
    r"|\d(?:[ -]?\d){14,18}"
    r"|0\d{2,3}-\d{7,8}"
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?![0-9A-Za-z])"
)


# Of orders, tickets and whatever else is counted in seven digits and more.
_LONG_NUMBER = re.compile(r"[0-9０-９]{7,}[0-9xX]?")


def without_numbers(text: str) -> str:
    """Return what a consumer wrote as a line to learn from: long numbers are 某号, mail addresses starred out."""
    return without_person(_LONG_NUMBER.sub(wording.say("hidden", "number"), text))


def without_person(text: str, known: Sequence[str] = ()) -> str:
    """Return free text with telephone, identity, card numbers and addresses of mail starred out.

    `known` are the person's own name, address and numbers; they go wherever they stand.
    """
    plain = text.translate(_WIDE_DIGITS)
    for value in sorted({value.strip() for value in known}, key=len, reverse=True):
        if len(value) > 1:
            plain = plain.replace(value, GONE)
    return _IN_TEXT.sub(GONE, plain)
