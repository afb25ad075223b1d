"""正在输入 in WeChat: shown while staff write, as often as WeChat takes it, and never worth an error."""

from __future__ import annotations

import secrets
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from desk.staff import Role
from tests.takeover.test_typing_marks import address
from tests.web.site import Member, Site
from tests.wechat_platform.follower import Follower
from web.typing_marks import STAFF
from web.wechat.typing_shown import Shown

from .office import MakeOffice, Office

__all__ = ["address"]  # a fixture: memory, or a Redis that answers

PATH = "/cgi-bin/message/custom/typing"


def taken(office: Office) -> tuple[Follower, Member, str]:
    """A follower whose conversation a member of staff has taken, that member, and its page."""
    person, member = office.platform.follower(), office.site.member(Role.OFFICER)
    person.say("转人工")
    page = f"/staff/conversations/{office.conversation(person).id}"
    member.submit(f"{page}/take", page=page)
    return person, member, page


def forward(office: Office, by: timedelta) -> None:
    """Let the platform's clock and the sign's go forward."""
    office.platform.clock.advance(by.total_seconds())
    sign = office.site.app.extensions["weiquan.wechat"].typing_sign
    sign._now = lambda: datetime.now(timezone.utc) + by


def writes(member: Member, page: str, typing: str = "yes") -> None:
    assert member.submit(f"{page}/typing", page=page, typing=typing).status_code == 200


def calls(office: Office) -> list[Any]:
    return list(office.platform.record.calls_to(PATH))


def until_called(office: Office, times: int) -> list[Any]:
    until = time.monotonic() + 20
    while len(calls(office)) < times and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)  # and none too many
    found = calls(office)
    assert len(found) == times, found
    return found


def test_staff_writing_is_shown_once_and_ends_when_they_stop(office: Office) -> None:
    person, member, page = taken(office)
    left = office.left(person)
    for _ in range(4):
        writes(member, page)
    (call,) = until_called(office, 1)
    assert call.errcode == 0
    assert person.typing
    writes(member, page, "no")
    until_called(office, 2)
    assert not person.typing
    writes(member, page, "no")
    until_called(office, 2)
    assert office.left(person) == left, "no message: the ledger is as it was"


def test_nothing_is_asked_where_no_message_may_be_sent(make_office: MakeOffice) -> None:
    closed = make_office()
    _person, member, page = taken(closed)
    forward(closed, timedelta(hours=49))
    writes(member, page)
    until_called(closed, 0)
    without_right = make_office(wechat_customer_service="no")
    _person, member, page = taken(without_right)
    writes(member, page)
    until_called(without_right, 0)


def test_a_refusal_does_no_harm_and_the_next_conversation_is_shown(office: Office) -> None:
    person, member, page = taken(office)
    forward(office, timedelta(seconds=40))  # WeChat takes it for half a minute after the consumer's message
    writes(member, page)
    (call,) = until_called(office, 1)
    assert call.errcode == 45080
    member.submit(f"{page}/say", page=page, text="您好，我在。")
    person.wait_for("您好，我在。")
    other = office.platform.follower()
    other.say("转人工")
    second = f"/staff/conversations/{office.conversation(other).id}"
    member.submit(f"{second}/take", page=second)
    writes(member, second)
    until_called(office, 2)
    assert other.typing


def test_the_consumer_and_a_colleague_who_looks_on_make_no_sign(office: Office) -> None:
    _person, _member, page = taken(office)
    writes(office.site.member(Role.OFFICER), page)
    office.site.app.extensions["weiquan.wechat"].parts.typing.set(page.rsplit("/", 1)[1], "consumer", True)
    until_called(office, 0)


def test_a_sign_begins_once_and_ends_by_itself(address: str) -> None:
    shown, other = Shown(address, lasts=0.4), Shown(address, lasts=0.4)
    one, two = (f"c_{secrets.token_hex(4)}" for _ in range(2))
    assert not shown.end(one)
    assert shown.begin(one)
    assert not shown.begin(one)
    assert shown.begin(two)
    assert shown.end(one)
    assert shown.begin(one)
    if address:
        assert not other.begin(one), "another process had it shown"
        assert other.end(one), "and this one may end it"
        assert shown.begin(one)
    time.sleep(0.5)
    assert not shown.end(two)
    assert shown.begin(one)


def test_two_processes_together_show_it_as_often_as_one(make_office: MakeOffice, address: str) -> None:
    if not address:
        pytest.skip("several processes need Redis")
    office = make_office(redis_url=address)
    second = Site(office.home, **office.values)
    try:
        person, member, page = taken(office)
        writes(member, page)
        until_called(office, 1)
        elsewhere = second.app.extensions["weiquan.wechat"].parts.typing
        elsewhere.set(page.rsplit("/", 1)[1], STAFF, True)
        until_called(office, 1)
        elsewhere.set(page.rsplit("/", 1)[1], STAFF, False)
        until_called(office, 2)
        assert not person.typing, "who stopped there ended what was begun here"
    finally:
        second.close()
