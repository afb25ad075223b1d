"""Answering a question, and taking the taps that steer a consultation."""

from __future__ import annotations

from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import explain, person, refer, smalltalk, sources, tickets, turns
from actions.choices import Choice
from actions.consultation import Consultation
from actions.decisions import record
from actions.hearing import FOLLOW_UPS, Heard, heard
from actions.matter import Matter, recall, remember

ENOUGH = 8  # characters; a follow-up question this long may describe a matter of its own


class ActionAnswer(Action):
    """A question, a fact, a yes or a no: whatever moves the consultation on."""

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        message, matter = heard(tracker), recall(tracker)
        consultation = Consultation(dispatcher, message, matter)
        elsewhere = _elsewhere(consultation) if message.act == "ask" else None
        return remember(matter, elsewhere(consultation) if elsewhere else consultation.hears())


DOORS: dict[str, Callable[[Consultation], Matter]] = {
    "merchant_side": Consultation.asks_side,
    "refer": refer.refers,
    "chitchat": smalltalk.chats,
}
"""Where a message goes that was taken for a question, but hardly."""


def _elsewhere(consultation: Consultation) -> Callable[[Consultation], Matter] | None:
    """Where a question goes that is hardly a consumer's; None when it stays here.

    What nobody makes head or tail of is no small talk: it is asked about.
    """
    message = consultation.message
    if not consultation.is_doubtful() or (message.otherwise == "chitchat" and consultation.is_unclear()):
        return None
    return DOORS.get(message.otherwise)


class ActionExplain(Action):
    """Why, which evidence, how long, how much, where, what next; without a case it is a question."""

    def name(self) -> str:
        return "action_explain"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        message, matter = heard(tracker), recall(tracker)
        return remember(matter, explained(dispatcher, message, matter))


def explained(say: CollectingDispatcher, message: Heard, matter: Matter) -> Matter:
    consultation = Consultation(say, message, matter)
    replied = consultation.reply_to_pending()
    if replied is not None:
        return replied
    library = sources.library()
    if len(message.text) >= ENOUGH and consultation.is_new_matter():
        elsewhere = _elsewhere(consultation)
        return elsewhere(consultation) if elsewhere else consultation.searches()
    again = consultation.offers_again()
    if again is not None:
        return again
    if sources.known_case(matter.case_id) is None:
        record(say, message, "clarify")
        say.utter_message(response="utter_no_case_yet")
        return matter
    record(say, message, "answer", case=matter.case_id, facts=dict(matter.facts))
    after = explain.explain(FOLLOW_UPS[message.act], say, library, matter, sources.today())
    if after is matter:
        consultation.repeats_question()
    return after


class ActionChoose(Action):
    """A tapped chip. Values we did not make, or whose moment has passed, only repeat where we are."""

    def name(self) -> str:
        return "action_choose"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        message, matter = heard(tracker), recall(tracker)
        tapped = message.choice or Choice("none")
        if tapped.kind == "do":
            return _does(tapped.value, dispatcher, tracker, matter)
        if tapped.kind == "ticket":
            return tickets.tapped(tapped.value, dispatcher, tracker)
        if tapped.kind == "confirm":
            return _confirms(tapped.value, dispatcher, tracker)
        return remember(matter, _steered(tapped, dispatcher, message, matter))


def _steered(tapped: Choice, say: CollectingDispatcher, message: Heard, matter: Matter) -> Matter:
    consultation = Consultation(say, message, matter)
    library = sources.library()
    if tapped.kind == "case" and sources.known_case(tapped.value) is not None:
        return consultation.picks(tapped.value)
    if tapped.kind == "none" and (matter.asking or {}).get("kind") == "choose":
        return consultation.refuses_all()
    if tapped.kind == "side" and (matter.asking or {}).get("kind") == "side":
        return consultation.takes_side(tapped.value)
    if tapped.kind == "fact":
        fact_id, _, value = tapped.value.partition("=")
        return consultation.is_told(fact_id, value)
    if tapped.kind == "more" and sources.known_case(matter.case_id) and tapped.value in explain.EXPLAINED:
        record(say, message, "answer", case=matter.case_id, facts=dict(matter.facts))
        return explain.explain(tapped.value, say, library, matter, sources.today())
    return consultation.loses_the_thread()


def _confirms(value: str, say: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """提交 after the form was left brings it back; 先不填了 puts it aside with every line kept."""
    if value == "yes" and tracker.get_slot("complaint_story"):
        return [FollowupAction("complaint_form")]
    say.utter_message(response="utter_complaint_paused")
    return list(turns.LEAVES_FORM)


def _does(what: str, say: CollectingDispatcher, tracker: Tracker, matter: Matter) -> list[EventType]:
    if what == "person":
        return person.hand_over(say, tracker, reason="asked")
    if what in {"complaint", "report"}:
        return [SlotSet("complaint_kind", what), FollowupAction("action_begin_complaint")]
    return turns.new_topic(say, heard(tracker), matter)
