"""`python -m knowledge laws …` and `impact`: official texts in, two editions compared."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from knowledge import impact
from knowledge.citations import article_words
from knowledge.content import Case, Law, case_from, law_from
from knowledge.errors import StatuteRefused
from knowledge.impact import Change
from knowledge.lawbook import Lawbook, Taken
from knowledge.reading import read_folder
from knowledge.statute_files import SUFFIXES, read_statute

NAMES = {
    Change.MOVED: "moved",
    Change.CHANGED: "changed",
    Change.CHANGED_AND_MOVED: "changed, moved",
    Change.REMOVED: "removed",
    Change.ADDED: "new",
}


def add_to(commands: Any, source: Path, book: Path) -> None:
    """Add the commands to the parser of `python -m knowledge`."""
    laws = commands.add_parser("laws", help="take in, list and show official texts")
    what = laws.add_subparsers(dest="what", required=True)
    take = what.add_parser("import", help="take statutes in: Markdown, text or DOCX, files or folders")
    take.add_argument("files", nargs="+", type=Path)
    take.add_argument("--law", default="", help="id in knowledge/laws, when the title does not tell")
    take.add_argument("--effective", default="", help="YYYY-MM-DD, when the file does not tell")
    take.add_argument(
        "--replace", action="store_true", help="put these words in place of others held for that day"
    )
    listed = what.add_parser("list", help="what is held")
    shown = what.add_parser("show", help="an article as published")
    shown.add_argument("law")
    shown.add_argument("article", help="145 or 145-1")
    shown.add_argument("--effective", default="", help="of which edition; the newest when not said")
    compare = commands.add_parser("impact", help="what a new edition changes and which cases to review")
    compare.add_argument("law", help="id in knowledge/laws")
    compare.add_argument("old", help="effective day of an edition taken in, or a statute file")
    compare.add_argument("new", help="the same for the new one")
    compare.add_argument("--json", type=Path, help="where the result goes, for a program")
    for command in (take, listed, shown, compare):
        command.add_argument("--source", type=Path, default=source, help="content folder")
        command.add_argument("--book", type=Path, default=book, help="file of official texts")


def run_laws(given: argparse.Namespace) -> int:
    """0 when all went well, 1 when a file was refused or nothing was found."""
    return {"import": _import, "list": _list, "show": _show}[given.what](given)


def _content(given: argparse.Namespace) -> tuple[dict[str, Law], list[Case]]:
    raw = read_folder(given.source)
    return (
        {id: law_from(entry) for id, entry in raw.laws.items()},
        [case_from(entry) for entry in raw.cases.values()],
    )


def _import(given: argparse.Namespace) -> int:
    laws, _ = _content(given)
    files = [
        file
        for path in given.files
        for file in (
            sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        )
    ]
    book, refused = Lawbook(given.book), 0
    options = {"law": given.law, "effective": given.effective, "replace": given.replace}
    for file in track(files, "reading", console=Console(stderr=True), disable=len(files) < 5):
        try:
            _tell(book.take(read_statute(file), laws, **options))
        except StatuteRefused as error:
            refused += 1
            print(f"refused {error}", file=sys.stderr)
    print(f"{len(files) - refused} file(s) taken in, {refused} refused")
    return 1 if refused else 0


def _tell(taken: Taken) -> None:
    new = (
        "" if taken.registered else f"; knowledge/laws/{taken.law}.yml has no edition of that day yet: add it"
    )
    print(f"{taken.title} of {taken.effective}: {taken.articles} articles, {taken.added} new{new}")


def _list(given: argparse.Namespace) -> int:
    for held in Lawbook(given.book).editions():
        part = " (excerpt)" if held.excerpt else ""
        print(f"{held.law:<40} {held.effective}  {held.articles:>4} articles{part}  {held.title}")
    return 0


def _show(given: argparse.Namespace) -> int:
    book = Lawbook(given.book)
    days = [held.effective for held in book.editions(given.law)]
    day = given.effective or (days[-1] if days else "")
    words = book.articles(given.law, day).get(given.article)
    if words is None:
        print(
            f"{given.law} {given.article} is not held; take its text in with: laws import FILE",
            file=sys.stderr,
        )
        return 1
    print(f"{article_words(given.article)}（{day} 起施行）\n{words}")
    return 0


def run_impact(given: argparse.Namespace) -> int:
    laws, cases = _content(given)
    book = Lawbook(given.book)
    (old, _), (new, excerpt) = _edition(book, given.law, given.old), _edition(book, given.law, given.new)
    changes = impact.compare(old, new, excerpt=excerpt)
    works = list(impact.work(given.law, changes, cases))
    name = laws[given.law].name if given.law in laws else given.law
    _show_changes(name, changes, works)
    if given.json:
        given.json.write_text(
            json.dumps(as_plain(changes, works), ensure_ascii=False, indent=1), encoding="utf-8"
        )
    return 0


def _edition(book: Lawbook, law: str, given: str) -> tuple[dict[str, str], bool]:
    """(number → words, whether an excerpt) of an edition taken in or of a file."""
    if Path(given).suffix.lower() in SUFFIXES:
        file = read_statute(Path(given))
        return {article.number: article.text for article in file.text.articles}, file.excerpt
    held = {edition.effective: edition for edition in book.editions(law)}
    if given not in held:
        known = ", ".join(held) or "none"
        raise StatuteRefused(
            Path(given), f"no edition of {law} of that day is held (held: {known}); laws import it first"
        )
    return book.articles(law, given), held[given].excerpt


def as_plain(changes: list[impact.ArticleChange], works: list[impact.Work]) -> dict[str, Any]:
    """For another program; `register` is what the new edition's entry in knowledge/laws should say."""
    moved = {
        change.old: change.new for change in changes if change.old and change.new and change.old != change.new
    }
    return {
        "changes": [
            {"change": c.change.value, "old": c.old, "new": c.new, "likeness": c.likeness}
            for c in changes
            if c.change is not Change.SAME
        ],
        "cases": [
            {
                "case": w.case,
                "outcomes": list(w.outcomes),
                "old": w.change.old,
                "new": w.change.new,
                "change": w.change.change.value,
                "only_basis": w.only_basis,
            }
            for w in works
        ],
        "register": {"gone": [c.old for c in changes if c.change is Change.REMOVED], "moved": moved},
    }


def _show_changes(name: str, changes: list[impact.ArticleChange], works: list[impact.Work]) -> None:
    console = Console()
    same = sum(change.change is Change.SAME for change in changes)
    articles = Table(title=f"{name}: {len(changes) - same} articles differ, {same} are the same")
    for column in ("old", "new", "what", "likeness"):
        articles.add_column(column)
    for change in changes:
        if change.change is not Change.SAME:
            likeness = f"{change.likeness:.0%}" if change.likeness else ""
            articles.add_row(change.old, change.new, NAMES[change.change], likeness)
    console.print(articles)
    table = Table(title=f"{len({work.case for work in works})} case(s) to review")
    for column in ("case", "outcomes", "cites", "now", "only basis"):
        table.add_column(column)
    for work in works:
        now = work.change.new or "–"
        table.add_row(
            work.case, ", ".join(work.outcomes), work.change.old, now, "yes" if work.only_basis else ""
        )
    console.print(table)
