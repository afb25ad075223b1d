"""A merchant asks for the other side: the compliance answer of the same case, marked so."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import sides
from actions.certainty import thresholds
from actions.matter import recall, remember
from actions.second_look import heard_as_ours, opened


class ActionMerchant(Action):
    """Tell a merchant what the law asks of them; a consumer taken for one is answered as a consumer."""

    def name(self) -> str:
        return "action_merchant"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        consultation, matter = opened(dispatcher, tracker), recall(tracker)
        ours = heard_as_ours(consultation, matter)
        if ours is not None:
            return ours
        message = consultation.message
        if message.confidence < thresholds().side:
            return remember(matter, consultation.asks_side())
        sides.tells_the_merchant(dispatcher, message, message.text)
        return []
