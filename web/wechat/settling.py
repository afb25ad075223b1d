"""Where an answer goes: into the reply WeChat still waits for, or to the outbox. Decided with the answer itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from desk import conversations, followers, inbound, outbox
from desk.inbound import Inbound
from desk.outbox import Delivery
from desk.store import Store, Tx

from ..wording import say
from .account import Account
from .links import SignedLinks
from .rendering import Composed, Part, compose

BEHIND = timedelta(milliseconds=400)  # what follows a passive reply must not arrive before it

# Events nobody is looking at the screen for: WeChat shows no reply to them.
DEAF = frozenset(
    f"event:{name}"
    for name in (
        "unsubscribe",
        "view",
        "view_miniprogram",
        "location",
        "templatesendjobfinish",
        "masssendjobfinish",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "kf_create_session",
        "kf_close_session",
        "kf_switch_session",
    )
)


class Remainder(NamedTuple):
    """Parts of a delivery that had begun when nothing more could be sent, as a message to compose anew."""

    id: int
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Settling:
    """Decides and keeps, for one message in, where its answer goes."""

    store: Store
    account: Account
    links: Callable[[], SignedLinks]
    now: Callable[[], datetime]
    claimant: str
    someone_waits: Callable[[int], bool]

    def settle(self, tx: Tx, id: int, *, transfer: bool = False) -> None:
        """Close message `id` in the transaction that keeps its replies; ClaimLost undoes them."""
        at = self.now()
        row = inbound.held(tx, id, claimant=self.claimant)
        if row.kind not in DEAF:
            self._own_up(tx, row.conversation_id)
        mine = tx.take_outgoing(row.conversation_id)
        pending, busy = outbox.owed(tx, row.conversation_id)
        waited_for = not row.route and row.kind not in DEAF and self.someone_waits(id) and not busy
        if transfer and waited_for:
            self._transfer(tx, row, mine, at)
        elif waited_for and (mine or pending):
            self._pass(tx, row, pending, mine, self._composed(tx, row, pending, mine, at), at)
        else:
            self._owe(tx, row, mine, at)

    def _own_up(self, tx: Tx, conversation_id: str) -> None:
        """Tell of deliveries nobody is sure of, with a link to them, now that the consumer is there."""
        doubted = outbox.doubted(tx, conversation_id)
        if not doubted:
            return
        unsure = next((id for delivery in doubted for id in delivery.messages), None)
        if unsure is not None:  # a hand-over carries no messages
            body = {"text": say("wechat.doubt"), "link": unsure}
            conversations.add_message(self.store, conversation_id, author="system", kind="notice", body=body)
        outbox.told_of_doubt(tx, doubted)

    def _composed(
        self, tx: Tx, row: Inbound, pending: list[Delivery], mine: list[int], at: datetime
    ) -> Composed:
        """Return everything owed as one passive reply and what may follow it."""
        follower = followers.held(tx, row.conversation_id)
        left = follower.ledger.left(at) if follower and self.account.may_serve() else 0
        rest = [_remainder(delivery) for delivery in pending if delivery.done and delivery.messages]
        ids = [id for delivery in pending if not delivery.done for id in delivery.messages] + mine
        messages = outbox.messages_of(tx, row.conversation_id, ids)
        composed = compose(
            [*rest, *messages], slots=1 + left, passive=True, menus=left > 0, links=self.links()
        )
        if rest and not messages and follower:  # the rest of an answer still offers what the answer did
            return replace(composed, offered=follower.offered)
        return composed

    def _transfer(self, tx: Tx, row: Inbound, mine: list[int], at: datetime) -> None:
        """Pass the consumer on in the reply, which holds nothing else; what is owed follows by itself."""
        if mine:
            state = outbox.WAITING if self.account.may_serve() else outbox.NEXT
            outbox.put(tx, row.conversation_id, mine, state=state, at=at, due_at=at + BEHIND)
        part = {"type": "transfer"}
        outbox.put(
            tx, row.conversation_id, [], state=outbox.SENT, at=at, inbound_id=row.id, parts=[part], done=1
        )
        inbound.settle(tx, row.id, route=inbound.PASSIVE, reply=part, at=at)
        self._offer(tx, row.conversation_id, ())

    def _pass(
        self,
        tx: Tx,
        row: Inbound,
        pending: list[Delivery],
        mine: list[int],
        composed: Composed,
        at: datetime,
    ) -> None:
        """Answer in the reply; what does not go into it follows by itself."""
        parts = composed.parts
        if not parts:
            self._owe(tx, row, mine, at)
            return
        ids = [id for delivery in pending for id in delivery.messages] + mine
        delivery = outbox.put(
            tx,
            row.conversation_id,
            ids,
            state=outbox.SENT if len(parts) == 1 else outbox.WAITING,
            at=at,
            inbound_id=row.id,
            parts=parts,
            done=1,
            due_at=at + BEHIND,
        )
        outbox.join(tx, pending, delivery)
        inbound.settle(tx, row.id, route=inbound.PASSIVE, reply=parts[0], at=at)
        self._offer(tx, row.conversation_id, composed.offered)

    def _owe(self, tx: Tx, row: Inbound, mine: list[int], at: datetime) -> None:
        """Leave the answer to the outbox, behind what waits there already."""
        if not mine:
            inbound.settle(tx, row.id, route=row.route or inbound.NONE, reply=row.reply, at=at)
            return
        serve = self.account.may_serve()
        state = outbox.WAITING if serve else outbox.NEXT
        outbox.put(tx, row.conversation_id, mine, state=state, at=at, inbound_id=row.id)
        route = row.route or (inbound.SERVICE if serve else inbound.NEXT)
        inbound.settle(tx, row.id, route=route, reply=row.reply, at=at)
        messages = outbox.messages_of(tx, row.conversation_id, mine)
        offered = compose(messages, slots=9, passive=False, menus=False, links=self.links()).offered
        self._offer(tx, row.conversation_id, offered)

    def _offer(self, tx: Tx, conversation_id: str, offered: tuple[dict[str, str], ...]) -> None:
        follower = followers.held(tx, conversation_id)
        if follower is not None:
            followers.offer(tx, follower, offered)

    def time_up(self, id: int) -> Inbound:
        """The request can wait no longer: decide where the answer goes, unless that is decided already.

        Where no message of our own may follow, what is owed already is said now, or at least that the
        answer comes with the consumer's next message.
        """
        at = self.now()
        with self.store.write() as tx:
            row, is_open = inbound.undecided(tx, id)
            if not is_open:
                return row
            if row.kind in DEAF:
                inbound.decide(tx, id, route=inbound.SERVICE, reply=None)
                return replace(row, route=inbound.SERVICE)
            if self.account.may_serve():
                inbound.decide(tx, id, route=inbound.SERVICE, reply=None)
                return replace(row, route=inbound.SERVICE)
            reply = self._owed_now(tx, row, at) or {"type": "text", "content": say("wechat.still_looking")}
            inbound.decide(tx, id, route=inbound.NEXT, reply=reply)
            return replace(row, route=inbound.NEXT, reply=reply)

    def _owed_now(self, tx: Tx, row: Inbound, at: datetime) -> Part | None:
        """Return what waited for this message as one part, and note that it is delivered."""
        pending, _ = outbox.owed(tx, row.conversation_id)
        if not pending:
            return None
        composed = self._composed(tx, row, pending, [], at)
        if not composed.parts:
            return None
        ids = [id for delivery in pending for id in delivery.messages]
        delivery = outbox.put(
            tx, row.conversation_id, ids, state=outbox.SENT, at=at, parts=composed.parts, done=1
        )
        outbox.join(tx, pending, delivery)
        self._offer(tx, row.conversation_id, composed.offered)
        return composed.parts[0]


def _remainder(delivery: Delivery) -> Remainder:
    """Return what of a begun delivery has not been sent."""
    left = (delivery.parts or ())[delivery.done :]
    return Remainder(delivery.messages[0], "text", {"text": "\n\n".join(_in_words(part) for part in left)})


def _in_words(part: Part) -> str:
    if part["type"] == "news":
        whole = say("wechat.whole_answer", url=part["url"])
        return f"【{part['title']}】\n{part['description']}\n{whole}"
    if part["type"] == "menu":
        rows = [f"{place}. {item['content']}" for place, item in enumerate(part["items"], start=1)]
        return "\n".join([str(part["head"]), *rows, say("wechat.by_number")])
    return str(part.get("content", ""))


def bind(settling: Settling, id: int) -> Callable[[Any, tuple[Any, ...]], None]:
    """Return the `settle` of web.turns for message `id`."""
    return lambda tx, kept: settling.settle(tx, id)
