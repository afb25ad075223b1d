"""What is measured between a text and every case: the numbers that fusion weighs.

A long text is measured whole and in pieces; its first piece, like a title, weighs most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

from knowledge.full_text import FullText
from knowledge.index import Index, centred, text_vectors, weighted
from knowledge.learned import Ridge, shares
from knowledge.vectors import Array, WordVectors
from knowledge.words import segments, tokens

NAMES = (
    "bm25",
    "bm25_top",
    "ngram",
    "ngram_top",
    "ngram_case",
    "vector",
    "vector_top",
    "learned",
    "topic_own",
    "topic",
    "foreign",
)
LONG = 80  # characters from which a text is also read in pieces
PIECES = 8
FULL_TEXT = 2  # how many of them are looked up in full text: the whole and the first
BEST = 3
FLOOR = 0.004  # the least probability a topic is given
GIVEN = 0.3  # share of the bot's topic classifier in what is believed of the topic
TEMPERED = 0.3  # power of what it gives: sure of itself among our own lines, it is less so of other people's
SHARPNESS = 12.0


@dataclass(frozen=True)
class Query:
    """A text ready to be compared. Row 0 of the matrices is the whole text, further rows are its pieces."""

    text: str
    words: tuple[tuple[str, ...], ...]
    grams: sparse.csr_matrix
    vectors: Array
    weights: Array


def read_query(text: str, index: Index, vectors: WordVectors | None, dictionary: Path | None) -> Query:
    """Cut, weigh and vectorise a text once."""
    pieces = segments(text, width=max(60, len(text) // PIECES + 20))[:PIECES] if len(text) > LONG else []
    parts = [text, *pieces] if len(pieces) > 1 else [text]
    words = [tokens(part, dictionary) for part in (pieces if len(pieces) > 1 else parts)]
    if len(parts) > 1:
        words.insert(0, [word for piece in words for word in piece])
    grams = weighted(parts, index.vocabulary, index.idf)
    averaged = _vectors(words, index, vectors)
    weights = np.array([1.0, 1.0, *([0.85] * len(parts))][: len(parts)], dtype=np.float32)
    return Query(text, tuple(map(tuple, words)), grams, averaged, weights)


def _vectors(words: Sequence[Sequence[str]], index: Index, vectors: WordVectors | None) -> Array:
    """As wide as the index; zeros where the index has vectors but this process has not."""
    if vectors is None or not index.vectors.shape[1]:
        return np.zeros((len(words), index.vectors.shape[1]), dtype=np.float32)
    return centred(text_vectors(words, vectors, index.word_idf, index.unseen_idf), index.centre)


def measure(
    query: Query,
    index: Index,
    full_text: FullText,
    ridge: Ridge,
    *,
    excluded: Sequence[int] = (),
    topics: Mapping[str, float] | None = None,
) -> Array:
    """Cases × NAMES. `excluded` rows are treated as absent, for leave-one-out; `topics` is the prior given."""
    n, count = index.library_rows, len(index.case_ids)
    similar = (query.grams @ index.grams).toarray()  # pieces × rows
    nearness = query.vectors @ index.vectors[:n].T if index.vectors.shape[1] else np.zeros_like(similar)
    left_out = np.flatnonzero(np.isin(index.learned_rows, excluded)) if len(excluded) else ()
    kernel = similar[:, index.learned_rows]
    kernel[:, left_out] = 0
    learned = _fold(ridge.predict(kernel, left_out), query.weights, best=2)
    bm25 = np.zeros((len(query.words), n), dtype=np.float32)
    for piece, words in enumerate(query.words[:FULL_TEXT]):
        for row, score in full_text.rows(words).items():
            bm25[piece, row] = score
    own = [row for row in excluded if row < n]
    columns = []
    for scores in (bm25, similar[:, :n], nearness[:, :n]):
        scores = scores * index.kind_weights
        scores[:, own] = 0
        best, top = _by_case(scores, index)
        columns.append((_fold(best, query.weights), _fold(top, query.weights)))
    _add_more(query, index, full_text, columns)
    centroid = _centroid_scores(query, index, own)
    t = len(index.topics)
    own_topics = shares(learned[:t], SHARPNESS)
    at = index.case_topic_at
    prior = own_topics if topics is None else (1 - GIVEN) * own_topics + GIVEN * _given(topics, index)
    return np.column_stack(
        [
            columns[0][0],
            columns[0][1],
            columns[1][0],
            columns[1][1],
            centroid,
            columns[2][0],
            columns[2][1],
            learned[t : t + count],
            learned[:t][at],
            np.log(prior[at] + FLOOR),
            np.full(count, learned[t + count]),
        ]
    ).astype(np.float32)


def _add_more(
    query: Query, index: Index, full_text: FullText, columns: Sequence[tuple[Array, Array]]
) -> None:
    """Raise the best BM25 and n-gram scores of cases whose lines beyond the index fit better."""
    lines = full_text.more(query.words[0])
    if not lines:
        return
    near = (weighted([line.text for line in lines], index.vocabulary, index.idf) @ query.grams[0].T).toarray()
    for line, likeness in zip(lines, near[:, 0], strict=True):
        at = index.case_at[line.case_id]
        columns[0][0][at] = max(columns[0][0][at], line.share)
        columns[1][0][at] = max(columns[1][0][at], likeness)


def _given(topics: Mapping[str, float], index: Index) -> Array:
    given = np.array([max(float(topics.get(slug, 0.0)), 0.0) for slug in index.topics]) ** TEMPERED
    return given / max(given.sum(), 1e-9)


def _by_case(scores: Array, index: Index) -> tuple[Array, Array]:
    """Per piece and case the best row's score and the mean of the best three."""
    padded = np.hstack([scores, np.zeros((len(scores), 1), dtype=scores.dtype)])[:, index.rows_by_case]
    k = min(BEST, padded.shape[2])
    top = np.partition(padded, padded.shape[2] - k, axis=2)[:, :, -k:]
    return top.max(axis=2), top.mean(axis=2)


def _fold(scores: Array, weights: Array, best: int = 1) -> Array:
    """Whole text and pieces into one row: half the whole, half the best piece(s)."""
    if len(scores) == 1:
        return np.asarray(scores[0])
    pieces = scores[1:] * weights[1:, None]
    k = min(best, len(pieces))
    return np.asarray(0.5 * scores[0] + 0.5 * np.partition(pieces, len(pieces) - k, axis=0)[-k:].mean(axis=0))


def _centroid_scores(query: Query, index: Index, own: Sequence[int]) -> Array:
    """Cosine of the whole text with all a case says; an excluded row is taken out of its case's sum."""
    whole = query.grams[0]
    products, squares = (whole @ index.centroids).toarray().ravel(), index.squares.copy()
    for row in own:
        case, left = int(index.row_case[row]), index.rows[row]
        products[case] -= float(left.multiply(whole).sum())
        squares[case] += 1 - 2 * float(left.multiply(index.cases[case]).sum())
    return np.asarray(products / np.sqrt(np.maximum(squares, 1e-9)))
