"""What can go wrong at the desk.

DeskError
├── StoreError
│   ├── StoreBusy               another writer held the database longer than we wait; try again
│   ├── StoreReadOnly           the database takes no writes
│   ├── StoreConflict           a constraint refused the rows
│   └── StoreUnavailable        cannot be reached, opened or understood
│       └── StoreFull           the disk is full
├── NotFound
│   ├── ConversationNotFound
│   ├── TicketNotFound          unknown number or wrong code: never told apart
│   ├── EvidenceNotFound
│   ├── StaffNotFound
│   ├── DeliveryNotFound        no such message out, or none that can be sent again
│   └── UnansweredNotFound
├── NotOwner                    someone else may speak in this conversation now
├── MessageRefused              unknown author, empty, or too large
├── TransitionRefused           a ticket cannot go there from where it is
├── GroundRefused               the step needs a ground in law, or names one that does not fit
├── DraftIncomplete             required material is missing; `findings` says which
├── NoteRefused                 a supplement or reminder is empty, too long or too late
├── TooManyTries                too many wrong ticket codes
├── EvidenceError
│   ├── UnsupportedEvidence     not a type we take, or damaged
│   │   └── EvidenceEmpty
│   ├── EvidenceTooLarge        bytes, pixels, frames or number of files
│   └── EvidenceNotStored       the disk refused it
├── StaffError
│   ├── LoginRefused            unknown, wrong or switched off: never told apart
│   ├── AccountLocked
│   ├── PasswordRefused         `rule` names the broken rule
│   ├── StaffRefused            the account as asked for cannot be
│   └── UsernameTaken
├── PersonalDataUnreadable      sealed with another key, or altered
├── ClaimLost                   another process handles this message now
├── ProofReused                 a signature came a second time with another message
├── TokenUnavailable            no access token of the channel can be had now
├── EventRefused                a history event with an unfit name or detail
└── WordingMissing              no sentence for that key
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any


class DeskError(Exception):
    """Base of the errors of this package; `code` is stable and safe to show."""

    code = "desk_error"


class StoreError(DeskError):
    code = "store_error"


class StoreBusy(StoreError):
    code = "store_locked"


class StoreReadOnly(StoreError):
    code = "store_read_only"


class StoreConflict(StoreError):
    code = "store_conflict"


class StoreUnavailable(StoreError):
    code = "store_unavailable"


class StoreFull(StoreUnavailable):
    code = "store_full"


class NotFound(DeskError):
    code = "not_found"

    def __init__(self, id: str) -> None:
        super().__init__(f"{self.code}: {id}")
        self.id = id


class ConversationNotFound(NotFound):
    code = "conversation_not_found"


class TicketNotFound(NotFound):
    code = "ticket_not_found"


class EvidenceNotFound(NotFound):
    code = "evidence_not_found"


class StaffNotFound(NotFound):
    code = "staff_not_found"


class UnansweredNotFound(NotFound):
    code = "unanswered_not_found"


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"


class ClaimLost(DeskError):
    code = "claim_lost"


class ProofReused(DeskError):
    code = "proof_reused"


class TokenUnavailable(DeskError):
    code = "token_unavailable"


class NotOwner(DeskError):
    """`owner` may speak in `conversation_id` now; `who` may not."""

    code = "not_owner"

    def __init__(self, conversation_id: str, who: str, owner: str) -> None:
        super().__init__(f"{who} does not own {conversation_id}, {owner} does")
        self.conversation_id = conversation_id
        self.who = who
        self.owner = owner


class MessageRefused(DeskError):
    """`rule` says why: author, kind, body, empty, too_long."""

    code = "message_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"message refused: {rule}")
        self.rule = rule


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


class EvidenceError(DeskError):
    code = "evidence_error"


class UnsupportedEvidence(EvidenceError):
    code = "unsupported_evidence"


class EvidenceEmpty(UnsupportedEvidence):
    code = "evidence_empty"


class EvidenceTooLarge(EvidenceError):
    code = "evidence_too_large"


class EvidenceNotStored(EvidenceError):
    code = "evidence_not_stored"


class StaffError(DeskError):
    code = "staff_error"


class LoginRefused(StaffError):
    code = "login_refused"


class AccountLocked(StaffError):
    code = "account_locked"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"account locked until {until.isoformat()}")
        self.until = until


class PasswordRefused(StaffError):
    """`rule` says why: wrong, short, long, simple, known, username, same."""

    code = "password_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"password refused: {rule}")
        self.rule = rule


class StaffRefused(StaffError):
    """`rule` says why: username, name, roles, last_administrator."""

    code = "staff_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"account refused: {rule}")
        self.rule = rule


class UsernameTaken(StaffError):
    code = "username_taken"


class PersonalDataUnreadable(DeskError):
    code = "personal_data_unreadable"


class EventRefused(DeskError):
    code = "event_refused"


class WordingMissing(DeskError):
    code = "wording_missing"
