"""Hit tests of sheets: every question is tried once, a stop loses nothing, runs of one sheet are found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk import hit_runs
from desk.errors import RunNotFound, SheetRefused
from desk.hit_runs import Asked
from desk.store import Store

SHEET = [Asked(f"问题{i}", "case-a") for i in range(45)]


def found(text: str):
    return "answer", [{"case": "case-a", "score": 0.9}]


def begun(store: Store, sheet=SHEET) -> int:
    return hit_runs.begin(store, sheet, name="题.xlsx", by="s_c", alone=True)


def test_every_question_of_a_sheet_is_tried_and_kept(store: Store) -> None:
    id, tried = begun(store), []

    def attempt(text: str):
        tried.append(text)
        return found(text)

    hit_runs.carry_on(store, id, attempt, lambda: 7)
    run = hit_runs.get(store, id)
    assert (run.state, run.done, run.total, run.release) == ("done", 45, 45, 7)
    assert tried == [one.text for one in SHEET]
    assert {line.decision for line in hit_runs.lines(store, id)} == {"answer"}


def test_a_run_that_was_stopped_goes_on_where_it_stood(store: Store) -> None:
    id, tried = begun(store), []

    def attempt(text: str):
        if len(tried) == 30:
            raise RuntimeError("the process was stopped")
        tried.append(text)
        return found(text)

    with pytest.raises(RuntimeError):
        hit_runs.carry_on(store, id, attempt, lambda: 1)
    run = hit_runs.get(store, id)
    assert (run.state, run.done) == ("running", 20)
    assert not run.stopped(run.heard_at)
    assert run.stopped(run.heard_at + timedelta(minutes=1))
    again: list[str] = []
    hit_runs.carry_on(store, id, lambda text: (again.append(text), found(text))[1], lambda: 1)
    assert again == [one.text for one in SHEET[20:]]
    assert hit_runs.get(store, id).state == "done"


def test_a_run_is_compared_with_the_last_finished_one_of_the_same_sheet(store: Store) -> None:
    first, other, unfinished = begun(store), begun(store, SHEET[:2]), begun(store)
    for id in (first, other):
        hit_runs.carry_on(store, id, found, lambda: 1)
    second = hit_runs.again(store, first, by="s_c", alone=False)
    run = hit_runs.get(store, second)
    earlier = hit_runs.before(store, run)
    assert earlier is not None
    assert earlier.id == first
    assert hit_runs.before(store, hit_runs.get(store, first)) is None
    assert [one.id for one in hit_runs.latest(store)] == [second, unfinished, other, first]


@pytest.mark.parametrize("sheet", [[], [Asked("  ", "a")], SHEET * 112], ids=["empty", "blank", "too long"])
def test_a_sheet_without_questions_or_with_too_many_is_refused(store: Store, sheet) -> None:
    with pytest.raises(SheetRefused):
        begun(store, sheet)


def test_an_unknown_run_is_not_found(store: Store) -> None:
    for id in (0, 99, 2**70):
        with pytest.raises(RunNotFound):
            hit_runs.get(store, id)
