"""Cases that cannot be told apart, and cases that may say opposite things of the same matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.content import Case, Strength
from knowledge.vectors import Array
from knowledge.words import folded

NEAR = 0.80  # cosine of two ask lines of different cases
AKIN = 0.45  # cosine of two cases' whole ask lines from which their answers are compared
APART = 2  # steps of strength between two answers on the same article that need a look
BLOCK = 1000
_STEPS = {Strength.NONE: 0, Strength.WEAK: 1, Strength.FAIR: 2, Strength.STRONG: 3}


def near_lines(cases: Sequence[Case]) -> Iterator[tuple[Case, int, Case, int, float]]:
    """(case, line, other case, its line, cosine) of ask lines of two cases that are almost the same."""
    lines = [(case, i) for case in cases for i in range(len(case.ask))]
    if len(lines) < 2:
        return
    grams = _grams([case.ask[i] for case, i in lines])
    for left, right, score in _alike(grams, NEAR):
        if lines[left][0].id != lines[right][0].id:
            yield *lines[left], *lines[right], score


def contradictions(cases: Sequence[Case]) -> Iterator[tuple[Case, Case, str]]:
    """(case, other, law article) where akin cases cite one article for answers of very different strength.

    Compared is what each says when nothing is known yet: its last outcome.
    """
    if len(cases) < 2:
        return
    for left, right, _ in _alike(_grams([" ".join(case.ask) for case in cases]), AKIN):
        one, other = cases[left], cases[right]
        last, others = one.outcomes[-1], other.outcomes[-1]
        shared = {(c.law, c.article) for c in last.basis} & {(c.law, c.article) for c in others.basis}
        if shared and abs(_STEPS[last.strength] - _STEPS[others.strength]) >= APART:
            yield one, other, " ".join(min(shared))


def _grams(texts: Sequence[str]) -> sparse.csr_matrix:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True).fit_transform(
        map(folded, texts)
    )


def _alike(rows: sparse.csr_matrix, least: float) -> Iterator[tuple[int, int, float]]:
    """Pairs of rows with at least that cosine, in blocks so that a large library fits in memory."""
    columns = rows.T.tocsr()
    for start in range(0, rows.shape[0], BLOCK):
        likeness: Array = (rows[start : start + BLOCK] @ columns).toarray()
        for left, right in zip(*np.nonzero(likeness >= least), strict=True):
            if start + left < right:
                yield int(start + left), int(right), float(likeness[left, right])
