"""Utterances to label: chosen by doubt and by what happened, labelled blind by two, decided by a third, measured."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from desk import (
    agreement,
    conversations,
    erasure,
    history,
    labels,
    model_runs,
    retention,
    unanswered,
    utterances,
)
from desk.errors import LabelRefused, UtteranceNotFound, UtteranceRefused
from desk.labels import Choices, Label
from desk.store import Store
from desk.unanswered import Kind
from desk.utterances import Reason, State
from tests.factories import NOW, make_conversation, make_ticket

CHOICES = Choices({"ask", "refer", "inform", "greet"}, {"travel", "prepaid_card"}, {"labour"})


def said(store: Store, conversation: str, text: str, **decision: Any) -> None:
    """A message of the consumer and the bot's answer to it with its record."""
    message = conversations.add_message(
        store, conversation, author="consumer", kind="text", body={"text": text, "choice": None}
    )
    record = {
        "decision": "answer",
        "act": "ask",
        "act_confidence": 0.95,
        "topic": {"travel": 0.9},
        **decision,
    }
    body = {"text": "答复", "reply_to": message.id, "decision": record}
    conversations.add_message(store, conversation, author="bot", kind="text", body=body)


def gathered(store: Store) -> dict[str, list[str]]:
    utterances.gather(store, lambda case: {"gym": "prepaid_card"}.get(case, ""))
    return {one.text: one.reasons for one in utterances.listed(store, [State.OPEN])}


def one_line(store: Store, text: str = "健身房关门了卡里两千块咋办") -> int:
    utterances.add(store, [text], by="s_a")
    return utterances.listed(store, [State.OPEN])[0].id


def test_what_the_model_doubted_or_what_spoke_against_it_is_chosen_and_the_rest_is_not(store: Store) -> None:
    talk = make_conversation(store).id
    said(store, talk, "跟团被拉去购物店")
    said(store, talk, "这个那个你看着办", act_confidence=0.41)
    said(store, talk, "买了个东西不太行", topic={"travel": 0.2, "prepaid_card": 0.19})
    said(store, talk, "健身卡退不了", case="gym")
    assert gathered(store) == {
        "这个那个你看着办": ["act_unsure"],
        "买了个东西不太行": ["topic_unsure"],
        "健身卡退不了": ["case"],
    }
    assert gathered(store).keys() == gathered(store).keys(), "a second look finds nothing twice"


def test_what_happened_later_speaks_against_it_too(store: Store) -> None:
    talk = make_conversation(store).id
    said(store, talk, "卡里的钱不给退")
    said(store, talk, "真的没人管吗这事")
    assert gathered(store) == {}
    unanswered.record_unanswered(store, talk, "真的没人管吗这事", kind=Kind.THUMBS_DOWN)
    make_ticket(store, conversation_id=talk, topic="prepaid_card")
    found = gathered(store)
    assert found["卡里的钱不给退"] == ["ticket"]
    assert set(found["真的没人管吗这事"]) >= {"thumbs_down"}


def test_the_newest_come_first_and_numbers_are_hidden(store: Store) -> None:
    talk = make_conversation(store).id
    said(store, talk, "先说的话", act_confidence=0.1)
    said(store, talk, "后说的，电话13812345678\n单号 2023 8899123456", act_confidence=0.1)
    gathered(store)
    first, second = utterances.listed(store, [State.OPEN])
    assert second.text == "先说的话"
    assert "13812345678" not in first.text
    assert "8899123456" not in first.text
    assert first.text.startswith("后说的，电话某号")
    assert (first.sure, first.heard["act"]) == (10, "ask")


def test_lines_that_differ_in_signs_only_are_one(store: Store) -> None:
    assert utterances.add(store, ["在吗？", "在吗", "在 吗！", "好"], by="s_a") == (1, 3)
    with pytest.raises(UtteranceRefused):
        utterances.add(store, ["  ", ""], by="s_a")


