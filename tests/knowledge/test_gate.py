"""The trial of a release: what it asks, what counts as won and lost, and what does not pass by itself."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from knowledge import candidate, gate
from knowledge.candidate import Order
from knowledge.content import case_from
from knowledge.gate import Question
from knowledge.library_file import entries, released
from knowledge.publishing import build
from knowledge.search import Decision, Hit, Ranking
from tests.knowledge.folders import deposit, topup, write_folder


class Asked:
    """A release that answers by a table: text → (decision, cases)."""

    def __init__(self, answers: Mapping[str, tuple[Decision, list[str]]], **ask: list[str]) -> None:
        made = {"topup": topup, "deposit": deposit}
        self.cases = {
            name: case_from({**made[name](), "id": name, "ask": lines}) for name, lines in ask.items()
        }
        self._answers = answers
        self.searcher = self

    def search(self, text: str, *, limit: int) -> Ranking:
        decision, found = self._answers.get(text, (Decision.NONE, []))
        return Ranking(decision, tuple(Hit(id, id, "", 0.9, {}) for id in found), 0.9)


def test_a_question_is_answered_offered_or_not_found() -> None:
    release: Any = Asked(
        {
            "甲": (Decision.ANSWER, ["topup"]),
            "乙": (Decision.CHOOSE, ["deposit", "topup"]),
            "丙": (Decision.ANSWER, ["deposit", "topup"]),
            "丁": (Decision.NONE, ["topup"]),
        }
    )
    levels = [gate.level(release, Question(text, "topup"))[0] for text in "甲乙丙丁"]
    assert levels == [gate.FOUND, gate.AMONG, gate.AMONG, gate.LOST]


def test_what_was_found_before_and_is_not_now_is_lost() -> None:
    before: Any = Asked({"甲": (Decision.ANSWER, ["topup"])}, topup=["甲"])
    after: Any = Asked({"乙": (Decision.ANSWER, ["topup"])}, topup=["甲", "乙"])
    trial = gate.try_out(before, after, {"topup": "changed"}, [], most=100)
    assert [moved.text for moved in trial.lost] == ["甲"]
    assert [moved.text for moved in trial.gained] == ["乙"]
    assert trial.passed, "as much gained as lost"


def test_a_line_taken_out_of_a_case_is_still_asked() -> None:
    before: Any = Asked({"甲": (Decision.ANSWER, ["topup"])}, topup=["甲"])
    after: Any = Asked({}, topup=["乙"])
    trial = gate.try_out(before, after, {"topup": "changed"}, [], most=100)
    assert {moved.text for moved in trial.lost} == {"甲", "乙"}
    assert not trial.passed


def test_a_case_taken_out_takes_its_questions_along() -> None:
    before: Any = Asked({"甲": (Decision.ANSWER, ["topup"])}, topup=["甲"], deposit=["乙"])
    after: Any = Asked({}, deposit=["乙"])
    assert gate.try_out(before, after, {"topup": "retired"}, [], most=100).lost == ()


def test_a_kept_question_lost_never_passes_however_much_is_gained() -> None:
    before: Any = Asked({"留": (Decision.ANSWER, ["topup"])}, topup=[])
    after: Any = Asked({text: (Decision.ANSWER, ["topup"]) for text in "甲乙丙"}, topup=list("甲乙丙"))
    trial = gate.try_out(before, after, {"topup": "changed"}, [("留", "topup")], most=100)
    assert (len(trial.gained), len(trial.lost)) == (3, 1)
    assert not trial.passed


def test_of_many_questions_the_near_and_the_kept_are_all_asked() -> None:
    far = [Question(f"远{i}", "deposit") for i in range(1000)]
    near = [Question(f"近{i}", "topup") for i in range(30)]
    kept = [Question("留", "deposit", kept=True)]
    chosen = gate.sample([*far, *near, *kept], lambda question: question.case == "topup", most=131)
    assert set(near) | set(kept) <= set(chosen)
    assert len(chosen) == 131
    drawn = [int(question.text[1:]) for question in chosen if question in far]
    assert max(b - a for a, b in itertools.pairwise(drawn)) <= 11, "evenly drawn"


def _run(order: Order) -> list[dict[str, Any]]:
    told = io.StringIO()
    with redirect_stdout(told):
        candidate.run(order)
    return [json.loads(line) for line in told.getvalue().splitlines()]


def test_an_order_makes_the_file_and_tries_it(tmp_path: Path) -> None:
    source, current = write_folder(tmp_path), tmp_path / "library.db"
    build(source, current, examples=None, dictionary=None)
    cases = entries(current, "cases")
    cases["minor-game-topup"]["ask"].append("闺女刷我卡买点券")
    target = tmp_path / "next.db"
    order = Order(
        str(source),
        str(target),
        7,
        cases,
        str(current),
        {"minor-game-topup": "changed"},
        most=500,
        plain=True,
    )
    told = _run(order)
    assert (released(target) or {})["number"] == 7
    assert entries(target, "cases") == cases
    assert told[0] == {"stage": "build"}
    report = told[-1]["result"]["report"]
    assert report["passed"]
    assert [moved["text"] for moved in report["gained"]] == ["闺女刷我卡买点券"]
    assert report["asked"] == report["known"] == 26


def test_content_with_mistakes_makes_no_file(tmp_path: Path) -> None:
    source = write_folder(tmp_path)
    wrong = topup(office="ministry")
    told = _run(Order(str(source), str(tmp_path / "next.db"), 2, {wrong["id"]: wrong}, plain=True))
    refused = told[-1]["refused"]
    assert {tuple(row["path"]) for row in refused} >= {("office",)}
    assert refused[0]["case"] == "minor-game-topup"
    assert not (tmp_path / "next.db").exists()


@pytest.mark.parametrize("known", [True, False], ids=["kept", "taken out"])
def test_a_build_from_files_keeps_what_was_laid_over_them(tmp_path: Path, known: bool) -> None:
    source, target = write_folder(tmp_path), tmp_path / "library.db"
    build(source, target, examples=None, dictionary=None)
    laid = deposit(summary="工作台改过的摘要，写得更清楚。") if known else None
    over = {"deposit-not-returned": laid}
    if not known:
        over["minor-game-topup"] = topup(related=[])
    number = build(source, target, examples=None, dictionary=None, overlay=over, after=6)
    assert number == 7, "after the highest number given so far"
    assert entries(target, "cases").get("deposit-not-returned") == laid
    assert build(source, target, examples=None, dictionary=None, overlay=over, after=7) == 7, (
        "nothing changed"
    )
