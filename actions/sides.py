"""Buyer or seller: a message that could be either one's is asked, never guessed."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import choices, sources
from actions.decisions import record
from actions.hearing import Heard
from knowledge.content import Fact, FactType
from knowledge.search import Decision

BUYER = "我是消费者"
SELLER = "我是经营者"
SIDE = Fact(id="side", ask="", type=FactType.CHOICE, choices=(BUYER, SELLER))


def asks(say: CollectingDispatcher) -> None:
    """Ask which side the speaker is on."""
    buttons = [{"title": side, "payload": choices.side(side)} for side in SIDE.choices]
    say.utter_message(response="utter_which_side", buttons=buttons)


def tells_the_merchant(say: CollectingDispatcher, message: Heard, story: str) -> None:
    """What the law asks of a merchant in the case `story` is about, or where merchants get advice."""
    record(say, message, "refer", doors={"merchant_side": 1.0})
    ranking = sources.library().search(story, topics=message.topics)
    case = sources.library().case(ranking.hits[0].case_id) if ranking.decision is Decision.ANSWER else None
    if case is not None and case.merchant:
        say.utter_message(response="utter_merchant_side", title=case.title, note=case.merchant)
    else:
        say.utter_message(response="utter_merchant_general")
