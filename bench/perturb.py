"""Questions in another garb: slips of the keyboard, voice input, traditional characters, dialect words.

Each garb is a function text → text that gives the same result for the same text. `python -m bench.perturb FILE` measures
what each costs: the search ranks every consumer row as it stands and in each garb.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jieba
import yaml
from opencc import OpenCC
from pypinyin import lazy_pinyin
from rich.console import Console
from rich.table import Table

from bench.evaluate import half, read_rows
from knowledge.library import Library, open_library
from settings import load

SLIPS = 0.08  # share of characters that a slip replaces
MISHEARD = 0.04
COMMON = 2000  # occurrences in jieba's dictionary that make a character one people type
_STOPS = re.compile(r"[，。！？、；：,.!?;:“”\"\s]+")
Garb = Callable[[str], str]


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Any]:
    held: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("perturbations.yml").read_text("utf-8"))
    return held


@lru_cache(maxsize=1)
def _homophones() -> Mapping[str, Sequence[str]]:
    """Common character → common characters of the same sound."""
    jieba.initialize()
    counted: Counter[str] = Counter()
    for word, times in jieba.dt.FREQ.items():
        counted.update(dict.fromkeys(word, times))
    common = [sign for sign, times in counted.items() if times > COMMON and "\u4e00" <= sign <= "\u9fff"]
    by_sound: dict[str, list[str]] = defaultdict(list)
    for sign in sorted(common):
        by_sound[lazy_pinyin(sign)[0]].append(sign)
    return {sign: alike for alike in by_sound.values() for sign in alike if len(alike) > 1}


@lru_cache(maxsize=1)
def _shapes() -> Mapping[str, str]:
    pairs = [str(pair) for pair in _words()["shapes"]]
    return {pair[0]: pair[1] for pair in pairs} | {pair[1]: pair[0] for pair in pairs}


def _misheard(text: str, share: float) -> str:
    dice, alike = random.Random(text), _homophones()
    return "".join(dice.choice(alike[s]) if s in alike and dice.random() < share else s for s in text)


def slips(text: str) -> str:
    """Homophones picked from the pinyin keyboard, and look-alikes."""
    dice, shapes = random.Random(text), _shapes()
    text = "".join(shapes[s] if s in shapes and dice.random() < SLIPS else s for s in text)
    return _misheard(text, SLIPS)


def voice(text: str) -> str:
    """As voice input writes it: no punctuation, fillers, a word misheard here and there."""
    dice, fillers = random.Random(text), _words()["fillers"]
    return _misheard(_STOPS.sub(lambda _: dice.choice(["", "", *fillers]), text), MISHEARD)


def dialect(text: str) -> str:
    """One of the dialects' words in place of the standard ones."""
    name = random.Random(text).choice(sorted(_words()["dialects"]))
    words = _words()["dialects"][name]
    pattern = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
    return pattern.sub(lambda found: words[found[0]], text)


@lru_cache(maxsize=1)
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def traditional(text: str) -> str:
    return str(_traditional().convert(text))


GARBS: dict[str, Garb] = {
    "as written": lambda text: text,
    "slips": slips,
    "voice input": voice,
    "traditional": traditional,
    "dialect": dialect,
}


def measure(rows: list[dict[str, Any]], library: Library, garb: Garb) -> tuple[float, float]:
    """(share with the right topic first, among three) of the search alone."""
    first = three = 0
    for row in rows:
        topics = [hit.topic for hit in library.search(garb(row["text"])).hits[:3]]
        first += topics[:1] == [row["topic"]]
        three += row["topic"] in topics
    count = max(len(rows), 1)
    return first / count, three / count


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.perturb", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="questions, one JSON object a line")
    parser.add_argument("--part", choices=("all", "develop", "aside"), default="all")
    parser.add_argument("--library", type=Path, help="a library file other than the installed one")
    parser.add_argument("--json", type=Path, help="where the figures go")
    chosen = parser.parse_args(arguments)
    settings = load()
    rows = [row for row in read_rows(chosen.file) if row.get("consumer") and row.get("topic")]
    rows = [row for row in rows if chosen.part in ("all", half(row))]
    library = open_library(chosen.library or settings.library_path, vectors=settings.vectors_dir)
    table = Table(title=f"{len(rows)} questions, search alone")
    for column in ("garb", "topic first", "among three", "lost first", "lost three"):
        table.add_column(column, justify="left" if column == "garb" else "right")
    figures: dict[str, dict[str, float]] = {}
    for name, garb in GARBS.items():
        first, three = measure(rows, library, garb)
        plain = figures.get("as written", {"first": first, "three": three})
        figures[name] = {"first": round(first, 4), "three": round(three, 4)}
        lost = (plain["first"] - first, plain["three"] - three)
        table.add_row(name, f"{first:.3f}", f"{three:.3f}", *(f"{100 * points:+.1f}" for points in lost))
    Console().print(table)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
