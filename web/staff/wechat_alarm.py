"""The alarm of the desk while WeChat takes nothing from us: what is wrong, how many messages wait, since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from flask import current_app

from desk import outbox

from ..beijing import since
from ..parts import parts
from ..wechat.channel import Channel
from ..wechat.webhook import KEY
from ..wording import say, section

PATIENCE = timedelta(minutes=2)  # how long messages may wait for a fault that mends itself


@dataclass(frozen=True)
class Alarm:
    """Two sentences: what is wrong, and what waits because of it."""

    reason: str
    waiting: str


def wechat_alarm() -> Alarm | None:
    """Return the alarm, None while messages go out or nothing waits."""
    channel: Channel | None = current_app.extensions.get(KEY)
    if channel is None:
        return None
    count, oldest = outbox.stuck(parts().store)
    if not count or oldest is None:
        return None
    code = channel.account.trouble()
    if code is None and datetime.now(timezone.utc) - oldest < PATIENCE:
        return None
    lasted = since(oldest)
    waiting = (
        say("wechat_alarm.waiting", count=count, lasted=lasted)
        if lasted
        else say("wechat_alarm.waiting_new", count=count)
    )
    return Alarm(_reason(code), waiting)


def _reason(code: int | None) -> str:
    if code is None:
        return say("wechat_alarm.silent")
    reasons = section("wechat_alarm")["reasons"]
    return str(reasons[code]) if code in reasons else say("wechat_alarm.other", code=code)
