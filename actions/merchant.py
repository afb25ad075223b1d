"""A merchant asks for the other side: the compliance answer of the same case, marked so."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sources
from actions.consultation import heard_as_ours
from actions.decisions import record
from actions.hearing import Heard, heard
from knowledge.search import Decision


class ActionMerchant(Action):
    """Tell a merchant what the law asks of them; a consumer taken for one is answered as a consumer."""

    def name(self) -> str:
        return "action_merchant"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        ours = heard_as_ours(dispatcher, tracker)
        if ours is not None:
            return ours
        message = heard(tracker)
        tells_the_merchant(dispatcher, message)
        return []


def tells_the_merchant(say: CollectingDispatcher, message: Heard) -> None:
    """What the law asks of a merchant in the case this is about, or where merchants get advice."""
    record(say, message, "refer", doors={"merchant_side": 1.0})
    ranking = sources.library().search(message.text, topics=message.topics)
    case = sources.library().case(ranking.hits[0].case_id) if ranking.decision is Decision.ANSWER else None
    if case is not None and case.merchant:
        say.utter_message(response="utter_merchant_side", title=case.title, note=case.merchant)
    else:
        say.utter_message(response="utter_merchant_general")
