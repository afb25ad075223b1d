"""A photo or file arrived: acknowledge it; the form or the question goes on where it was."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sources, tickets
from actions.decisions import record
from actions.hearing import heard
from desk.errors import DeskError
from desk.tickets import add_supplement


class ActionEvidenceReceived(Action):
    """Say that the file is kept as evidence."""

    def name(self) -> str:
        return "action_evidence_received"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        message = heard(tracker)
        name, id = message.first("name") or "", message.first("id")
        ticket = tickets.latest(tracker)
        in_form = (tracker.active_loop or {}).get("name") == "complaint_form"
        record(dispatcher, message, "smalltalk")
        if id and ticket is not None and not in_form:
            try:
                add_supplement(sources.store(), ticket.number, "", at=sources.now(), evidence=[id])
            except DeskError:  # the ticket has come to its end: the file stays with the conversation
                ticket = None
        if id and ticket is not None and not in_form:
            dispatcher.utter_message(response="utter_evidence_added", name=name, number=ticket.number)
            return []
        dispatcher.utter_message(response="utter_evidence_received", name=name)
        kept = [*(tracker.get_slot("evidence_ids") or ()), *([id] if id else ())]
        return [SlotSet("evidence_ids", kept)]
