"""How fast is a turn? Ours against stock Rasa, the same messages, the same run, side by side.

    python -m bench.turns [--users 8] [--seconds 20] [--rounds 2] [--json figures.json]

Each chatting user holds the conversation of bench/talk.py again and again, waiting for every reply.
The two set-ups are driven in turns (A B A B), never at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from bench import running, stock
from bench.talk import TALK

WARM_UP = 2  # conversations before the clock starts


@dataclass
class Figures:
    """What was measured of one set-up: seconds a turn over all rounds, and the process figures."""

    turns: list[float] = field(default_factory=list)
    lasted: float = 0.0
    failed: int = 0
    started: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)

    def row(self) -> dict[str, float]:
        ordered = sorted(self.turns)
        return {
            "turns_per_second": len(ordered) / self.lasted,
            "p50_ms": 1000 * ordered[len(ordered) // 2],
            "p95_ms": 1000 * ordered[int(len(ordered) * 0.95)],
            "p99_ms": 1000 * ordered[int(len(ordered) * 0.99)],
            "memory_mb": median(self.resident) / 1e6,
            "start_seconds": median(self.started),
            "failed": self.failed,
        }


async def _one_user(say: Any, new: Any, until: float, figures: Figures) -> None:
    while time.perf_counter() < until:
        conversation = new()
        for text in TALK:
            begin = time.perf_counter()
            try:
                heard = await say(conversation, text)
            except (aiohttp.ClientError, asyncio.TimeoutError):
                heard = False
            figures.turns.append(time.perf_counter() - begin)
            figures.failed += not heard
            if time.perf_counter() > until:
                return


async def drive(say: Any, new: Any, users: int, seconds: float, figures: Figures) -> None:
    """Let `users` talk for `seconds`; every reply's time goes into `figures`."""
    for _ in range(WARM_UP):
        conversation = new()
        for text in TALK:
            await say(conversation, text)
    begin = time.perf_counter()
    await asyncio.gather(*(_one_user(say, new, begin + seconds, figures) for _ in range(users)))
    figures.lasted += time.perf_counter() - begin


async def measure_ours(url: str, home: Path, users: int, seconds: float, figures: Figures) -> None:
    async with aiohttp.ClientSession() as session:

        async def say(conversation: str, text: str) -> bool:
            body = {
                "conversation": conversation,
                "message_id": uuid.uuid4().hex,
                "text": text,
                "channel": "h5",
            }
            async with session.post(f"{url}/webhooks/weiquan/turn", json=body) as answer:
                return bool(((await answer.json()).get("data") or {}).get("replies"))

        await drive(say, running.conversations_in(home), users, seconds, figures)


async def measure_stock(url: str, home: Path, users: int, seconds: float, figures: Figures) -> None:
    async with aiohttp.ClientSession() as session:

        async def say(conversation: str, text: str) -> bool:
            body = {"sender": conversation, "message": text}
            async with session.post(f"{url}/webhooks/rest/webhook", json=body) as answer:
                return bool(await answer.json())

        await drive(say, running.conversations_in(home), users, seconds, figures)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.turns", description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=8, help="people chatting at once")
    parser.add_argument("--seconds", type=float, default=20, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=2, help="how often each set-up is measured")
    parser.add_argument("--json", type=Path, help="where the figures go")
    chosen = parser.parse_args(arguments)
    prepared = running.prepare()
    console = Console(stderr=True)
    with console.status("training the stock set-up (once, a few minutes)"):
        folder = stock.project(prepared.home)
    measured = {"ours": Figures(), "stock": Figures()}
    for number in range(chosen.rounds):
        for name, figures in measured.items():
            with console.status(f"round {number + 1}: {name}"):
                _round(name, folder, chosen, figures)
    rows = {name: figures.row() for name, figures in measured.items()}
    _show(rows, chosen.users)
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1))
    return 0


def _round(name: str, folder: Path, chosen: argparse.Namespace, figures: Figures) -> None:
    with running.data_folder() as home:
        running.conversations_in(home)  # the desk store is there before both set-ups start
        starting = running.our_bot(home) if name == "ours" else stock.stock_rasa(folder, home)
        with starting as started:
            measure = measure_ours if name == "ours" else measure_stock
            asyncio.run(measure(started.url, home, chosen.users, chosen.seconds, figures))
            figures.started.append(started.started)
            figures.resident.append(started.resident())


def _show(rows: dict[str, dict[str, float]], users: int) -> None:
    table = Table(title=f"{users} chatting users, ours with its persistent tracker store")
    for column in ("figure", "ours", "stock Rasa", "ratio ours/stock"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    for key, ours in rows["ours"].items():
        theirs = rows["stock"][key]
        ratio = f"{ours / theirs:.2f}" if theirs else "–"
        table.add_row(key, f"{ours:.1f}", f"{theirs:.1f}", ratio)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
