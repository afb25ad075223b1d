"""What is each part of the search worth? The fusion is learned anew without it, then asked the same questions.

    python -m bench.ablate questions.jsonl [--part develop]

For each part: the topic of the first case and among three on the questions of the file, and, for a sample of the
library's own ask lines left out, their case first and among three.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.evaluate import half, read_rows
from knowledge import corpus, features, fusion, training
from knowledge.index import Index, case_lines
from knowledge.library import Release
from knowledge.publishing import EXAMPLES
from knowledge.vectors import Array
from knowledge.words import DICTIONARY
from settings import load

PARTS: dict[str, tuple[str, ...]] = {
    "everything": (),
    "without BM25": ("bm25", "bm25_top"),
    "without n-grams": ("ngram", "ngram_top", "ngram_case"),
    "without word vectors": ("vector", "vector_top"),
    "without the case classifier": ("learned",),
    "without the topic classifier": ("topic",),
    "the topic classifier alone": (
        "bm25",
        "bm25_top",
        "ngram",
        "ngram_top",
        "ngram_case",
        "vector",
        "vector_top",
        "learned",
    ),
}
Measured = list[tuple[Any, Array]]


def without(values: Array, columns: Sequence[str]) -> Array:
    """The measurements with some columns silenced."""
    kept = values.copy()
    kept[:, [features.NAMES.index(name) for name in columns]] = 0
    return kept


def figures(
    index: Index, asked: Measured, rows: Measured, columns: Sequence[str], *, learned: bool = True
) -> dict[str, float]:
    """The four shares with those columns silenced; `learned` False weighs all columns alike instead of by fit."""
    table = {id(question): without(values, columns) for question, values in asked}
    fitted = (
        fusion.fit(index, [question for question, _ in asked], lambda question: table[id(question)])
        if learned
        else fusion.UNTRAINED
    )
    hits = np.zeros(4)
    counts = np.zeros(2)
    for row, values in rows:
        found = [index.case_topics[at] for at in _three(fitted, without(values, columns), index)]
        hits[:2] += [found[0] == row["topic"], row["topic"] in found]
        counts[0] += 1
    for question, _ in asked:
        if question.case:
            cases = [index.case_ids[at] for at in _three(fitted, table[id(question)], index)]
            hits[2:] += [cases[0] == question.case, question.case in cases]
            counts[1] += 1
    names = ("topic_first", "topic_three", "own_case_first", "own_case_three")
    return dict(zip(names, np.round(hits / np.maximum(counts.repeat(2), 1), 3).tolist(), strict=True))


def _three(fitted: fusion.Fusion, measured: Array, index: Index) -> list[int]:
    scores = fitted.scores(measured, index.case_topic_at)
    return fusion.pick(scores, index.case_topic_at, 3, fusion.nearness(measured))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ablate", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="questions, one JSON object a line")
    parser.add_argument("--part", choices=("all", "develop", "aside"), default="develop")
    parser.add_argument("--library", type=Path, help="a library file other than the installed one")
    parser.add_argument("--json", type=Path, help="where the figures go")
    chosen = parser.parse_args(arguments)
    settings = load()
    held = Release(chosen.library or settings.library_path, settings.vectors_dir, DICTIONARY)
    index, cases = held.index, list(held.cases.values())
    others = list(training.thinned(corpus.example_rows(EXAMPLES, frozenset(index.topics))))
    questions = fusion.questions(index, case_lines(cases).held + others)
    rehearsal = training.Rehearsal(index, held.connection, held.vectors, DICTIONARY, questions)
    screen = Console(stderr=True)
    asked = [(q, rehearsal.measure(q)) for q in track(questions, "own lines", console=screen)]
    wanted = [row for row in read_rows(chosen.file) if row.get("consumer") and row.get("topic")]
    wanted = [row for row in wanted if chosen.part in ("all", half(row))]
    rows = [
        (row, rehearsal.measure(fusion.Question(row["text"], (), "", row["topic"])))
        for row in track(wanted, "questions", console=screen)
    ]
    found = {name: figures(index, asked, rows, columns) for name, columns in PARTS.items()}
    found["all columns alike, not learned"] = figures(index, asked, rows, (), learned=False)
    table = Table(title=f"{len(rows)} questions, {sum(bool(q.case) for q, _ in asked)} own lines")
    table.add_column("search")
    for name in found["everything"]:
        table.add_column(name, justify="right")
    for name, values in found.items():
        table.add_row(name, *(f"{value:.3f}" for value in values.values()))
    Console().print(table)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
