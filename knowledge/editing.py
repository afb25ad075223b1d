"""A case while it is being written: what is wrong with it, where, and how it would look and decide now."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge import cards, citations, outcomes
from knowledge.content import Case, FactType, Law, Strength, case_from, law_from
from knowledge.errors import KnowledgeError
from knowledge.library_file import KINDS, entries
from knowledge.linking import check_case
from knowledge.problem_words import in_chinese, schema_problems
from knowledge.reading import Raw, schemas
from knowledge.remarks import case_remarks

if TYPE_CHECKING:
    from knowledge.library import Library

_NUMBER = re.compile(r"[1-9]\d*(?:-[1-9]\d*)?")
BLANK: Mapping[str, Any] = {
    "title": "",
    "topic": "",
    "summary": "",
    "ask": [],
    "outcomes": [],
    "evidence": [],
    "steps": [],
    "office": "",
    "review": {"by": "", "on": "", "due": ""},
}


@dataclass(frozen=True)
class Finding:
    """A sentence about the part of the document at `path`; one that `stops` must be mended before a release."""

    path: tuple[str | int, ...]
    said: str
    stops: bool


@dataclass(frozen=True)
class Tried:
    """What a case says for given facts: its outcome, what it would still ask, and its card."""

    outcome: int
    outcome_id: str
    settled: bool
    asks: tuple[str, ...]
    card: dict[str, Any]


def findings(
    document: Mapping[str, Any], library_path: Path, *, today: date, law_texts: Path | None = None
) -> list[Finding]:
    """Everything an editor should mend or weigh in a document, checked as if it were published today."""
    found = [Finding(path, said, True) for path, said in schema_problems(document)]
    if found:
        return found
    id = str(document["id"])
    raw = Raw(library_path.parent)
    for kind in KINDS:
        setattr(raw, kind, entries(library_path, kind))
    raw.cases = {key: case for key, case in entries(library_path, "cases").items() if key != id}
    raw.origins = {("cases", key): Path(f"{case['title']}") for key, case in raw.cases.items()}
    raw.cases[id] = {**document, "review": {**document["review"], "on": today.isoformat()}}
    placed = _Placed(raw)
    mistakes = list(check_case(placed, id, law_texts=law_texts, on=today))
    laws = {law: law_from(entry) for law, entry in raw.laws.items()}
    remarks = [] if mistakes else list(case_remarks(placed, case_from(document), laws, today))
    stopping = [Finding(tuple(problem.path), in_chinese(problem), True) for problem in mistakes]
    weigh = [
        problem for problem in remarks if problem.path[:1] != ("review",)
    ]  # a release writes the review itself
    return stopping + [Finding(tuple(problem.path), in_chinese(problem), False) for problem in weigh]


def is_shaped(document: Mapping[str, Any]) -> bool:
    """Whether every part is of the kind a case has there, however unfinished; only such a document can be shown."""
    return all(error.validator != "type" for error in schemas()["case"].iter_errors(document))


class _Placed(Raw):
    """Content from a library file: another case is named by its title where a file would be."""

    def __init__(self, raw: Raw) -> None:
        super().__init__(**{name: getattr(raw, name) for name in Raw.__dataclass_fields__})

    def place(self, kind: str, id: str, path: Any = ()) -> tuple[str, int]:
        other = self.origins.get((kind, id))
        return (f"「{other}」", 1) if other else (f"{kind}/{id}", 1)


def draft_case(document: Mapping[str, Any]) -> Case | None:
    """The case a half-written document would be, its blanks empty; None while it has no outcome to show."""
    whole = {**BLANK, **{key: value for key, value in document.items() if value is not None}}
    try:
        whole["outcomes"] = [_outcome(i, raw) for i, raw in enumerate(whole["outcomes"])]
        whole["review"] = {**BLANK["review"], **whole["review"]}
        return case_from(whole) if whole["outcomes"] else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _outcome(i: int, raw: Mapping[str, Any]) -> dict[str, Any]:
    blank = {"id": f"o{i + 1}", "answer": "", "basis": [], "strength": Strength.FAIR.value}
    whole = {**blank, **raw}
    whole["basis"] = [cited for cited in whole["basis"] if cited.get("law") and cited.get("article")]
    return whole


def try_case(
    case: Case, facts: Mapping[str, Any], library: Library, today: date, outcome: int | None = None
) -> Tried | None:
    """What the case says when these facts are known; `outcome` shows that one whatever the facts say.

    None while parts are missing that a card cannot do without.
    """
    known = {id: value for id, value in facts.items() if id in case.facts and value not in ("", None)}
    decided = outcomes.decide(case, known)
    if outcome is not None and 0 <= outcome < len(case.outcomes):
        decided = case.outcomes[outcome]
    try:
        card = cards.card(library, case, decided, known, today)
    except (KnowledgeError, KeyError, TypeError, ValueError):
        return None
    return Tried(
        case.outcomes.index(decided),
        decided.id,
        outcomes.settled(case, known),
        tuple(outcomes.missing_facts(case, known)),
        card,
    )


def slug(title: str, taken: Container[str]) -> str:
    """An id for a new case from how its title is pronounced, not among those taken."""
    from pypinyin import lazy_pinyin  # loads its tables at first use

    heard = re.sub(r"[^a-z0-9]+", "-", "-".join(lazy_pinyin(title)).lower()).strip("-")[:40].strip("-")
    begun = heard if heard[:1].isalpha() else f"case-{heard}".strip("-")
    numbered = (f"{begun}-{n}" for n in itertools.count(2))
    return begun if begun not in taken else next(id for id in numbered if id not in taken)


def fact_value(case: Case, id: str, text: str) -> Any:
    """A fact's value as typed into a form, in the shape the outcomes compare; None for an empty or unreadable one."""
    fact, written = case.facts[id], text.strip()
    if not written:
        return None
    if fact.type is FactType.INTEGER:
        return int(written) if written.lstrip("-").isdigit() else None
    return written


def article_hits(library: Library, query: str, today: date, limit: int = 20) -> list[dict[str, Any]]:
    """Articles a query finds: by law and number (民法典 145), or by words of their gists; with their edition."""
    words = query.split()
    number = next((word for word in words if _NUMBER.fullmatch(word)), "")
    names = [word for word in words if word != number]
    hits = []
    for law in library.laws.values():
        called = [law.title, law.name, *law.short]
        rest = [word for word in names if not any(word in name for name in called)]
        matched = len(names) - len(rest)
        for key in [number] if number and matched else list(law.gists):
            gist = law.gists.get(key, "")
            if key not in law.gists and not _within(law, key, today):
                continue
            if all(word in gist for word in rest) and (matched or rest):
                hits.append((matched, len(law.name), law.id, key))
    hits.sort(key=lambda hit: (-hit[0], hit[1]))
    return [article(library, id, key, today) for _, _, id, key in hits[:limit]]


def _within(law: Law, number: str, today: date) -> bool:
    """Whether the edition in force is long enough for that article."""
    edition = law.in_force(today.isoformat())
    counted = edition.articles if edition else 0
    return counted is None or int(number.partition("-")[0]) <= counted


def article(library: Library, law_id: str, number: str, today: date) -> dict[str, Any]:
    """An article as the picker shows it: label, gist, the edition in force and its words where they are held."""
    law = library.law(law_id)
    edition = law.in_force(today.isoformat())
    label = citations.label(citations.Citation(law_id, number), library.laws)
    return {
        "law": law_id,
        "article": number,
        "label": label,
        "gist": law.gists.get(number, ""),
        "effective": edition.effective if edition else "",
        "region": law.region,
        "text": library.quote(law_id, number, today),
    }
