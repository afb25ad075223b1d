"""What a new edition of a law changes, article by article, and which cases somebody has to look at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.citations import article_order
from knowledge.content import Case

MOVED = 0.55  # cosine from which an article of another number is the same rule


class Change(str, Enum):
    SAME = "same"
    MOVED = "moved"  # the same words under another number
    CHANGED = "changed"
    CHANGED_AND_MOVED = "changed_and_moved"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class ArticleChange:
    """`old` or `new` is '' where the article has no counterpart; `likeness` 0..1 of the words."""

    change: Change
    old: str
    new: str
    likeness: float


@dataclass(frozen=True)
class Work:
    """A case that cites a changed article: which of its outcomes, and the change."""

    case: str
    title: str
    outcomes: tuple[str, ...]
    change: ArticleChange
    only_basis: bool  # an outcome rests on this article alone


def compare(old: Mapping[str, str], new: Mapping[str, str], *, excerpt: bool = False) -> list[ArticleChange]:
    """Every article of two editions (number → words). Of an excerpt, what is not there counts as not held, not removed.

    Equal words under the same number are the same; then articles are paired by likeness over the whole law, so that
    a renumbered rule is found again.
    """
    changes = [
        ArticleChange(Change.SAME, number, number, 1.0)
        for number, words in old.items()
        if _bare(new.get(number, "")) == _bare(words)
    ]
    settled = {change.old for change in changes}
    before = [number for number in old if number not in settled]
    after = [number for number in new if number not in settled]
    pairs = _paired(before, after, old, new)
    for one, other in pairs.items():
        same = _bare(old[one]) == _bare(new[other])
        likeness = (
            1.0 if same else SequenceMatcher(None, _bare(old[one]), _bare(new[other]), autojunk=False).ratio()
        )
        if one == other:
            kind = Change.CHANGED
        else:
            kind = Change.MOVED if same else Change.CHANGED_AND_MOVED
        changes.append(ArticleChange(kind, one, other, round(likeness, 3)))
    if not excerpt:
        changes += [
            ArticleChange(Change.REMOVED, number, "", 0.0) for number in before if number not in pairs
        ]
    found = set(pairs.values())
    changes += [ArticleChange(Change.ADDED, "", number, 0.0) for number in after if number not in found]
    return sorted(changes, key=lambda change: (article_order(change.old or change.new), not change.old))


def _paired(
    before: list[str], after: list[str], old: Mapping[str, str], new: Mapping[str, str]
) -> dict[str, str]:
    """Old number → new number of what is the same rule, the best pairing over all."""
    if not before or not after:
        return {}
    texts = [old[number] for number in before] + [new[number] for number in after]
    grams = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True).fit_transform(texts)
    alike = (grams[: len(before)] @ grams[len(before) :].T).toarray()
    same_number = np.array([[one == other for other in after] for one in before])
    rows, columns = linear_sum_assignment(-(alike + 0.1 * same_number))
    return {
        before[i]: after[j]
        for i, j in zip(rows, columns, strict=True)
        if alike[i, j] >= MOVED or (same_number[i, j] and alike[i, j] >= MOVED / 2)
    }


def work(law: str, changes: Iterable[ArticleChange], cases: Iterable[Case]) -> Iterator[Work]:
    """The cases to look at again: each outcome that cites an article which is no longer the same."""
    moved = {change.old: change for change in changes if change.old and change.change is not Change.SAME}
    for case in cases:
        for number, change in moved.items():
            citing = [
                outcome
                for outcome in case.outcomes
                if any(cited.law == law and cited.article == number for cited in outcome.basis)
            ]
            if citing:
                only = any(
                    all(
                        cited.law == law and cited.article == number
                        for cited in outcome.basis
                        if not cited.unverified
                    )
                    for outcome in citing
                )
                yield Work(case.id, case.title, tuple(outcome.id for outcome in citing), change, only)


def _bare(words: str) -> str:
    return "".join(words.split())
