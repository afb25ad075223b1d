"""Each fact of each case is filled by what people say of it, and by nothing else: tests/knowledge/hearing/."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.content import case_from
from knowledge.facts import read_facts
from knowledge.reading import load_yaml

ROOT = Path(__file__).resolve().parents[2] / "knowledge" / "cases"
HEARING = Path(__file__).resolve().parent / "hearing"
TODAY = date(2026, 11, 21)  # a Saturday
FILLS, LEAVES = 3, 2
CASES = sorted(ROOT.rglob("*.yml"))


def _utterances(case: Path) -> dict[str, Any]:
    file = HEARING / case.relative_to(ROOT)
    return load_yaml(file) if file.exists() else {}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_each_fact_is_read_where_it_is_said_and_only_there(path: Path) -> None:
    case, told = case_from(load_yaml(path)), _utterances(path)
    assert told.keys() == case.facts.keys(), f"{HEARING / path.relative_to(ROOT)}: facts {set(case.facts)}"
    wrong = []
    for id, lines in told.items():
        assert len(lines["fills"]) >= FILLS, f"{id}: {FILLS} utterances that fill it"
        assert len(lines["leaves"]) >= LEAVES, f"{id}: {LEAVES} utterances that must not"
        for text, value in lines["fills"].items():
            read = read_facts(case, str(text), today=TODAY).get(id)
            if read != (str(value) if isinstance(value, date) else value):
                wrong.append(f"{id}: {text!r} gives {read!r}, not {value!r}")
        for text in lines["leaves"]:
            read = read_facts(case, str(text), today=TODAY).get(id)
            if read is not None:
                wrong.append(f"{id}: {text!r} must not fill it, gives {read!r}")
    assert not wrong, "\n".join(wrong)


def test_no_utterances_are_left_of_a_case_that_is_gone() -> None:
    kept = {path.relative_to(ROOT) for path in CASES}
    assert {file.relative_to(HEARING) for file in HEARING.rglob("*.yml")} <= kept
