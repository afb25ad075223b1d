"""The channel of one process, put together: what takes in, handles, sends, and keeps claims alive."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from desk import inbound, outbox
from desk.access_tokens import Fetched, SharedToken
from desk.conversation_rows import now as present
from desk.errors import StoreError
from desk.inbound import Inbound
from settings import Settings

from ..parts import Parts
from . import menu as menus
from . import places
from .account import Account
from .api import Api
from .envelope import Envelope
from .handling import Handling
from .intake import Intake
from .links import SignedLinks, Signer
from .mailboxes import Mailboxes
from .notices import Notices, load_fields
from .parsing import WeChatMessage
from .sender import Sender
from .settling import Settling
from .typing_shown import Shown
from .typing_sign import TypingSign
from .unkept import Unkept

log = logging.getLogger("weiquan.wechat")

TURN_THREADS = 24
QUICK_THREADS = 8
SEND_THREADS = 4
BEAT = 1.0  # seconds between looks after claims
HANDED_AFTER = 0.3  # seconds replies that left are collected before they are noted together
RETRIES_LAST = timedelta(seconds=30)  # how long WeChat may go on delivering a message again
SHORTEST_RETRY = timedelta(seconds=4)  # sooner than that WeChat does not ask again
LOOK_AGAIN = 0.05
LATEST = 0.4  # seconds past the budget the decision may still wait for the store
PRUNED_EVERY = timedelta(minutes=10)
QUIET_AFTER = 20.0  # seconds after the start, when what a restart left is dealt with


def configured(settings: Settings) -> bool:
    """Tell whether the account's values are there."""
    return bool(settings.wechat_app_id and settings.wechat_token)


