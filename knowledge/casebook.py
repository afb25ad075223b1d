"""The casebook for print (典型案例汇编): the library as a Word book, by topic, with its law and comments."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from docx.document import Document as Book
from ruamel.yaml import YAML

from knowledge import book_layout as layout
from knowledge import citations, conditions_told
from knowledge.citations import Citation, article_order, article_words, numeral
from knowledge.content import (
    Case,
    Law,
    Office,
    Step,
    Topic,
    case_from,
    law_from,
    office_from,
    step_from,
    topic_from,
)
from knowledge.exchange import Content, ordered
from knowledge.outcomes import basis_of
from knowledge.wording import HERE

QUOTED = 3  # phrasings shown of a case
SHORT = 40  # characters of one of them
OUTCOME_COLUMNS = (4.2, 9.4, 2.0)

Quote = Callable[[str, str], str]


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """The words of the book (casebook_words.yml)."""
    held: Mapping[str, Any] = YAML(typ="safe").load((HERE / "casebook_words.yml").read_text("utf-8"))
    return held


@dataclass(frozen=True)
class Shelf:
    """What a book is made from; `chapters` are topics with their cases in order."""

    chapters: tuple[tuple[Topic, tuple[Case, ...]], ...]
    laws: Mapping[str, Law]
    offices: Mapping[str, Office]
    steps: Mapping[str, Step]
    quote: Quote

    @property
    def cases(self) -> list[Case]:
        return [case for _, cases in self.chapters for case in cases]


def casebook(
    content: Content, *, on: date, release: int = 0, quote: Quote = lambda law, article: ""
) -> bytes:
    """The book as DOCX, named by its release when it has one. `quote` gives the official words of an article where they are held, else ''."""
    shelf = _shelf(content, quote)
    said = words()
    book = layout.new_book(said["title"])
    _front(book, shelf, release, on)
    _contents(book, shelf)
    layout.page_numbers(book, said["title"], said["page"])
    for number, (topic, cases) in enumerate(shelf.chapters, start=1):
        layout.chapter(book, _chapter(number, topic), _mark(topic))
        layout.body(book, topic.about + "。")
        for at, case in enumerate(cases, start=1):
            layout.entry(book, said["case"].format(number=f"{number}-{at}", title=case.title), _mark(case))
            _case(book, case, shelf, on)
    _index(book, shelf)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shelf(content: Content, quote: Quote) -> Shelf:
    cases = [case_from(raw) for raw in ordered(content)["cases"].values()]
    topics = [topic_from(slug, raw) for slug, raw in content["topics"].items()]
    chapters = [(topic, tuple(case for case in cases if case.topic == topic.slug)) for topic in topics]
    return Shelf(
        chapters=tuple((topic, held) for topic, held in chapters if held),
        laws={id: law_from(raw) for id, raw in content["laws"].items()},
        offices={id: office_from(id, raw) for id, raw in content["offices"].items()},
        steps={id: step_from(id, raw) for id, raw in content["steps"].items()},
        quote=quote,
    )


def _front(book: Book, shelf: Shelf, release: int, on: date) -> None:
    said = words()
    layout.space(book, 150)
    layout.line(book, said["title"], "Title")
    if release:
        layout.line(book, said["edition"].format(release=release), "Subtitle")
    layout.space(book, 240)
    counted = said["count"].format(cases=len(shelf.cases), topics=len(shelf.chapters))
    layout.line(book, counted, "Subtitle")
    layout.line(book, said["made"].format(year=on.year, month=on.month), "Subtitle")
    layout.new_page(book)
    layout.line(book, said["about_title"], "Subtitle")
    for text in said["about"]:
        layout.body(book, text)
    layout.new_page(book)


def _contents(book: Book, shelf: Shelf) -> None:
    said = words()
    layout.line(book, said["contents"], "Subtitle")
    rows: list[tuple[int, str, str]] = []
    for number, (topic, cases) in enumerate(shelf.chapters, start=1):
        rows.append((1, _chapter(number, topic), _mark(topic)))
        for at, case in enumerate(cases, start=1):
            rows.append((2, f"{number}-{at}　{case.title}", _mark(case)))
    rows.append((1, said["index_title"], "appendix"))
    layout.contents(book, rows)


def _chapter(number: int, topic: Topic) -> str:
    return str(words()["chapter"].format(number=numeral(number), title=topic.title))


def _mark(what: Topic | Case) -> str:
    """A bookmark's name: letters, digits and underscores, at most forty."""
    name = f"topic_{what.slug}" if isinstance(what, Topic) else f"case_{what.id.replace('-', '_')}"
    return name[:40]


