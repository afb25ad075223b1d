"""What an editor should know about the library: mistakes that stop a build, and things to look after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.citations import article_words
from knowledge.content import Case, Law, case_from, law_from
from knowledge.errors import Problem
from knowledge.linking import check_links
from knowledge.outcomes import basis_of
from knowledge.reading import Raw, read_folder
from knowledge.words import folded

ANSWER = 300  # Chinese characters
SENTENCE = 60
NEAR = 0.80  # cosine of two ask lines of different cases
_HAN = re.compile(r"[\u4e00-\u9fff]")


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
    yield from _near_doubles(raw, cases)
    covered = {case.topic for case in cases.values()}
    for slug in raw.topics:
        if slug not in covered:
            yield Problem(*raw.place("topics", slug), f"topic {slug!r} has no case yet; write one")


def _case_remarks(raw: Raw, case: Case, laws: Mapping[str, Law], today: date) -> Iterator[Problem]:
    def at(path: list[Any], message: str) -> Problem:
        return Problem(*raw.place("cases", case.id, path), message)

    for i, outcome in enumerate(case.outcomes):
        length = len(_HAN.findall(outcome.answer))
        if length > ANSWER:
            yield at(["outcomes", i, "answer"], f"answer has {length} characters; shorten it to {ANSWER}")
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
    if not case.merchant:
        yield at([], "no answer for the merchant's side; add merchant: …")


def _near_doubles(raw: Raw, cases: Mapping[str, Case]) -> Iterator[Problem]:
    """Ask lines of two cases that are almost the same: neither case can then be told from the other."""
    lines = [(case.id, i, line) for case in cases.values() for i, line in enumerate(case.ask)]
    if len(lines) < 2:
        return
    matrix = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit_transform(
        folded(line) for _, _, line in lines
    )
    likeness = (matrix @ matrix.T).tocoo()
    for left, right, score in zip(likeness.row, likeness.col, likeness.data, strict=True):
        if left < right and score >= NEAR and lines[left][0] != lines[right][0]:
            file, number = raw.place("cases", lines[left][0], ["ask", lines[left][1]])
            where = raw.place("cases", lines[right][0], ["ask", lines[right][1]])
            yield Problem(
                *where, f"ask line is {np.round(score * 100):.0f} % like {file}:{number}; tell them apart"
            )
