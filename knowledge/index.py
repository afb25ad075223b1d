"""What search compares a text with: every line of the library and of the topic examples, as n-grams and vectors.

Rows are ask lines, titles and summaries of cases, then topic-labelled example lines, then lines that are not
ours at all. The whole index goes into one blob of the library file and comes back without unpickling.
"""

from __future__ import annotations

import io
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from knowledge.content import Case
from knowledge.varieties import sounds
from knowledge.vectors import Array, WordVectors
from knowledge.words import folded, tokens

NGRAMS = (1, 3)
SOUNDS = (2, 3)
SOUND = "~"  # before a run of sounds
SOUND_WEIGHT = 0.5  # of a run of sounds against the same run of characters
HELD = 20_000  # library lines the index holds; of a larger library each case keeps its share, evenly drawn
FEW = 64  # texts up to which looking up each word is quicker than one large product


class RowKind(str, Enum):
    ASK = "ask"
    TITLE = "title"
    SUMMARY = "summary"
    TOPIC = "topic"
    NEGATIVE = "negative"


WEIGHT = {RowKind.ASK: 1.0, RowKind.TITLE: 1.0, RowKind.SUMMARY: 0.9}
KINDS = tuple(RowKind)


@dataclass(frozen=True)
class Row:
    """One line: its text, the case (or '') and the topic (or '') it speaks for."""

    text: str
    kind: RowKind
    case: str = ""
    topic: str = ""


@dataclass
class Index:
    """Arrays by row (n), case (c), topic (t) and n-gram (v). Library rows come first."""

    case_ids: list[str]
    case_topics: list[str]
    topics: list[str]
    vocabulary: dict[str, int]
    idf: Array  # v
    word_idf: dict[str, float]
    documents: int  # lines that word_idf was counted over
    more_lines: int  # library lines that only full text holds
    row_case: Array  # n; -1 for rows of no case
    row_topic: Array  # n; -1 for rows of no topic
    row_kind: Array  # n; position in KINDS
    grams: sparse.csr_matrix  # v × n: the rows as unit columns, so that a query times this is quick
    centroids: sparse.csr_matrix  # v × c: sums of a case's rows and answers, not unit
    squares: Array  # c: squared lengths of the centroids
    vectors: Array  # n × 100, centred unit rows; n × 0 without vectors
    centre: Array  # 100
    learned_rows: Array = field(
        default_factory=lambda: np.zeros(0, dtype=np.int32)
    )  # l ≤ n rows the classifier knows
    alpha: Array = field(
        default_factory=lambda: np.zeros((0, 0), dtype=np.float32)
    )  # l × (t + c + 1): …, foreign
    fusion: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def library_rows(self) -> int:
        """How many rows, from the first, belong to cases."""
        return int((self.row_case >= 0).sum())

    @cached_property
    def rows(self) -> sparse.csr_matrix:
        """n × v: the grams by row; only for leaving rows out."""
        return self.grams.T.tocsr()

    @cached_property
    def cases(self) -> sparse.csr_matrix:
        """c × v: the centroids by case; only for leaving rows out."""
        return self.centroids.T.tocsr()

    @cached_property
    def rows_by_case(self) -> Array:
        """c × most rows of a case: row positions, filled up with `library_rows`."""
        owners = self.row_case[: self.library_rows]
        counts = np.bincount(owners, minlength=len(self.case_ids))
        padded = np.full((len(self.case_ids), int(counts.max(initial=1))), self.library_rows, dtype=np.int32)
        for case in range(len(self.case_ids)):
            rows = np.flatnonzero(owners == case)
            padded[case, : len(rows)] = rows
        return padded

    @cached_property
    def kind_weights(self) -> Array:
        """How much a library row's likeness counts, by its kind."""
        by_kind = np.array([WEIGHT.get(kind, 0.0) for kind in KINDS], dtype=np.float32)
        return np.asarray(by_kind[self.row_kind[: self.library_rows]])

    @cached_property
    def case_topic_at(self) -> Array:
        """Position of each case's topic."""
        return np.array([self.topics.index(topic) for topic in self.case_topics], dtype=np.int32)

    @cached_property
    def case_at(self) -> dict[str, int]:
        """Position of each case."""
        return {id: at for at, id in enumerate(self.case_ids)}

    @property
    def unseen_idf(self) -> float:
        """The idf of a word that stands in no line."""
        return math.log(self.documents + 1) + 1


@dataclass(frozen=True)
class Lines:
    """The library's own rows in the order of the cases: those the index holds, and what only full text holds."""

    held: list[Row]
    more: list[Row]


