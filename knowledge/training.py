"""Learning the search of one release: index, classifier and fusion, from the library and the example lines."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from knowledge import features, fusion, learned
from knowledge.content import Case
from knowledge.full_text import FullText
from knowledge.index import KINDS, Index, Row, RowKind, build_index, case_lines
from knowledge.vectors import Array, WordVectors

RIDGE = 0.3
LEARNED = 18_000  # rows the classifier learns from at most
FOREIGN = 2400  # lines that are not ours: enough to know them, few enough to learn in seconds
CHANGED = 0.05  # share of new or lost rows up to which the fusion learned before is kept


@dataclass(frozen=True)
class LeftOut:
    """One ask line put as a question to the library without it."""

    text: str
    case: str
    found: tuple[str, ...]
    case_first: bool
    case_among_three: bool
    topic_first: bool
    confidence: float


@dataclass(frozen=True)
class Before:
    """What the release before had learned, and from which rows, as `row_keys` names them."""

    index: Index
    rows: Array  # keys of index.learned_rows
    fitted_on: Array  # keys of all rows its fusion was fitted on


@dataclass(frozen=True)
class Trained:
    """An index with its learned parts, and the keys the next release needs to go on from it."""

    index: Index
    rows: Array
    fitted_on: Array


class Rehearsal:
    """An index with a classifier that can leave the rows of the questions asked out again."""

    def __init__(
        self,
        index: Index,
        connection: sqlite3.Connection,
        vectors: WordVectors | None,
        dictionary: Path | None,
        asked: Iterable[fusion.Question],
    ) -> None:
        self.index = index
        self._vectors = vectors
        self._dictionary = dictionary
        self._full_text = FullText(connection, index)
        left_out = np.isin(index.learned_rows, [row for question in asked for row in question.rows])
        self.ridge = learned.fit(_kernel(index), _targets(index), RIDGE, np.flatnonzero(left_out))

    def measure(self, question: fusion.Question) -> Array:
        """What `features.measure` gives with the question's own rows left out."""
        query = features.read_query(question.text, self.index, self._vectors, self._dictionary)
        return features.measure(query, self.index, self._full_text, self.ridge, excluded=question.rows)


def train(
    cases: Sequence[Case],
    topics: Sequence[str],
    others: Sequence[Row],
    vectors: WordVectors | None,
    dictionary: Path | None,
    connection: sqlite3.Connection,
    before: Before | None = None,
    words: Sequence[Sequence[str]] = (),
    more: Sequence[str] = (),
) -> Trained:
    """The index with its learned parts. `connection` holds the full-text tables of `case_lines(cases)`.

    `words`, `more`: the tokens of the lines held and of the others.

    `before`: the release before. Its fusion is kept, and its classifier only brought up to date, while few of the
    rows that the fusion was fitted on have changed, so that publishing one case takes seconds.
    """
    rows = case_lines(cases).held + list(thinned(others))
    index = build_index(cases, topics, rows, vectors, dictionary, words, more)
    keys = row_keys(rows)
    index = replace(index, learned_rows=_learned_rows(index, keys))
    if before and _still_fits(before, index, keys):
        index = replace(index, alpha=_alpha(index, keys, before), fusion=before.index.fusion)
        return Trained(index, keys[index.learned_rows], before.fitted_on)
    asked = fusion.questions(index, rows)
    rehearsal = Rehearsal(index, connection, vectors, dictionary, asked)
    fitted = fusion.fit(index, asked, rehearsal.measure)
    index = replace(rehearsal.index, alpha=rehearsal.ridge.alpha, fusion=fusion.as_plain(fitted))
    return Trained(index, keys[index.learned_rows], keys)


def row_keys(rows: Sequence[Row]) -> Array:
    """A 64-bit name for each row: the same text for the same case or topic has the same name in every release."""
    names = (f"{row.kind.value}\n{row.case}\n{row.topic}\n{row.text}" for row in rows)
    hashes = (
        int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") for name in names
    )
    return np.fromiter(hashes, dtype=np.uint64, count=len(rows))


def _still_fits(before: Before, index: Index, keys: Array) -> bool:
    same = before.index.vectors.shape[1] == index.vectors.shape[1]
    changed = max(len(np.setdiff1d(keys, before.fitted_on)), len(np.setdiff1d(before.fitted_on, keys)))
    return same and changed <= CHANGED * max(len(keys), 1)


def _alpha(index: Index, keys: Array, before: Before) -> Array:
    """The classifier for these rows, brought up to date from the one before where that is near, else fitted."""
    targets = _targets(index)
    found = learned.refined(_carried(index, keys[index.learned_rows], before), _system(index), targets)
    return learned.fit(_kernel(index), targets, RIDGE).alpha if found is None else found


