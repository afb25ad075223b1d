"""The complaint form: prefilled from the talk, asking only what Order 121 art. 10 needs and is missing."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import choices, complaint_draft
from actions import complaint_reading as reading
from actions.decisions import record
from actions.hearing import FOLLOW_UPS, Heard, heard
from actions.matter import recall, remember
from actions.turns import guessed
from desk.errors import DeskError

FIELDS = ("story", "request", "merchant", "merchant_address", "name", "phone", "address", "confirm")
OF_ONE_MATTER = (
    "kind",
    "story",
    "request",
    "merchant",
    "merchant_address",
    "amount",
    "date",
    "elsewhere",
    "editing",
    "confirm",
)
REPORT_FIELDS = frozenset({"story", "merchant", "merchant_address", "confirm"})
FREE_TEXT = frozenset({"story", "request", "merchant"})
STORY_LEAST, STORY_MOST = 10, 3000  # characters
SURE = 0.45  # of a digression; below it free text is taken as the line that was asked for
DIGRESSIONS = frozenset(FOLLOW_UPS) | {
    "handoff", "stop", "restart_topic", "back", "ticket_status", "withdraw", "urge", "ask_privacy", "ask_bot",
    "greet", "thanks", "bye", "distress", "danger", "evidence", "returned", "repeat", "complain_about_bot",
    "insult", "silence_filler", "feedback_good", "feedback_bad", "file_complaint", "report_violation",
}  # fmt: skip


class ActionBeginComplaint(Action):
    """Open the form with everything the conversation already told."""

    def name(self) -> str:
        return "action_begin_complaint"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        instead = guessed(dispatcher, tracker)
        if instead is not None:
            return instead
        message, matter = heard(tracker), recall(tracker)
        report = message.act == "report_violation" or (
            message.choice is not None and message.choice.value == "report"
        )
        record(dispatcher, message, "person", case=matter.case_id)
        dispatcher.utter_message(response="utter_report_begin" if report else "utter_complaint_begin")
        office = complaint_draft.office_elsewhere(matter)
        if office is not None and not report:
            dispatcher.utter_message(
                response="utter_complaint_other_office", name=office.name, phone=office.phone
            )
        filled: dict[str, Any] = {"kind": "report" if report else "complaint", "confirm": None}
        for field, value in complaint_draft.prefilled(tracker, message, matter).items():
            if tracker.get_slot(f"complaint_{field}") is None:
                filled[field] = value
        slots: list[EventType] = [SlotSet(f"complaint_{field}", value) for field, value in filled.items()]
        return [*slots, *remember(matter, matter.asks_nothing()), FollowupAction("complaint_form")]


class ValidateComplaintForm(FormValidationAction):
    """Read every line a message offers, whatever was asked; refuse what cannot be right."""

    def name(self) -> str:
        return "validate_complaint_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """As the SDK does; a line never asked by itself stays marked, which the SDK would drop as not required."""
        events = await super().run(dispatcher, tracker, domain)
        tapped = heard(tracker).choice
        if tapped is not None and str(tapped) == choices.edit("amount"):
            events = [SlotSet("complaint_amount", None), SlotSet("complaint_editing", "amount"), *events]
        return list(events)

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        if complaint_draft.is_report(tracker):  # art. 28: the lead and its facts; who tells may stay unnamed
            return [slot for slot in domain_slots if slot.removeprefix("complaint_") in REPORT_FIELDS]
        if tracker.get_slot("complaint_editing"):
            return [
                *domain_slots[:-1],
                f"complaint_{tracker.get_slot('complaint_editing')}",
                domain_slots[-1],
            ]
        return list(domain_slots)

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        message = heard(tracker)
        asked = (tracker.get_slot("requested_slot") or "").removeprefix("complaint_")
        pending = (tracker.get_slot("asking") or {}).get("kind") in {"fact", "choose"}
        found = {} if pending else read_lines(message, asked)
        return [SlotSet(f"complaint_{field}", value) for field, value in found.items()]

    def validate_complaint_story(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        if value and (len(value) < STORY_LEAST or complaint_draft.objections("story", value)):
            dispatcher.utter_message(response="utter_complaint_story_short")
            return {"complaint_story": None}
        return {"complaint_story": value[:STORY_MOST] if value else None}

    def validate_complaint_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        good = reading.phone(value) if value else None
        if value and not good:
            dispatcher.utter_message(response="utter_complaint_phone_wrong")
        return {"complaint_phone": good}

    def validate_complaint_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        good = value if value and _is_name(value) else None
        if value and not good:
            dispatcher.utter_message(response="utter_complaint_name_wrong")
        return {"complaint_name": good}

    def validate_complaint_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        if value and not reading.place(value).known:
            dispatcher.utter_message(response="utter_complaint_address_wrong")
            value = None
        return {"complaint_address": value or None}

    def validate_complaint_merchant_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        if value and reading.ONLINE not in value and not reading.place(value).known:
            dispatcher.utter_message(response="utter_complaint_address_wrong")
            value = None
        return {"complaint_merchant_address": value or None}


def read_lines(message: Heard, asked: str) -> dict[str, Any]:
    """The lines of the form this message fills, by field; empty when it is something else."""
    if message.choice is not None:
        return _tapped(message.choice, asked)
    digresses = message.act in DIGRESSIONS and message.confidence >= SURE
    text = message.text.strip()
    if not text or digresses:
        return {}
    found = _identity(text, asked)
    if asked == "amount":
        amount = message.first("money") or reading.looks_like_number(text)
        return {"amount": str(amount)} if amount else {}
    if asked == "confirm":
        return reading.corrections(text) or found or _confirmed(message)
    if asked in FREE_TEXT and not (found and asked != "story"):
        found.update(_free_text(message, asked, text))
    elif asked == "merchant_address" and message.act != "ask":
        found["merchant_address"] = reading.online_address(message.entities) or text
        found.pop("address", None)
    elif asked in {"phone", "address"} and asked not in found:
        given = (
            reading.looks_like_number(text) if asked == "phone" else text if message.act != "ask" else None
        )
        if given:
            found[asked] = given
    elif asked == "name" and not found and message.act != "ask":
        found["name"] = text[:40]
    return found


def _is_name(value: str) -> bool:
    surnames = complaint_draft.wording()["surnames"]
    return reading.name(value, asked=True, surnames=surnames) == value and not complaint_draft.objections(
        "name", value
    )


def _identity(text: str, asked: str) -> dict[str, Any]:
    mine = asked in {"name", "phone", "address"}
    found: dict[str, Any] = {
        "phone": reading.phone(text),
        "name": reading.name(text, asked=asked == "name", surnames=complaint_draft.wording()["surnames"]),
        "address": reading.address(text) if mine else None,
    }
    if asked == "story":  # a number in a story may be the shop's
        found["phone"] = None
    return {field: value for field, value in found.items() if value}


def _free_text(message: Heard, asked: str, text: str) -> dict[str, Any]:
    if asked != "merchant":
        return {asked: text}
    name, where = reading.merchant(text)
    where = where or reading.online_address(message.entities)
    return {"merchant": name, **({"merchant_address": where} if where else {})}


def _tapped(choice: choices.Choice, asked: str) -> dict[str, Any]:
    if choice.kind == "edit" and choice.value in FIELDS:
        return {choice.value: None, "confirm": None}
    if choice.kind == "edit" and choice.value == "amount":  # never asked by itself, only when it is corrected
        return {"amount": None, "editing": "amount", "confirm": None}
    if choice.kind == "request" and asked == "request":
        return {"request": choice.value}
    if choice.kind == "address" and asked == "merchant_address":
        return {"merchant_address": reading.ONLINE}
    if str(choice) == choices.SUBMIT and asked == "confirm":
        return {"confirm": True}
    return {}


def _confirmed(message: Heard) -> dict[str, Any]:
    if message.act == "affirm":
        return {"confirm": True}
    amount = message.first("money")
    if amount is not None:
        return {"amount": str(amount), "confirm": None}
    return {}


class ActionAskComplaintConfirm(Action):
    """The summary: every line with its edit chip, and what art. 16 says about it before it is sent."""

    def name(self) -> str:
        return "action_ask_complaint_confirm"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        body = complaint_draft.summary(tracker)
        dispatcher.utter_message(response="utter_complaint_summary", json_message={"message": body})
        return []


class ActionSubmitComplaint(Action):
    """File the ticket; when the desk cannot take it nothing is lost and the consumer is told."""

    def name(self) -> str:
        return "action_submit_complaint"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        try:
            ticket = complaint_draft.submit(tracker)
        except DeskError:
            dispatcher.utter_message(response="utter_complaint_failed")
            return [SlotSet("complaint_confirm", None)]
        body = complaint_draft.filed(ticket)
        response = "utter_report_filed" if complaint_draft.is_report(tracker) else "utter_complaint_filed"
        places = {name: value for name, value in body["ticket"].items() if name != "text"}
        dispatcher.utter_message(response=response, **places, json_message={"message": body})
        done = [SlotSet(f"complaint_{field}", None) for field in OF_ONE_MATTER]
        return [SlotSet("ticket_number", ticket.number), SlotSet("evidence_ids", None), *done]