def case_lines(cases: Sequence[Case], held: int = HELD) -> Lines:
    """Every title, summary and ask line; above `held` lines each case keeps an even draw of its ask lines."""
    total = sum(len(case.ask) + 2 for case in cases)
    each = total if total <= held else max(held // max(len(cases), 1) - 2, 1)
    lines = Lines([], [])
    for case in cases:
        step = max(1.0, len(case.ask) / each)
        drawn = {int(i * step) for i in range(int(len(case.ask) / step))}
        for i, line in enumerate(case.ask):
            (lines.held if i in drawn else lines.more).append(Row(line, RowKind.ASK, case.id, case.topic))
        lines.held.append(Row(case.title, RowKind.TITLE, case.id, case.topic))
        lines.held.append(Row(case.summary, RowKind.SUMMARY, case.id, case.topic))
    return lines


def ngrams(text: str) -> Iterator[str]:
    """Every run of one to three characters of the folded text, and of two to three of its sounds."""
    plain = folded(text)
    for n in range(NGRAMS[0], NGRAMS[1] + 1):
        for i in range(len(plain) - n + 1):
            yield plain[i : i + n]
    heard = sounds(plain)
    for n in range(SOUNDS[0], SOUNDS[1] + 1):
        for i in range(len(heard) - n + 1):
            yield SOUND + " ".join(heard[i : i + n])


def weighted(texts: Sequence[str], vocabulary: Mapping[str, int], idf: Array) -> sparse.csr_matrix:
    """Texts as unit rows of (1 + log count) · idf over the vocabulary's n-grams.

    By hand: on one short text scikit-learn's vectoriser spends its time checking the vocabulary, and the web
    process need not load it.
    """
    return _unit_rows([Counter(ngrams(text)) for text in texts], vocabulary, idf)


def _unit_rows(
    counted: Sequence[Mapping[str, int]], vocabulary: Mapping[str, int], idf: Array
) -> sparse.csr_matrix:
    data, columns, ends = [], [], [0]
    for grams in counted:
        known = [(vocabulary[gram], count) for gram, count in grams.items() if gram in vocabulary]
        at = np.array([column for column, _ in known], dtype=np.int32)
        values = (1 + np.log(np.array([count for _, count in known], dtype=np.float32))) * idf[at]
        data.append(values / max(float(np.linalg.norm(values)), 1e-9))
        columns.append(at)
        ends.append(ends[-1] + len(at))
    return sparse.csr_matrix(
        (np.concatenate(data).astype(np.float32), np.concatenate(columns), np.array(ends)),
        shape=(len(counted), len(vocabulary)),
    )


def text_vectors(
    texts: Sequence[Sequence[str]], vectors: WordVectors | None, idf: Mapping[str, float], unseen: float
) -> Array:
    """Averaged word vectors of token lists, one row each; zero columns without vectors."""
    if vectors is None:
        return np.zeros((len(texts), 0), dtype=np.float32)
    if len(texts) <= FEW:
        return np.array([vectors.average(words, idf, unseen) for words in texts], dtype=np.float32)
    rows = {word: vectors.row(word) for word in {word for words in texts for word in words}}
    held = [word for word, row in rows.items() if row >= 0]
    at = {word: i for i, word in enumerate(held)}
    known = [[word for word in words if word in at] for words in texts]
    shares = np.array([idf.get(word, unseen) for words in known for word in words], dtype=np.float32)
    columns = np.array([at[word] for words in known for word in words], dtype=np.int32)
    ends = np.cumsum([0, *map(len, known)])
    sums = (
        sparse.csr_matrix((shares, columns, ends), shape=(len(texts), len(held)))
        @ vectors.table[[rows[w] for w in held]]
    )
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def centred(vectors: Array, centre: Array) -> Array:
    """Without what all texts share, at unit length again; a text of unknown words stays zero."""
    if not vectors.shape[1]:
        return vectors
    known = np.abs(vectors).sum(axis=1, keepdims=True) > 0
    moved = (vectors - centre) * known
    return np.asarray(
        moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), dtype=np.float32
    )


