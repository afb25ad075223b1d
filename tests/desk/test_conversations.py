"""Conversations: one owner at a time, messages once and in order."""

from __future__ import annotations

import math

import pytest

from desk import conversations, history
from desk.conversations import Conversation, Message
from desk.errors import ConversationNotFound, MessageRefused, NotOwner
from desk.store import Store
from tests.factories import make_conversation


def bot_says(store: Store, id: str, text: str = "您好", **more: object) -> Message:
    return conversations.add_message(
        store, id, author="bot", kind=str(more.pop("kind", "text")), body={"text": text, **more}
    )


def consumer_says(store: Store, id: str, text: str, client_id: str | None = None) -> Message:
    return conversations.add_message(
        store, id, author="consumer", kind="text", body={"text": text}, client_id=client_id
    )


def texts(store: Store, id: str) -> list[str]:
    return [message.body["text"] for message in conversations.messages(store, id)]


def test_a_new_conversation_belongs_to_the_bot(store: Store) -> None:
    opened = conversations.open_conversation(store, channel="h5", visitor="v")
    assert opened.id.startswith("c_")
    assert (opened.owner, opened.staff, opened.waiting_since) == ("bot", None, None)
    assert conversations.get(store, opened.id) == opened


def test_a_visitor_who_comes_back_finds_the_same_conversation(store: Store) -> None:
    first = conversations.resume(store, channel="wechat", visitor="openid")
    assert conversations.resume(store, channel="wechat", visitor="openid") == first
    assert conversations.resume(store, channel="h5", visitor="openid") != first
    assert conversations.latest_for(store, channel="wechat", visitor="stranger") is None


@pytest.mark.parametrize(
    "id",
    ["", "c_none", "c_\x00", "c_\ud800", "'; DROP TABLE messages; --"],
    ids=["empty", "unknown", "nul", "lone surrogate", "statement"],
)
def test_an_unknown_conversation_is_not_found(store: Store, id: str) -> None:
    with pytest.raises(ConversationNotFound):
        conversations.get(store, id)


def test_messages_come_in_order_and_after_an_id(store: Store) -> None:
    id = make_conversation(store).id
    kept = [consumer_says(store, id, str(n)) for n in range(5)]
    assert [message.id for message in kept] == sorted({message.id for message in kept})
    assert conversations.messages(store, id) == kept
    assert conversations.messages(store, id, after=kept[2].id) == kept[3:]
    assert conversations.messages(store, id, after=kept[1].id, limit=1) == [kept[2]]
    assert conversations.messages(store, id, after=10**30) == []
    assert conversations.messages(store, id, after=-1) == kept
    assert conversations.last_messages(store, id, limit=2) == kept[3:]
    assert conversations.last_messages(store, id, limit=2, before=kept[3].id) == kept[1:3]


def test_a_message_sent_twice_is_kept_once(store: Store) -> None:
    id, other = make_conversation(store).id, make_conversation(store).id
    first = consumer_says(store, id, "退款", client_id="tap-1")
    assert consumer_says(store, id, "退款", client_id="tap-1") == first
    assert consumer_says(store, other, "退款", client_id="tap-1") != first
    assert texts(store, id) == ["退款"]
    assert conversations.get(store, id).unread == 1