def _carried(index: Index, keys: Array, before: Before) -> Array:
    """The weights before, at the places their rows, topics and cases now have; zero for what is new."""
    old = before.index
    alpha = np.zeros((len(keys), len(index.topics) + len(index.case_ids) + 1), dtype=np.float32)
    _, here, there = np.intersect1d(keys, before.rows, return_indices=True)
    names, old_names = (_columns(held) for held in (index, old))
    columns = [(names[name], at) for name, at in old_names.items() if name in names]
    to, of = (np.array(side, dtype=np.int64) for side in zip(*columns, strict=True))
    alpha[np.ix_(here, to)] = old.alpha[np.ix_(there, of)]
    return alpha


def _columns(index: Index) -> dict[tuple[str, str], int]:
    names = [
        *(("topic", slug) for slug in index.topics),
        *(("case", id) for id in index.case_ids),
        ("foreign", ""),
    ]
    return {name: at for at, name in enumerate(names)}


def _system(index: Index) -> Callable[[Array], Array]:
    """Multiplication with (K + λI) without ever holding K."""
    rows = index.rows[index.learned_rows]
    columns = rows.T.tocsr()

    def times(weights: Array) -> Array:
        return np.asarray(rows @ (columns @ weights) + np.float32(RIDGE) * weights)

    return times


def thinned(others: Sequence[Row]) -> Iterator[Row]:
    """All topic lines, and foreign lines evenly down to FOREIGN."""
    foreign = [row for row in others if row.kind is RowKind.NEGATIVE]
    step = max(1.0, len(foreign) / FOREIGN)
    yield from (row for row in others if row.kind is RowKind.TOPIC)
    yield from (foreign[int(i * step)] for i in range(int(len(foreign) / step)))


def leave_one_out(
    cases: Sequence[Case],
    index: Index,
    connection: sqlite3.Connection,
    vectors: WordVectors | None,
    dictionary: Path | None,
    *,
    every: int = 1,
) -> Iterator[LeftOut]:
    """Ask each n-th line of the library with itself left out. `index` is a trained one of these cases."""
    weights = fusion.from_plain(index.fusion)
    lines = [(i, row) for i, row in enumerate(case_lines(cases).held) if row.kind is RowKind.ASK]
    asked = [fusion.Question(row.text, (i,), row.case, row.topic) for i, row in lines[::every]]
    rehearsal = Rehearsal(index, connection, vectors, dictionary, asked)
    for row in asked:
        measured = rehearsal.measure(row)
        scores = weights.scores(measured, index.case_topic_at)
        order = fusion.pick(scores, index.case_topic_at, 3, fusion.nearness(measured))
        found = tuple(index.case_ids[at] for at in order)
        confidence = float(weights.probabilities(measured, scores)[order[0]])
        yield LeftOut(
            row.text,
            row.case,
            found,
            found[0] == row.case,
            row.case in found,
            index.case_topics[order[0]] == row.topic,
            round(confidence, 4),
        )


def _learned_rows(index: Index, keys: Array) -> Array:
    """All rows, or LEARNED of them, as the classifier's work grows with their cube: ask lines are left out first.

    A topic is learned from lines of many manners: among all rows the short ask lines of the cases outnumber the texts
    that people tell, which cost the topic three points. A changed line changes one row of the choice, not all of it.
    """
    ask = index.row_kind == KINDS.index(RowKind.ASK)
    return np.sort(np.lexsort((keys, ask))[:LEARNED]).astype(np.int32)


def _kernel(index: Index) -> Array:
    rows = index.rows[index.learned_rows]
    return np.asarray((rows @ rows.T).toarray().astype(np.float32))


def _targets(index: Index) -> Array:
    """Rows × (topics + cases + 1): 1 for the row's topic, 1 for its case, 1 in the last column for foreign lines.

    A topic line counts a share for each case of its topic.
    """
    t, c = len(index.topics), len(index.case_ids)
    targets = np.zeros((len(index.learned_rows), t + c + 1), dtype=np.float32)
    targets[:, t + c] = index.row_topic[index.learned_rows] < 0
    per_topic = Counter(index.case_topics)
    for row, at in enumerate(index.learned_rows):
        topic, case = int(index.row_topic[at]), int(index.row_case[at])
        if topic >= 0:
            targets[row, topic] = 1
        if case >= 0:
            targets[row, t + case] = 1
        elif topic >= 0 and per_topic[index.topics[topic]]:
            share = 1 / per_topic[index.topics[topic]]
            targets[
                row, [t + i for i, held in enumerate(index.case_topics) if held == index.topics[topic]]
            ] = share
    return targets
