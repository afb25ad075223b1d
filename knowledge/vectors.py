"""Word vectors: 125,796 Chinese words × 100 from the data file of the PyPI package synonyms (MIT), none of its code.

`build_pipeline` puts them into a spaCy pipeline folder; `load` reads them back from there without spaCy,
mapped from disk, so that several processes share the pages.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.errors import VectorsMissing

Array = np.ndarray[Any, np.dtype[Any]]
TABLE = Path("vocab") / "vectors"  # spaCy's own file: a plain .npy array, float32
KEYS = "lookup-keys.npy"  # sorted 64-bit hashes of the words, ours
ROWS = "lookup-rows.npy"  # row of each key
STAMP = "words.sha256"  # which user dictionary it was made with


@dataclass(frozen=True)
class WordVectors:
    """Unit-length vectors by word. `table` is float32 (words × width), mapped from disk."""

    table: Array
    keys: Array
    rows: Array

    @property
    def width(self) -> int:
        return int(self.table.shape[1])

    def row(self, word: str) -> int:
        """The word's row, or -1."""
        key = _key(word)
        at = int(np.searchsorted(self.keys, key))
        return int(self.rows[at]) if at < len(self.keys) and self.keys[at] == key else -1

    def average(self, words: Iterable[str], weights: Mapping[str, float], other: float) -> Array:
        """The weighted mean of the words' vectors at unit length; zeros when no word is known.

        `other` is the weight of a word without one (idf of a word never seen).
        """
        held = [(row, weights.get(word, other)) for word in words if (row := self.row(word)) >= 0]
        if not held:
            return np.zeros(self.width, dtype=np.float32)
        rows, shares = zip(*held, strict=True)
        total = np.array(shares, dtype=np.float32) @ self.table[list(rows)]
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9))


def _key(word: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little"))


@lru_cache(maxsize=2)
def _load(folder: Path, stamp: int) -> WordVectors:
    table = np.load(folder / TABLE, mmap_mode="r")
    return WordVectors(table, np.load(folder / KEYS, mmap_mode="r"), np.load(folder / ROWS, mmap_mode="r"))


def load(folder: Path | None) -> WordVectors | None:
    """The vectors in a pipeline folder made by `build_pipeline`; None when there is none there."""
    if folder is None or not (folder / KEYS).exists() or not (folder / TABLE).exists():
        return None
    return _load(folder.resolve(), (folder / KEYS).stat().st_mtime_ns)


def data_file() -> Path:
    """Where the installed package keeps its vectors; its code is not imported. Raises VectorsMissing."""
    spec = importlib.util.find_spec("synonyms")
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / "data" / "words.vector"
        if path.exists():
            return path
    raise VectorsMissing()


def read_word2vec(path: Path) -> tuple[list[str], Array]:
    """Words and their float32 vectors (words × width) from a word2vec binary file."""
    data = path.read_bytes()
    head = data.index(b"\n")
    count, width = map(int, data[:head].split())
    words: list[str] = []
    table = np.empty((count, width), dtype=np.float32)
    at, size = head + 1, width * 4
    for row in range(count):
        end = data.index(b" ", at)
        words.append(data[at:end].strip().decode("utf-8", errors="ignore"))
        table[row] = np.frombuffer(data, dtype="<f4", count=width, offset=end + 1)
        at = end + 1 + size
    return words, table


def ensure_pipeline(target: Path, user_words: Path) -> bool:
    """Build the folder if it is missing or the user dictionary has changed since; tell whether it was built.

    Raises VectorsMissing when the data package is not installed.
    """
    stamp, wanted = target / STAMP, hashlib.sha256(user_words.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("ascii") == wanted:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    build_pipeline(target, user_words)
    stamp.write_text(wanted, "ascii")
    return True


def build_pipeline(target: Path, user_words: Path | None) -> None:
    """Write the spaCy pipeline folder `target` (blank zh, jieba, vectors of unit length) and our lookup beside it.

    Words of the user dictionary that have no vector get the mean of their characters' words where known.
    Raises VectorsMissing when the data package is not installed.
    """
    import spacy

    words, table = read_word2vec(data_file())
    first = {word: row for row, word in reversed(list(enumerate(words))) if word}
    names = sorted(first, key=first.__getitem__)
    table = table[[first[word] for word in names]]
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    names, table = _with_own_words(names, table, user_words)
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    nlp.vocab.vectors = spacy.vectors.Vectors(data=table, keys=names, strings=nlp.vocab.strings)
    nlp.meta["name"] = "weiquan"
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    nlp.to_disk(partial)
    _write_lookup(partial, names)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def _with_own_words(names: list[str], table: Array, user_words: Path | None) -> tuple[list[str], Array]:
    """Add our dictionary's unknown words as the mean of the known words they are made of."""
    if user_words is None or not user_words.exists():
        return names, table
    rows = {word: row for row, word in enumerate(names)}
    own = [line.split()[0] for line in user_words.read_text(encoding="utf-8").splitlines() if line.strip()]
    added, extra = [], []
    for word in dict.fromkeys(own):
        parts = [rows[part] for part in _parts(word, rows)] if word not in rows else []
        if parts:
            mean = table[parts].mean(axis=0)
            added.append(word)
            extra.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
    return (names + added, np.vstack([table, np.array(extra, dtype=np.float32)])) if added else (names, table)


def _parts(word: str, known: Mapping[str, int]) -> list[str]:
    """The word cut into the longest known words from the left; unknown characters are left out."""
    parts, at = [], 0
    while at < len(word):
        part = next((word[at:end] for end in range(len(word), at, -1) if word[at:end] in known), "")
        parts += [part] if part else []
        at += len(part) or 1
    return parts


def _write_lookup(folder: Path, names: list[str]) -> None:
    keys = np.array([_key(name) for name in names], dtype=np.uint64)
    order = np.argsort(keys)
    np.save(folder / KEYS, keys[order])
    np.save(folder / ROWS, order.astype(np.int32))
