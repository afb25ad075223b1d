"""Small talk, thanks, anger at the bot: one short sentence each, unless it was a reply or a real matter."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sources
from actions.consultation import heard_as_ours
from actions.decisions import record
from actions.hearing import Heard, heard
from actions.matter import recall
from desk import conversations


class ActionSmalltalk(Action):
    """Answer small talk from `utter_<act>`; a short reply to our own question stays a reply."""

    def name(self) -> str:
        return "action_smalltalk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        ours = heard_as_ours(dispatcher, tracker)
        if ours is not None:
            return ours
        message = heard(tracker)
        chats(dispatcher, message, message.act)
        return []


def chats(say: CollectingDispatcher, message: Heard, act: str = "chitchat") -> None:
    """One short sentence, and back to what we are for."""
    record(say, message, "smalltalk")
    say.utter_message(response=f"utter_{act}")


class ActionFeedback(Action):
    """Thumbs up or down; a thumb down goes to the editors with what was asked."""

    def name(self) -> str:
        return "action_feedback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        message, matter = heard(tracker), recall(tracker)
        record(dispatcher, message, "smalltalk", case=matter.case_id)
        dispatcher.utter_message(response=f"utter_{message.act}")
        if message.act == "feedback_bad" and matter.told:
            detail = {"decision": "feedback_bad", "case": matter.case_id}
            conversations.record_unanswered(sources.store(), tracker.sender_id, matter.told[-1], detail)
        return []
