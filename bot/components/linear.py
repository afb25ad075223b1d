"""A linear classifier with calibrated confidences. It knows nothing of Rasa or of Chinese.

Weights come from scikit-learn's linear support vector machine (one against the rest, seconds for ten
thousand texts); confidences are a softmax of its margins with a temperature that makes held-out
predictions as often right as they say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

LEAST_TO_HOLD = 4
"""Classes with fewer examples stay out of the calibration."""
_SHARPNESS = np.geomspace(0.5, 20.0, 60)


@dataclass(frozen=True)
class LinearModel:
    """weights: features × classes, in half precision once read; bias: classes; sharpness: the inverse temperature of the softmax."""

    weights: np.ndarray
    bias: np.ndarray
    sharpness: float
    classes: tuple[str, ...]

    def margins(self, rows: csr_matrix) -> np.ndarray:
        """Rows × classes."""
        if rows.shape[0] == 1:
            weights = self.weights[rows.indices].astype(np.float32, copy=False)
            return (rows.data @ weights + self.bias)[np.newaxis, :]
        return np.asarray(rows @ self.weights.astype(np.float32, copy=False) + self.bias)

    def confidences(self, rows: csr_matrix) -> np.ndarray:
        """Rows × classes, each row summing to 1."""
        return _softmax(self.margins(rows) * self.sharpness)

    def ranking(self, row: csr_matrix, length: int) -> list[dict[str, float | str]]:
        """The best `length` classes of one row as {name, confidence}, best first."""
        confidences = self.confidences(row)[0]
        best = np.argsort(-confidences, kind="stable")[:length]
        return [
            {"name": self.classes[index], "confidence": round(float(confidences[index]), 6)} for index in best
        ]

    def save(self, path: Path) -> None:
        """Weights go in half precision: archive and memory are half as large, confidences change in the fourth digit."""
        np.savez(
            path,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            sharpness=self.sharpness,
            classes=np.array(self.classes),
        )

    @classmethod
    def read(cls, path: Path) -> LinearModel:
        with np.load(path, allow_pickle=False) as kept:
            names = tuple(str(name) for name in kept["classes"])
            return cls(kept["weights"], kept["bias"], float(kept["sharpness"]), names)


def fit(
    rows: csr_matrix,
    names: list[str],
    shares: Sequence[float] | None = None,
    *,
    strictness: float = 0.5,
    seed: int = 7,
) -> LinearModel:
    """Learn from rows and the class of each. One class alone is always certain. `shares`: how much each row counts."""
    classes = tuple(sorted(set(names)))
    at = {name: index for index, name in enumerate(classes)}
    labels = np.array([at[name] for name in names])
    counted = np.ones(len(names)) if shares is None else np.asarray(shares, dtype=np.float64)
    weights, bias = _separate(rows, labels, counted, len(classes), strictness, seed)
    sharpness = _sharpness(rows, labels, counted, len(classes), strictness, seed)
    return LinearModel(weights, bias, sharpness, classes)


def _separate(
    rows: csr_matrix, labels: np.ndarray, counted: np.ndarray, count: int, strictness: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    weights = np.zeros((rows.shape[1], count), dtype=np.float32)
    bias = np.full(count, -1.0, dtype=np.float32)
    present = np.unique(labels)
    if len(present) == 1:
        bias[present[0]] = 1.0
        return weights, bias
    machine = LinearSVC(C=strictness, class_weight=_soft_balance(labels), random_state=seed, max_iter=3000)
    machine.fit(rows, labels, sample_weight=counted)
    if len(present) == 2:
        weights[:, present[1]], bias[present[1]] = machine.coef_[0], machine.intercept_[0]
        weights[:, present[0]], bias[present[0]] = -machine.coef_[0], -machine.intercept_[0]
    else:
        weights[:, machine.classes_] = machine.coef_.T
        bias[machine.classes_] = machine.intercept_
    return weights, bias


def _soft_balance(labels: np.ndarray) -> dict[int, float]:
    """Rare classes weigh more, by the square root only: full balance makes them shout."""
    counts = np.bincount(labels)
    typical = counts[counts > 0].mean()
    return {index: float(np.sqrt(typical / count)) for index, count in enumerate(counts) if count}


def _sharpness(
    rows: csr_matrix, labels: np.ndarray, counted: np.ndarray, count: int, strictness: float, seed: int
) -> float:
    """The sharpness under which a held-out quarter is least surprising; 3 when there is too little to hold out."""
    frequent = np.flatnonzero(np.bincount(labels)[labels] >= LEAST_TO_HOLD)
    if count < 2 or len(frequent) < 4 * count:
        return 3.0
    learn, hold = train_test_split(frequent, test_size=0.25, random_state=seed, stratify=labels[frequent])
    weights, bias = _separate(rows[learn], labels[learn], counted[learn], count, strictness, seed)
    margins = np.asarray(rows[hold] @ weights + bias)
    picked = np.arange(len(hold))
    surprise = [
        np.average(-np.log(_softmax(margins * sharp)[picked, labels[hold]] + 1e-9), weights=counted[hold])
        for sharp in _SHARPNESS
    ]
    return float(_SHARPNESS[int(np.argmin(surprise))])


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
