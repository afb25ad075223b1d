"""Taking a message in: kept and claimed in one transaction, with what the consumer said and the window it opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from desk import conversations, followers, inbound, outbox
from desk.conversation_rows import BOT, QUEUE
from desk.followers import Follower
from desk.inbound import Inbound
from desk.ledger import Grant
from desk.store import Store, Tx
from desk.store import conversations as conversation_rows

from ..request_fields import clean
from ..wording import say
from .account import Account
from .choices import picked
from .menu import Button, Menu
from .parsing import WeChatMessage

TAPS = frozenset({"click", "subscribe", "scan", "scancode_push", "scancode_waitmsg"})
KEPT_FIELDS = (
    "MsgId", "MediaId", "PicUrl", "Format", "Recognition", "Location_X", "Location_Y", "Label", "Title",
    "Description", "Url", "EventKey", "Ticket", "bizmsgmenuid", "Status", "ScanCodeInfo.ScanResult",
    "SendLocationInfo.Location_X", "SendLocationInfo.Location_Y", "SendLocationInfo.Label", "Latitude",
    "Longitude",
)  # fmt: skip
LONGEST_FIELD = 4000
MOST_NOTICES = 10


@dataclass(frozen=True)
class Intake:
    """Takes messages in for one process."""

    store: Store
    account: Account
    menu: Menu
    claimant: str
    now: Callable[[], datetime]
    most_characters: int
    budget: float

    def take(self, message: WeChatMessage, proof: str) -> tuple[Inbound, bool]:
        """Keep the message; (message, False) when it was known. ProofReused, StoreError."""
        return inbound.accept(
            self.store,
            key=message.key,
            proof=proof,
            sender=message.sender,
            kind=f"event:{message.event}" if message.event else message.kind,
            fields=_kept(message),
            grant=_grant(message),
            read=lambda tx, follower: self._said(tx, follower, message),
            revive_after=timedelta(seconds=self.budget) if self.account.may_serve() else None,
            claimant=self.claimant,
            at=self.now(),
            said_at=_written(message),
        )

    def _said(self, tx: Tx, follower: Follower, message: WeChatMessage) -> Mapping[str, Any] | None:
        """Return what the consumer said in words, None when it was not words."""
        if message.event:
            return self._happened(tx, follower, message)
        followers.follows(tx, follower, True, at=self.now())
        fields = message.fields
        if message.kind == "text":
            return self._words(tx, follower, fields.get("Content", ""), fields.get("bizmsgmenuid", ""))
        if message.kind == "voice":
            heard = fields.get("Recognition", "").strip()
            return {**self._words(tx, follower, heard, ""), "voice": True} if heard else None
        if message.kind == "link":
            title, url = fields.get("Title", ""), fields.get("Url", "")
            return {"text": self._clean(say("wechat.link_heard", title=title, url=url)), "choice": None}
        if message.kind == "location":
            label = fields.get("Label", "") or f"{fields.get('Location_X')},{fields.get('Location_Y')}"
            return {"text": self._clean(say("wechat.place_heard", label=label)), "choice": None}
        return None

    def _happened(self, tx: Tx, follower: Follower, message: WeChatMessage) -> Mapping[str, Any] | None:
        """Note what an event changes; return the words it stands for, if any."""
        at, key = self.now(), message.fields.get("EventKey", "")
        if message.event == "unsubscribe":
            outbox.unfollowed(tx, follower.conversation_id)
            followers.follows(tx, follower, False, at=at)
            return None
        followers.follows(tx, follower, True, at=at)
        if message.event in ("subscribe", "scan"):
            scene = key.removeprefix("qrscene_")
            if scene:
                followers.stands_at(tx, follower, scene=scene)
        if message.event in ("subscribe_msg_popup_event", "subscribe_msg_change_event"):
            _note_acceptances(tx, follower, message)
        button = self.menu.button(key) if message.event == "click" else None
        return None if button is None else _of_button(button)

    def _words(self, tx: Tx, follower: Follower, text: str, menu_id: str) -> dict[str, Any]:
        words = self._clean(text)
        if conversations.get(self.store, follower.conversation_id).owner not in (BOT, QUEUE):
            return {"text": words, "choice": None}  # staff read what was typed
        choice = _tapped(tx, follower, menu_id) or picked(words, follower.offered)
        if choice is None:
            return {"text": words, "choice": None}
        return {"text": choice["label"], "choice": choice["value"] or None, "typed": words}

    def _clean(self, text: str) -> str:
        return clean(text)[: self.most_characters]


def _tapped(tx: Tx, follower: Follower, menu_id: str) -> Mapping[str, str] | None:
    """Return the choice of a tapped menu message, also of an older one, if it is of this conversation."""
    message_id, _, place = menu_id.partition(".")
    if not (message_id.isascii() and message_id.isdigit() and place.isascii() and place.isdigit()):
        return None
    found = conversation_rows.messages_by_id(tx.connection, follower.conversation_id, [int(message_id[:18])])
    choices = found[0]["body"].get("choices") or [] if found else []
    return choices[int(place[:3])] if int(place[:3]) < len(choices) else None


def _note_acceptances(tx: Tx, follower: Follower, message: WeChatMessage) -> None:
    """Count the notices the consumer agreed to; a refusal in the notice's settings ends them."""
    popup = message.event == "subscribe_msg_popup_event"
    path = "SubscribeMsgPopupEvent.List" if popup else "SubscribeMsgChangeEvent.List"
    for place in range(1, MOST_NOTICES + 1):
        mark = "" if place == 1 else f"#{place}"
        template = message.fields.get(f"{path}.TemplateId{mark}", "")[:80]
        if not template:
            return
        agreed = message.fields.get(f"{path}.SubscribeStatusString{mark}") == "accept"
        if popup and agreed:
            follower = followers.accepts(tx, follower, template, 1)
        elif not popup and not agreed:
            follower = followers.accepts(tx, follower, template, -follower.accepted.get(template, 0))


def _of_button(button: Button) -> dict[str, Any] | None:
    if not button.text:
        return None
    return {"text": button.text, "choice": button.choice or None, "menu": True}


def _grant(message: WeChatMessage) -> Grant | None:
    if not message.event:
        return Grant.MESSAGE
    return Grant.TAP if message.event in TAPS else None


def _written(message: WeChatMessage) -> datetime | None:
    """Return when WeChat says it was written, None for a time there is not."""
    try:
        return datetime.fromtimestamp(message.created, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _kept(message: WeChatMessage) -> dict[str, Any]:
    kept = {name: message.fields[name][:LONGEST_FIELD] for name in KEPT_FIELDS if message.fields.get(name)}
    return {**kept, "account": message.account, "created": message.created}
