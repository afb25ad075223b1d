"""The consumer's own ticket: where it stands, more material, hurry it on, take it back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import complaint_draft, sources
from actions.consultation import Consultation
from actions.decisions import record
from actions.hearing import Heard, heard
from actions.matter import recall, remember
from actions.turns import guessed
from desk import tickets as desk_tickets
from desk.errors import DeskError
from desk.tickets import Ticket
from knowledge import saying


def latest(tracker: Tracker) -> Ticket | None:
    return desk_tickets.latest_for(sources.store(), tracker.sender_id)


def _status(ticket: Ticket) -> str:
    return str(complaint_draft.wording()["statuses"][ticket.status.value])


def _tells(say: CollectingDispatcher, response: str, ticket: Ticket, **more: Any) -> None:
    accept_by = saying.chinese_day(ticket.accept_by) if ticket.accept_by else ""
    next_step = str(complaint_draft.wording()["next"].get(ticket.status.value, "")).format(
        accept_by=accept_by
    )
    details = {
        "number": ticket.number,
        "status": _status(ticket),
        "accept_by": accept_by,
        "next": next_step,
        **more,
    }
    say.utter_message(response=response, **details)


def own_ticket(say: CollectingDispatcher, tracker: Tracker) -> tuple[Ticket | None, list[EventType]]:
    """The consumer's latest ticket; without one, the events of what was said instead."""
    instead = guessed(say, tracker)
    if instead is not None:
        return None, instead
    message, matter, ticket = heard(tracker), recall(tracker), latest(tracker)
    if ticket is None:
        consultation = Consultation(say, message, matter)
        if consultation.is_new_matter():
            return None, remember(matter, consultation.searches())
        say.utter_message(response="utter_no_ticket")
    record(say, message, "person")
    return ticket, []


class ActionTicketStatus(Action):
    """Where the latest ticket stands and what happens by when."""

    def name(self) -> str:
        return "action_ticket_status"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        ticket, instead = own_ticket(dispatcher, tracker)
        if ticket is None:
            return instead
        _tells(dispatcher, "utter_ticket_status", ticket)
        return []


class ActionTicketNote(Action):
    """Supplement, urge or withdraw; withdrawing asks once more."""

    def name(self) -> str:
        return "action_ticket_note"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        ticket, instead = own_ticket(dispatcher, tracker)
        if ticket is None:
            return instead
        try:
            _acts(heard(tracker), dispatcher, ticket)
        except DeskError:
            _tells(dispatcher, "utter_ticket_cannot", ticket)
        return []


def _acts(message: Heard, say: CollectingDispatcher, ticket: Ticket) -> None:
    act, text = message.act, message.text
    if act == "urge":
        desk_tickets.urge(sources.store(), ticket.number, at=sources.now())
        _tells(say, "utter_ticket_urged", ticket)
    elif act == "withdraw":
        _tells(say, "utter_ticket_withdraw_ask", ticket)
    elif len(text) >= 2 * complaint_draft.STORY_LEAST:
        desk_tickets.add_supplement(sources.store(), ticket.number, text, at=sources.now())
        _tells(say, "utter_ticket_note_added", ticket)
    else:
        _tells(say, "utter_ticket_note_ask", ticket)


def tapped(value: str, say: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """The second answer to 撤回: do it, or keep the ticket."""
    ticket = latest(tracker)
    if ticket is None:
        say.utter_message(response="utter_no_ticket")
    elif value != "withdraw":
        say.utter_message(response="utter_ticket_kept")
    else:
        try:
            desk_tickets.withdraw(sources.store(), ticket.number, at=sources.now())
            _tells(say, "utter_ticket_withdrawn", ticket)
        except DeskError:
            _tells(say, "utter_ticket_cannot", ticket)
    return []
