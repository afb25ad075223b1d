"""To a person: in one message however it is put, within the office hours or not, and back to the assistant alone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from desk import conversations, followers, outbox
from desk.duty import Duty, HoursRefused
from desk.person_wishes import back_to_bot_wanted, person_wanted
from desk.staff import Role

from .office import MakeOffice, Office

PHRASES = yaml.safe_load(Path(__file__).with_name("person_phrases.yml").read_text("utf-8"))
CLOSED = "00:00-00:01"  # closed at nearly every moment a test can run


def test_there_are_at_least_two_hundred_phrasings() -> None:
    assert len(set(PHRASES["person"])) >= 200


@pytest.mark.parametrize("phrase", PHRASES["person"])
def test_a_wish_for_a_person_is_understood_in_one_message(phrase: str) -> None:
    assert person_wanted(phrase), phrase


@pytest.mark.parametrize("phrase", PHRASES["not_person"])
def test_what_only_mentions_people_is_left_to_the_assistant(phrase: str) -> None:
    assert not person_wanted(phrase), phrase


@pytest.mark.parametrize("phrase", PHRASES["back"])
def test_who_waits_may_go_back_to_the_assistant(phrase: str) -> None:
    assert back_to_bot_wanted(phrase, None), phrase


@pytest.mark.parametrize(
    "phrase", ["转人工", "我要真人客服！！", "zhuanrengong", "转人功", "能不能找个活人跟我说话"]
)
def test_a_person_is_called_through_wechat_even_when_the_bot_is_down(office: Office, phrase: str) -> None:
    office.site.bot.mode = "drop"
    li = office.platform.follower()
    li.say(phrase)
    assert "已为您转人工" in li.texts[0]
    assert office.conversation(li).owner == "queue"


def test_words_of_desk_and_mediator_arrive_in_wechat(office: Office) -> None:
    li = office.platform.follower()
    li.say("转人工")
    mediator = office.site.member(Role.MEDIATOR)
    path = f"/staff/conversations/{office.conversation(li).id}"
    mediator.submit(f"{path}/take", page=path)
    li.wait_for("工作人员已接入", timeout=30)
    mediator.submit(f"{path}/say", page=path, text="您好，我是调解员。", client_id="s1")
    seen = li.wait_for("您好，我是调解员。", timeout=30)
    assert seen.kind == "customer-service"
    mediator.submit(f"{path}/give-back", page=path)
    li.wait_for("接下来由智能助手继续", timeout=30)
    assert office.platform.record.rejected == []


def test_with_nobody_on_duty_there_are_hours_an_offer_and_a_promise(make_office: MakeOffice) -> None:
    office = make_office(duty_hours=CLOSED)
    li = office.platform.follower()
    li.say("转人工")
    text = li.texts[0]
    assert "上班时间是工作日" in text
    assert "前有人回复您" in text
    assert "1. 我要投诉" in text
    assert "2. 先问机器人" in text
    assert office.conversation(li).owner == "queue"


def test_the_offer_of_a_ticket_works_while_waiting(make_office: MakeOffice) -> None:
    office = make_office(duty_hours=CLOSED)
    li = office.platform.follower()
    li.say("转人工")
    li.say("1")
    assert office.conversation(li).owner == "bot"
    assert office.site.bot.asked[-1]["choice"] == "do:complaint"


@pytest.mark.parametrize("words", ["先问机器人", "2", "不等了", "那我还是问机器人吧"])
def test_who_waits_in_the_queue_returns_to_the_assistant_alone(make_office: MakeOffice, words: str) -> None:
    office = make_office(duty_hours=CLOSED)
    li = office.platform.follower()
    li.say("转人工")
    li.say(words)
    assert office.conversation(li).owner == "bot"
    assert "接下来我来回答" in li.texts[1]
    li.say("那快递丢了怎么办")
    assert li.texts[2] == "您说的是：那快递丢了怎么办"


def test_asking_again_while_waiting_says_so_and_queues_once(office: Office) -> None:
    li = office.platform.follower()
    li.say("转人工")
    li.say("人工呢")
    assert "已经在等人工" in li.texts[1]
    assert len(conversations.waiting(office.store)) == 1


def test_while_a_person_owns_the_talk_these_words_are_only_heard(office: Office) -> None:
    li = office.platform.follower()
    li.say("转人工")
    mediator = office.site.member(Role.MEDIATOR)
    conversations.take(office.store, office.conversation(li).id, staff=mediator.id)
    li.say("先问机器人")
    assert office.conversation(li).staff == mediator.id


def test_the_native_customer_service_is_an_option(make_office: MakeOffice) -> None:
    office = make_office(wechat_native_service="yes")
    li = office.platform.follower()
    delivery = li.say("转人工")
    assert delivery.answered
    assert delivery.reply is not None
    assert delivery.reply.message_type == "transfer_customer_service"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


OPENINGS = {
    # a Saturday in Beijing: Monday morning
    "2026-11-21T04:00": ("2026-11-23T01:00", "2026-11-23T03:00"),
    # Monday 08:00 in Beijing: the same day
    "2026-11-23T00:00": ("2026-11-23T01:00", "2026-11-23T03:00"),
    # Monday 18:00 in Beijing: Tuesday
    "2026-11-23T10:00": ("2026-11-24T01:00", "2026-11-24T03:00"),
    # Monday noon: now
    "2026-11-23T04:00": ("2026-11-23T04:00", "2026-11-23T06:00"),
}


@pytest.mark.parametrize(("asked", "answers"), OPENINGS.items())
def test_the_promised_time_follows_working_days(asked: str, answers: tuple[str, str]) -> None:
    duty = Duty.read("09:00-17:30")
    assert duty.next_opening(at(asked)) == at(answers[0])
    assert duty.promised_by(at(asked)) == at(answers[1])


@pytest.mark.parametrize("text", ["", "9-17", "25:00-26:00", "17:00-09:00", "09:00", "工作日"])
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(HoursRefused):
        Duty.read(text)


def test_the_native_service_does_not_lose_what_is_owed(make_office: MakeOffice) -> None:
    office = make_office(wechat_native_service="yes")
    li = office.platform.follower()
    li.say("在吗")
    with office.store.write() as tx:
        conversation = office.conversation(li).id
        said = conversations.messages(office.store, conversation)[-1].id
        later = datetime.now(timezone.utc) + timedelta(hours=1)
        owed = outbox.put(tx, conversation, [said], state=outbox.WAITING, at=later)
    assert li.say("转人工").reply.message_type == "transfer_customer_service"
    states = {delivery.id: delivery.state for delivery in office.owed(li)}
    assert states[owed] in (outbox.WAITING, outbox.SENT)


@pytest.mark.parametrize("owner", ["bot", "staff"])
def test_staff_read_what_was_typed(office: Office, owner: str) -> None:
    li = office.platform.follower()
    li.say("在吗")
    with office.store.write() as tx:
        follower = followers.held(tx, office.conversation(li).id)
        followers.offer(tx, follower, [{"label": "孩子", "value": "a"}, {"label": "家长", "value": "b"}])
    if owner == "staff":
        mediator = office.site.member(Role.MEDIATOR)
        conversations.take(office.store, office.conversation(li).id, staff=mediator.id)
    li.say("2")
    heard = [text for author, text in office.said(li) if author == "consumer"]
    assert heard[-1] == ("家长" if owner == "bot" else "2")
