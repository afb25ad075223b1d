"""What happened: deliveries and their tries, API calls and refusals, replies nobody was shown."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.wechat_platform.replies import Reply


@dataclass
class Try:
    """One request to the webhook."""

    number: int
    started: float
    duplicate: bool = False
    ms: float = 0.0
    outcome: str = "under way"
    status: int | None = None
    detail: str = ""
    answer: bytes = b""


@dataclass
class Delivery:
    """One message or event on its way to the webhook."""

    openid: str
    message_type: str
    event: str
    fields: dict[str, Any]
    msg_id: int | None
    create_time: int
    tries: list[Try] = field(default_factory=list)
    reply: Reply | None = None
    answered: bool = False
    lost: bool = False
    to_native_agent: bool = False  # taken by the account's own agent tool, not posted
    concluded: threading.Event = field(default_factory=threading.Event, repr=False)

    def wait(self, timeout: float = 30) -> Delivery:
        """This delivery once answered or given up; TimeoutError before that."""
        if not self.concluded.wait(timeout):
            raise TimeoutError(f"{self.message_type} {self.event} {self.msg_id} still under way")
        return self

    @property
    def outcomes(self) -> list[str]:
        return [attempt.outcome for attempt in self.tries]


@dataclass(frozen=True)
class Call:
    """One request to the API."""

    path: str
    method: str
    query: dict[str, str]
    body: Any
    errcode: int
    errmsg: str
    openid: str
    at: float
    ms: float


@dataclass(frozen=True)
class SurplusReply:
    """A valid passive reply to a message that had shown one already."""

    delivery: Delivery
    reply: Reply
    differs: bool


@dataclass
class Record:
    """Lists only grow; read them once the platform has settled, or copy them."""

    deliveries: list[Delivery] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    surplus_replies: list[SurplusReply] = field(default_factory=list)
    bad_answers: list[tuple[Delivery, Try]] = field(default_factory=list)
    failures_shown: list[Delivery] = field(default_factory=list)

    @property
    def lost(self) -> list[Delivery]:
        """Deliveries whose three tries all failed: lost by WeChat."""
        return [delivery for delivery in list(self.deliveries) if delivery.lost]

    @property
    def rejected(self) -> list[Call]:
        return [call for call in list(self.calls) if call.errcode != 0]

    @property
    def sends(self) -> list[Call]:
        """Customer-service messages WeChat accepted."""
        return [
            call
            for call in list(self.calls)
            if call.path == "/cgi-bin/message/custom/send" and call.errcode == 0
        ]

    def calls_to(self, path: str) -> list[Call]:
        return [call for call in list(self.calls) if call.path == path]

    def acknowledgement_ms(self) -> list[float]:
        """Milliseconds of every answered try, in ascending order."""
        return sorted(
            attempt.ms
            for delivery in list(self.deliveries)
            for attempt in list(delivery.tries)
            if attempt.outcome == "answered"
        )

    def percentile(self, percent: float) -> float:
        """Milliseconds within which that share of the answered tries came back; 0 when there are none."""
        times = self.acknowledgement_ms()
        if not times:
            return 0.0
        return times[min(len(times) - 1, int(len(times) * percent / 100))]

    def report(self) -> dict[str, Any]:
        """Figures for a run's summary."""
        outcomes = Counter(outcome for delivery in list(self.deliveries) for outcome in delivery.outcomes)
        return {
            "deliveries": len(self.deliveries),
            "answered": sum(delivery.answered for delivery in list(self.deliveries)),
            "lost": len(self.lost),
            "tries": dict(outcomes),
            "passive_replies": sum(delivery.reply is not None for delivery in list(self.deliveries)),
            "surplus_replies": len(self.surplus_replies),
            "surplus_replies_that_differ": sum(surplus.differs for surplus in list(self.surplus_replies)),
            "customer_service_sends": len(self.sends),
            "rejected": dict(Counter(call.errcode for call in self.rejected)),
            "ack_p50_ms": round(self.percentile(50), 1),
            "ack_p99_ms": round(self.percentile(99), 1),
        }

    def forget(self) -> None:
        for kept in (
            self.deliveries,
            self.calls,
            self.surplus_replies,
            self.bad_answers,
            self.failures_shown,
        ):
            kept.clear()
