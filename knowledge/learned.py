"""A least-squares classifier over kernel values, with its exact leave-out predictions.

Ridge regression in its dual form: weights α = (K + λI)⁻¹Y over the stored rows, so that a new text scores
k·α. Leaving rows R out again needs no refitting: α₋R = α − G[:,R] G[R,R]⁻¹ α[R] with G = (K + λI)⁻¹
(its rows R become zero). That makes honest features for calibration cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

Array = np.ndarray[Any, np.dtype[Any]]
TOLERANCE = 0.03  # how far a known row's score may be from its target's fit
STEPS = 60


@dataclass(frozen=True)
class Ridge:
    """`alpha` is rows × targets. `inverse` holds the rows `held` (sorted) of the inverse: those that may be left out."""

    alpha: Array
    held: Array | None = None
    inverse: Array | None = None

    def predict(self, kernel: Array, rows: Sequence[int] | Array = ()) -> Array:
        """Scores of texts (texts × targets) as if those rows, all of them held, had never been seen.

        `kernel` is texts × rows and holds zeros for the rows left out.
        """
        scores: Array = kernel @ self.alpha
        if len(rows) and self.inverse is not None and self.held is not None:
            left_out = self.inverse[np.searchsorted(self.held, rows)]
            scores = scores - (kernel @ left_out.T) @ np.linalg.solve(left_out[:, rows], self.alpha[rows])
        return scores


def fit(kernel: Array, targets: Array, ridge: float, leave_out: Sequence[int] | Array = ()) -> Ridge:
    """Fit all targets at once. `kernel` is rows × rows, symmetric, float32, and is overwritten.

    `leave_out`: the rows that will be left out again; each costs a solution of its own.
    """
    kernel[np.diag_indices_from(kernel)] += np.float32(ridge)
    factor, info = linalg.lapack.spotrf(kernel.T, lower=0, overwrite_a=1, clean=0)
    if info:
        raise np.linalg.LinAlgError(f"kernel not positive definite at row {info}")
    alpha = linalg.cho_solve((factor, False), targets, check_finite=False).astype(np.float32)
    held = np.unique(np.asarray(leave_out, dtype=np.int64))
    if not len(held):
        return Ridge(alpha)
    unit = np.zeros((len(factor), len(held)), dtype=np.float32, order="F")
    unit[held, np.arange(len(held))] = 1
    inverse = linalg.cho_solve((factor, False), unit, overwrite_b=True, check_finite=False)
    return Ridge(alpha, held, np.ascontiguousarray(inverse.T))


def refined(start: Array, system: Callable[[Array], Array], targets: Array) -> Array | None:
    """The weights of `fit` to within TOLERANCE, from weights that nearly fit; None when they are too far off.

    `system` multiplies columns with (K + λI). Only columns that are off are worked on (conjugate gradients), so
    that a changed line costs a fraction of a new fit.
    """
    found = start.astype(np.float32, copy=True)
    left = targets - system(found)
    off = np.flatnonzero(np.abs(left).max(axis=0, initial=0) > TOLERANCE)
    left = left[:, off]
    direction, length = left, (left * left).sum(axis=0)
    for _ in range(STEPS):
        if not len(off):
            return found
        along = system(direction)
        step = length / np.maximum((direction * along).sum(axis=0), 1e-12)
        found[:, off] += step * direction
        left = left - step * along
        before, length = length, (left * left).sum(axis=0)
        direction = left + (length / np.maximum(before, 1e-12)) * direction
        still = np.abs(left).max(axis=0) > TOLERANCE
        off, left, direction, length = off[still], left[:, still], direction[:, still], length[still]
    return None if len(off) else found


def shares(scores: Array, sharpness: float) -> Array:
    """Scores as probabilities (softmax)."""
    powers = np.exp(sharpness * (scores - scores.max()))
    return np.asarray(powers / powers.sum())
