"""Distress and danger: the person first. It lands in the inbox of staff, who can step in."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sources
from actions.certainty import thresholds
from actions.consultation import Consultation
from actions.decisions import record
from actions.hearing import heard
from actions.matter import recall, remember
from desk import conversations
from desk.unanswered import Kind


class ActionSafety(Action):
    """Give the numbers that help now (12356; 110, 119, 120); the matter itself waits."""

    def name(self) -> str:
        return "action_safety"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        message, matter = heard(tracker), recall(tracker)
        consultation = Consultation(dispatcher, message, matter)
        if message.confidence < thresholds().distress and consultation.is_ours_after_all():
            return remember(matter, consultation.searches())
        record(dispatcher, message, "refer", doors={message.act: 1.0})
        dispatcher.utter_message(response=f"utter_{message.act}")
        flag = {"decision": message.act, "case": matter.case_id}
        conversations.record_unanswered(
            sources.store(), tracker.sender_id, message.text, flag, kind=Kind.SAFETY
        )
        return []