def test_nobody_sees_the_others_label_until_both_have_labelled(store: Store) -> None:
    id = one_line(store)
    assert utterances.to_label(store, "s_a").id == id
    labels.give(store, id, Label("ask", "prepaid_card"), by="s_a")
    found = utterances.get(store, id)
    assert labels.visible(store, found, to="s_b") == []
    assert [given.by for given in labels.visible(store, found, to="s_a")] == ["s_a"]
    assert utterances.to_label(store, "s_a") is None
    assert utterances.to_label(store, "s_b").id == id
    labels.give(store, id, Label("inform"), by="s_a")  # second thoughts before the other has looked
    assert labels.give(store, id, Label("inform"), by="s_b") is State.AGREED
    found = utterances.get(store, id)
    assert found.gold == Label("inform").as_json()
    assert len(labels.visible(store, found, to="s_c")) == 2
    with pytest.raises(LabelRefused):
        labels.give(store, id, Label("greet"), by="s_c")


def test_where_two_differ_a_third_person_decides(store: Store) -> None:
    id = one_line(store)
    labels.give(store, id, Label("ask", "prepaid_card", ((8, 11, "money"),)), by="s_a")
    assert labels.give(store, id, Label("ask", "prepaid_card"), by="s_b") is State.DIFFERS
    with pytest.raises(LabelRefused) as refused:
        labels.decide(store, id, Label("inform"), by="s_b")
    assert refused.value.rule == "own"
    labels.decide(store, id, Label("ask", "prepaid_card", ((8, 11, "money"),)), by="s_c")
    found = utterances.get(store, id)
    assert (found.state, found.gold["entities"]) == (
        State.DECIDED,
        [{"start": 8, "end": 11, "entity": "money"}],
    )
    events = [event.event for event in history.of(store, str(id))]
    assert events == ["utterance:label:give"] * 2 + ["utterance:label:decide"]
    pairs = labels.given_pairs(store)
    assert [(one.act, other.act) for one, other in pairs] == [("ask", "ask")], "the third word is no label"


@pytest.mark.parametrize("turn", range(4))
def test_two_who_label_at_the_same_moment_settle_it_once(store: Store, turn: int) -> None:
    id = one_line(store, f"同时标的第{turn}句")
    with ThreadPoolExecutor(2) as both:
        given = [both.submit(labels.give, store, id, Label("greet"), by=by) for by in ("s_a", "s_b")]
    assert sorted(one.result().value for one in given) == ["agreed", "open"]


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ({"act": "fly"}, "act"),
        ({"act": "ask", "topic": "labour"}, "topic"),
        ({"act": "refer"}, "topic"),
        ({"act": "inform", "entities": [{"start": 0, "end": 99, "entity": "money"}]}, "entities"),
        ({"act": "inform", "entities": [{"start": 0, "end": 2, "entity": "name"}]}, "entities"),
        ({"act": "inform", "entities": [{"start": True, "end": 2, "entity": "money"}]}, "entities"),
        (
            {
                "act": "inform",
                "entities": [
                    {"start": 0, "end": 3, "entity": "money"},
                    {"start": 2, "end": 4, "entity": "time"},
                ],
            },
            "entities",
        ),
        ({"act": "inform", "entities": "money"}, "entities"),
    ],
)
def test_a_label_that_cannot_be_is_refused(raw: dict[str, Any], rule: str) -> None:
    with pytest.raises(LabelRefused) as refused:
        labels.read(raw, "花了三千块", CHOICES)
    assert refused.value.rule == rule


def test_a_topic_goes_only_with_an_act_that_has_one() -> None:
    assert labels.read({"act": "greet", "topic": "travel"}, "你好", CHOICES) == Label("greet")
    assert labels.read({"act": "refer", "topic": "labour"}, "欠薪", CHOICES) == Label("refer", "labour")
    unusable = {"act": "unusable", "entities": [{"start": 0, "end": 1, "entity": "money"}]}
    assert labels.read(unusable, "啊啊", CHOICES) == Label("unusable")