class Channel:
    """One account in one process. `now` is the clock of windows and signatures."""

    def __init__(self, parts: Parts, *, now: Callable[[], datetime] = present) -> None:
        settings = parts.settings
        self.parts = parts
        self.now = now
        self.claimant = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.envelope = Envelope(
            app_id=settings.wechat_app_id,
            token=settings.wechat_token,
            aes_key=settings.wechat_aes_key,
            now=lambda: now().timestamp(),
        )
        self.account = Account(
            parts.store, mode=settings.wechat_customer_service, public_url=settings.public_url, now=now
        )
        self.signer = Signer(settings.secret_key, lambda: now().timestamp())
        self.api = Api(
            settings.wechat_app_id, settings.wechat_app_secret, settings.wechat_api_base, self._shared_token
        )
        self._page_ticket = self._shared_token(self._fetch_page_ticket, "page_ticket:")
        self.menu = menus.load(settings.home)
        self.places = places.load(settings.home)
        self.mailboxes = Mailboxes(self._handle, slow_threads=TURN_THREADS, quick_threads=QUICK_THREADS)
        self._seats = threading.BoundedSemaphore(settings.wechat_waiting)
        self.settling = Settling(
            parts.store, self.account, self.links, now, self.claimant, self.mailboxes.someone_waits
        )
        native = settings.wechat_native_service == "yes"
        self.handling = Handling(
            parts, self.api, self.menu, self.places, self.settling, native, now, self.claimant
        )
        self.intake = Intake(
            parts.store,
            self.account,
            self.menu,
            self.claimant,
            now,
            settings.max_message_chars,
            settings.wechat_budget,
        )
        self.notices = Notices(
            parts.store,
            self.api,
            settings.wechat_template,
            settings.wechat_subscription,
            load_fields(settings.home),
        )
        self.sender = Sender(
            parts.store,
            self.api,
            self.account,
            self.links,
            self.notices,
            claimant=self.claimant,
            now=now,
            threads=SEND_THREADS,
        )
        self.typing_sign = TypingSign(
            parts.store, self.api, self.account, Shown(parts.settings.redis_url), now
        )
        self.unkept = Unkept()
        self._handed: list[int] = []
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="wechat-claims", daemon=True)
        self._started = self._pruned = now()

    def start(self) -> None:
        """Begin sending and looking after claims; what a dead process left is taken over."""
        self.parts.store.news.subscribe(lambda conversation, message: self.sender.wake())
        self.sender.start()
        self.typing_sign.start()
        self.parts.typing.subscribe(self.typing_sign.noted)
        self._keeper.start()
        places.warm_up(QUIET_AFTER)

    def stop(self) -> None:
        """Begin nothing more; what is under way is kept and goes on elsewhere."""
        self._stopping.set()
        self.mailboxes.stop()
        self.sender.stop()
        self.typing_sign.stop()
        self._keeper.join(10)

    def links(self) -> SignedLinks:
        """Return the addresses of our pages as consumers reach them."""
        asks = bool(self.parts.settings.wechat_subscription)
        return SignedLinks(self.account.address(), self.signer, asks=asks)

    def keep(self, message: WeChatMessage, proof: str) -> tuple[Inbound, bool]:
        """Keep a message; (message, False) when it was known. ProofReused, StoreError."""
        return self.intake.take(message, proof)

    def answer(self, kept: Inbound, fresh: bool, *, until: float) -> Inbound:
        """Have a kept message handled; return it as it stands when its answer is there or time is up.

        `until` is a time.monotonic(). Only so many requests wait for what may take long
        (`wechat_waiting`); where the seats are taken time is up at once. StoreError.
        """
        if kept.route or kept.state == inbound.DONE:
            return kept
        quick = self.handling.is_quick(kept)
        with self._seat(needed=not quick) as seated:
            found = self._waited(kept, fresh, quick, until if seated else 0.0)
        if found is not None and (found.route or found.state == inbound.DONE):
            return found
        with self.parts.store.hurried(max(LATEST, until + LATEST - time.monotonic())):
            return self.settling.time_up(kept.id)

    @contextmanager
    def _seat(self, *, needed: bool) -> Iterator[bool]:
        """Yield whether the request may wait."""
        taken = needed and self._seats.acquire(blocking=False)
        try:
            yield taken or not needed
        finally:
            if taken:
                self._seats.release()

    def _waited(self, kept: Inbound, fresh: bool, quick: bool, until: float) -> Inbound | None:
        """Wait for the answer to a message until then, 0 for not at all; None while there is none."""
        if not until:
            if fresh:
                self.mailboxes.put(kept.sender, kept.id, quick=quick)
            return None
        event = self.mailboxes.wait(kept.id)
        try:
            if fresh:
                self.mailboxes.put(kept.sender, kept.id, quick=quick)
                answered = event.wait(max(0.0, until - time.monotonic()))
            else:
                answered = self._wait_for_first(kept.id, until)
        finally:
            self.mailboxes.leave(kept.id, event)
        return inbound.get(self.parts.store, kept.id) if answered else None

    def handed(self, id: int) -> None:
        """The reply to this message has left this machine."""
        with self._guard:
            self._handed.append(id)

    def _wait_for_first(self, id: int, until: float) -> bool:
        """An earlier delivery is being handled, here or elsewhere: look until it is decided."""
        while time.monotonic() < until:
            found = inbound.get(self.parts.store, id)
            if found is None or found.route or found.state == inbound.DONE:
                return True
            time.sleep(LOOK_AGAIN)
        return False

    def _handle(self, id: int) -> None:
        self.handling.handle(id)
        self.sender.wake()

    def _keep(self) -> None:
        beat = 0.0
        while not self._stopping.wait(HANDED_AFTER):
            try:
                self._note_handed()
                if time.monotonic() - beat >= BEAT:
                    beat = time.monotonic()
                    self._look_after_claims()
            except StoreError as error:
                log.warning("claims not looked after: %s", error.code)
            except Exception as error:  # the outermost handler of this thread: it must outlive every fault
                log.error("claims not looked after: %s", type(error).__name__)

    def _note_handed(self) -> None:
        with self._guard:
            handed, self._handed = self._handed, []
        if handed:
            inbound.handed(self.parts.store, handed, at=self.now())

    def _look_after_claims(self) -> None:
        store, at = self.parts.store, self.now()
        in_hand = self.mailboxes.in_hand()
        if in_hand:
            inbound.renew(store, in_hand, claimant=self.claimant, at=at)
        for id in inbound.abandoned(store, at=at):
            taken = inbound.take_over(store, id, claimant=self.claimant, at=at)
            if taken is not None:
                log.info("message %s taken over, try %s", id, taken.tries)
                self.mailboxes.put(taken.sender, id, quick=self.handling.is_quick(taken))
        self._settle_doubts(at)
        if at - self._pruned > PRUNED_EVERY:
            self._pruned = at
            inbound.prune(store, at=at)
            outbox.prune(store, at=at)
            self.account.forget_verifications()

    def _settle_doubts(self, at: datetime) -> None:
        """Passive replies of which nobody saw that they left in time.

        WeChat asks again, and gets the same reply, when none came. If none of its tries can have fallen
        into the time we were away, the first reply arrived and only our note of it was lost. Otherwise
        nobody can be sure: the desk sees it and the consumer's next message brings a link to it.
        """
        for row in inbound.unhanded(self.parts.store, done_before=at - RETRIES_LAST):
            away = self._started - (row.done_at or at)
            arrived = timedelta(0) < away < SHORTEST_RETRY
            inbound.give_up_reply(self.parts.store, row, arrived=arrived, at=at)

    def page_ticket(self) -> str:
        """Return the ticket that signs pages using WeChat's scripts, shared like the token."""
        return self._page_ticket.current()

    def _fetch_page_ticket(self, force: bool) -> Fetched:
        data = self.api.get("ticket/getticket", type="jsapi")
        return Fetched(str(data["ticket"]), timedelta(seconds=int(data.get("expires_in", 7200))))

    def _shared_token(self, fetch: Callable[[bool], Fetched], name: str = "") -> SharedToken:
        account = name + self.parts.settings.wechat_app_id
        return SharedToken(self.parts.store, account, self.claimant, fetch, self.now)
