"""Every case of the real library: what its lines state is read, and what it says fits."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge import deadline, remedy
from knowledge.content import UNKNOWN, Case, FactType, case_from
from knowledge.facts import next_question, parse_reply, read_facts
from knowledge.outcomes import decide, rules_of
from knowledge.reading import load_yaml
from knowledge.saying import fill

CASES = sorted((Path(__file__).resolve().parents[2] / "knowledge" / "cases").rglob("*.yml"))
TODAY = date(2026, 11, 21)


def _case(path: Path) -> Case:
    return case_from(load_yaml(path))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_question_takes_its_own_choices_as_replies(path: Path) -> None:
    for fact in _case(path).facts.values():
        options = {FactType.CHOICE: fact.choices, FactType.BOOLEAN: ("是", "否")}.get(fact.type, ())
        for i, choice in enumerate(options):
            assert parse_reply(fact, choice, today=TODAY) == choice, (
                f"{path.name}: {fact.id}: tapped {choice!r}"
            )
            if fact.type is FactType.CHOICE:
                assert parse_reply(fact, str(i + 1), today=TODAY) == choice
        for choice, phrases in fact.hear.items():
            for phrase in phrases:
                heard = parse_reply(fact, phrase, today=TODAY)
                assert heard == choice, (
                    f"{path.name}: {fact.id}: {phrase!r} is heard as {heard!r}, not {choice!r}"
                )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_answering_不清楚_to_everything_leads_to_an_outcome(path: Path) -> None:
    case, facts = _case(path), {}
    while (question := next_question(case, facts)) is not None:
        facts[question.id] = UNKNOWN
    assert decide(case, facts).answer


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_can_be_shown_with_nothing_known(path: Path) -> None:
    case = _case(path)
    for rule in rules_of(case):
        if rule.rule in deadline.RULES:
            assert deadline.compute(rule, {}, TODAY).text
        else:
            remedy.compute(rule, {})
    for step in case.steps:
        assert "{" not in fill(step.say, case, {})


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_ask_lines_can_be_read_for_facts(path: Path) -> None:
    case = _case(path)
    for line in case.ask:
        assert read_facts(case, line, today=TODAY).keys() <= case.facts.keys()