@pytest.mark.parametrize(
    "text",
    ["😀退款", "a\x00b", "a\ud83db", "\\u0000", 'a"b\\', "\u202e", "第一行\n第二行", "退" * 3000],
    ids=["emoji", "nul", "lone surrogate", "spelled nul", "quotes", "direction", "lines", "long"],
)
def test_whatever_people_write_comes_back(store: Store, text: str) -> None:
    id = make_conversation(store).id
    kept = consumer_says(store, id, text)
    assert conversations.messages(store, id) == [kept]
    assert kept.body["text"] == text.replace("\x00", "").replace("\ud83d", "")


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"author": "merchant"}, "author"),
        ({"kind": ""}, "kind"),
        ({"kind": "k" * 201}, "kind"),
        ({"client_id": "k" * 201}, "kind"),
        ({"body": {"text": object()}}, "body"),
        ({"body": {"amount": math.nan}}, "body"),
        ({"body": {"text": "x" * 200_001}}, "too_long"),
    ],
    ids=["author", "no kind", "long kind", "long client id", "not JSON", "not a number", "too long"],
)
def test_an_unfit_message_is_refused(store: Store, wrong: dict[str, object], rule: str) -> None:
    id = make_conversation(store).id
    message: dict[str, object] = {"author": "consumer", "kind": "text", "body": {"text": "x"}, **wrong}
    with pytest.raises(MessageRefused) as refused:
        conversations.add_message(store, id, **message)  # type: ignore[arg-type]
    assert refused.value.rule == rule
    assert conversations.messages(store, id) == []


def test_who_asks_for_a_person_waits_in_the_queue(store: Store) -> None:
    id = make_conversation(store, said=["我要转人工"]).id
    queued = conversations.request_person(store, id, reason="asked", by="consumer")
    assert (queued.owner, queued.reason) == ("queue", "asked")
    assert queued.waiting_since is not None
    assert conversations.request_person(store, id, reason="again", by="consumer") == queued
    assert conversations.waiting(store) == [queued]


def test_the_queue_tells_since_when_and_about_what(store: Store) -> None:
    later, first = (
        make_conversation(store, said=["早"]),
        make_conversation(store, said=["孩子充值了", "三千多"]),
    )
    bot_says(store, first.id, kind="card", card={"case": "minor-game-topup", "topic": "minors_consumption"})
    conversations.request_person(store, first.id, reason="asked", by="bot")
    conversations.request_person(store, later.id, reason="asked", by="bot")
    waiting = conversations.waiting(store)
    assert [row.id for row in waiting] == [first.id, later.id]
    assert (waiting[0].case_id, waiting[0].topic) == ("minor-game-topup", "minors_consumption")
    assert (waiting[0].last_text, waiting[0].unread) == ("三千多", 2)


def test_only_the_member_of_staff_who_took_it_may_speak(store: Store) -> None:
    id = make_conversation(store, owner="queue").id
    assert conversations.take(store, id, staff="s_a").staff == "s_a"
    assert conversations.take(store, id, staff="s_a").staff == "s_a"
    with pytest.raises(NotOwner) as refused:
        conversations.take(store, id, staff="s_b")
    assert refused.value.owner == "staff:s_a"
    with pytest.raises(NotOwner):
        conversations.say(store, id, staff="s_b", text="您好")
    with pytest.raises(NotOwner):
        bot_says(store, id)
    spoken = conversations.say(store, id, staff="s_a", text="您好")
    assert (spoken.author, spoken.by) == ("staff", "s_a")
    assert texts(store, id) == ["您好"]


def test_staff_say_something_or_nothing_is_kept(store: Store) -> None:
    id = make_conversation(store, owner="staff:s_a").id
    with pytest.raises(MessageRefused):
        conversations.say(store, id, staff="s_a", text="  \n")


def test_the_consumer_is_heard_whoever_owns_it(store: Store) -> None:
    for owner in ("bot", "queue", "staff:s_a"):
        id = make_conversation(store, owner=owner).id
        assert consumer_says(store, id, "在吗").author == "consumer"


def test_a_bot_answer_after_take_over_is_dropped_and_reported(store: Store) -> None:
    id = make_conversation(store, said=["问题"]).id
    conversations.take(store, id, staff="s_a")
    with pytest.raises(NotOwner) as refused:
        bot_says(store, id, "迟到的回答")
    assert refused.value.owner == "staff:s_a"
    assert texts(store, id) == ["问题"]


