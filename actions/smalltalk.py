"""Small talk, thanks, anger at the bot: one short sentence each, unless it was a reply or a real matter."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sources
from actions.consultation import Consultation
from actions.decisions import record
from actions.hearing import heard
from actions.matter import Matter, recall, remember
from actions.second_look import heard_as_ours, opened
from desk import conversations
from desk.unanswered import Kind


class ActionSmalltalk(Action):
    """Answer small talk from `utter_<act>`; a short reply to our own question stays a reply."""

    def name(self) -> str:
        return "action_smalltalk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        consultation, matter = opened(dispatcher, tracker), recall(tracker)
        ours = heard_as_ours(consultation, matter)
        return remember(matter, chats(consultation, consultation.message.act)) if ours is None else ours


def chats(consultation: Consultation, act: str = "chitchat") -> Matter:
    """One short sentence, and back to what we are for."""
    record(consultation.say, consultation.message, "smalltalk")
    consultation.say.utter_message(response=f"utter_{act}")
    return consultation.matter


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
            conversations.record_unanswered(
                sources.store(), tracker.sender_id, matter.told[-1], detail, kind=Kind.THUMBS_DOWN
            )
        return []
