"""Files going in and out: what an upload must bring, and how a kept file is sent back."""

from __future__ import annotations

from flask import Response, request, send_file

from desk import evidence

from .errors import InvalidField, NotFound
from .parts import parts
from .request_fields import clean
from .security import sandbox

LONGEST_NAME = 120


def read_upload() -> tuple[str, bytes]:
    """Return name and content of the multipart field `file`; the name is for show only."""
    sent = request.files.get("file")
    if sent is None:
        raise InvalidField("file")
    name = clean(sent.filename or "").replace("/", "_").replace("\\", "_")[-LONGEST_NAME:]
    return name or "file", sent.read()


def sent_file(evidence_id: str, *, conversation: str | None) -> Response:
    """Send a kept file; with `conversation`, only one of that conversation (otherwise NotFound)."""
    kept = evidence.get(parts().store, evidence_id)
    if conversation is not None and kept.conversation_id != conversation:
        raise NotFound(evidence_id)
    path = evidence.file_of(parts().store, parts().settings.evidence_dir, evidence_id)
    picture = kept.type.startswith("image/")
    response = send_file(path, mimetype=kept.type, as_attachment=not picture, download_name=kept.name)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return sandbox(response)
