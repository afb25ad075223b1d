"""Signatures and message encryption as Tencent publishes them, written from the description alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PADDING_BLOCK = 32
RANDOM_BYTES = 16


class DecryptionFailed(Exception):
    """An encrypted text that this account's key does not open."""


def signature(*parts: str) -> str:
    """SHA-1 over the parts in sorted order, in hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


class MessageCipher:
    """AES-256-CBC with the 43 characters of EncodingAESKey; the vector is the first half of the key."""

    def __init__(self, token: str, aes_key: str, app_id: str) -> None:
        self.token = token
        self.app_id = app_id
        if len(aes_key) != 43:
            raise ValueError("EncodingAESKey has 43 characters")
        self._key = base64.b64decode(aes_key + "=")

    def _cipher(self) -> Cipher:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def encrypt(self, text: str) -> str:
        """16 random bytes, length, text, app id; padded to 32; base64."""
        content = text.encode()
        plain = (
            secrets.token_bytes(RANDOM_BYTES)
            + struct.pack(">I", len(content))
            + content
            + self.app_id.encode()
        )
        missing = PADDING_BLOCK - len(plain) % PADDING_BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, sealed: str) -> str:
        """The text inside; DecryptionFailed for a wrong key, wrong padding or another account's message."""
        try:
            binary = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(binary) + decryptor.finalize()
        except (binascii.Error, ValueError) as error:
            raise DecryptionFailed(f"not decryptable: {error}") from error
        if not plain:
            raise DecryptionFailed("nothing inside")
        padding = plain[-1]
        if not 1 <= padding <= PADDING_BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise DecryptionFailed("wrong padding")
        plain = plain[:-padding]
        if len(plain) < RANDOM_BYTES + 4:
            raise DecryptionFailed("too short")
        (length,) = struct.unpack(">I", plain[RANDOM_BYTES : RANDOM_BYTES + 4])
        content = plain[RANDOM_BYTES + 4 : RANDOM_BYTES + 4 + length]
        if len(content) != length:
            raise DecryptionFailed("wrong length")
        if plain[RANDOM_BYTES + 4 + length :] != self.app_id.encode():
            raise DecryptionFailed("meant for another account")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise DecryptionFailed("not UTF-8") from error

    def sign(self, timestamp: str, nonce: str, sealed: str) -> str:
        """`msg_signature` of an encrypted text."""
        return signature(self.token, timestamp, nonce, sealed)
