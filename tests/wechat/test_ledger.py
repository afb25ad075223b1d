"""The ledger: what WeChat lets us send, counted before WeChat counts it, and what its refusals change."""

from __future__ import annotations

import dataclasses
import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import conversations, followers, outbox
from desk.ledger import ALLOWED, Grant, Ledger
from desk.staff import Role

from .office import MakeOffice, Office

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
SEND = "/cgi-bin/message/custom/send"


def test_a_message_allows_five_within_48_hours() -> None:
    ledger = Ledger().granted(Grant.MESSAGE, at=NOW)
    for left in (5, 4, 3, 2, 1):
        assert ledger.left(NOW) == left
        ledger = ledger.spent(NOW)
    assert ledger.left(NOW) == 0
    with pytest.raises(ValueError, match="nothing left"):
        ledger.spent(NOW)
    assert ledger.granted(Grant.MESSAGE, at=NOW).left(NOW) == 5, "a new message renews, nothing adds up"
    assert Ledger().granted(Grant.MESSAGE, at=NOW).left(NOW + timedelta(hours=47, minutes=57)) == 5
    assert Ledger().granted(Grant.MESSAGE, at=NOW).left(NOW + timedelta(hours=47, minutes=59)) == 0


def test_a_tap_allows_three_within_a_minute() -> None:
    ledger = Ledger().granted(Grant.TAP, at=NOW)
    assert ledger.left(NOW + timedelta(seconds=50)) == 3
    assert ledger.left(NOW + timedelta(seconds=55)) == 0
    assert ledger.until(NOW) == NOW + timedelta(seconds=52)


def test_a_refused_message_is_given_back_to_the_window_it_was_counted_in() -> None:
    used_up = Ledger(NOW, 4, NOW, 0)
    ledger, spent = used_up.spend(NOW)
    assert ledger.given_back(spent) == used_up, "the empty tap window gets nothing it never gave"
    renewed = ledger.granted(Grant.MESSAGE, at=NOW + timedelta(seconds=9))
    assert renewed.spent(NOW + timedelta(seconds=9)).given_back(spent).message_left == 4, "another window"
    opened = ledger.granted(Grant.TAP, at=NOW + timedelta(seconds=9))
    later = opened.spent(NOW + timedelta(seconds=9))
    assert later.given_back(spent).tap_left == later.tap_left


steps = st.lists(
    st.tuples(
        st.sampled_from(["message", "tap", "send", "send", "refused", "late refusal"]),
        st.sampled_from([0, 1, 20, 70, 4000]),
    ),
    min_size=1,
    max_size=60,
)


@given(steps)
@settings(max_examples=200, deadline=None)
def test_we_never_send_what_wechat_would_refuse(steps: list[tuple[str, int]]) -> None:
    """Against the narrowest reading: each window its own count, a send counts in every open one."""
    from tests.wechat_platform.clock import SimulatedClock
    from tests.wechat_platform.quotas import INTERACTION, MESSAGE, CustomerServiceQuota

    clock = SimulatedClock()
    theirs, ours = CustomerServiceQuota(clock), Ledger()
    under_way = None
    for step, pause in steps:
        clock.advance(pause)
        at = datetime.fromtimestamp(clock.now(), timezone.utc)
        if step in ("message", "tap"):
            ours = ours.granted(Grant.MESSAGE if step == "message" else Grant.TAP, at=at)
            theirs.grant("o1", MESSAGE if step == "message" else INTERACTION)
        elif under_way is not None:  # one message of a person at a time: its refusal comes first
            ours, under_way = ours.given_back(under_way), None
        elif ours.left(at) and step == "send":
            ours = ours.spent(at)
            theirs.spend("o1")  # raises Refused if WeChat would refuse
        elif ours.left(at):  # begun, and refused without being counted: at once or after something else
            ours, spent = ours.spend(at)
            under_way = spent if step == "late refusal" else None
            ours = ours if under_way else ours.given_back(spent)
        assert 0 <= ours.message_left <= ALLOWED[Grant.MESSAGE]
        assert 0 <= ours.tap_left <= ALLOWED[Grant.TAP]
        assert ours.left(at) <= theirs.allowance("o1").left, "never more than WeChat has left"


@pytest.mark.parametrize("code", [-1, 40164, 45011])
def test_after_the_platforms_refusals_our_count_is_never_above_its_own(office: Office, code: int) -> None:
    """The real outbox and ledger against the real quotas: refused first, taken after, until nothing is left."""
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    li.tap("STATION")
    for number in range(4):
        office.platform.fail_next(SEND, code)
        say(office, li, mediator, f"第{number}句")
        settled(office, li, 20)
        assert office.left(li) <= office.platform.quota(li.openid).left
    assert len(office.platform.record.sends) >= 4
    assert {call.errcode for call in office.platform.record.rejected} == {code}


