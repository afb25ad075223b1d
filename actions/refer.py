"""Legal matters that are not ours: one honest sentence and the right door."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sources
from actions.certainty import thresholds
from actions.consultation import Consultation
from actions.decisions import case_rows, record, top
from actions.hearing import Heard
from actions.matter import Matter, recall, remember
from actions.second_look import heard_as_ours, opened
from knowledge.content import Referral

GENERAL = "out_of_scope_other"


class ActionRefer(Action):
    """Name the door for a labour, family, criminal or civic matter; never a consumer answer."""

    def name(self) -> str:
        return "action_refer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        consultation, matter = opened(dispatcher, tracker), recall(tracker)
        ours = heard_as_ours(consultation, matter)
        return remember(matter, refers(consultation)) if ours is None else ours


def refers(consultation: Consultation) -> Matter:
    """Say the honest sentence of the likeliest door and its offices, and the case that was meant if it was ours."""
    say, message, near = consultation.say, consultation.message, consultation.nearest()
    record(say, message, "refer", doors=top(message.doors), cases=case_rows(near))
    say_referral(say, _door(message))
    return consultation.points_to(near)


def _door(message: Heard) -> Referral:
    best = max(message.doors, key=lambda door: message.doors[door], default=GENERAL)
    sure = message.doors.get(best, 0.0) >= thresholds().door
    library = sources.library()
    return library.referral(best if sure and best in library.referrals else GENERAL)


def say_referral(say: CollectingDispatcher, referral: Referral) -> None:
    """The sentence of a referral and its offices with their numbers."""
    say.utter_message(text=referral.text)
    offices = [sources.library().office(door) for door in referral.doors]
    lines = "\n".join(f"· {office.name} {office.phone}：{office.when}" for office in offices)
    if lines:
        say.utter_message(response="utter_refer_offices", lines=lines)
