"""Who sent it and what is inside: signatures in constant time, a time window, encryption both ways."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException

from settings import SettingRefused

from .errors import PlainRefused, Unreadable, Unsigned
from .parsing import WeChatMessage, fields_of, message_of

WINDOW = 600  # seconds a signature is good for, either way
LONGEST_PARAMETER = 256


@dataclass(frozen=True)
class Opened:
    """A message whose sender is known. `proof` names the signature it came with."""

    message: WeChatMessage
    proof: str
    encrypted: bool


class Envelope:
    """Opens what WeChat posts and closes what we answer. `aes_key` empty: plain mode; `now` in seconds.

    SettingRefused for a key that is none.
    """

    def __init__(self, *, app_id: str, token: str, aes_key: str, now: Callable[[], float]) -> None:
        self._token = token
        self._now = now
        try:
            self._crypto = WeChatCrypto(token, aes_key, app_id) if aes_key else None
        except (AssertionError, ValueError):
            raise SettingRefused(
                "WECHAT_AES_KEY is not an EncodingAESKey: copy its 43 letters and digits again"
            ) from None

    def check_address(self, query: Mapping[str, str]) -> tuple[str, str]:
        """Return the echo of an address verification and the digest of its signature; Unsigned."""
        proof = self._signed(query, "signature")
        echo = query.get("echostr", "")
        if not 0 < len(echo) <= LONGEST_PARAMETER:
            raise Unsigned("nothing to echo")
        return echo, proof

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Return the message of a delivery; Unsigned, Unreadable, PlainRefused."""
        if query.get("encrypt_type", "raw") not in ("aes", "raw"):
            raise Unsigned("unknown encryption")
        proof = self._signed(query, "signature")  # before anything of the body is read
        if query.get("encrypt_type") == "aes":
            return self._open_encrypted(query, body)
        if self._crypto is not None:
            raise PlainRefused("a plain message although WECHAT_AES_KEY is set")
        return Opened(message_of(fields_of(body)), proof, False)

    def close(self, xml: str) -> str:
        """Return an answer sealed for WeChat."""
        assert self._crypto is not None
        sealed: str = self._crypto.encrypt_message(xml, secrets.token_hex(8), str(int(self._now())))
        return sealed

    def _open_encrypted(self, query: Mapping[str, str], body: bytes) -> Opened:
        if self._crypto is None:
            raise Unreadable("an encrypted message although WECHAT_AES_KEY is empty")
        if not query.get("msg_signature"):
            raise Unsigned("no msg_signature")
        # Only this signature covers the body; it is checked before anything is deciphered.
        sealed = fields_of(body).get("Encrypt", "")
        proof = self._signed(query, "msg_signature", sealed)
        envelope = {"Encrypt": sealed}
        try:
            xml = self._crypto.decrypt_message(
                envelope, query["msg_signature"], query["timestamp"], query["nonce"]
            )
        except (WeChatException, ValueError, IndexError, OverflowError, LookupError) as error:
            raise Unreadable(type(error).__name__) from error
        except Exception as error:  # struct.error and what the cipher raises for damaged blocks
            raise Unreadable(type(error).__name__) from error
        inside = xml if isinstance(xml, bytes) else str(xml).encode("utf-8", "surrogatepass")
        return Opened(message_of(fields_of(inside)), proof, True)

    def _signed(self, query: Mapping[str, str], name: str, *more: str) -> str:
        """Return a digest of the signature once it is proved and in its time; Unsigned."""
        given, timestamp, nonce = (query.get(part, "") for part in (name, "timestamp", "nonce"))
        if max(map(len, (given, timestamp, nonce))) > LONGEST_PARAMETER or not given or not nonce:
            raise Unsigned("no signature")
        content = "".join(sorted([self._token, timestamp, nonce, *more]))
        expected = hashlib.sha1(content.encode("utf-8", "surrogatepass")).hexdigest()
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass")):
            raise Unsigned("wrong signature")
        if not timestamp.isascii() or not timestamp.isdigit() or abs(self._now() - int(timestamp)) > WINDOW:
            raise Unsigned("out of its time")
        return hashlib.sha256(f"{given}:{timestamp}:{nonce}".encode()).hexdigest()