def test_agreement_is_what_it_is_known_to_be() -> None:
    """Cohen's own shape of example: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no give 70 % and kappa 0.4."""
    yes, no = Label("ask", "travel", ((0, 2, "money"),)), Label("greet")
    pairs = [(yes, yes)] * 20 + [(yes, no)] * 5 + [(no, yes)] * 10 + [(no, no)] * 15
    found = agreement.measure(pairs)
    assert found.act.share == pytest.approx(0.7)
    assert found.act.kappa == pytest.approx(0.4)
    assert found.acts["ask"].count == 35
    assert found.acts["ask"].share == pytest.approx(20 / 35)
    assert found.acts["ask"].kappa == pytest.approx(0.4)
    assert (found.topic.count, found.topic.share, found.topic.kappa) == (20, 1.0, None)
    assert found.entity_f1 == pytest.approx(2 * 20 / 55)
    assert math.isclose(found.entities["money"], 2 * 20 / 55)
    assert agreement.measure([]).act.count == 0


def test_an_even_share_is_kept_aside_by_its_words_alone(store: Store) -> None:
    utterances.add(store, [f"第{n}种说法完全不同" for n in range(400)], by="s_a")
    found = utterances.listed(store, [State.OPEN], limit=500)
    assert 50 < sum(one.held for one in found) < 110
    assert all(one.held == utterances.is_held(utterances.digest_of(one.text)) for one in found)


def test_who_is_erased_takes_their_words_and_labels_along(store: Store, tmp_path: Any) -> None:
    talk = make_conversation(store).id
    said(store, talk, "我是朱泾镇的欧阳慕容，你看着办", act_confidence=0.1)
    gathered(store)
    (found,) = utterances.listed(store, [State.OPEN])
    labels.give(store, found.id, Label("greet"), by="s_a")
    erasure.erase(store, tmp_path, talk, by="s_x", reason="desk")
    with pytest.raises(UtteranceNotFound):
        utterances.get(store, found.id)


def test_what_nobody_labelled_goes_after_its_time_and_what_is_settled_stays(
    store: Store, tmp_path: Any
) -> None:
    old = NOW - timedelta(days=400)
    utterances.add(store, ["标过一半的旧话", "两人标过的旧话"], by="s_a", at=old)
    settled, half = sorted(one.id for one in utterances.listed(store, [State.OPEN]))[::-1]
    labels.give(store, half, Label("greet"), by="s_a", at=old)
    for by in ("s_a", "s_b"):
        labels.give(store, settled, Label("greet"), by=by, at=old)
    done = {entry.rule.kind: entry.count for entry in retention.run(store, tmp_path, at=NOW)}
    assert done["utterance"] == 2
    assert [one.id for one in utterances.settled(store)] == [settled]
    assert utterances.listed(store, [State.OPEN]) == []


def test_every_reason_of_the_inbox_is_a_reason_here() -> None:
    assert {kind.value for kind in Kind} <= {reason.value for reason in Reason}


def test_trainings_go_after_their_time_unless_one_is_still_known_to_be_in_use(
    store: Store, tmp_path: Any
) -> None:
    old = NOW - timedelta(days=400)
    report = {"golden": {"lines": 1, "base": None, "candidate": {}, "better": [], "worse": []}}
    kept = model_runs.start(store, lines=1, base="a", by="s_a", at=old)
    model_runs.finish(store, kept.id, "b", report, at=old)
    model_runs.promote(store, kept.id, serving="a", by="s_b", at=NOW - timedelta(days=1))
    gone = model_runs.start(store, lines=1, base="b", by="s_a", at=old)
    retention.run(store, tmp_path, at=NOW)
    assert [run.id for run in model_runs.latest(store)] == [kept.id]
    assert gone.id != kept.id
