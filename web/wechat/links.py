"""Signed links from WeChat to our pages: to one answer, one file, or the consumer's own conversation at one place."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

ANSWER, TALK, FILE = "a", "t", "f"
# Seconds; an answer may be passed on, a conversation and a file not.
LASTS = {ANSWER: 30 * 24 * 3600, TALK: 72 * 3600, FILE: 72 * 3600}
BODY = struct.Struct(">Q")
TIME = struct.Struct(">I")
SIGNATURE_BYTES = 15


@dataclass(frozen=True)
class Linked:
    """What a link opens, and until when (seconds since 1970)."""

    scope: str
    message_id: int
    until: int


class Signer:
    """Makes and reads the short tokens in the links; `now` in seconds."""

    def __init__(self, secret: str, now: Callable[[], float] = time.time) -> None:
        self._key = hashlib.sha256(b"weiquan wechat link:" + secret.encode()).digest()
        self._now = now

    def token(self, scope: str, message_id: int) -> str:
        """Return the token of a message's link, good as long as its scope lasts."""
        until = TIME.pack(int(self._now()) + LASTS[scope])
        payload = until + BODY.pack(message_id).lstrip(b"\0")
        return scope + _text(self._signature(scope, payload) + payload)

    def read(self, token: str) -> Linked | None:
        """Return what an unexpired token of ours opens, None for anything else."""
        scope, rest = token[:1], token[1:]
        if scope not in LASTS or not 20 <= len(rest) <= 60:
            return None
        try:
            raw = base64.b64decode(rest + "=" * (-len(rest) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        given, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(given, self._signature(scope, payload)):
            return None
        until = TIME.unpack(payload[: TIME.size])[0]
        if self._now() > until:
            return None
        return Linked(scope, int.from_bytes(payload[TIME.size :], "big"), until)

    def _signature(self, scope: str, payload: bytes) -> bytes:
        return hmac.new(self._key, scope.encode() + payload, hashlib.sha256).digest()[:SIGNATURE_BYTES]


class SignedLinks:
    """Addresses under `base` (https://…, no slash at the end); `asks` if the account has a subscription notice."""

    def __init__(self, base: str, signer: Signer, *, asks: bool = False) -> None:
        self._base = base
        self._signer = signer
        self._asks = asks

    def notice(self, message_id: int) -> str:
        """Return the page that asks whether a notice may be sent, '' when the account has none."""
        return f"{self._base}/wechat/n/{self._signer.token(TALK, message_id)}" if self._asks else ""

    def answer(self, message_id: int) -> str:
        """Return the page of one answer."""
        return f"{self._base}/wechat/a/{self._signer.token(ANSWER, message_id)}"

    def talk(self, message_id: int) -> str:
        """Return the conversation, opened at that message."""
        return f"{self._base}/wechat/t/{self._signer.token(TALK, message_id)}"

    def file(self, message_id: int) -> str:
        """Return one file, the one of that message."""
        return f"{self._base}/wechat/f/{self._signer.token(FILE, message_id)}"

    def absolute(self, path: str) -> str:
        """Return a path of ours as an address."""
        return path if path.startswith(("http://", "https://")) else f"{self._base}{path}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
