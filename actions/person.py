"""To a person: the conversation goes to the queue, in one transaction, with all that was said."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sources
from actions.decisions import record
from actions.hearing import heard
from actions.matter import recall
from actions.turns import LEAVES_FORM
from desk import conversations


def hand_over(say: CollectingDispatcher, tracker: Tracker, *, reason: str) -> list[EventType]:
    """Put the conversation into the queue of people and say so. Slots stay for the way back."""
    record(say, heard(tracker), "person", case=recall(tracker).case_id)
    conversations.request_person(sources.store(), tracker.sender_id, reason=reason, by="bot")
    say.utter_message(response="utter_handoff")
    return list(LEAVES_FORM)


class ActionPerson(Action):
    """转人工: always works, at any moment."""

    def name(self) -> str:
        return "action_person"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return hand_over(dispatcher, tracker, reason="asked")


class ActionReturned(Action):
    """Staff gave the conversation back: say so; nothing of the matter was lost."""

    def name(self) -> str:
        return "action_returned"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_returned")
        return []
