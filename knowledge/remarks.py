"""What an editor should weigh about one case: words nobody explains, articles unread or lost, reviews due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from knowledge import force, plain_words
from knowledge.citations import article_words
from knowledge.content import Case, Law
from knowledge.errors import Problem
from knowledge.outcomes import basis_of
from knowledge.reading import Raw


def case_remarks(raw: Raw, case: Case, laws: Mapping[str, Law], today: date) -> Iterator[Problem]:
    """What an editor should weigh about one case."""

    def at(path: list[Any], message: str) -> Problem:
        return Problem(*raw.place("cases", case.id, path), message, tuple(path))

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
