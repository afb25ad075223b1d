"""Questions that mean the same, put together: by their words, their word vectors and where they stand to every case.

The last is what the ranking's classifier says of a text: two questions near to and far from the same
cases are alike even where they share no word and no case answers either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from knowledge.index import Index, centred, ngrams, text_vectors, weighted
from knowledge.learned import Ridge
from knowledge.vectors import Array, WordVectors
from knowledge.words import tokens

WORDS, MEANING, STANDING = 0.6, 0.2, 0.2  # shares of the likeness; tried on the ask lines of cases left out
FAR = 0.83  # the mean distance from which two groups stay apart
TERMS = 5
COMMON = 50  # texts an n-gram may stand in whatever their number
AT_ONCE = 500  # texts put to the classifier together
LONGEST = 400  # characters of a text that are looked at


@dataclass(frozen=True)
class Cluster:
    """Positions of texts that mean the same, the one in their middle, and the terms that bind them, strongest first."""

    members: tuple[int, ...]
    typical: int
    terms: tuple[str, ...]


def clusters(
    texts: Sequence[str], index: Index, vectors: WordVectors | None, dictionary: Path | None
) -> list[Cluster]:
    """Every text in exactly one cluster, the largest first. Some seconds for five thousand texts."""
    if not texts:
        return []
    told = [text[:LONGEST] for text in texts]
    words = [tokens(text, dictionary) for text in told]
    near = likeness(told, words, index, vectors)
    labels = _labels(near)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    common = _shares(index)
    found = []
    for members in groups:
        inner = near[np.ix_(members, members)]
        typical = members[int(inner.sum(axis=1).argmax())]
        terms = _terms([words[i] for i in members], index, common)
        found.append(Cluster(tuple(map(int, members)), int(typical), terms))
    return sorted(found, key=lambda cluster: (-len(cluster.members), cluster.members))


def likeness(
    texts: Sequence[str], words: Sequence[Sequence[str]], index: Index, vectors: WordVectors | None
) -> Array:
    """Texts × texts, 1 for the same text; float32."""
    grams = _grams(texts, index)
    total = WORDS * (grams @ grams.T).toarray().astype(np.float32)
    weight = WORDS
    if vectors is not None and index.vectors.shape[1]:
        meant = centred(text_vectors(words, vectors, index.word_idf, index.unseen_idf), index.centre)
        total += MEANING * (meant @ meant.T)
        weight += MEANING
    if index.alpha.size:
        standing = _standing(texts, index)
        total += STANDING * (standing @ standing.T)
        weight += STANDING
    total /= weight
    np.clip(total, 0.0, 1.0, out=total)
    return np.asarray(total)


def _grams(texts: Sequence[str], index: Index) -> sparse.csr_matrix:
    """Unit rows over the texts' own n-grams: what the library has never heard of counts most."""
    vocabulary = {gram: i for i, gram in enumerate(sorted({gram for text in texts for gram in ngrams(text)}))}
    unseen = float(np.log(1 + len(index.row_case))) + 1
    known = index.vocabulary
    weights = [index.idf[known[gram]] if gram in known else unseen for gram in vocabulary]
    rows = weighted(texts, vocabulary, np.array(weights, dtype=np.float32))
    # What stands in every tenth text tells nothing apart and costs most of the time; what stands in one, nothing at all.
    counts = np.bincount(rows.indices, minlength=len(vocabulary))
    telling = (counts > 1) & (counts <= max(COMMON, len(texts) // 10))
    return rows[:, np.flatnonzero(telling)]


def _standing(texts: Sequence[str], index: Index) -> Array:
    """Unit rows of what the classifier says of each topic and case, without what it says of all texts."""
    ridge, grams = Ridge(index.alpha), weighted(texts, index.vocabulary, index.idf)
    known = index.grams.tocsc()[:, index.learned_rows]
    parts = [
        ridge.predict((grams[start : start + AT_ONCE] @ known).toarray())[:, :-1]
        for start in range(0, len(texts), AT_ONCE)
    ]
    scores = np.vstack(parts)
    scores = scores - scores.mean(axis=0) if len(scores) > 2 else scores
    return np.asarray(
        scores / np.maximum(np.linalg.norm(scores, axis=1, keepdims=True), 1e-9), dtype=np.float32
    )


def _labels(near: Array) -> Array:
    if len(near) == 1:
        return np.ones(1, dtype=np.int32)
    apart = 1.0 - near
    apart = (apart + apart.T) / 2
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform(apart, checks=False), "average")
    return np.asarray(fcluster(tree, FAR, "distance"))


def _shares(index: Index) -> float:
    """The idf below which a word stands in too many lines to bind anything."""
    return float(np.log((index.documents + 1) / (0.05 * index.documents + 1)) + 1)


def _terms(words: Sequence[Sequence[str]], index: Index, common: float) -> tuple[str, ...]:
    """The words most members share and few lines of the library have; no word that is part of one before it."""
    held = Counter(word for cut in words for word in set(cut))
    least = 2 if len(words) > 2 else 1  # a word of a single member binds nothing
    weight = {
        word: count * idf
        for word, count in held.items()
        if len(word) > 1 and count >= least and (idf := index.word_idf.get(word, index.unseen_idf)) > common
    }
    chosen: list[str] = []
    for word in sorted(weight, key=lambda word: (-weight[word] * (len(word) ** 0.3), word)):
        if not any(word in other or other in word for other in chosen):
            chosen.append(word)
        if len(chosen) == TERMS:
            break
    return tuple(chosen)
