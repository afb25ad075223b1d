"""Filing a complaint or a report: number, code, clocks, evidence and history in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from . import admissibility, assignment, consents, dispatch, handling
from .clock import beijing_day
from .complaint import ComplaintDraft
from .errors import ConversationNotFound, DraftIncomplete, EvidenceNotFound
from .identifiers import new_code
from .office_directory import directory_in
from .personal import Seal, plain_name, plain_phone
from .store import Store, Tx, counters
from .store import conversations as conversation_rows
from .store import evidence as evidence_rows
from .store import tickets as rows
from .ticket import OPEN, Ticket, TicketEvent, TicketKind, TicketStatus
from .ticket_rows import MASKED, happened, keep_new, locked, masked_ticket, merchant_key, now, place

WORDS = (
    "agent_for",
    "case_id",
    "merchant_address",
    "merchant_name",
    "region_code",
    "request",
    "story",
    "topic",
)


def file_ticket(
    store: Store,
    *,
    conversation_id: str,
    draft: ComplaintDraft,
    at: datetime | None = None,
    by: str = "consumer",
) -> Ticket:
    """File a complaint, or a report if the draft is one; returns its ticket with code and first clock.

    DraftIncomplete when material of art. 10 (report: art. 28) is missing. Other findings do not
    stop it: an officer decides, and sees them as `flags`. Filing the same draft twice in a
    conversation returns the ticket it made, as long as that is open. EvidenceNotFound for
    evidence of someone else.
    """
    moment = at or now()
    findings = admissibility.check(draft, beijing_day(moment))
    missing = admissibility.missing_material(findings)
    if missing:
        raise DraftIncomplete(missing)
    fields = asdict(draft)
    told = dispatch.told_by(
        draft.merchant_name, draft.merchant_address
    )  # reads the region table once, unlocked
    draft_digest = store.seal.digest(json.dumps(fields, sort_keys=True, default=str))
    with store.write() as seen:
        # Holding the conversation makes two taps on the submit button wait for each other.
        conversation = conversation_rows.conversation(seen.connection, conversation_id, lock=True)
        if conversation is None:
            raise ConversationNotFound(conversation_id)
        with store.everywhere().write() as tx:  # the ticket may be another office's
            open_states = [status.value for status in OPEN]
            known = rows.same_draft(tx.connection, conversation_id, draft_digest, open_states)
            if known is not None:
                return masked_ticket(tx.seal, known, with_code=True)
            row = new_row(tx, conversation_id, draft, moment)
            flags = [finding.code for finding in findings]
            keep_new(tx, {**row, "flags": flags, "draft_digest": draft_digest})
            _link_evidence(tx, conversation_id, draft.evidence, row["number"])
            filed = TicketEvent(
                f"ticket:{draft.kind}:file", "", TicketStatus.RECEIVED.value, by, moment, {}, ""
            )
            kept = happened(tx, row, filed)
            if draft.mediation and draft.kind == TicketKind.COMPLAINT.value:
                kept = happened(tx, kept, consents.of_filing(kept, by=by, at=moment))
            office = dispatch.decide_filed(tx, kept, told, at=moment)
            placed = handling.place(tx, kept, conversation, office)
            assignment.place_new(tx, placed, at=moment)
            return masked_ticket(tx.seal, locked(tx, row["number"]), with_code=True)


def new_row(tx: Tx, conversation_id: str, draft: ComplaintDraft, at: datetime) -> dict[str, Any]:
    """Return a ticket's row for the draft, with a new number and code; flags and digest are the caller's."""
    fields = asdict(draft)
    day = f"{beijing_day(at):%Y%m%d}"
    number = f"WQ{day}-{counters.next_value(tx.connection, f'ticket:{day}'):04d}"
    return {
        "number": number,
        "kind": TicketKind(fields["kind"]).value,
        "code_sealed": tx.seal.close(new_code(), place(number, "code")),
        "code_failures": 0,
        "code_locked_until": None,
        "status": TicketStatus.RECEIVED.value,
        "conversation_id": conversation_id,
        **_sealed(tx.seal, number, fields),
        **{name: fields[name].strip() for name in WORDS},
        "merchant_key": merchant_key(fields["merchant_name"]),
        "amount": fields["amount"],
        "happened_on": fields["happened_on"],
        "facts": fields["facts"],
        "assigned_to": "",
        "office": "",
        "ground": "",
        "created_at": at,
        "updated_at": at,
        "urged": 0,
        "handling_office": directory_in(tx).default,
        "merged_into": "",
    }


def _sealed(seal: Seal, number: str, fields: dict[str, Any]) -> dict[str, str]:
    sealed = {f"{name}_sealed": seal.close(fields[name].strip(), place(number, name)) for name in MASKED}
    digests = {
        "phone_digest": seal.digest(plain_phone(fields["phone"])),
        "name_digest": seal.digest(plain_name(fields["name"])),
    }
    return {**sealed, **digests}


def _link_evidence(tx: Tx, conversation_id: str, ids: Sequence[str], number: str) -> None:
    if not ids:
        return
    wanted = set(ids)
    if evidence_rows.link(tx.connection, conversation_id, sorted(wanted), number) != len(wanted):
        raise EvidenceNotFound(f"not all of {len(wanted)} in {conversation_id}")