def staff_of(office: Office, li) -> object:
    """A mediator who has taken the follower's conversation over."""
    mediator = office.site.member(Role.MEDIATOR)
    conversations.take(office.store, office.conversation(li).id, staff=mediator.id)
    return mediator


def say(office: Office, li, mediator, text: str) -> None:
    conversations.say(office.store, office.conversation(li).id, staff=mediator.id, text=text)


def settled(office: Office, li, seconds: float = 30) -> list[str]:
    """Wait until nothing of this person's waits to be sent; return the states."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        states = [delivery.state for delivery in office.owed(li)]
        if outbox.WAITING not in states:
            return states
        time.sleep(0.05)
    raise AssertionError(states)


def test_the_sixth_word_of_staff_waits_and_nothing_is_refused_by_wechat(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    for number in range(8):
        say(office, li, mediator, f"第{number}句")
        settled(office, li)
    assert office.left(li) == 0
    assert office.platform.record.rejected == []
    assert len(office.platform.record.sends) == 5
    li.say("我回来了")
    texts = "\n".join(li.texts)
    assert [texts.count(f"第{number}句") for number in range(8)] == [1] * 8
    assert texts.index("第0句") < texts.index("第5句") < texts.index("第7句")


def test_an_answer_longer_than_what_is_left_goes_to_the_page(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    for number in range(4):
        say(office, li, mediator, f"第{number}句")
        settled(office, li)
    left = office.left(li)
    say(office, li, mediator, "很长的说明。" * 500)
    settled(office, li)
    assert office.platform.record.rejected == []
    assert left >= 1
    assert "点这里接着看" in li.texts[-1]
    assert all(len(text.encode()) <= 2048 for text in li.texts)


def test_the_window_of_48_hours_is_not_tried_after_it_closed(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    shift(office, timedelta(hours=48))
    say(office, li, mediator, "两天后才回复")
    assert outbox.NEXT in settled(office, li)
    assert office.platform.record.rejected == []


def shift(office: Office, by: timedelta) -> None:
    """Let the channel's clock and the platform's go forward."""
    office.platform.clock.advance(by.total_seconds())
    channel = office.site.app.extensions["weiquan.wechat"]
    channel.sender._now = lambda: datetime.now(timezone.utc) + by


REFUSALS = {45015: outbox.NEXT, 45047: outbox.NEXT, 45009: outbox.NEXT, 48001: outbox.NEXT}
REFUSALS |= {43004: outbox.DROPPED, 40003: outbox.DROPPED, 45002: outbox.FAILED}


@pytest.mark.parametrize(("errcode", "state"), REFUSALS.items())
def test_refusals_are_handled_by_what_they_mean(office: Office, errcode: int, state: str) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    office.platform.fail_next(SEND, errcode)
    say(office, li, mediator, "您好")
    assert settled(office, li)[0] == state
    delivery = office.owed(li)[0]
    assert delivery.error == str(errcode)
    account = office.site.app.extensions["weiquan.wechat"].account
    assert account.may_serve() is (errcode not in (45009, 48001))
    assert (account.paused_until() is not None) is (errcode == 45009)
    if errcode in (45015, 45047):
        assert office.left(li) == 0
    if state == outbox.NEXT and errcode != 45015:
        li.say("还在吗")
        assert any("您好" in text for text in li.texts)


@pytest.mark.parametrize("happens", ["expire_tokens", "invalidate_tokens"])
def test_a_token_wechat_no_longer_takes_is_replaced_and_the_message_sent_once(
    office: Office, happens: str
) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    say(office, li, mediator, "先说一句")
    settled(office, li)
    getattr(office.platform, happens)()
    say(office, li, mediator, "再说一句")
    settled(office, li)
    assert [text.count("再说一句") for text in li.texts if "再说一句" in text] == [1]


def test_system_trouble_is_tried_again_and_the_ledger_keeps_count(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    before = office.left(li)
    office.platform.fail_next(SEND, -1, times=1)
    say(office, li, mediator, "您好")
    li.wait_for("您好", timeout=30)
    settled(office, li)
    assert office.left(li) == before - 1


def test_a_connection_cut_before_the_work_or_after_it_never_doubles_a_message(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    office.platform.fail_next(SEND, "after")
    say(office, li, mediator, "也许到了")
    states = settled(office, li)
    assert states[0] == outbox.DOUBTFUL
    assert sum("也许到了" in text for text in li.texts) == 1
    li.say("嗯")
    assert sum("也许到了" in text for text in li.texts) == 1
    assert any("可能没有送到" in text and "/wechat/t/" in text for text in li.texts), (
        "a link, not the words again"
    )


def test_one_token_serves_all_threads_and_is_fetched_once(office: Office) -> None:
    people = [office.platform.follower() for _ in range(6)]
    for person in people:
        person.say("在吗")
    mediator = office.site.member(Role.MEDIATOR)
    for person in people:
        conversations.take(office.store, office.conversation(person).id, staff=mediator.id)
    for person in people:
        say(office, person, mediator, "您好")
    for person in people:
        settled(office, person)
    fetched = [call for call in office.platform.record.calls if "token" in call.path]
    assert len(fetched) == 1


def test_two_processes_share_the_token(make_office: MakeOffice) -> None:
    from .test_exactly_once import restarted

    office = make_office()
    li = office.platform.follower()
    li.say("在吗")
    second = restarted(office)
    apis = [site.app.extensions["weiquan.wechat"].api for site in (office.site, second)]
    tokens = {api._token.current() for api in apis for _ in range(3)}
    assert len(tokens) == 1
    assert sum("token" in call.path for call in office.platform.record.calls) == 1
    second.close()


def test_the_token_is_refreshed_before_it_ends(office: Office) -> None:
    channel = office.site.app.extensions["weiquan.wechat"]
    first = channel.api._token.current()
    ahead = timedelta(seconds=7200 - 200)
    office.platform.clock.advance(ahead.total_seconds())
    channel.api._token._now = lambda: datetime.now(timezone.utc) + ahead
    second = channel.api._token.current()
    assert second != first
    assert channel.api._token.current() == second
    assert sum("token" in call.path for call in office.platform.record.calls) == 2


def test_staff_see_what_remains(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    say(office, li, mediator, "您好")
    settled(office, li)
    page = mediator.get(f"/staff/conversations/{office.conversation(li).id}").text
    assert f"还能发 {office.left(li)} 条" in page


def test_what_was_not_delivered_stands_on_the_desk_and_can_be_sent_again(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    office.platform.fail_next(SEND, 45002)
    say(office, li, mediator, "发不出去的话")
    settled(office, li)
    path = f"/staff/conversations/{office.conversation(li).id}"
    assert "没有发出去" in mediator.get(path).text
    delivery = office.owed(li)[0]
    mediator.submit(f"{path}/resend", page=path, delivery=str(delivery.id))
    li.wait_for("发不出去的话", timeout=30)


def test_a_follower_who_left_is_sent_nothing(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    sent = len(office.platform.record.sends)
    li.unfollow()
    say(office, li, mediator, "您还在吗")
    assert settled(office, li)[0] == outbox.DROPPED
    assert len(office.platform.record.sends) == sent
    assert office.platform.record.rejected == []
    found = followers.find(office.store, li.openid)
    assert found is not None
    assert not found.following
    assert dataclasses.replace(found, following=True).conversation_id == found.conversation_id


def test_a_message_that_comes_late_moves_no_window_back(office: Office) -> None:
    newer = Ledger().granted(Grant.MESSAGE, at=NOW).spent(NOW)
    assert newer.granted(Grant.MESSAGE, at=NOW - timedelta(hours=1)) == newer


def test_a_delivery_that_cannot_be_composed_is_tried_again(office: Office, monkeypatch) -> None:
    from web.wechat import sender

    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    whole, fell = sender.compose, []

    def once(*args, **kwargs):
        if not fell:
            fell.append(1)
            raise KeyError("card")
        return whole(*args, **kwargs)

    monkeypatch.setattr(sender, "compose", once)
    say(office, li, mediator, "您好")
    li.wait_for("您好", timeout=30)
    assert fell


@pytest.mark.parametrize("code", [40164, 45011])
def test_what_the_office_can_mend_is_not_given_up(office: Office, code: int) -> None:
    li = office.platform.follower()
    li.say("在吗")
    mediator = staff_of(office, li)
    settled(office, li)
    office.platform.fail_next(SEND, code)
    say(office, li, mediator, "晚一点到的话")
    li.wait_for("晚一点到的话", timeout=30)


def test_the_old_token_serves_while_it_is_good(office: Office) -> None:
    channel = office.site.app.extensions["weiquan.wechat"]
    first = channel.api._token.current()

    def refuse(force: bool) -> object:
        raise RuntimeError("no token now")

    channel.api._token._fetch = refuse
    channel.api._token._now = lambda: datetime.now(timezone.utc) + timedelta(seconds=7200 - 200)
    assert channel.api._token.current() == first