def _case(book: Book, case: Case, shelf: Shelf, on: date) -> None:
    parts = words()["parts"]
    layout.part(book, parts["summary"])
    layout.body(book, case.summary)
    asked = [line for line in case.ask if len(line) <= SHORT][:QUOTED] or case.ask[:1]
    layout.part(book, parts["asked"])
    for line in asked:
        layout.aside(book, f"“{line}”")
    if case.facts:
        layout.part(book, parts["facts"])
        for number, fact in enumerate(case.facts.values(), start=1):
            choices = f"（{'／'.join(fact.choices)}）" if fact.choices else ""
            layout.item(book, "", fact.ask + choices, f"{number}.")
    layout.part(book, parts["outcomes"])
    layout.table(book, words()["table"], _outcomes(case), OUTCOME_COLUMNS)
    layout.part(book, parts["basis"])
    for cited in dict.fromkeys(basis_of(case, None)):
        _law(book, cited, shelf, on)
    layout.part(book, parts["evidence"])
    for kept in sorted(case.evidence, key=lambda kept: -kept.weight):
        layout.item(book, kept.item, words()["proves"].format(proves=kept.proves, how=kept.how))
    layout.part(book, parts["steps"])
    for number, used in enumerate(case.steps, start=1):
        step = shelf.steps.get(used.step)
        if step is not None:
            layout.item(book, step.title, step.text, f"{number}.")
    _rest(book, case, shelf)


def _rest(book: Book, case: Case, shelf: Shelf) -> None:
    parts = words()["parts"]
    office = shelf.offices.get(case.office)
    if office is not None:
        layout.part(book, parts["office"])
        told = words()["phone"].format(name=office.name, phone=office.phone) if office.phone else office.name
        layout.body(book, f"{told}。{case.elsewhere}")
    if case.merchant:
        layout.part(book, parts["merchant"])
        layout.body(book, case.merchant)
    if case.precedents:
        layout.part(book, parts["precedents"])
        for held in case.precedents:
            source = "，".join(text for text in (held.source, held.date) if text)
            layout.item(book, source, f"{held.facts}{held.result}")
    if case.comment:
        layout.part(book, parts["comment"])
        layout.aside(book, case.comment)


def _outcomes(case: Case) -> list[Sequence[str]]:
    said = words()
    rows: list[Sequence[str]] = []
    for outcome in case.outcomes:
        lines = conditions_told.told(case, outcome.when, said)
        last = said["otherwise"] if len(case.outcomes) > 1 else said["always"]
        rows.append(("\n".join(lines) or last, outcome.answer, said["strength"][outcome.strength.value]))
    return rows


def _law(book: Book, cited: Citation, shelf: Shelf, on: date) -> None:
    said, law = words(), shelf.laws.get(cited.law)
    name = citations.label(cited, shelf.laws)
    gist = law.gists.get(cited.article, "") if law else ""
    edition = law.in_force(on.isoformat()) if law else None
    told = said["unverified"] if cited.unverified else ""
    day = said["effective"].format(day=edition.effective) if edition else ""
    layout.item(book, name + told, gist + day)
    text = shelf.quote(cited.law, cited.article)
    if text:
        layout.aside(book, text)


def _index(book: Book, shelf: Shelf) -> None:
    """Which case stands on which article."""
    said = words()
    layout.chapter(book, said["index_title"], "appendix")
    used: dict[tuple[str, str], list[str]] = {}
    for number, (_, cases) in enumerate(shelf.chapters, start=1):
        for at, case in enumerate(cases, start=1):
            for law, article in dict.fromkeys((cited.law, cited.article) for cited in basis_of(case, None)):
                used.setdefault((law, article), []).append(f"{number}-{at}")
    for law in sorted({law for law, _ in used}, key=lambda law: _law_name(shelf, law)):
        layout.part(book, f"《{_law_name(shelf, law)}》")
        for article in sorted((art for name, art in used if name == law), key=article_order):
            cited = "、".join(used[law, article])
            layout.item(book, article_words(article), said["seen_in"].format(cases=cited), "")


def _law_name(shelf: Shelf, id: str) -> str:
    return shelf.laws[id].name if id in shelf.laws else id
