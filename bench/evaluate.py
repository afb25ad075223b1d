"""How well are real questions answered? Asks the running bot each row and prints what it decided.

    python -m bench.evaluate questions.jsonl [--out predictions.jsonl] [--json figures.json]

A row has `id, text, kind, topic, gold_laws, consumer`; missing gold counts nowhere. The bot is started
by the run itself and asked over HTTP, one fresh conversation a row, as a consumer would be.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.progress import track

from bench import running, scores
from bench.nearest import NearestAsk
from knowledge.library import Library, open_library
from knowledge.words import DICTIONARY

Row = dict[str, Any]


def read_rows(path: Path) -> list[Row]:
    """The questions; a broken line stops the run with its number."""
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise SystemExit(f"{path}:{number}: not JSON: {error}") from None
    return rows


def half(row: Row) -> str:
    """Which half of the rows this one is in: `develop` was looked at, `aside` was not."""
    return "develop" if int(hashlib.md5(str(row["id"]).encode()).hexdigest()[-1], 16) < 8 else "aside"


def ask(url: str, conversation: str, row: Row) -> Row:
    """One prediction: what the bot decided for a first message, the texts it sent, and how long it took."""
    body = {
        "conversation": conversation,
        "message_id": uuid.uuid4().hex,
        "text": row["text"],
        "channel": "h5",
    }
    begin = time.perf_counter()
    answer = requests.post(f"{url}/webhooks/weiquan/turn", json=body, timeout=60)
    took = time.perf_counter() - begin
    data = answer.json().get("data") or {}
    decision = data.get("decision") or {}
    return {
        "id": row["id"],
        "decision": decision.get("decision", "clarify"),
        "cases": [
            {key: case[key] for key in ("id", "topic", "score")} for case in decision.get("cases", [])[:5]
        ],
        "basis": decision.get("basis", []),
        "text": "\n".join(_words(reply) for reply in data.get("replies", [])),
        "act": decision.get("act"),
        "seconds": round(took, 4),
        "status": answer.status_code,
    }


def finding(library: Library, text: str) -> float:
    """Seconds to find the cases of one question, without the talk around it."""
    begin = time.perf_counter()
    library.search(text)
    return time.perf_counter() - begin


def _words(reply: Row) -> str:
    card = reply.get("card") or {}
    return "\n".join(part for part in (reply.get("text", ""), card.get("answer", "")) if part)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="questions, one JSON object a line")
    parser.add_argument("--out", type=Path, help="where the predictions go, one JSON object a line")
    parser.add_argument("--json", type=Path, help="where the figures go")
    chosen = parser.parse_args(arguments)
    rows = read_rows(chosen.file)
    prepared = running.prepare()
    library = open_library(prepared.library_path, vectors=prepared.vectors_dir, dictionary=DICTIONARY)
    with running.data_folder() as home, running.our_bot(home) as bot:
        new = running.conversations_in(home)
        predictions = [
            ask(bot.url, new(), row) for row in track(rows, "asking", console=Console(stderr=True))
        ]
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in predictions), "utf-8"
        )
    for row, prediction in zip(rows, predictions, strict=True):
        prediction["search_seconds"] = finding(library, row["text"])
    baseline = NearestAsk(library).predictions(rows)
    figures: dict[str, dict[str, Any]] = {"all": {}, "develop": {}, "aside": {}}
    for part in figures:
        kept = [n for n, row in enumerate(rows) if part in ("all", half(row))]
        figures[part] = {
            "ours": scores.figures([rows[n] for n in kept], [predictions[n] for n in kept], library),
            "nearest ask line": scores.figures([rows[n] for n in kept], [baseline[n] for n in kept], library),
        }
    scores.show(figures, rows, predictions)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
