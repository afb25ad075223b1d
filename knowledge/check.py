"""What an editor should know about the library: mistakes that stop a build, and things to look after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from knowledge import doubles
from knowledge.content import Case, case_from, law_from
from knowledge.errors import Problem
from knowledge.linking import check_links
from knowledge.reading import Raw, read_folder
from knowledge.remarks import case_remarks


def check(source: Path, *, law_texts: Path | None = None, today: date) -> tuple[list[Problem], list[Problem]]:
    """(mistakes, remarks): mistakes stop a build, remarks are for the editor to weigh."""
    raw = read_folder(source)
    mistakes = raw.problems + list(check_links(raw, law_texts=law_texts, on=today))
    remarks = list(_remarks(raw, today))
    return sorted(set(mistakes), key=_order), sorted(set(remarks), key=_order)


def _order(problem: Problem) -> tuple[str, int, str]:
    return problem.file, problem.line, problem.message


def _remarks(raw: Raw, today: date) -> Iterator[Problem]:
    laws = {id: law_from(entry) for id, entry in raw.laws.items()}
    cases = {id: case_from(entry) for id, entry in raw.cases.items()}
    for case in cases.values():
        yield from case_remarks(raw, case, laws, today)
    yield from _doubles(raw, list(cases.values()))
    covered = {case.topic for case in cases.values()}
    for slug in raw.topics:
        if slug not in covered:
            yield Problem(*raw.place("topics", slug), f"topic {slug!r} has no case yet; write one")


def _doubles(raw: Raw, cases: Sequence[Case]) -> Iterator[Problem]:
    for case, line, other, other_line, score in doubles.near_lines(cases):
        file, number = raw.place("cases", case.id, ["ask", line])
        where = raw.place("cases", other.id, ["ask", other_line])
        yield Problem(*where, f"ask line is {score:.0%} like {file}:{number}; tell them apart")
    for case, other, article in doubles.contradictions(cases):
        file, number = raw.place("cases", case.id, ["outcomes"])
        where = raw.place("cases", other.id, ["outcomes"])
        strengths = (
            f"{other.outcomes[-1].strength.value} here, {case.outcomes[-1].strength.value} in {file}:{number}"
        )
        yield Problem(
            *where, f"rests on {article} like an akin case, but {strengths}; see that they do not contradict"
        )
