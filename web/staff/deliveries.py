"""What WeChat still takes for a conversation, and what of ours has not arrived: seen and sent again from the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import conversations, followers, outbox
from desk.conversations import Conversation
from desk.errors import DeliveryNotFound
from desk.outbox import Delivery
from desk.staff import Permission

from ..parts import parts
from ..wechat import places
from ..wording import say
from . import staff
from .access import me, needs

SHOWN = frozenset({outbox.WAITING, outbox.NEXT, outbox.DOUBTFUL, outbox.FAILED, outbox.DROPPED})
LATEST = 60


@dataclass(frozen=True)
class ChannelState:
    """How many messages may still be sent, until when, and the deliveries staff should know of."""

    following: bool
    left: int
    until: datetime | None
    scene: str
    deliveries: tuple[tuple[Delivery, str], ...]

    @property
    def version(self) -> str:
        """Changes whenever what is shown changes."""
        states = ",".join(f"{delivery.id}{delivery.state}" for delivery, _ in self.deliveries)
        return f"{self.following:d}{self.left}{states}"


def channel_state(conversation: Conversation) -> ChannelState | None:
    """Return how the conversation's channel stands, None for one that fetches its messages itself."""
    follower = followers.of_conversation(parts().store, conversation.id)
    if follower is None:
        return None
    now = datetime.now(timezone.utc)
    found = [
        delivery
        for delivery in outbox.latest(parts().store, conversation.id, limit=LATEST)
        if delivery.state in SHOWN
    ]
    shown = tuple((delivery, _words(delivery)) for delivery in reversed(found))
    ledger = follower.ledger
    return ChannelState(
        follower.following, ledger.left(now), ledger.until(now), _scene(follower.scene), shown
    )


def _scene(code: str) -> str:
    """Return the code scanned last with the name the office gave it."""
    name = places.load(parts().settings.home).scene(code) if code else ""
    return f"{name} ({code})" if name else code


def _words(delivery: Delivery) -> str:
    """Return the beginning of what the delivery says."""
    with parts().store.read() as tx:
        messages = outbox.contents(tx, delivery)
    return " ".join(str(message.body.get("text", "")) for message in messages)[:60]


@staff.post("/conversations/<conversation_id>/resend")
@needs(Permission.CONVERSATION_TAKE)
def resend_delivery(conversation_id: str) -> BaseResponse:
    """Send once more what was not delivered for certain."""
    conversations.get(parts().store, conversation_id)
    given = request.form.get("delivery", "")
    known = {delivery.id for delivery in outbox.latest(parts().store, conversation_id)}
    try:
        if not given.isascii() or not given.isdigit() or int(given) not in known:
            raise DeliveryNotFound(given[:20])
        outbox.resend(parts().store, int(given), by=me().id, at=datetime.now(timezone.utc))
        flash(say("staff.resent"), "done")
    except DeliveryNotFound:
        flash(say("errors.delivery_not_found"), "error")
    return redirect(url_for(".conversation_page", conversation_id=conversation_id) + "#end")
