"""The linear classifier: what a row counts, and confidences that are as often right as they say."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from bot.components.linear import fit

ROWS = csr_matrix(
    np.array([[1, 0, 1], [1, 0, 1], [1, 0, 1], [0, 1, 1], [0, 1, 1], [0, 1, 1]], dtype=np.float32)
)
BETWEEN = csr_matrix(np.array([[0, 0, 1]], dtype=np.float32))
NAMES = ["rent"] * 3 + ["gym"] * 3


def test_rows_that_count_more_win_where_the_text_says_neither():
    for heavier in ("rent", "gym"):
        shares = [5.0 if name == heavier else 0.2 for name in NAMES]
        assert fit(ROWS, NAMES, shares).ranking(BETWEEN, 2)[0]["name"] == heavier


def test_without_shares_all_rows_count_alike():
    alike = fit(ROWS, NAMES)
    np.testing.assert_allclose(alike.weights, fit(ROWS, NAMES, [1.0] * 6).weights)
    assert [row["name"] for row in alike.ranking(ROWS[0], 2)] == ["rent", "gym"]


def test_confidences_sum_to_one_and_one_class_alone_is_certain():
    assert sum(row["confidence"] for row in fit(ROWS, NAMES).ranking(BETWEEN, 2)) == 1.0
    assert fit(ROWS, ["rent"] * 6).ranking(BETWEEN, 1) == [{"name": "rent", "confidence": 1.0}]
