"""What an editor should know about the library: mistakes that stop a build, and things to look after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from knowledge import doubles, force, plain_words
from knowledge.citations import article_words
from knowledge.content import Case, Law, case_from, law_from
from knowledge.errors import Problem
from knowledge.linking import check_links
from knowledge.outcomes import basis_of
from knowledge.reading import Raw, read_folder


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
        yield from _case_remarks(raw, case, laws, today)
    yield from _doubles(raw, list(cases.values()))
    covered = {case.topic for case in cases.values()}
    for slug in raw.topics:
        if slug not in covered:
            yield Problem(*raw.place("topics", slug), f"topic {slug!r} has no case yet; write one")


def _case_remarks(raw: Raw, case: Case, laws: Mapping[str, Law], today: date) -> Iterator[Problem]:
    def at(path: list[Any], message: str) -> Problem:
        return Problem(*raw.place("cases", case.id, path), message)

    for i, outcome in enumerate(case.outcomes):
        for word, plain in plain_words.unexplained(outcome.answer):
            yield at(
                ["outcomes", i, "answer"], f"{word} is lawyers' talk; say {plain}, or explain it in brackets"
            )
        for j, cited in enumerate(outcome.basis):
            if cited.unverified:
                words = article_words(cited.article)
                yield at(
                    ["outcomes", i, "basis", j],
                    f"{cited.law} {words} is unverified; read the text and confirm it",
                )
    for cited in basis_of(case, None):
        law = laws.get(cited.law)
        if law and cited.article not in law.gists:
            yield at(
                ["outcomes"], f"{law.id} {cited.article} has no gist; add one to knowledge/laws/{law.id}.yml"
            )
    if date.fromisoformat(case.review.due) <= today:
        yield at(["review", "due"], f"review was due on {case.review.due}; review it and set a new day")
    for cited, day in force.changed_since_review(case, laws, today):
        off = force.off_air_from(case, laws)
        then = f"it goes off the air on {off}" if off else "its other articles hold"
        yield at(
            ["outcomes"],
            f"{cited.law} {article_words(cited.article)} lost force on {day}; {then}; review the case against the new text",
        )
    if case.review.second is None:
        yield at(
            ["review"],
            "nobody but its author has read it beside the articles; add second: {by, on, corrected}",
        )
    if not case.merchant:
        yield at([], "no answer for the merchant's side; add merchant: …")


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
