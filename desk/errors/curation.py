"""What can go wrong with questions, drafts, releases and the laws behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .base import DeskError, NotFound


class UnansweredNotFound(NotFound):
    code = "unanswered_not_found"


class QuestionGroupNotFound(NotFound):
    code = "question_group_not_found"


class RunNotFound(NotFound):
    code = "run_not_found"


class ImportNotFound(NotFound):
    code = "import_not_found"


class ThumbRefused(DeskError):
    code = "thumb_refused"


class SheetRefused(DeskError):
    """`rule` says why: empty, too_many, name."""

    code = "sheet_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"sheet refused: {rule}")
        self.rule = rule


class DraftNotFound(NotFound):
    code = "draft_not_found"


class DraftError(DeskError):
    code = "draft_error"


class DraftRefused(DraftError):
    """`rule` says why: document, id, id_fixed, id_shape, id_taken, provisional, size, or the field that takes no list."""

    code = "draft_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"draft refused: {rule}")
        self.rule = rule


class DraftExists(DraftError):
    """The case has an open draft already; `draft_id` names it."""

    code = "draft_exists"

    def __init__(self, draft_id: str) -> None:
        super().__init__(f"the case has a draft: {draft_id}")
        self.draft_id = draft_id


class DraftClosed(DraftError):
    """The step does not fit the draft's state: it is being reviewed, released or dropped."""

    code = "draft_closed"


class DraftConflict(DraftError):
    """Somebody saved meanwhile; `clashes` holds the fields that differ, `version` what stands now."""

    code = "draft_conflict"

    def __init__(self, version: int, by: str, clashes: Sequence[Any]) -> None:
        super().__init__(f"saved meanwhile as version {version}")
        self.version = version
        self.by = by
        self.clashes = tuple(clashes)


class ReviewRefused(DraftError):
    """`rule` says why: own (four eyes), comment, notes (required changes are open)."""

    code = "review_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"review refused: {rule}")
        self.rule = rule


class ReleaseNotFound(NotFound):
    code = "release_not_found"


class ReleaseRefused(DeskError):
    """`rule` says why: running, nothing, draft, base, own, unsigned, current."""

    code = "release_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"release refused: {rule}")
        self.rule = rule


class LawWorkNotFound(NotFound):
    code = "law_work_not_found"


class UtteranceNotFound(NotFound):
    code = "utterance_not_found"


class UtteranceRefused(DeskError):
    """`rule` says why: empty, too_many."""

    code = "utterance_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"lines refused: {rule}")
        self.rule = rule


class LabelRefused(DeskError):
    """`rule` says why: act, topic, entities, closed, own."""

    code = "label_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"label refused: {rule}")
        self.rule = rule


class ModelRunNotFound(NotFound):
    code = "model_run_not_found"


class ModelRefused(DeskError):
    """`rule` says why: running, state, own, unsigned, note, gone, current, waiting, nothing."""

    code = "model_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"model refused: {rule}")
        self.rule = rule
