"""Evidence a consumer sends: checked by content, pictures redrawn, kept on disk under its hash.

A file's name on disk is made from its hash and type alone, so no name a consumer chose can lead
anywhere. The file is complete on disk before the row that mentions it exists.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import history
from .errors import (
    ConversationNotFound,
    EvidenceNotFound,
    EvidenceNotStored,
    EvidenceTooLarge,
    EvidenceTooMany,
)
from .identifiers import new_id
from .media import TYPES, MediaType, cleaned, recognise
from .store import Store
from .store import conversations as conversation_rows
from .store import evidence as rows

MAX_BYTES = 10 * 1024 * 1024
MOST_FILES = 60  # in one conversation
LONGEST_NAME = 80
SUFFIXES = {media.mime: media.suffix for media in TYPES}
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')


@dataclass(frozen=True)
class Evidence:
    """One file. `type` is its MIME type by content, `size` in bytes as kept, `number` its ticket's.

    `sha256` is of the file as kept, `original_sha256` of the file as it was sent. `added_by` is
    `consumer` or a staff id.
    """

    id: str
    conversation_id: str
    number: str | None
    name: str
    type: str
    size: int
    sha256: str
    original_sha256: str
    at: datetime
    added_by: str


def add(
    store: Store,
    dir: Path,
    conversation_id: str,
    *,
    filename: str,
    data: bytes,
    max_bytes: int = MAX_BYTES,
    by: str = "consumer",
    at: datetime | None = None,
) -> Evidence:
    """Keep a file in a conversation; the same file sent again returns the first.

    UnsupportedEvidence (EvidenceEmpty), EvidenceTooLarge (bytes, pixels), EvidenceTooMany,
    EvidenceNotStored when the disk refuses, ConversationNotFound.
    """
    if len(data) > max_bytes:
        raise EvidenceTooLarge(f"{len(data)} bytes")
    media = recognise(data)
    original = hashlib.sha256(data).hexdigest()
    known = _known(store, conversation_id, original)
    if known is not None:
        return known
    kept = cleaned(data, media)
    digest = hashlib.sha256(kept).hexdigest()
    _keep(_path(dir, digest, media.suffix), kept)
    row = {
        "id": new_id("e"),
        "conversation_id": conversation_id,
        "number": None,
        "name": _shown_name(filename, media),
        "type": media.mime,
        "size": len(kept),
        "sha256": digest,
        "original_sha256": original,
        "at": at or datetime.now(timezone.utc),
        "added_by": by,
    }
    with store.write() as tx:
        conversation_rows.conversation(tx.connection, conversation_id, lock=True)
        again = rows.same_file(tx.connection, conversation_id, original)
        if again is not None:
            return _evidence(again)
        if rows.count_in_conversation(tx.connection, conversation_id) >= MOST_FILES:
            raise EvidenceTooMany(MOST_FILES)
        rows.insert_evidence(tx.connection, row)
    return _evidence(row)


def get(store: Store, id: str) -> Evidence:
    """Return what is known of a file; EvidenceNotFound."""
    with store.read() as tx:
        row = rows.one(tx.connection, id)
    if row is None:
        raise EvidenceNotFound(id)
    return _evidence(row)


def read(store: Store, dir: Path, id: str, *, by: str, at: datetime | None = None) -> bytes:
    """Return a file's bytes and record who of the staff read it; EvidenceNotFound.

    Serve it with its recorded `type` and a policy that runs nothing: PDF files are kept as sent.
    """
    path = file_of(store, dir, id)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceNotFound(id) from error
    if by != "consumer":
        with store.write() as tx:
            history.record(tx, "evidence:file:read", id, by=by, at=at)
    return data


def file_of(store: Store, dir: Path, id: str) -> Path:
    """Return the path of a file; EvidenceNotFound if it is unknown or gone from the disk."""
    found = get(store, id)
    path = _path(dir, found.sha256, SUFFIXES[found.type])
    if not path.is_file():
        raise EvidenceNotFound(id)
    return path


def remove_file(dir: Path, file: Evidence) -> None:
    """Delete a file from the disk; one that is gone already is fine."""
    _path(dir, file.sha256, SUFFIXES[file.type]).unlink(missing_ok=True)


def for_conversation(store: Store, conversation_id: str) -> list[Evidence]:
    """Return the conversation's files, oldest first."""
    with store.read() as tx:
        return [_evidence(row) for row in rows.of_conversation(tx.connection, conversation_id)]


def for_ticket(store: Store, number: str) -> list[Evidence]:
    """Return the files that belong to a ticket, oldest first."""
    with store.read() as tx:
        return [_evidence(row) for row in rows.of_ticket(tx.connection, number)]


def _known(store: Store, conversation_id: str, original: str) -> Evidence | None:
    with store.read() as tx:
        if conversation_rows.conversation(tx.connection, conversation_id) is None:
            raise ConversationNotFound(conversation_id)
        row = rows.same_file(tx.connection, conversation_id, original)
        return _evidence(row) if row else None


def _keep(path: Path, data: bytes) -> None:
    """Write the file whole or not at all; EvidenceNotStored if the disk refuses."""
    part: str | None = None
    try:
        if path.is_file() and path.stat().st_size == len(data):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    except OSError as error:
        if part is not None:
            Path(part).unlink(missing_ok=True)
        raise EvidenceNotStored(error.strerror or type(error).__name__) from error


def _path(dir: Path, digest: str, suffix: str) -> Path:
    return dir / digest[:2] / f"{digest}{suffix}"


def _shown_name(filename: str, media: MediaType) -> str:
    """Return the last part of the name as sent, harmless to show; never used as a path."""
    last = re.split(r"[/\\]", filename)[-1]
    stem = NOT_IN_NAMES.sub("", last).strip(" .").rsplit(".", 1)[0][:LONGEST_NAME].strip(" .")
    return f"{stem or 'file'}{media.suffix}"


def _evidence(row: Mapping[str, Any]) -> Evidence:
    return Evidence(**{name: row[name] for name in Evidence.__dataclass_fields__})
