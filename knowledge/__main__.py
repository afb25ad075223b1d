"""`python -m knowledge`: check the content, build the library file, try a search, take in official law texts."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from knowledge import exchange_commands, law_commands, library
from knowledge.dates import BEIJING
from knowledge.errors import ContentRefused, KnowledgeError
from knowledge.library_file import LAWBOOK
from knowledge.words import DICTIONARY

NICENESS = 10
ROOT = Path(__file__).resolve().parent.parent


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help in (
        ("check", "tell every mistake and what needs looking after"),
        ("build", "write the library file"),
        ("search", "show how a text is ranked"),
        ("measure", "put every ask line as a question with itself left out"),
        ("vectors", "make the word-vector pipeline folder"),
    ):
        command = commands.add_parser(name, help=help)
        command.add_argument("--source", type=Path, default=ROOT / "knowledge", help="content folder")
        command.add_argument("--target", type=Path, default=ROOT / "var" / "library.db", help="library file")
        command.add_argument(
            "--law-texts",
            type=Path,
            default=ROOT.parent / "shared" / "laws",
            help="statute texts to verify citations with, when the folder exists",
        )
        command.add_argument(
            "--vectors", type=Path, default=ROOT / "var" / "zh_weiquan", help="pipeline folder"
        )
        command.add_argument(
            "--examples", type=Path, default=ROOT / "data" / "nlu", help="Rasa's example lines"
        )
        command.add_argument("--dictionary", type=Path, default=DICTIONARY, help="jieba words")
        if name == "check":
            command.add_argument("--quiet", action="store_true", help="mistakes only")
        if name == "build":
            command.add_argument("--fit", action="store_true", help="learn the ranking anew in any case")
            command.add_argument(
                "--overlay", type=Path, help="JSON of what the desk laid over the files: overlay, editions"
            )
            command.add_argument("--after", type=int, default=0, help="highest release number given so far")
        if name == "search":
            command.add_argument("text", help="what a consumer writes")
    candidate = commands.add_parser("candidate", help="build a release from a written order and try it")
    candidate.add_argument("order", type=Path, help="JSON; see knowledge/candidate.py")
    law_commands.add_to(commands, ROOT / "knowledge", ROOT / "var" / LAWBOOK)
    exchange_commands.add_to(commands, ROOT / "knowledge")
    return parser


def _check(given: argparse.Namespace) -> int:
    from knowledge.check import check  # it compares all texts, with a library that is slow to load

    mistakes, remarks = check(given.source, law_texts=given.law_texts, today=datetime.now(BEIJING).date())
    for problem in [] if given.quiet else remarks:
        print(f"remark  {problem}")
    for problem in mistakes:
        print(f"mistake {problem}")
    print(f"{len(mistakes)} mistake(s), {len(remarks)} remark(s)")
    return 1 if mistakes else 0


def _build(given: argparse.Namespace) -> int:
    from knowledge import (  # what learns and writes loads slowly; searching needs none of it
        publishing,
        vectors,
    )

    start = time.monotonic()
    vectors.ensure_pipeline(given.vectors, given.dictionary)
    number = publishing.build(
        given.source,
        given.target,
        law_texts=given.law_texts,
        vectors=given.vectors,
        examples=given.examples,
        dictionary=given.dictionary,
        fit=given.fit,
        after=given.after,
        **(json.loads(given.overlay.read_text("utf-8")) if given.overlay else {}),
    )
    print(f"release {number} in {given.target} ({time.monotonic() - start:.1f} s)")
    return 0


def _search(given: argparse.Namespace) -> int:
    held = library.open_library(given.target, vectors=given.vectors, dictionary=given.dictionary)
    start = time.perf_counter()
    ranking = held.search(given.text)
    spent = (time.perf_counter() - start) * 1000
    print(
        f"{ranking.decision.value}  confidence {ranking.confidence:.2f}  release {held.release}  {spent:.1f} ms"
    )
    for hit in ranking.hits:
        parts = "  ".join(f"{name} {value:.2f}" for name, value in hit.parts.items())
        print(f"{hit.score:.2f}  {hit.case_id:<36} {hit.topic:<22} {parts}  {hit.title}")
    return 0


def _vectors(given: argparse.Namespace) -> int:
    from knowledge.vectors import build_pipeline

    build_pipeline(given.vectors, given.dictionary)
    print(f"pipeline in {given.vectors}")
    return 0


def _measure(given: argparse.Namespace) -> int:
    from knowledge import publishing

    results = publishing.leave_one_out(given.target, vectors=given.vectors, dictionary=given.dictionary)
    for result in results:
        if not result.case_among_three:
            print(f"lost  {result.case}: {result.text[:60]}  taken for {', '.join(result.found)}")
    count = max(len(results), 1)
    first, three, topic = (
        sum(getattr(result, name) for result in results) / count
        for name in ("case_first", "case_among_three", "topic_first")
    )
    print(f"{len(results)} lines: case first {first:.3f}, among three {three:.3f}, topic first {topic:.3f}")
    return 0


def _candidate(given: argparse.Namespace) -> int:
    from knowledge import candidate

    if os.name == "posix":
        os.nice(NICENESS)  # whoever answers people on this machine goes first
    return candidate.run(candidate.read_order(given.order))


COMMANDS = {
    "candidate": _candidate,
    "check": _check,
    "build": _build,
    "search": _search,
    "measure": _measure,
    "vectors": _vectors,
    "laws": law_commands.run_laws,
    "impact": law_commands.run_impact,
    "export": exchange_commands.run_export,
    "import": exchange_commands.run_import,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 with a message when not."""
    given = _parser().parse_args(arguments)
    try:
        return COMMANDS[given.command](given)
    except ContentRefused as error:
        print(error, file=sys.stderr)
    except KnowledgeError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
