"""What the routes of the desk are about, for the test that walks all of them as everybody.

An argument of a route must be named here before the route is: with a maker if what it names is an
office's own (others then get 404), in SHARED if it is nobody's in particular.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from desk import conversations, evidence, group_matters, notes, ticket_questions, whispers
from desk.clock import beijing_day
from desk.store import consultations as consultation_rows
from desk.store import conversations as conversation_rows
from desk.store import dispatch as dispatch_rows
from desk.store import links as link_rows
from desk.store import takeover as takeover_rows
from desk.store import tickets as ticket_rows
from desk.tickets import Ticket

from .site import Site

# Looked after across offices: accounts, questions nobody could answer, the library with its drafts, releases,
# hit tests and books. Or looked up beneath a ticket: its links, letters, disputes. Or one person's own.
SHARED: dict[str, str | int] = {
    "case_id": "minor-game-topup",
    "code": "310116",
    "dispute_id": 1,
    "draft_id": "d_none",
    "form": "json",
    "group_id": 1,
    "import_id": 1,
    "invitation_id": "i_none",
    "key": "greeting",
    "link_id": 1,
    "member_id": "s_nobody",
    "note_id": 1,
    "notice_id": 1,
    "offer_id": 1,
    "page": 1,
    "question_id": 1,
    "release": 1,
    "run_id": 1,
    "staff_id": "s_nobody",
    "token": "none",
    "utterance_id": 1,
    "view_id": 1,
    "work_id": 1,
}


@dataclass(frozen=True)
class Matter:
    """One office's conversation with all that hangs on it."""

    conversation: str
    ticket: Ticket
    evidence: str
    group: str
    consultation: int


OF_AN_OFFICE: dict[str, Callable[[Matter], str | int]] = {
    "conversation_id": lambda matter: matter.conversation,
    "number": lambda matter: matter.ticket.number,
    "evidence_id": lambda matter: matter.evidence,
    "group": lambda matter: matter.group,
    "consultation_id": lambda matter: matter.consultation,
}


def matter_of(site: Site, office: str, **said: str) -> Matter:
    """Make a conversation with a file and a complaint that this office handles."""
    opened = conversations.open_conversation(site.store, channel="h5", visitor=f"v_{office}")
    conversations.add_message(
        site.store, opened.id, author="consumer", kind="text", body={"text": f"说给{office}听的话"}
    )
    drawn = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(drawn, "PNG")
    folder: Path = site.settings.evidence_dir
    file = evidence.add(site.store, folder, opened.id, filename="小票.png", data=drawn.getvalue())
    ticket = site.complaint(opened.id, merchant_name=f"{office}管的商家", **said)
    second = site.complaint(opened.id, merchant_name=f"{office}管的商家", phone="13912345678", **said)
    group = group_matters.confirm(site.store, [ticket.number, second.number], by="s_one").number
    consultation = _said_about(site, ticket, opened.id, f"{office}管的商家，大家看看")
    with site.store.write() as tx:
        conversation_rows.change_conversation(tx.connection, opened.id, {"handling_office": office})
        for number in (ticket.number, second.number):
            ticket_rows.change_ticket(tx.connection, number, {"handling_office": office})
    return Matter(opened.id, ticket, file.id, group, consultation)


def _said_about(site: Site, ticket: Ticket, conversation: str, words: str) -> int:
    """Leave these words wherever staff and consumer can; returns the consultation's id."""
    store, number, at = site.store, ticket.number, ticket.created_at
    notes.add(store, number, words, by="s_one")
    ticket_questions.ask(store, number, words)
    whispers.whisper(store, conversation, words, by="s_one")
    by = {"by": "s_one", "at": at}
    with store.write() as tx:
        told = {"kind": "accepted", "party": "consumer", "how": "chat", "title": words, "text": words, **by}
        link_rows.insert_notice(tx.connection, {"number": number, "message_id": None, **told})
        offered = {"from_staff": "s_one", "to_staff": "s_two", "state": "open", "at": at, "answered_at": None}
        takeover_rows.insert_offer(tx.connection, {"conversation_id": conversation, **offered})
        between = {"office": "310116", "other": "310115", "arbiter": "310000", "decided": "", "closed_by": ""}
        opened = {"reason": words, "opened_by": "s_one", "opened_at": at, "due_on": beijing_day(at)}
        dispatch_rows.insert_dispute(tx.connection, {"number": number, **between, **opened})
        asked = {"kind": "difficult", "question": words, "members": ["s_two"], "due_on": beijing_day(at)}
        left_open = {"minutes": "", "conclusion": "", "advice": "", "concluded_by": "", "concluded_at": None}
        called = {"called_by": "s_one", "called_at": at}
        row = {"number": number, **asked, **left_open, **called}
        return consultation_rows.insert_consultation(tx.connection, row)
