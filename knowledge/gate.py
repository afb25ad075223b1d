"""The trial of a release before it is served: the questions it must answer, asked of it and of the one before.

A question is won or lost when its right case moves between three levels: answered with it, offered among the first
three, not found. Asked is the library alone, without the prior the bot's understanding adds in a conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from knowledge.content import Case
from knowledge.library import Release
from knowledge.search import Decision

OFFERED = 3
FOUND, AMONG, LOST = 2, 1, 0


@dataclass(frozen=True)
class Question:
    """A text and the case that is right for it. `kept`: curated by hand, so never left out of a sample."""

    text: str
    case: str
    kept: bool = False


@dataclass(frozen=True)
class Moved:
    """A question whose answer changed: the level and the first case before and after."""

    text: str
    case: str
    before: int
    after: int
    first_before: str
    first_after: str
    kept: bool


@dataclass(frozen=True)
class Trial:
    """What a release wins and loses, and of how many questions how many were asked."""

    gained: tuple[Moved, ...]
    lost: tuple[Moved, ...]
    asked: int
    known: int

    @property
    def passed(self) -> bool:
        """A release that loses more than it gains, or a question kept by hand, does not pass by itself."""
        return len(self.lost) <= len(self.gained) and not any(moved.kept for moved in self.lost)

    def as_plain(self) -> dict[str, Any]:
        return {**asdict(self), "passed": self.passed}


def questions(cases: Iterable[Case], kept: Iterable[tuple[str, str]]) -> list[Question]:
    """Every ask line of these cases, and the kept pairs whose case is among them."""
    held = list(cases)
    ids = {case.id for case in held}
    own = [Question(text, id, kept=True) for text, id in kept if id in ids]
    seen = {(question.text, question.case) for question in own}
    asked = (Question(line, case.id) for case in held for line in case.ask)
    return own + [question for question in asked if (question.text, question.case) not in seen]


def sample(all_of: Sequence[Question], near: Callable[[Question], bool], most: int) -> list[Question]:
    """All kept and near questions, and of the others an even draw so that about `most` are asked."""
    first = [question for question in all_of if question.kept or near(question)]
    others = [question for question in all_of if not (question.kept or near(question))]
    room = max(most - len(first), 0)
    step = max(1.0, len(others) / room) if room else 0.0
    drawn = [others[int(i * step)] for i in range(int(len(others) / step))] if step else []
    return [*first, *drawn]


def level(release: Release, question: Question) -> tuple[int, str]:
    """How well the release answers the question, and which case it takes it for ('' for none)."""
    ranking = release.searcher.search(question.text, limit=OFFERED)
    found = [hit.case_id for hit in ranking.hits[:OFFERED]]
    if ranking.decision is Decision.NONE or question.case not in found:
        return LOST, "" if ranking.decision is Decision.NONE else found[0]
    answered = ranking.decision is Decision.ANSWER and found[0] == question.case
    return (FOUND if answered else AMONG), found[0]


def try_out(
    before: Release,
    after: Release,
    changed: Mapping[str, str],
    kept: Iterable[tuple[str, str]],
    *,
    most: int,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Trial:
    """Ask both releases; `changed` case id → added, changed or retired; `told(done, total)` as it goes on.

    A case that was taken out takes its questions along. A question only the new release has counts as won when it is
    found at all, as lost when it is not.
    """
    cases = list(after.cases.values())
    gone = [case for id, case in before.cases.items() if id in after.cases]
    everything = list(dict.fromkeys([*questions(cases, kept), *questions(gone, ())]))
    topics = {after.cases[id].topic for id in changed if id in after.cases}
    topics |= {before.cases[id].topic for id in changed if id in before.cases}
    topic_of = {case.id: case.topic for case in cases}
    chosen = sample(everything, lambda question: topic_of[question.case] in topics, most)
    old = {line for case in before.cases.values() for line in case.ask} | {text for text, _ in kept}
    gained, lost = [], []
    for i, question in enumerate(chosen):
        if i % 50 == 0:
            told(i, len(chosen))
        is_old = question.case in before.cases and question.text in old
        was, first = level(before, question) if is_old else (LOST, "")
        now, now_first = level(after, question)
        moved = Moved(question.text, question.case, was, now, first, now_first, question.kept)
        if now > was:
            gained.append(moved)
        elif now < was or (not is_old and now == LOST):
            lost.append(moved)
    told(len(chosen), len(chosen))
    return Trial(tuple(gained), tuple(lost), len(chosen), len(everything))
