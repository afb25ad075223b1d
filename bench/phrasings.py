"""How does search hold up as the library grows? Builds libraries of 1e3 to 1e6 phrasings and times questions on each.

    python -m bench.phrasings [--sizes 4000,100000,1000000] [--json figures.json]

The phrasings are made from the library's own ask lines: openings, endings, sums and clauses of other lines of the
same case put together, no line twice. Questions are ask lines said in another order and with another opening, so that
none of them is in the index as it stands.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from knowledge import publishing
from knowledge.library import open_library
from knowledge.library_file import KINDS
from knowledge.reading import read_folder
from settings import load

OPENINGS = (
    "",
    "请问",
    "你好，",
    "急，",
    "在吗，",
    "求助，",
    "律师您好，",
    "我想问下，",
    "投诉，",
    "我妈说，",
)
ENDINGS = (
    "",
    "怎么办",
    "能不能管管",
    "该找谁",
    "麻烦了",
    "谢谢",
    "气死我了",
    "等回复",
    "合理吗",
    "有没有人管",
)
SUMS = ("", "花了{}元", "一共{}块", "前后{}多", "被收了{}元")
PLACES = (
    "",
    "在长沙",
    "在合肥",
    "网上",
    "小区门口",
    "在商场",
    "老家县城",
    "在车站旁边",
    "去年",
    "上个月",
    "这周",
)
QUESTIONS = 400


def phrasings(lines: Sequence[str], count: int, dice: random.Random) -> Iterator[str]:
    """`count` different phrasings of one case, its own lines first."""
    seen = set(lines)
    yield from lines[:count]
    made = len(lines[:count])
    while made < count:
        line, other = dice.choice(lines), dice.choice(lines)
        parts = [
            dice.choice(PLACES),
            line.strip("。？！?!"),
            dice.choice(SUMS).format(dice.randint(3, 99_999)),
        ]
        if dice.random() < 0.3 and other is not line:
            parts.append(other.strip("。？！?!"))
        text = dice.choice(OPENINGS) + "，".join(part for part in parts if part) + dice.choice(ENDINGS)
        if text not in seen:
            seen.add(text)
            made += 1
            yield text


def grown(data: dict[str, Any], size: int) -> dict[str, Any]:
    """The same content with `size` phrasings, spread evenly over the cases."""
    dice = random.Random(20260415)
    each, extra = divmod(size, len(data["cases"]))
    cases = {
        id: {**case, "ask": list(phrasings([str(line) for line in case["ask"]], each + (n < extra), dice))}
        for n, (id, case) in enumerate(data["cases"].items())
    }
    return {**data, "cases": cases}


def questions(data: dict[str, Any]) -> list[tuple[str, str]]:
    """(text, case): clauses of ask lines in reverse order behind an opening that no phrasing has."""
    dice = random.Random(7)
    every = [(str(line), id) for id, case in data["cases"].items() for line in case["ask"]]
    picked = dice.sample(every, min(QUESTIONS, len(every)))
    return [("想咨询个事，" + "，".join(reversed(line.strip("。").split("，"))), id) for line, id in picked]


def measure(data: dict[str, Any], size: int, folder: Path, vectors: Path) -> dict[str, float]:
    target = folder / f"{size}.db"
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    release = {
        "number": 1,
        "digest": "",
        "recipe": "",
        "format": publishing.FORMAT,
        "code": "",
        "built_at": now,
    }
    begin = time.monotonic()
    publishing.write(
        target,
        grown(data, size),
        {**release, "cases": len(data["cases"])},
        [],
        vectors,
        publishing.DICTIONARY,
    )
    built = time.monotonic() - begin
    library = open_library(target, vectors=vectors)
    asked = questions(data)
    for text, _ in asked[:20]:
        library.search(text)
    times, first = [], 0
    for text, case in asked:
        begin = time.perf_counter()
        ranking = library.search(text)
        times.append(1000 * (time.perf_counter() - begin))
        first += ranking.hits[0].case_id == case
    return {
        "phrasings": size,
        "build_s": round(built, 1),
        "file_mb": round(target.stat().st_size / 1e6, 1),
        "own_case_first": round(first / len(asked), 3),
        "p50_ms": round(median(times), 1),
        "p95_ms": round(quantiles(times, n=20)[-1], 1),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.phrasings", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="4000,100000,1000000", help="phrasings, by commas")
    parser.add_argument("--source", type=Path, default=publishing.EXAMPLES.parent.parent / "knowledge")
    parser.add_argument("--json", type=Path, help="where the figures go")
    chosen = parser.parse_args(arguments)
    raw = read_folder(chosen.source)
    data = {"cases": raw.cases, **{kind: getattr(raw, kind) for kind in KINDS}}
    table = Table(title="search as the library grows")
    rows = []
    with tempfile.TemporaryDirectory(prefix="phrasings-") as folder:
        for size in map(int, chosen.sizes.split(",")):
            rows.append(measure(data, size, Path(folder), load().vectors_dir))
    for name in rows[0]:
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
