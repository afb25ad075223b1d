"""The figures of `bench.evaluate` and the table that shows them."""

from __future__ import annotations

import re
from collections import Counter
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from knowledge import outcomes
from knowledge.citations import plain
from knowledge.library import Library

Row = dict[str, Any]
ANSWERING = frozenset({"answer", "choose"})
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零]+条(?:之[一二三四五六七八九十]+)?")
BINS = 10
LABELS = {
    "consumer_rows": "consumer rows",
    "topic_first": "topic of first case",
    "topic_three": "topic among three",
    "answered": "answered or offered a choice",
    "gold_rows": "rows with gold articles we hold",
    "gold_first": "gold article in first case",
    "gold_three": "gold article among three cases",
    "false_legal": "false answers, other legal matters",
    "false_smalltalk": "false answers, small talk",
    "calibration_error": "expected calibration error",
    "search_median_ms": "median ms to find the case",
    "median_ms": "median ms a whole turn",
    "p95_ms": "p95 ms a whole turn",
}


def figures(rows: list[Row], predictions: list[Row], library: Library) -> dict[str, float | int | None]:
    """All figures of one set of rows; shares are of the rows they concern, None without any."""
    pairs = list(zip(rows, predictions, strict=True))
    consumer = [pair for pair in pairs if pair[0].get("consumer") and pair[0].get("topic")]
    names = {law.name for law in library.laws.values()}
    gold = [(held, said) for row, said in consumer if (held := _held(row.get("gold_laws") or [], names))]
    times = sorted(1000 * said["seconds"] for _, said in pairs)
    finding = [1000 * said["search_seconds"] for _, said in pairs if "search_seconds" in said]
    return {
        "consumer_rows": len(consumer),
        "topic_first": _share(row["topic"] in _topics(said, 1) for row, said in consumer),
        "topic_three": _share(row["topic"] in _topics(said, 3) for row, said in consumer),
        "answered": _share(said["decision"] in ANSWERING for _, said in consumer),
        "gold_rows": len(gold),
        "gold_first": _share(bool(held & _articles(said["basis"])) for held, said in gold),
        "gold_three": _share(bool(held & _cited(said, library)) for held, said in gold),
        "false_legal": _false(pairs, "out_of_scope_legal"),
        "false_smalltalk": _false(pairs, "chitchat"),
        "calibration_error": _calibration_error(consumer),
        "search_median_ms": round(median(finding), 1) if finding else None,
        "median_ms": round(median(times), 1) if times else None,
        "p95_ms": round(quantiles(times, n=20)[-1], 1) if len(times) > 1 else None,
    }


def _share(hits: Any) -> float | None:
    counted = [bool(hit) for hit in hits]
    return round(sum(counted) / len(counted), 4) if counted else None


def _topics(said: Row, many: int) -> list[str]:
    """Topics of the first `many` cases."""
    return [case["topic"] for case in said["cases"][:many]]


def _false(pairs: list[tuple[Row, Row]], kind: str) -> float | None:
    return _share(said["decision"] in ANSWERING for row, said in pairs if row.get("kind") == kind)


def _articles(cited: list[str]) -> set[str]:
    """Law and article without paragraph: 民法典第一百四十五条."""
    return {text[: found.end()] for text in cited if (found := ARTICLE.search(text))}


def _held(gold: list[str], names: set[str]) -> set[str]:
    kept = _articles([text.removeprefix("中华人民共和国") for text in gold])
    return {text for text in kept if ARTICLE.split(text)[0] in names}


def _cited(said: Row, library: Library) -> set[str]:
    cases = [library.case(case["id"]) for case in said["cases"][:3]]
    return _articles([plain(one, library.laws) for case in cases for one in outcomes.basis_of(case, None)])


def _calibration_error(consumer: list[tuple[Row, Row]]) -> float | None:
    """Mean distance between the score of the first case and how often its topic is right, over ten bins."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for row, said in consumer:
        if said["cases"]:
            first = said["cases"][0]
            score = min(max(float(first["score"]), 0.0), 1.0)
            bins.setdefault(min(int(score * BINS), BINS - 1), []).append(
                (score, first["topic"] == row["topic"])
            )
    total = sum(len(rows) for rows in bins.values())
    if not total:
        return None
    error = sum(
        abs(sum(score for score, _ in rows) - sum(right for _, right in rows)) for rows in bins.values()
    )
    return round(error / total, 4)


def show(figures_by_part: dict[str, dict[str, Row]], rows: list[Row], predictions: list[Row]) -> None:
    """Print the table, what was decided by kind, and the topics that go wrong most."""
    console = Console(width=140)
    table = Table(title="answers to real questions")
    table.add_column("figure")
    columns = [(part, who) for part, both in figures_by_part.items() for who in both]
    for part, who in columns:
        table.add_column(f"{part}\n{who}", justify="right")
    for key, label in LABELS.items():
        table.add_row(label, *(_shown(figures_by_part[part][who][key]) for part, who in columns))
    console.print(table)
    decided = Counter(
        (row.get("kind"), said["decision"]) for row, said in zip(rows, predictions, strict=True)
    )
    console.print(
        "decided, by kind: "
        + ", ".join(f"{kind} {what} {n}" for (kind, what), n in sorted(decided.items(), key=str))
    )
    wrong = Counter(
        (row["topic"], (_topics(said, 1) or ["-"])[0])
        for row, said in zip(rows, predictions, strict=True)
        if row.get("consumer") and row.get("topic") and row["topic"] not in _topics(said, 1)
    )
    console.print(
        "topics missed most (gold → ours): "
        + ", ".join(f"{a} → {b} {n}" for (a, b), n in wrong.most_common(20))
    )


def _shown(value: float | int | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) and value <= 1 else str(value)
