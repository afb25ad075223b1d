"""Answer cards: a case, the outcome that holds and the facts known, as one channel-neutral message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from knowledge import citations, deadline, outcomes, places, remedy, saying
from knowledge.content import UNKNOWN, Case, Fact, FactType, Outcome

if TYPE_CHECKING:
    from knowledge.library import Library


@lru_cache(maxsize=1)
def wording() -> Mapping[str, str]:
    """Sentences of the card that are not content (card_wording.yml)."""
    file = Path(__file__).with_name("card_wording.yml")
    held: Mapping[str, str] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return held


def shown(fact: Fact, value: Any) -> str:
    """A fact's value as a reader sees it: 8岁, 3000元, 2026年10月1日."""
    if value == UNKNOWN:
        return str(UNKNOWN)
    unit = "元" if fact.type is FactType.MONEY else fact.unit
    return f"{saying.shown(fact, value)}{unit}"


def plain_yuan(amount: Any) -> str:
    """Yuan without needless zeros: 3000, 12.5."""
    text = format(Decimal(str(amount)).quantize(Decimal("0.01")), "f")
    return text.rstrip("0").rstrip(".")


def remedy_of(case: Case, outcome: Outcome, facts: Mapping[str, Any]) -> remedy.Remedy | None:
    rule = outcome.remedy or case.remedy
    return remedy.compute(rule, facts) if rule else None


def deadlines_of(
    case: Case, outcome: Outcome, facts: Mapping[str, Any], today: date
) -> list[deadline.Deadline]:
    rules = case.deadlines if outcome.deadlines is None else outcome.deadlines
    return [found for rule in rules if (found := deadline.compute(rule, facts, today)) is not None]


def letter(case: Case, facts: Mapping[str, Any]) -> str:
    """The message a consumer can send to the merchant; a clause whose fact is unknown is left out."""
    template = next((step.say for step in case.steps if step.say), "")
    return saying.fill(template, case, facts)


def basis(library: Library, outcome: Outcome, today: date) -> list[dict[str, Any]]:
    """The articles an outcome rests on, the firm ones first; `text` is the official wording where it is held."""
    rows = []
    for citation in sorted(outcome.basis, key=lambda cited: cited.unverified):
        law = library.law(citation.law)
        edition = law.in_force(today.isoformat())
        rows.append(
            {
                "law": law.id,
                "name": law.name,
                "article": citation.article,
                "label": citations.label(citation, library.laws),
                "gist": law.gists.get(citation.article, ""),
                "text": library.quote(law.id, citation.article, today),
                "effective": edition.effective if edition else "",
                "unverified": citation.unverified,
            }
        )
    return rows


def local(
    library: Library, case: Case, told: Sequence[str], facts: Mapping[str, Any]
) -> list[dict[str, str]]:
    """What local law adds at the place the consumer named."""
    if not case.local:
        return []
    regions = [
        str(facts[id]) for id, fact in case.facts.items() if fact.type is FactType.REGION and facts.get(id)
    ]
    place = regions[0] if regions else places.told_region(told)
    return [
        {
            "label": citations.label(citations.Citation(rule.law, rule.article), library.laws),
            "says": rule.says,
        }
        for rule in case.local
        if places.holds_in(library.law(rule.law), place)
    ]


def basis_names(library: Library, case: Case, outcome: Outcome | None) -> list[str]:
    """Full names such as 民法典第一百四十五条; of every outcome while none is settled."""
    return [citations.plain(citation, library.laws) for citation in outcomes.basis_of(case, outcome)]


def card(
    library: Library,
    case: Case,
    outcome: Outcome,
    facts: Mapping[str, Any],
    today: date,
    told: Sequence[str] = (),
) -> dict[str, Any]:
    """The card of the contract between bot and channels (docs/architecture.md). `told`: the consumer's own words."""
    owed = remedy_of(case, outcome, facts)
    office = library.office(case.office)
    return {
        "case": case.id,
        "title": case.title,
        "topic": case.topic,
        "strength": outcome.strength.value,
        "answer": outcome.answer,
        "basis": basis(library, outcome, today),
        "local": local(library, case, told, facts),
        "evidence": [
            {"item": row.item, "proves": row.proves, "how": row.how}
            for row in sorted(case.evidence, key=lambda row: -row.weight)
        ],
        "steps": steps(library, case, facts),
        "remedy": remedy_view(owed),
        "deadlines": [deadline_view(row) for row in deadlines_of(case, outcome, facts, today)],
        "office": {
            "id": office.id,
            "name": office.name,
            "phone": office.phone,
            "when": office.when,
            "bring": office.bring,
            "url": office.url,
        },
        "elsewhere": case.elsewhere,
        "precedents": [
            {"source": row.source, "date": row.date, "facts": row.facts, "result": row.result}
            for row in case.precedents
        ],
        "note": wording()["law_changed"] if library.changed_since_review(case, today) else None,
        "release": library.release,
    }


def steps(library: Library, case: Case, facts: Mapping[str, Any]) -> list[dict[str, str]]:
    message = letter(case, facts)
    rows = []
    for used in case.steps:
        step = library.step(used.step)
        rows.append({"title": step.title, "text": step.text, "say": message if used.say else ""})
    return rows


def remedy_view(owed: remedy.Remedy | None) -> dict[str, Any] | None:
    if owed is None:
        return None
    amount = None if owed.amount is None else plain_yuan(owed.amount)
    return {"label": owed.label, "amount": amount, "formula": owed.formula, "label_basis": owed.label_basis}


def deadline_view(row: deadline.Deadline) -> dict[str, Any]:
    return {"label": row.label, "date": row.date, "text": row.text, "basis": row.basis}
