from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from knowledge import learned, training
from knowledge.index import KINDS, RowKind

DICE = np.random.default_rng(12315)
TABLE = DICE.normal(size=(60, 12)).astype(np.float32)
TABLE /= np.linalg.norm(TABLE, axis=1, keepdims=True)
KERNEL = TABLE @ TABLE.T
TARGETS = (DICE.random((60, 5)) < 0.2).astype(np.float32)
RIDGE = 0.3


def fitted() -> np.ndarray:
    return learned.fit(KERNEL.copy(), TARGETS, RIDGE).alpha


def system(weights: np.ndarray) -> np.ndarray:
    return KERNEL @ weights + RIDGE * weights


@pytest.mark.parametrize("row", [0, 30])
def test_weights_with_a_row_forgotten_are_brought_back_near_the_fit(row: int) -> None:
    start = fitted()
    start[row] = 0
    found = learned.refined(start, system, TARGETS)
    assert found is not None
    assert np.abs(TARGETS - system(found)).max() <= learned.TOLERANCE + 1e-4
    assert np.abs(KERNEL @ found - KERNEL @ fitted()).max() < 0.1


def test_weights_that_fit_stay_as_they_are() -> None:
    assert np.array_equal(learned.refined(fitted(), system, TARGETS), fitted())


def test_what_cannot_be_reached_is_left_to_a_new_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "STEPS", 1)
    assert learned.refined(np.zeros_like(fitted()), system, TARGETS) is None


def test_of_too_many_rows_ask_lines_are_left_out_first_and_always_the_same(monkeypatch):
    monkeypatch.setattr(training, "LEARNED", 5)
    kinds = [RowKind.ASK] * 6 + [RowKind.TITLE] + [RowKind.TOPIC] * 2 + [RowKind.NEGATIVE]
    index = SimpleNamespace(row_kind=np.array([KINDS.index(kind) for kind in kinds], dtype=np.int8))
    keys = np.arange(10, dtype=np.uint64)[::-1]
    chosen = training._learned_rows(index, keys)
    assert list(chosen) == [5, 6, 7, 8, 9], "all that is no ask line, and the ask line of the smallest key"
    keys[0] = 0  # another line moves to the front: one row changes
    assert list(training._learned_rows(index, keys)) == [0, 6, 7, 8, 9]
