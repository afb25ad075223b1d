"""Steering the talk itself: stop, another matter, back to the earlier one, say it again."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.consultation import Consultation
from actions.decisions import record
from actions.hearing import Heard, heard
from actions.matter import Matter, recall, remember

LEAVES_FORM: list[EventType] = [ActiveLoop(None), SlotSet("requested_slot", None)]


def new_topic(say: CollectingDispatcher, message: Heard, matter: Matter) -> list[EventType]:
    record(say, message, "smalltalk")
    say.utter_message(response="utter_new_topic")
    return [*remember(matter, matter.closes()), *LEAVES_FORM]


def guessed(say: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
    """When the act is a mere guess the message is heard as a matter instead; None when it is not."""
    message, matter = heard(tracker), recall(tracker)
    consultation = Consultation(say, message, matter)
    return remember(matter, consultation.hears()) if consultation.is_unclear() else None


class ActionStop(Action):
    """Stop asking. What was said and filled in stays, so that it can be taken up again."""

    def name(self) -> str:
        return "action_stop"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        instead = guessed(dispatcher, tracker)
        if instead is not None:
            return instead
        message, matter = heard(tracker), recall(tracker)
        record(dispatcher, message, "smalltalk")
        in_form = (tracker.active_loop or {}).get("name") == "complaint_form"
        dispatcher.utter_message(response="utter_complaint_paused" if in_form else "utter_stopped")
        return [*remember(matter, matter.asks_nothing()), *LEAVES_FORM]


class ActionNewTopic(Action):
    """Another matter: the present one is put aside, not lost."""

    def name(self) -> str:
        return "action_new_topic"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        instead = guessed(dispatcher, tracker)
        return new_topic(dispatcher, heard(tracker), recall(tracker)) if instead is None else instead


class ActionBack(Action):
    """Back to the matter put aside last."""

    def name(self) -> str:
        return "action_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        instead = guessed(dispatcher, tracker)
        if instead is not None:
            return instead
        message, matter = heard(tracker), recall(tracker)
        earlier = matter.goes_back()
        if earlier is None and tracker.get_slot("complaint_story"):
            return [FollowupAction("complaint_form")]
        if earlier is None:
            record(dispatcher, message, "smalltalk")
            dispatcher.utter_message(response="utter_nothing_earlier")
            return []
        return remember(matter, Consultation(dispatcher, message, earlier).resumes())


class ActionRepeat(Action):
    """Say the last thing again."""

    def name(self) -> str:
        return "action_repeat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        instead = guessed(dispatcher, tracker)
        if instead is not None:
            return instead
        message, matter = heard(tracker), recall(tracker)
        if matter.case_id:
            return remember(matter, Consultation(dispatcher, message, matter).resumes())
        record(dispatcher, message, "smalltalk")
        dispatcher.utter_message(response="utter_nothing_to_repeat")
        return []
