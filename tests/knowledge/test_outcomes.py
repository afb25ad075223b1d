from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.content import UNKNOWN, case_from
from knowledge.facts import next_figure, next_question
from knowledge.outcomes import basis_of, decide, holds, remedy_of, settled
from tests.knowledge.folders import deposit, topup

CASE = case_from(topup())
AGES = st.one_of(st.none(), st.just(UNKNOWN), st.integers(min_value=0, max_value=90))
OWNERS = st.sampled_from([None, UNKNOWN, "孩子", "家长", "没实名"])


@pytest.mark.parametrize(
    ("condition", "facts", "state"),
    [
        ({"a": {"lt": 8}}, {"a": 7}, True),
        ({"a": {"lt": 8}}, {"a": 8}, False),
        ({"a": {"lt": 8}}, {}, None),
        ({"a": {"lt": 8}}, {"a": UNKNOWN}, False),  # not known does not hold
        ({"a": {"ge": 8, "lt": 18}}, {"a": 18}, False),
        ({"m": {"gt": 5000}}, {"m": "5000.01"}, True),  # money is text in the facts
        ({"c": ["甲", "乙"]}, {"c": "乙"}, True),
        ({"c": {"not": "甲"}}, {"c": "乙"}, True),
        ({"c": {"not": "甲"}}, {"c": UNKNOWN}, False),
        ({"c": {"in": ["甲", UNKNOWN]}}, {"c": UNKNOWN}, True),  # asked for by name
        ({"b": True}, {"b": "是"}, True),  # YAML's yes
        ({"d": {"ge": "2026-01-01"}}, {"d": "2026-03-01"}, True),
        ({"a": 1, "b": 2}, {"a": 0}, False),  # and: settled without b
        ({"any": [{"a": 1}, {"b": 2}]}, {"a": 1}, True),  # or: settled without b
        ({"any": [{"a": 1}, {"b": 2}]}, {"a": 0}, None),
        ({"any": [{"a": 1}, {"b": 2}], "c": 3}, {"a": 1, "c": 4}, False),
        (None, {}, True),
    ],
)
def test_conditions_are_true_false_or_open(
    condition: Any, facts: dict[str, object], state: bool | None
) -> None:
    assert holds(condition, facts) is state


def test_the_first_outcome_that_holds_decides() -> None:
    assert decide(CASE, {"child_age": 7}).id == "under-eight"
    assert decide(CASE, {"child_age": 10, "registered_as": "孩子"}).id == "own-account"
    assert decide(CASE, {}).id == "otherwise"


def test_only_what_still_decides_is_asked() -> None:
    first = next_question(CASE, {})
    assert first
    assert first.id == "child_age"
    assert next_question(CASE, {"child_age": 7}) is None, "under eight nothing else matters"
    second = next_question(CASE, {"child_age": 10})
    assert second
    assert second.id == "registered_as"
    assert next_question(CASE, {"child_age": 30}) is None, "an adult's account owner does not matter"


def test_amounts_and_dates_are_asked_only_when_wanted() -> None:
    figure = next_figure(CASE, {"child_age": 7})
    assert figure
    assert figure.id == "amount"
    assert next_figure(CASE, {"amount": "1.00", "purchase_date": UNKNOWN}) is None


@given(AGES, OWNERS)
def test_once_nothing_is_asked_no_answer_changes_the_outcome(age: object, owner: object) -> None:
    facts = {key: value for key, value in (("child_age", age), ("registered_as", owner)) if value is not None}
    if not settled(CASE, facts):
        return
    for more in ({"child_age": 3}, {"child_age": 40}, {"registered_as": "孩子"}, {"registered_as": "家长"}):
        assert decide(CASE, {**more, **facts}) == decide(CASE, facts)


@given(AGES, OWNERS)
def test_asking_ends(age: object, owner: object) -> None:
    given_ = {"child_age": age if age is not None else UNKNOWN, "registered_as": owner or UNKNOWN}
    facts: dict[str, object] = {}
    for _ in range(len(CASE.facts) + 1):
        question = next_question(CASE, facts)
        if question is None:
            break
        assert question.id not in facts, "nothing is asked twice"
        facts[question.id] = given_[question.id]
    assert next_question(CASE, facts) is None


def test_the_basis_of_a_case_is_the_union_of_its_outcomes() -> None:
    assert [cited.article for cited in basis_of(CASE, None)] == ["20", "145"]
    assert [cited.article for cited in basis_of(CASE, CASE.outcomes[0])] == ["20"]


def test_an_outcome_overrides_the_remedy_of_its_case() -> None:
    case = case_from(deposit())
    own = remedy_of(case, case.outcomes[1])
    assert own
    assert own.rule == "none"
    assert remedy_of(case, case.outcomes[0]) == case.remedy
