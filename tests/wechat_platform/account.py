"""The Official Account as the platform keeps it: settings, rights, people, and what was sent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from threading import RLock
from typing import Any

from tests.wechat_platform.clock import SimulatedClock
from tests.wechat_platform.faults import DeliveryRules, Faults
from tests.wechat_platform.follower import Follower
from tests.wechat_platform.media import MediaStore
from tests.wechat_platform.quotas import (
    CALLS_A_DAY,
    Acceptances,
    Allowance,
    CustomerServiceQuota,
    DailyCalls,
)
from tests.wechat_platform.record import Delivery, Record
from tests.wechat_platform.replies import Reply
from tests.wechat_platform.seen import PASSIVE, Seen
from tests.wechat_platform.signatures import MessageCipher
from tests.wechat_platform.templates import Templates
from tests.wechat_platform.tokens import Tokens

MODES = ("plain", "compatible", "aes")
OPENID_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
DROP_AFTER_WORK = "after"


@dataclass
class ScriptedFailure:
    """How the next calls of one path fail: a code, a connection cut before (None) or after the work."""

    errcode: int | str | None
    times: int


class Account:
    """State shared by the API, the deliveries and the followers. Thread-safe."""

    def __init__(
        self, app_id: str, app_secret: str, token: str, aes_key: str, mode: str = "aes", seed: int = 0
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode {mode!r}, known: {MODES}")
        self.app_id = app_id
        self.app_secret = app_secret
        self.token = token
        self.aes_key = aes_key
        self.mode = mode
        self.random = Random(seed)
        self.account_id = "gh_" + "".join(self.random.choices("0123456789abcdef", k=12))
        self.webhook: str | None = None
        self.api_base = ""
        self.cipher = MessageCipher(token, aes_key, app_id)
        self.clock = SimulatedClock()
        self.rules = DeliveryRules()
        self.faults = Faults(seed)
        self.tokens = Tokens(self.clock, self.random)
        self.media = MediaStore(self.clock, self.random)
        self.templates = Templates()
        self.acceptances = Acceptances()
        self.customer_service = CustomerServiceQuota(self.clock)
        self.api_limits = dict(CALLS_A_DAY)
        self.daily_calls = DailyCalls(self.clock, self.api_limits)
        self.record = Record()
        self.followers: dict[str, Follower] = {}
        self.menu: dict[str, Any] | None = None
        self.scenes: dict[str, str] = {}  # ticket of a scene code: its scene
        self.kf_accounts: list[str] = []
        self.customer_service_allowed = True
        self.templates_allowed = True
        self.subscriptions_allowed = True
        self.ip_refused = False
        self.oauth_domain: str | None = None
        self._lock = RLock()
        self._failures: dict[str, list[ScriptedFailure]] = defaultdict(list)
        self._slowness: dict[str, list[float]] = defaultdict(list)
        self._lateness: list[float] = []
        self._message_number = 24_000_000_000_000_000 + self.random.randrange(10**12)
        self._events: set[tuple[str, str, str, int]] = set()

    def follower(self, openid: str | None = None, following: bool = True) -> Follower:
        """The person with this openid, new if unknown; without one, somebody new."""
        with self._lock:
            if openid is None:
                openid = "o" + "".join(self.random.choices(OPENID_LETTERS, k=27))
            if openid not in self.followers:
                self.followers[openid] = Follower(self, openid, following)
            return self.followers[openid]

    def quota(self, openid: str) -> Allowance:
        return self.customer_service.allowance(openid)

    def expire_tokens(self) -> None:
        self.tokens.expire_all()

    def invalidate_tokens(self) -> None:
        self.tokens.invalidate_all()

    def fail_next(self, path: str, errcode: int | str | None, times: int = 1) -> None:
        """The next calls of that path fail with this code.

        None cuts the connection before anything is done, "after" once it is done."""
        with self._lock:
            self._failures[path].append(ScriptedFailure(errcode, times))

    def delay_next(self, path: str, seconds: float, times: int = 1) -> None:
        with self._lock:
            self._slowness[path] += [seconds] * times

    def late_next(self, seconds: float, times: int = 1) -> None:
        """The webhook's next answers take that long on their way back; past the limit they are never read."""
        with self._lock:
            self._lateness += [seconds] * times

    def lateness(self) -> float:
        with self._lock:
            return self._lateness.pop(0) if self._lateness else 0.0

    def scripted_failure(self, path: str) -> ScriptedFailure | None:
        """The failure due for this call, counted as used."""
        with self._lock:
            waiting = self._failures[path]
            if not waiting:
                return None
            failure = waiting[0]
            failure.times -= 1
            if failure.times <= 0:
                waiting.pop(0)
            return failure

    def scripted_delay(self, path: str) -> float:
        with self._lock:
            return self._slowness[path].pop(0) if self._slowness[path] else 0.0

    def new_message_number(self) -> int:
        with self._lock:
            self._message_number += self.random.randrange(1, 1000)
            return self._message_number

    def time_of_event(self, openid: str, event: str, key: str) -> int:
        """CreateTime for an event; a second later if this very event already has that second.

        Otherwise two taps of a quick test would look like one event sent again."""
        with self._lock:
            at = int(self.clock.now())
            while (openid, event, key, at) in self._events:
                at += 1
            self._events.add((openid, event, key, at))
            return at

    def submit(self, delivery: Delivery) -> None:
        """Send a message or event to the webhook; the running platform knows how."""
        raise NotImplementedError

    def show_reply(self, delivery: Delivery, reply: Reply) -> None:
        """Put a passive reply before the person it is for."""
        person = self.followers[delivery.openid]
        if reply.message_type == "transfer_customer_service":
            person.begin_native_session(reply.kf_account or (self.kf_accounts or [""])[0])
            return
        person.see(
            Seen(
                PASSIVE,
                reply.message_type,
                reply.text,
                reply.articles,
                media_id=reply.media_id,
                msg_id=delivery.msg_id,
                at=self.clock.now(),
                raw=reply.raw,
            )
        )

    def close_native_session(self, person: Follower) -> None:
        """The account's own agent tool ends its session with this person."""
        person.end_native_session()