def test_a_bot_answer_to_what_staff_already_dealt_with_is_dropped(store: Store) -> None:
    id = make_conversation(store).id
    question = consumer_says(store, id, "问题")
    conversations.take(store, id, staff="s_a")
    conversations.say(store, id, staff="s_a", text="已经答了")
    conversations.give_back(store, id, staff="s_a")
    with pytest.raises(NotOwner):
        bot_says(store, id, "迟到的回答", reply_to=question.id)
    again = consumer_says(store, id, "再问")
    assert bot_says(store, id, "新回答", reply_to=again.id).author == "bot"


def test_the_bot_may_finish_the_turn_in_which_it_asked_for_a_person(store: Store) -> None:
    id = make_conversation(store, said=["转人工"]).id
    conversations.request_person(store, id, reason="asked", by="bot")
    assert bot_says(store, id, "正在转接", kind="handoff").author == "system"
    consumer_says(store, id, "好")
    with pytest.raises(NotOwner):
        bot_says(store, id, "还有")


def test_what_a_failed_bot_still_says_is_refused(store: Store) -> None:
    id = make_conversation(store, said=["问题"]).id
    failed = conversations.fail_to_queue(store, id, reason="bot_unreachable", text="机器人出了点问题")
    assert (failed.owner, failed.reason) == ("queue", "bot_unreachable")
    with pytest.raises(NotOwner):
        bot_says(store, id, "迟到的回答")
    notice = conversations.messages(store, id)[-1]
    assert (notice.author, notice.kind, notice.body["text"]) == ("system", "notice", "机器人出了点问题")


def test_a_bot_that_fails_under_staff_changes_nothing(store: Store) -> None:
    id = make_conversation(store, owner="staff:s_a").id
    assert conversations.fail_to_queue(store, id, reason="bot_unreachable").owner == "staff:s_a"


def test_given_back_the_bot_speaks_again(store: Store) -> None:
    id = make_conversation(store, owner="staff:s_a").id
    with pytest.raises(NotOwner):
        conversations.give_back(store, id, staff="s_b")
    assert conversations.give_back(store, id, staff="s_a").owner == "bot"
    assert bot_says(store, id).author == "bot"
    with pytest.raises(NotOwner):
        conversations.say(store, id, staff="s_a", text="还有")


def test_a_colleague_or_the_queue_can_get_it(store: Store) -> None:
    id = make_conversation(store, owner="staff:s_a").id
    assert conversations.hand_over(store, id, staff="s_a", to="s_b").staff == "s_b"
    assert [row.id for row in conversations.for_staff(store, "s_b")] == [id]
    assert [row.id for row in conversations.with_staff(store)] == [id]
    assert conversations.requeue(store, id, by="s_c", reason="off_duty").owner == "queue"
    assert conversations.for_staff(store, "s_b") == []


def test_unread_counts_what_staff_have_not_seen(store: Store) -> None:
    id = make_conversation(store, owner="staff:s_a").id
    first = consumer_says(store, id, "一")
    conversations.say(store, id, staff="s_a", text="嗯")
    consumer_says(store, id, "二")
    assert conversations.get(store, id).unread == 2
    assert conversations.mark_read(store, id, upto=first.id).unread == 1
    assert conversations.mark_read(store, id, upto=10**30).unread == 0


def test_every_change_of_owner_is_in_the_history(store: Store) -> None:
    id = make_conversation(store, owner="staff:s_a").id
    conversations.give_back(store, id, staff="s_a")
    changes = [(event.detail["from"], event.detail["to"]) for event in history.of(store, id)]
    assert changes == [("bot", "queue"), ("queue", "staff:s_a"), ("staff:s_a", "bot")]


def test_recent_conversations_page_back(store: Store) -> None:
    made: list[Conversation] = [make_conversation(store, said=[str(n)]) for n in range(3)]
    found = conversations.recent(store, limit=2)
    assert [row.id for row in found] == [made[2].id, made[1].id]
    older = conversations.recent(store, limit=2, before=found[-1].updated_at)
    assert [row.id for row in older] == [made[0].id]
