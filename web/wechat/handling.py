"""What each kind of message leads to: the assistant's turn, a file kept as evidence, or a sentence of our own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk import conversations, evidence, followers, inbound
from desk.conversations import Message
from desk.errors import (
    ClaimLost,
    EvidenceNotStored,
    EvidenceTooLarge,
    EvidenceTooMany,
    UnsupportedEvidence,
)
from desk.inbound import Inbound
from desk.person_wishes import person_wanted

from .. import turns
from ..errors import BotAway, TurnTaken
from ..parts import Parts
from ..turns import Asked, Settle
from ..wording import say
from .api import Api
from .errors import ApiRefused, ApiSilent
from .menu import Menu
from .places import Places, degrees, place_text
from .settling import Settling, bind

log = logging.getLogger("weiquan.wechat.handling")

BOT_PATIENCE = 2.5  # seconds the first try holds its thread for a bot process that is starting again
BOT_AWAITED = timedelta(seconds=60)  # how long a message is tried again before a person gets it
PAUSES = tuple(
    timedelta(seconds=pause) for pause in (1, 2, 4, 8)
)  # between those tries, by how long it waits
BEHIND_EARLIER = timedelta(milliseconds=200)
MOST_TRIES = 6
SPOKEN = frozenset({"text", "link", "event:click"})
FILES = frozenset({"image", "voice"})


@dataclass(frozen=True)
class Handling:
    """Handles one message in, once; the answer is kept together with where it goes."""

    parts: Parts
    api: Api
    menu: Menu
    places: Places
    settling: Settling
    native_service: bool
    now: Callable[[], datetime]
    claimant: str

    def is_quick(self, message: Inbound) -> bool:
        """Tell whether the message needs neither the bot nor a file of WeChat's, so that it is soon done."""
        if message.message_id is not None and message.kind in (*SPOKEN, "voice"):
            said, asked = self._asked(message)
            return not turns.bot_needed(self.parts, message.conversation_id, said, asked)
        return message.kind not in FILES

    def handle(self, id: int) -> None:
        """Handle message `id`, which this process has claimed."""
        message = inbound.get(self.parts.store, id)
        if message is None or message.state != inbound.OPEN:
            return
        kind = message.kind
        try:
            if message.tries > MOST_TRIES:
                log.error("message %s (%s) given up after %s tries", id, kind, message.tries)
                self._tell(message, {"text": say("system.bot_failed")}, queue="bot_failed")
            elif kind in SPOKEN or kind == "voice":
                self._words(message)
            else:
                OTHERS.get(kind, Handling._unknown)(self, message)
        except (BotAway, TurnTaken) as error:
            self._put_back(message, error.code)
        except ClaimLost:
            log.warning("message %s was taken over by another process", id)

    def _put_back(self, message: Inbound, why: str, due: datetime | None = None) -> None:
        """Let go of a message that cannot be answered now; it is tried again when it is due."""
        at = self.now()
        waited = at - message.received_at
        pause = next((pause for pause in PAUSES if waited < 2 * pause), PAUSES[-1])
        log.warning("message %s put back: %s", message.id, why)
        later = max(due, at + BEHIND_EARLIER) if due else at + pause
        with suppress(ClaimLost):
            inbound.put_back(self.parts.store, message.id, claimant=self.claimant, due=later)

    def _patience(self, message: Inbound) -> tuple[float, bool]:
        """How long this try waits for the bot, and whether there will be another."""
        waited = self.now() - message.received_at
        first = waited < PAUSES[0]
        return BOT_PATIENCE if first else 0.0, waited < BOT_AWAITED

    def _words(self, message: Inbound) -> None:
        if message.message_id is None:
            if message.kind == "voice":
                self._unheard(message)
            else:
                self._button(message)
            return
        said, asked = self._asked(message)
        settle = bind(self.settling, message.id)
        if self.native_service and person_wanted(asked.text):
            settle = self._transferring(message.id)
        if not asked.text and asked.choice is None:
            self._settle_nothing(message)
            return
        if turns.bot_needed(self.parts, message.conversation_id, said, asked):
            earlier = inbound.put_back_before(self.parts.store, message)
            if earlier is not None and asked.again:  # answers keep the order of the questions
                self._put_back(message, "behind_earlier", earlier + BEHIND_EARLIER)
                return
        turns.answer(self.parts, message.conversation_id, said, asked, settle=settle)

    def _asked(self, message: Inbound) -> tuple[Message, Asked]:
        """Return what the consumer said, and what the owner of the conversation is told of it."""
        said = self._said(message)
        patience, again = self._patience(message)
        text, choice = str(said.body.get("text", "")), said.body.get("choice")
        return said, Asked(text, choice, patience=patience, again=again)

    def _transferring(self, id: int) -> Settle:
        return lambda tx, kept: self.settling.settle(tx, id, transfer=True)

    def _said(self, message: Inbound) -> Message:
        assert message.message_id is not None
        found = conversations.messages(
            self.parts.store, message.conversation_id, after=message.message_id - 1, limit=1
        )
        return found[0]

    def _button(self, message: Inbound) -> None:
        """A menu tap that says nothing for the consumer has an answer of its own."""
        button = self.menu.button(str(message.fields.get("EventKey", "")))
        text = self.menu.replies.get(button.reply, "") if button else ""
        self._tell(message, {"text": text or say("wechat.menu_gone")})

    def _picture(self, message: Inbound) -> None:
        self._file(message, "image", say("wechat.picture_failed"), said=say("wechat.picture_kept"))

    def _unheard(self, message: Inbound) -> None:
        """Speech without words: kept for a person where one listens, else asked for in writing."""
        owner = conversations.get(self.parts.store, message.conversation_id).owner
        if owner == "bot":
            self._tell(message, {"text": say("wechat.unheard")})
            return
        self._file(message, "voice", say("wechat.unheard"), said=say("wechat.unheard_kept"))

    def _file(self, message: Inbound, name: str, failed: str, *, said: str) -> None:
        """Fetch a file by its media id and keep it as evidence; the consumer hears when that fails.

        Where the bot has nothing to say to it, because a person is there, the consumer hears `said`.
        """
        settings = self.parts.settings
        try:
            data = self.api.download(str(message.fields.get("MediaId", "")), limit=settings.max_upload_bytes)
            kept = evidence.add(
                self.parts.store,
                settings.evidence_dir,
                message.conversation_id,
                filename=f"{name}-{message.id}",
                data=data,
                max_bytes=settings.max_upload_bytes,
            )
        except UnsupportedEvidence:
            self._tell(message, {"text": say("wechat.picture_refused")})
            return
        except (EvidenceTooLarge, OverflowError):
            self._tell(message, {"text": say("wechat.picture_too_large")})
            return
        except EvidenceTooMany:
            self._tell(message, {"text": say("wechat.picture_too_many")})
            return
        except EvidenceNotStored as error:
            log.error("message %s: file not stored: %s", message.id, error)
            self._tell(message, {"text": say("wechat.picture_not_stored")})
            return
        except (ApiRefused, ApiSilent) as error:
            log.warning("message %s: file not fetched: %s", message.id, error)
            self._tell(message, {"text": failed})
            return
        patience, again = self._patience(message)
        turns.receive_evidence(
            self.parts,
            message.conversation_id,
            evidence=kept,
            client_id=message.key,
            settle=self._with_notice(message, said),
            patience=patience,
            again=again,
        )

    def _with_notice(self, message: Inbound, text: str) -> Settle:
        def settle(tx: Any, kept: tuple[Any, ...]) -> None:
            if not kept:
                self._say(message, {"text": text})
            self.settling.settle(tx, message.id)

        return settle

    def _place(self, message: Inbound) -> None:
        fields = message.fields
        latitude = degrees(fields.get("Location_X", fields.get("SendLocationInfo.Location_X")))
        longitude = degrees(fields.get("Location_Y", fields.get("SendLocationInfo.Location_Y")))
        label = str(fields.get("Label") or fields.get("SendLocationInfo.Label") or "")
        text, region = place_text(self.places, latitude=latitude, longitude=longitude, label=label)
        with self.parts.store.write() as tx:
            follower = followers.held(tx, message.conversation_id)
            if follower is not None and region:
                followers.stands_at(tx, follower, region=region)
        self._tell(message, {"text": text})

    def _video(self, message: Inbound) -> None:
        self._tell(message, {"text": say("wechat.video")})

    def _followed(self, message: Inbound) -> None:
        code = str(message.fields.get("EventKey", "")).removeprefix("qrscene_")
        place = self.places.scene(code)
        text = say("wechat.greeting")
        if place:
            text = f"{text}\n{say('wechat.greeting_at', place=place)}"
        self._tell(message, {"text": text})

    def _scanned(self, message: Inbound) -> None:
        place = self.places.scene(str(message.fields.get("EventKey", "")))
        self._tell(message, {"text": say("wechat.scanned", place=place) if place else say("wechat.greeting")})

    def _silently(self, message: Inbound) -> None:
        self._settle_nothing(message)

    def _unknown(self, message: Inbound) -> None:
        """A kind we do not know: acknowledged and logged; words of any kind deserve a sentence."""
        log.info("message %s of unknown kind %s", message.id, message.kind)
        if message.kind.startswith("event:"):
            self._settle_nothing(message)
        else:
            self._tell(message, {"text": say("wechat.unsupported")})

    def _tell(self, message: Inbound, body: Mapping[str, Any], *, queue: str = "") -> None:
        """Say something of our own and settle the message."""
        with self.parts.store.write() as tx:
            if queue:
                conversations.fail_to_queue(self.parts.store, message.conversation_id, reason=queue)
            self._say(message, body)
            self.settling.settle(tx, message.id)

    def _say(self, message: Inbound, body: Mapping[str, Any]) -> None:
        conversations.add_message(
            self.parts.store,
            message.conversation_id,
            author="system",
            kind="notice",
            body={**body, "reply_to": message.message_id},
        )

    def _settle_nothing(self, message: Inbound) -> None:
        with self.parts.store.write() as tx:
            self.settling.settle(tx, message.id)


OTHERS: dict[str, Callable[[Handling, Inbound], None]] = {
    "image": Handling._picture,
    "location": Handling._place,
    "event:location_select": Handling._place,
    "video": Handling._video,
    "shortvideo": Handling._video,
    "event:subscribe": Handling._followed,
    "event:scan": Handling._scanned,
    "event:unsubscribe": Handling._silently,
    "event:view": Handling._silently,
    "event:location": Handling._silently,
    "event:templatesendjobfinish": Handling._silently,
}
