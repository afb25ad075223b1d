"""A message taken for another door's, small talk or a merchant's, heard once more as a consumer's."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.consultation import Consultation
from actions.hearing import heard
from actions.matter import Matter, recall, remember

SCOLDS = ("insult", "complain_about_bot")


def opened(say: CollectingDispatcher, tracker: Tracker) -> Consultation:
    """The consultation of the latest message."""
    return Consultation(say, heard(tracker), recall(tracker))


def heard_as_ours(consultation: Consultation, before: Matter) -> list[EventType] | None:
    """What was taken for another door's, small talk or a merchant's, when it was a reply or a matter of ours."""
    replied = consultation.reply_to_pending()
    if replied is None and consultation.is_ours_after_all():
        replied = consultation.searches()
    if replied is None and consultation.message.act in SCOLDS and consultation.is_scolded_about():
        consultation.say.utter_message(response="utter_scolded")
        replied = consultation.searches()
    return None if replied is None else remember(before, replied)
