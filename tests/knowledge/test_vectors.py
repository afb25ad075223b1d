from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge import learned, vectors


def _near(held: vectors.WordVectors, one: str, two: str) -> float:
    return float(held.average([one], {}, 1.0) @ held.average([two], {}, 1.0))


def test_words_that_mean_alike_lie_close(pipeline: Path) -> None:
    held = vectors.load(pipeline)
    assert held
    assert held.width == 100
    assert _near(held, "退款", "押金") > _near(held, "退款", "小猫")
    assert _near(held, "汽车", "轿车") > 0.6


def test_unknown_words_have_no_vector(pipeline: Path) -> None:
    held = vectors.load(pipeline)
    assert held
    assert held.row("没有这样的词语啊") == -1
    assert not held.average(["没有这样的词语啊"], {}, 1.0).any()


def test_a_folder_without_vectors_is_none(tmp_path: Path) -> None:
    assert vectors.load(tmp_path) is None
    assert vectors.load(None) is None


def test_the_table_is_mapped_not_read(pipeline: Path) -> None:
    held = vectors.load(pipeline)
    assert held
    assert isinstance(held.table, np.memmap)


def test_spacy_reads_the_folder_and_agrees_with_us(pipeline: Path) -> None:
    held = vectors.load(pipeline)
    assert held
    program = (
        "import sys, spacy, numpy\n"
        "nlp = spacy.load(sys.argv[1])\n"
        "print(nlp.lang, nlp.vocab.vectors.shape[1], float(nlp.vocab['退款'].vector[0]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(pipeline)],
        capture_output=True,
        text=True,
        check=True,
    )
    lang, width, first = done.stdout.split()[-3:]
    assert (lang, width) == ("zh", "100")
    assert float(first) == pytest.approx(float(held.table[held.row("退款")][0]), abs=1e-5)


def test_a_word_of_ours_gets_the_mean_of_its_parts(tmp_path: Path) -> None:
    names, table = ["退", "一", "赔", "三"], np.eye(4, 100, dtype=np.float32)
    words = tmp_path / "words.txt"
    words.write_text("退一赔三 100 n\n退\n无关\n", encoding="utf-8")
    more, extended = vectors._with_own_words(names, table, words)
    assert more == [*names, "退一赔三"]
    assert extended[4][:4] == pytest.approx([0.5] * 4)


def test_leaving_rows_out_equals_never_having_seen_them() -> None:
    dice = np.random.default_rng(1)
    points = dice.normal(size=(30, 6)).astype(np.float32)
    targets = dice.normal(size=(30, 3)).astype(np.float32)
    full = learned.fit(points @ points.T, targets, 0.5, leave_out=[3, 11, 12, 20])
    out = [3, 11, 12]
    kept = [i for i in range(30) if i not in out]
    fresh = learned.fit(points[kept] @ points[kept].T, targets[kept], 0.5)
    kernel = points[3:4] @ points.T
    expected = kernel[:, kept] @ fresh.alpha
    kernel[:, out] = 0
    assert full.predict(kernel, out) == pytest.approx(expected, abs=1e-3)
