"""The keys personal fields are sealed with: where they are kept, and how a new one takes over."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from settings import Settings

from .errors import KeysRefused
from .personal import Keys

SHORTEST = 32


class KeyFile:
    """Keys one a line, the newest first. Until there is a file the secret of the installation serves."""

    def __init__(self, path: Path, first: str) -> None:
        self._path = path
        self._first = first
        self._seen: tuple[int, tuple[str, ...]] | None = None

    def __call__(self) -> tuple[str, ...]:
        """Return the keys, read again when the file has changed."""
        try:
            changed = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return (self._first,) if self._first else ()
        if self._seen is None or self._seen[0] != changed:
            lines = self._path.read_text("utf-8").splitlines()
            self._seen = (changed, tuple(line for line in lines if line))
        return self._seen[1]

    def add(self) -> None:
        """Put a new key in front of the others."""
        self._write((secrets.token_urlsafe(48), *self()))

    def keep_newest(self) -> None:
        """Let go of every key but the newest; what they sealed cannot be opened any more."""
        self._write(self()[:1])

    def _write(self, keys: tuple[str, ...]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=self._path.parent, prefix=".keys-")  # readable by its owner only
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(self._path)
        self._seen = None


def key_file(settings: Settings) -> KeyFile:
    """Return the file of this installation's keys."""
    return KeyFile(settings.home / "field.keys", settings.secret_key)


def of(settings: Settings) -> Keys:
    """Return where the keys come from: the setting when there is one, else the file; KeysRefused."""
    if not settings.field_keys:
        return key_file(settings)
    given = tuple(key.strip() for key in settings.field_keys.split(","))
    if any(len(key) < SHORTEST for key in given):
        raise KeysRefused(f"a key of WEIQUAN_FIELD_KEYS has fewer than {SHORTEST} characters")
    return lambda: given