def build_index(
    cases: Sequence[Case],
    topics: Sequence[str],
    rows: Sequence[Row],
    vectors: WordVectors | None,
    dictionary: Path | None,
    words: Sequence[Sequence[str]] = (),
    more: Sequence[str] = (),
) -> Index:
    """Everything search needs but the learned weights.

    `rows`: the library's held lines, then topic lines and lines that are not ours; `words`: the tokens of the first of
    them, when the caller has cut them already; `more`: those of the lines that only full text holds, joined by spaces.
    """
    counted = [Counter(ngrams(row.text)) for row in rows]
    frequency = Counter(gram for grams in counted for gram in grams)
    vocabulary = {gram: column for column, gram in enumerate(sorted(frequency))}
    held = np.array([frequency[gram] for gram in vocabulary], dtype=np.float32)
    idf = (np.log((1 + len(rows)) / (1 + held)) + 1).astype(np.float32)
    idf[[column for gram, column in vocabulary.items() if gram.startswith(SOUND)]] *= SOUND_WEIGHT
    unit = _unit_rows(counted, vocabulary, idf)
    words = [*words, *(tokens(row.text, dictionary) for row in rows[len(words) :])]
    documents = len(words) + len(more)
    word_idf = _word_idf(documents, words, (cut.split(" ") for cut in more))
    raw = text_vectors(words, vectors, word_idf, math.log(documents + 1) + 1)
    centre = raw.mean(axis=0) if raw.shape[1] else np.zeros(0, dtype=np.float32)
    case_at = {case.id: i for i, case in enumerate(cases)}
    topic_at = {slug: i for i, slug in enumerate(topics)}
    row_case = np.array([case_at.get(row.case, -1) for row in rows], dtype=np.int32)
    centroids = _centroids(cases, unit, row_case, vocabulary, idf)
    return Index(
        case_ids=[case.id for case in cases],
        case_topics=[case.topic for case in cases],
        topics=list(topics),
        vocabulary=vocabulary,
        idf=idf,
        word_idf=word_idf,
        documents=documents,
        more_lines=len(more),
        row_case=row_case,
        row_topic=np.array([topic_at.get(row.topic, -1) for row in rows], dtype=np.int32),
        row_kind=np.array([KINDS.index(row.kind) for row in rows], dtype=np.int8),
        grams=unit.T.tocsr(),
        centroids=centroids.T.tocsr(),
        squares=np.asarray(centroids.multiply(centroids).sum(axis=1), dtype=np.float32).ravel(),
        vectors=centred(raw, centre),
        centre=centre,
    )


def _word_idf(documents: int, *texts: Iterable[Sequence[str]]) -> dict[str, float]:
    frequency = Counter(word for words in chain(*texts) for word in set(words))
    return {word: math.log((documents + 1) / (n + 1)) + 1 for word, n in frequency.items() if word}


def _centroids(
    cases: Sequence[Case], rows: sparse.csr_matrix, row_case: Array, vocabulary: Mapping[str, int], idf: Array
) -> sparse.csr_matrix:
    """Per case the sum of its rows, with its answers and its facts' questions as one more weak row."""
    owned = np.flatnonzero(row_case >= 0)
    choose = sparse.csr_matrix(
        (np.ones(len(owned), dtype=np.float32), (row_case[owned], owned)), shape=(len(cases), rows.shape[0])
    )
    texts = [
        " ".join([*(o.answer for o in case.outcomes), *(f.ask for f in case.facts.values())])
        for case in cases
    ]
    answers = (
        weighted(texts, vocabulary, idf)
        if texts
        else sparse.csr_matrix((0, len(vocabulary)), dtype=np.float32)
    )
    return (choose @ rows + answers).tocsr().astype(np.float32)


# --- as one blob

_ARRAYS = (
    "idf",
    "squares",
    "row_case",
    "row_topic",
    "row_kind",
    "vectors",
    "centre",
    "learned_rows",
    "alpha",
)
_SPARSE = ("grams", "centroids")
_PLAIN = ("case_ids", "case_topics", "topics", "word_idf", "documents", "more_lines", "fusion")


def dump(index: Index) -> bytes:
    """The index as bytes; vectors in half precision."""
    arrays: dict[str, Array] = {name: getattr(index, name) for name in _ARRAYS}
    arrays["vectors"] = arrays["vectors"].astype(np.float16)
    for name in _SPARSE:
        matrix = getattr(index, name)
        for part in ("data", "indices", "indptr", "shape"):
            arrays[f"{name}_{part}"] = np.asarray(getattr(matrix, part))
    plain = {name: getattr(index, name) for name in _PLAIN}
    plain["vocabulary"] = sorted(index.vocabulary, key=index.vocabulary.__getitem__)
    text = json.dumps(plain, ensure_ascii=False).encode()
    arrays["plain"] = np.frombuffer(text, dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def load(data: bytes) -> Index:
    """The index that `dump` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        plain = json.loads(held["plain"].tobytes())
        matrices = {
            name: sparse.csr_matrix(
                tuple(held[f"{name}_{part}"] for part in ("data", "indices", "indptr")),
                shape=tuple(held[f"{name}_shape"]),
            )
            for name in _SPARSE
        }
        arrays = {name: held[name] for name in _ARRAYS}
    arrays["vectors"] = arrays["vectors"].astype(np.float32)
    vocabulary = {gram: column for column, gram in enumerate(plain.pop("vocabulary"))}
    return Index(vocabulary=vocabulary, **plain, **arrays, **matrices)
