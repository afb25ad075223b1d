"""Actions of the small test assistant: good ones, and one for each way an action can go wrong."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from rasa_sdk.types import DomainDict


class ActionAnswer(Action):
    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        topic = tracker.latest_message["topic_ranking"][0]
        dispatcher.utter_message(
            json_message={
                "message": {"kind": "card", "text": "答复", "card": {"topic": topic["name"]}},
                "decision": {"decision": "answer", "topic": {topic["name"]: topic["confidence"]}},
            }
        )
        return [SlotSet("facts", {**(tracker.get_slot("facts") or {}), "topic": topic["name"]})]


class ActionChoose(Action):
    def name(self) -> str:
        return "action_choose"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(text=f"选了 {next(tracker.get_latest_entity_values('choice'), '')}")
        return []


class ActionFail(Action):
    def name(self) -> str:
        return "action_fail"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        raise ValueError("secret words of a consumer")


class ActionSilent(Action):
    def name(self) -> str:
        return "action_silent"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        (
            tracker.get_slot("facts") or {}
        ).clear()  # must not reach the conversation: an action works on its own copy
        return []


class ActionMisshapen(Action):
    def name(self) -> str:
        return "action_misshapen"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[Any]:
        dispatcher.messages.append("not an object")  # type: ignore[arg-type]
        return []


class ActionCount(Action):
    def name(self) -> str:
        return "action_count"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        turns = int(tracker.get_slot("turns") or 0) + 1
        dispatcher.utter_message(text=f"第{turns}次")
        return [SlotSet("turns", turns)]


class ActionEvidence(Action):
    def name(self) -> str:
        return "action_evidence"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(text="收到 " + next(tracker.get_latest_entity_values("name"), ""))
        return []


class ValidateComplaintForm(FormValidationAction):
    def name(self) -> str:
        return "validate_complaint_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        if tracker.latest_message.get("text") == "这个表单不归我管":
            raise ActionExecutionRejection(self.name(), "refused on purpose")
        return domain_slots

    def extract_complaint_name(self, dispatcher: Any, tracker: Tracker, domain: Any) -> dict[str, Any]:
        asked = tracker.get_slot("requested_slot") == "complaint_name"
        return {"complaint_name": tracker.latest_message["text"]} if asked else {}

    def extract_complaint_phone(self, dispatcher: Any, tracker: Tracker, domain: Any) -> dict[str, Any]:
        phones = [
            entity["value"] for entity in tracker.latest_message["entities"] if entity["entity"] == "phone"
        ]
        return {"complaint_phone": phones[0]} if phones else {}
