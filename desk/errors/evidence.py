"""What can go wrong with files and with asking for them."""

from __future__ import annotations

from .base import DeskError, NotFound


class EvidenceNotFound(NotFound):
    code = "evidence_not_found"


class EvidenceError(DeskError):
    code = "evidence_error"


class UnsupportedEvidence(EvidenceError):
    code = "unsupported_evidence"


class EvidenceEmpty(UnsupportedEvidence):
    code = "evidence_empty"


class EvidenceTooLarge(EvidenceError):
    code = "evidence_too_large"


class EvidenceTooMany(EvidenceError):
    code = "evidence_too_many"

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} files")
        self.limit = limit


class EvidenceNotStored(EvidenceError):
    code = "evidence_not_stored"


class RequestRefused(DeskError):
    """`rule` says why: empty, closed."""

    code = "request_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"request refused: {rule}")
        self.rule = rule
