"""The worker of the outbox: composes what is due to what the ledger allows, sends it, and heeds WeChat's refusals."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from desk import outbox
from desk.conversation_rows import Message
from desk.errors import StoreError
from desk.followers import Follower
from desk.ledger import Spent
from desk.outbox import Beginning, Booking, Delivery
from desk.store import Store

from .account import Account
from .api import BAD_TOKEN, SYSTEM_BUSY, Api
from .errors import ApiRefused, ApiSilent
from .links import SignedLinks
from .notices import Notices
from .rendering import Part, compose
from .replies import service_json

log = logging.getLogger("weiquan.wechat.sender")

LOOK_AGAIN = 0.5  # seconds
BATCH = 4
MOST_TRIES = 12
DAY_LIMIT = 45009
WINDOW_CLOSED = 45015
OVER_QUOTA = 45047
NO_RIGHT = frozenset({48001, 48004})
# The account's settings are wrong (the secret, the AppID, this machine's address): sent once they are right.
TO_MEND = frozenset({40013, 40125, 40164, 40243, 41002, 41004, 50002, 89503, 89506, 89507, 61004})
SLOW_DOWN = frozenset({45011})
NOT_A_FOLLOWER = frozenset({40003, 43004, 43019})


class Sender:
    """Sends deliveries on `threads` threads until stopped."""

    def __init__(
        self,
        store: Store,
        api: Api,
        account: Account,
        links: Callable[[], SignedLinks],
        notices: Notices,
        *,
        claimant: str,
        now: Callable[[], datetime],
        threads: int,
    ) -> None:
        self._store = store
        self._api = api
        self._account = account
        self._links = links
        self._notices = notices
        self._claimant = claimant
        self._now = now
        self._woken = threading.Condition()
        self._wakes = 0
        self._stopping = False
        self._claims = itertools.count()
        self._threads = [
            threading.Thread(target=self._work, name=f"wechat-send-{n}", daemon=True) for n in range(threads)
        ]

    def start(self) -> None:
        """Begin sending."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is being sent and stop."""
        self._stopping = True
        self.wake()
        for thread in self._threads:
            thread.join(10)

    def wake(self) -> None:
        """Something may be due."""
        with self._woken:
            self._wakes += 1
            self._woken.notify()

    def send_due(self) -> int:
        """Send what is due now; returns how many deliveries were begun."""
        if self._account.paused_until() is not None:
            return 0
        claim = f"{self._claimant}:{next(self._claims)}"
        due = outbox.claim_due(self._store, claimant=claim, at=self._now(), limit=BATCH)
        for delivery in due:
            try:
                self._deliver(delivery, claim)
            except StoreError:
                raise
            except Exception as error:  # one delivery that cannot be composed must not hold up the others
                name, at = type(error).__name__, self._now()
                log.error("delivery %s failed: %s", delivery.id, name)
                outbox.stumbled(
                    self._store, delivery.id, claimant=claim, error=name, at=at, most_tries=MOST_TRIES
                )
        return len(due)

    def _work(self) -> None:
        while not self._stopping:
            seen = self._wakes
            try:
                begun = self.send_due()
            except StoreError as error:
                log.warning("outbox not reached: %s", error.code)
                begun = 0
            except Exception as error:  # the outermost handler of this thread: claims lapse, others go on
                log.error("sending failed: %s", type(error).__name__)
                begun = 0
            if not begun and not self._stopping:
                self._rest(seen)

    def _rest(self, seen: int) -> None:
        """Wait for a wake-up after number `seen`, or a while."""
        with self._woken:
            self._woken.wait_for(lambda: self._wakes != seen, timeout=LOOK_AGAIN)

    def _deliver(self, delivery: Delivery, claim: str) -> None:
        with self._store.read() as tx:
            follower = outbox.reached(tx, delivery)
            messages = outbox.contents(tx, delivery)
        if follower is None or not follower.following:
            self._leave(delivery, claim, outbox.DROPPED, "unfollowed")
            return
        if delivery.parts is None and self._went_as_notice(delivery, claim, follower, messages):
            return
        if not self._account.may_serve():
            self._leave(delivery, claim, outbox.NEXT, "no_right")
            return
        left = follower.ledger.left(self._now())
        if left < 1:
            self._leave(delivery, claim, outbox.NEXT, "ledger")
            return
        parts = delivery.parts
        if parts is None:
            composed = compose(messages, slots=left, passive=False, menus=True, links=self._links())
            parts = tuple(composed.parts)
            outbox.offers(self._store, delivery, composed.offered)
        if not parts:
            self._leave(delivery, claim, outbox.SENT)
            return
        for index in range(delivery.done, len(parts)):
            if not self._send_part(delivery, claim, follower, parts, index):
                return

    def _leave(self, delivery: Delivery, claim: str, state: str, error: str = "") -> None:
        outbox.leave(self._store, delivery.id, claimant=claim, state=state, error=error)

    def _went_as_notice(
        self, delivery: Delivery, claim: str, follower: Follower, messages: list[Message]
    ) -> bool:
        """Send news of a ticket, when they are all there is to say, as a notice where one may be sent."""
        news = messages[0].body.get("ticket_news") if len(messages) == 1 else None
        if not news or not self._notices.may_send(follower):
            return False
        if not outbox.attempt(self._store, delivery.id, claimant=claim, begun=True):
            return True  # another sender's by now
        try:
            url = self._links().talk(messages[0].id)
            sent = self._notices.send(follower, news, url=url, at=self._now())
        except ApiSilent as silent:
            if silent.maybe_done:
                outbox.doubt(self._store, delivery.id, error=str(silent))
                return True
            sent = False
        if sent:
            self._leave(delivery, claim, outbox.SENT)
            return True
        outbox.attempt(self._store, delivery.id, claimant=claim, begun=False)
        return False

    def _send_part(
        self, delivery: Delivery, claim: str, follower: Follower, parts: tuple[Part, ...], index: int
    ) -> bool:
        """Send one part; False when the delivery goes no further now."""
        begun = outbox.begin(self._store, delivery, parts, index, claimant=claim, at=self._now())
        if begun.outcome is not Beginning.BEGUN:
            return False
        try:
            self._api.post("message/custom/send", service_json(parts[index], to=follower.openid))
        except ApiRefused as refused:
            self._refused(delivery, refused, begun.spent)
            return False
        except ApiSilent as silent:
            self._silent(delivery, silent, begun.spent)
            return False
        last = index + 1 == len(parts)
        outbox.part_done(self._store, delivery.id, index, last=last, at=self._now())
        self._account.works()
        return True

    def _refused(self, delivery: Delivery, refused: ApiRefused, spent: Spent) -> None:
        """Do what the number means; the message was not sent."""
        code, error = refused.errcode, f"{refused.errcode}"
        log.warning("delivery %s refused: %s", delivery.id, refused)
        state, book, pause = outbox.FAILED, Booking.GIVE_BACK, False
        if code in (WINDOW_CLOSED, OVER_QUOTA):
            state, book = outbox.NEXT, Booking.CLOSE
        elif code == DAY_LIMIT:
            state = outbox.NEXT
            self._account.pause_for_today()
        elif code in NO_RIGHT:
            state = outbox.NEXT
            self._account.lacks_right()
        elif code in NOT_A_FOLLOWER:
            state = outbox.DROPPED
        elif code in TO_MEND | SLOW_DOWN or (code in SYSTEM_BUSY | BAD_TOKEN and delivery.tries < MOST_TRIES):
            state, pause = outbox.WAITING, True
        outbox.not_taken(
            self._store,
            delivery,
            state=state,
            error=error,
            at=self._now(),
            book=book,
            spent=spent,
            pause=pause,
        )
        if code in TO_MEND:
            self._account.needs_mending(code)

    def _silent(self, delivery: Delivery, silent: ApiSilent, spent: Spent) -> None:
        """Try again what never reached WeChat; what may have arrived is not sent twice."""
        log.warning("delivery %s: %s", delivery.id, silent)
        if silent.maybe_done:
            outbox.doubt(self._store, delivery.id, error=str(silent))
            return
        outbox.not_taken(
            self._store,
            delivery,
            state=outbox.WAITING if delivery.tries < MOST_TRIES else outbox.FAILED,
            error=str(silent),
            at=self._now(),
            book=Booking.GIVE_BACK,
            spent=spent,
            pause=True,
        )
