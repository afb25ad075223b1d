"""What can go wrong on a ticket's way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .base import DeskError, NotFound


class TicketNotFound(NotFound):
    code = "ticket_not_found"


class TransitionRefused(DeskError):
    code = "transition_refused"

    def __init__(self, number: str, status: str, to: str) -> None:
        super().__init__(f"ticket {number} cannot go from {status} to {to}")
        self.number = number
        self.status = status
        self.to = to


class GroundRefused(DeskError):
    """`needs` names the missing or unfit detail: ground, office, reason."""

    code = "ground_refused"

    def __init__(self, to: str, needs: str) -> None:
        super().__init__(f"going to {to} needs a fitting {needs}")
        self.to = to
        self.needs = needs


class DraftIncomplete(DeskError):
    """`findings` are the desk.admissibility findings that stop the filing."""

    code = "draft_incomplete"

    def __init__(self, findings: Sequence[Any]) -> None:
        super().__init__("draft incomplete: " + ", ".join(finding.code for finding in findings))
        self.findings = tuple(findings)


class NoteRefused(DeskError):
    """`rule` says why: empty, too_long, too_many, closed."""

    code = "note_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"note refused: {rule}")
        self.rule = rule


class TooManyTries(DeskError):
    code = "too_many_tries"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many tries, again after {until.isoformat()}")
        self.until = until


class ReopenRefused(DeskError):
    """The rule named does not let this ticket be taken up again."""

    code = "reopen_refused"

    def __init__(self, number: str, rule: str) -> None:
        super().__init__(f"{number} is not reopened by rule {rule!r}")
        self.number = number
        self.rule = rule


class LinkRefused(DeskError):
    """`rule`: self, kinds, twice, two_consumers, ended, paused, further, has_merged, gone, late, moved_on."""

    code = "link_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"link refused: {rule}")
        self.rule = rule


class SplitRefused(DeskError):
    """`rule`: nothing, too_many, state."""

    code = "split_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"split refused: {rule}")
        self.rule = rule


class NoticeNotFound(NotFound):
    code = "notice_not_found"


class NoticeRefused(DeskError):
    """`rule`: unfilled, empty, too_long, kind, how."""

    code = "notice_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"notice refused: {rule}")
        self.rule = rule


class QuestionRefused(DeskError):
    """`rule` says why: empty, too_long, too_many, answered."""

    code = "question_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"question refused: {rule}")
        self.rule = rule


class RatingRefused(DeskError):
    """`rule` says why: score, stage, too_long."""

    code = "rating_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"rating refused: {rule}")
        self.rule = rule
