"""The inbox: what comes in, how groups keep their number, who sees to a question, what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import conversations, history, question_groups, ratings, unanswered
from desk.errors import ConversationNotFound, QuestionGroupNotFound, ThumbRefused, UnansweredNotFound
from desk.question_groups import Found, carried
from desk.store import Store
from desk.unanswered import Kind, Outcome
from tests.factories import NOW, make_conversation

DRONES = ("无人机炸机了保险不赔", "大疆无人机掉河里保险拒赔")
CHARGING = ("充电桩乱收占位费", "充电站多收我占位费", "充电桩扣了超时占用费")


def by_word(texts):
    """A grouping a test can foresee: by whether a text speaks of drones."""
    found = []
    for word in ("无人机", "充电"):
        members = [i for i, text in enumerate(texts) if word in text]
        if members:
            found.append(Found(members, members[0], (word,)))
    return found


def asked(store: Store, *texts: str, kind: Kind = Kind.MISSED, at=NOW) -> list[int]:
    talk = make_conversation(store)
    return [unanswered.record_unanswered(store, talk.id, text, kind=kind, at=at) for text in texts]


def test_questions_are_listed_newest_first_and_page_back(store: Store) -> None:
    first, second = asked(store, *DRONES)
    assert [row.id for row in unanswered.unanswered(store)] == [second, first]
    assert [row.id for row in unanswered.unanswered(store, before_id=second)] == [first]
    unanswered.settle(store, [first], Outcome.CASE, by="s_c", case_id="drone-insurance")
    (done,) = unanswered.unanswered(store, handled=True)
    assert (done.text, done.handled_by, done.case_id) == (DRONES[0], "s_c", "drone-insurance")
    with pytest.raises(ConversationNotFound):
        unanswered.record_unanswered(store, "c_none", "能退吗")


def test_the_same_words_of_one_conversation_lie_in_the_inbox_once(store: Store) -> None:
    talk = make_conversation(store)
    first = unanswered.record_unanswered(store, talk.id, DRONES[0])
    assert unanswered.record_unanswered(store, talk.id, DRONES[0], kind=Kind.REFUSED) == first
    assert unanswered.record_unanswered(store, talk.id, DRONES[0], kind=Kind.MISSED) == first
    assert unanswered.count_by_kind(store) == {"refused": 1}
    unanswered.settle(store, [first], Outcome.NOISE, by="s_c")
    assert unanswered.record_unanswered(store, talk.id, DRONES[0]) != first


def test_a_conversation_a_person_took_brings_its_last_question(store: Store) -> None:
    talk = make_conversation(store, said=["网吧充的会员卡到期清零了怎么办", "转人工"])
    conversations.take(store, talk.id, staff="s_o")
    (found,) = unanswered.unanswered(store)
    assert (found.kind, found.text) == ("taken_over", "网吧充的会员卡到期清零了怎么办")


def test_a_conversation_whose_question_waits_already_is_not_brought_again(store: Store) -> None:
    talk = make_conversation(store, said=[DRONES[0]])
    unanswered.record_unanswered(store, talk.id, DRONES[0])
    conversations.take(store, talk.id, staff="s_o")
    assert [found.kind for found in unanswered.unanswered(store)] == ["missed"]


def test_a_call_for_a_person_without_a_question_brings_nothing(store: Store) -> None:
    talk = make_conversation(store, said=["转人工", "麻烦你快点帮我转一下人工客服，谢谢"])
    conversations.take(store, talk.id, staff="s_o")
    assert unanswered.count_unanswered(store) == 0


def test_a_thumb_down_brings_the_question_with_its_reason_and_a_second_thought_counts(store: Store) -> None:
    talk = make_conversation(store, said=["孩子给游戏充了三千能退吗"])
    body = {"text": "", "card": {"case": "minor-game-topup", "release": 3}}
    card = conversations.add_message(store, talk.id, author="bot", kind="card", body=body)
    ratings.rate(store, talk.id, card.id, good=True)
    assert unanswered.count_unanswered(store) == 0
    ratings.rate(store, talk.id, card.id, good=False, reason="not_mine")
    ratings.rate(store, talk.id, card.id, good=False, reason="unclear")
    (found,) = unanswered.unanswered(store, kind="thumbs_down")
    assert (found.text, found.reason) == ("孩子给游戏充了三千能退吗", "unclear")
    assert found.decision["case"] == "minor-game-topup"
    assert ratings.given(store, [card.id]) == {card.id: False}
    assert [event.event for event in history.of(store, str(card.id))] == ["answer:rating:give"] * 3


def test_only_an_answer_of_ones_own_conversation_is_rated(store: Store) -> None:
    talk, other = make_conversation(store), make_conversation(store)
    said = conversations.add_message(store, talk.id, author="bot", kind="text", body={"text": "您好"})
    card = conversations.add_message(store, talk.id, author="bot", kind="card", body={"card": {}})
    for conversation, message in ((talk.id, said.id), (other.id, card.id), (talk.id, 10**9)):
        with pytest.raises(ThumbRefused):
            ratings.rate(store, conversation, message, good=True)


def test_groups_are_counted_by_week_and_told_with_their_oldest_question(store: Store) -> None:
    asked(store, CHARGING[0], at=NOW - timedelta(days=20))
    asked(store, CHARGING[1], at=NOW - timedelta(days=8))
    asked(store, CHARGING[2], *DRONES, at=NOW - timedelta(hours=1))
    assert question_groups.waiting(store) == 5
    assert question_groups.regroup(store, by_word, at=NOW) == 2
    charging, drones = question_groups.groups(store, at=NOW)
    assert (charging.size, charging.terms) == (3, ("充电",))
    assert charging.weeks == (0, 0, 0, 0, 0, 1, 1, 1)
    assert charging.oldest == NOW - timedelta(days=20)
    assert (drones.size, drones.rise) == (2, 2)
    assert question_groups.waiting(store) == 0
    assert question_groups.grouped_at(store) == NOW


def test_a_group_keeps_its_number_while_questions_come_and_go(store: Store) -> None:
    (first, second, _third) = asked(store, *CHARGING)
    asked(store, *DRONES)
    question_groups.regroup(store, by_word)
    numbers = {group.terms: group.id for group in question_groups.groups(store)}
    unanswered.settle(store, [first, second], Outcome.CASE, by="s_c", case_id="charging-fee")
    asked(store, "充电桩占位费一小时三十")
    question_groups.regroup(store, by_word)
    assert {group.terms: group.id for group in question_groups.groups(store)} == numbers
    assert question_groups.group(store, numbers[("充电",)]).size == 2


def test_a_group_of_which_nothing_is_open_is_gone(store: Store) -> None:
    ids = asked(store, *DRONES)
    question_groups.regroup(store, by_word)
    (group,) = question_groups.groups(store)
    unanswered.settle(store, ids, Outcome.NOT_OURS, by="s_c")
    assert question_groups.groups(store) == []
    with pytest.raises(QuestionGroupNotFound):
        question_groups.group(store, group.id)


def test_what_is_settled_while_the_grouping_runs_stays_settled(store: Store) -> None:
    ids = asked(store, *DRONES)

    def slow(texts):
        unanswered.settle(store, [ids[0]], Outcome.NOISE, by="s_c")
        return by_word(texts)

    question_groups.regroup(store, slow)
    assert unanswered.count_unanswered(store) == 1
    assert question_groups.groups(store)[0].size == 1


def test_every_step_with_a_question_is_in_the_history(store: Store) -> None:
    ids = asked(store, *DRONES)
    assert unanswered.assign(store, ids, to="s_c", by="s_c") == 2
    assert {found.assigned_to for found in unanswered.unanswered(store)} == {"s_c"}
    assert unanswered.settle(store, ids, Outcome.CASE, by="s_c", case_id="drone", at=NOW) == 2
    unanswered.reopen(store, ids[0], by="s_r")
    (again,) = unanswered.unanswered(store)
    assert (again.id, again.outcome, again.case_id, again.handled_at) == (ids[0], "", "", None)
    assert [event.event for event in history.of(store, str(ids[0]))] == [
        "question:owner:change",
        "question:unanswered:handle",
        "question:unanswered:reopen",
    ]


@pytest.mark.parametrize("ids", [[], [999], [-1], [2**63]], ids=["none", "unknown", "negative", "huge"])
def test_what_is_not_open_cannot_be_settled_or_given_to_anyone(store: Store, ids: list[int]) -> None:
    with pytest.raises(UnansweredNotFound):
        unanswered.settle(store, ids, Outcome.NOISE, by="s_c")
    with pytest.raises(UnansweredNotFound):
        unanswered.assign(store, ids, to="s_c", by="s_c")


numbers = st.lists(st.lists(st.none() | st.integers(1, 5), min_size=1, max_size=6), max_size=8)


@given(numbers)
def test_no_number_is_given_twice_and_none_to_a_group_that_held_nothing_of_it(before) -> None:
    kept = carried(before)
    given_numbers = [number for number in kept if number is not None]
    assert len(set(given_numbers)) == len(given_numbers)
    for group, number in zip(before, kept, strict=True):
        assert number is None or number in group
        if number is None:
            assert set(group) - {None} <= set(given_numbers)
