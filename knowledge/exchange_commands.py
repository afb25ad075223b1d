"""`python -m knowledge export` and `import`: the library out and in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from knowledge import exchange, incoming
from knowledge.dates import BEIJING
from knowledge.exchange import Content
from knowledge.incoming import Report

FORMS: dict[str, Callable[[Content], bytes]] = {
    ".zip": lambda content: exchange.archive(exchange.yaml_files(content)),
    ".json": exchange.as_json,
    ".csv": exchange.as_csv,
    ".docx": lambda content: _book(content),
}


def add_to(commands: Any, source: Path) -> None:
    """Add the commands to the parser of `python -m knowledge`."""
    out = commands.add_parser("export", help="write the library as a folder, .zip, .json, .csv or .docx")
    out.add_argument("target", type=Path, help="a folder, or a file whose ending names the form")
    out.add_argument("--topic", action="append", default=[], help="only cases of this topic; may be repeated")
    into = commands.add_parser("import", help="tell what a folder or file would change; --write changes it")
    into.add_argument("file", type=Path, help="a folder, .zip, .json, .csv or one case as .yml")
    into.add_argument("--write", action="store_true", help="write what is new and changed")
    into.add_argument("--law-texts", type=Path, help="statute texts to verify citations with")
    for command in (out, into):
        command.add_argument("--source", type=Path, default=source, help="content folder")


def run_export(given: argparse.Namespace) -> int:
    """Write one form; 2 for an ending that names none."""
    content = exchange.from_folder(given.source)
    if given.topic:
        content = exchange.topics_of(content, given.topic)
    suffix = given.target.suffix.lower()
    if not suffix:
        exchange.write_files(given.target, exchange.yaml_files(content))
    elif suffix in FORMS:
        given.target.parent.mkdir(parents=True, exist_ok=True)
        given.target.write_bytes(FORMS[suffix](content))
    else:
        print(f"no form {suffix!r}; use a folder or {', '.join(FORMS)}", file=sys.stderr)
        return 2
    print(f"{len(content['cases'])} cases in {given.target}")
    return 0


def run_import(given: argparse.Namespace) -> int:
    """Tell what would change, and change it with --write; 1 when anything is refused, and then nothing is written."""
    held = exchange.from_folder(given.source)
    if given.file.is_dir():
        brought = exchange.read_tree(given.file)
    else:
        brought = exchange.read(given.file.name, given.file.read_bytes(), held)
    today = datetime.now(BEIJING).date()
    report = incoming.compare(held, brought, today=today, law_texts=given.law_texts)
    _print(report)
    if report.refused:
        return 1
    if given.write:
        for path in incoming.write(report, given.source):
            print(f"written {path}")
    return 0


def _print(report: Report) -> None:
    for arrival in report.new:
        print(f"new      {arrival.kind}/{arrival.id}  {arrival.title}")
    for arrival in report.changed:
        print(f"changed  {arrival.kind}/{arrival.id}  {arrival.title}")
        for found in arrival.differences:
            print(f"         {found.field}: {_short(found.before)} → {_short(found.after)}")
    for refusal in report.refused:
        where = ".".join(map(str, refusal.path))
        print(f"refused  {refusal.kind}/{refusal.id}  {where}: {refusal.said}")
    print(
        f"{len(report.new)} new, {len(report.changed)} changed, {len(report.refused)} refused, "
        f"{report.same} as they are, {report.missing} of the library not brought"
    )


def _short(value: Any, most: int = 80) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= most else f"{text[:most]}…"


def _book(content: Content) -> bytes:
    from knowledge.casebook import casebook  # python-docx loads slowly

    return casebook(content, on=datetime.now(BEIJING).date())
