"""Follow-up questions about the active case: why, evidence, how long, how much, where, what next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rasa_sdk.executor import CollectingDispatcher

from actions import choices
from actions.matter import Matter
from knowledge import cards, outcomes
from knowledge.content import Case, FactType, Outcome
from knowledge.facts import UNKNOWN, next_figure
from knowledge.library import Library


@dataclass(frozen=True)
class Told:
    """What an explanation draws on."""

    say: CollectingDispatcher
    library: Library
    case: Case
    outcome: Outcome
    matter: Matter
    today: date


def explain(about: str, say: CollectingDispatcher, library: Library, matter: Matter, today: date) -> Matter:
    """Explain one side of the active case; returns the matter (how much may have to ask for the sum)."""
    case = library.case(str(matter.case_id))
    told = Told(say, library, case, outcomes.decide(case, matter.facts), matter, today)
    return EXPLAINED[about](told) or matter


def _evidence(told: Told) -> None:
    rows = sorted(told.case.evidence, key=lambda row: -row.weight)
    lines = "\n".join(
        f"{number}. {row.item}：能证明{row.proves}。{row.how}" for number, row in enumerate(rows, 1)
    )
    told.say.utter_message(response="utter_evidence_intro", title=told.case.title, lines=lines)


def _deadline(told: Told) -> None:
    rows = cards.deadlines_of(told.case, told.outcome, told.matter.facts, told.today)
    if not rows:
        told.say.utter_message(response="utter_deadline_none")
        return
    lines = "\n".join(f"· {row.label}：{row.text}" for row in rows)
    told.say.utter_message(response="utter_deadline_intro", lines=lines)


def _amount(told: Told) -> Matter | None:
    owed = cards.remedy_of(told.case, told.outcome, told.matter.facts)
    if owed is None:
        told.say.utter_message(response="utter_amount_none")
        return None
    if owed.amount is not None:
        amount = cards.plain_yuan(owed.amount)
        told.say.utter_message(response="utter_amount", label=owed.label, amount=amount, formula=owed.formula)
        return None
    told.say.utter_message(response="utter_amount_rule", label=owed.label, formula=owed.formula)
    missing = next_figure(told.case, told.matter.facts)
    if missing is None or missing.type is not FactType.MONEY:
        return None
    chips = [{"title": UNKNOWN, "payload": choices.fact(missing.id, UNKNOWN)}]
    told.say.utter_message(text=missing.ask, buttons=chips)
    return told.matter.asks("fact", fact=missing.id, then="amount")


def _where(told: Told) -> None:
    office = told.library.office(told.case.office)
    told.say.utter_message(
        response="utter_where", name=office.name, phone=office.phone, when=office.when, bring=office.bring
    )
    if told.case.elsewhere:
        told.say.utter_message(response="utter_where_else", elsewhere=told.case.elsewhere)


def _next(told: Told) -> None:
    rows = cards.steps(told.library, told.case, told.matter.facts)
    lines = "\n".join(f"{number}. {row['title']}：{row['text']}" for number, row in enumerate(rows, 1))
    told.say.utter_message(response="utter_steps_intro", lines=lines)


def _basis(told: Told) -> None:
    rows = cards.basis(told.library, told.outcome, told.today)
    lines = [f"· {row['label']}：{row['gist']}" for row in rows]
    local = cards.local(told.library, told.case, told.matter.told, told.matter.facts)
    lines += [f"· {row['label']}：{row['says']}" for row in local]
    told.say.utter_message(response="utter_basis_intro", lines="\n".join(lines))
    quoted = "\n\n".join(
        f"{row['label']}（{row['effective']} 起施行）\n{row['text']}" for row in rows if row["text"]
    )
    if quoted:
        told.say.utter_message(response="utter_basis_quoted", text=quoted)


def _letter(told: Told) -> None:
    letter = cards.letter(told.case, told.matter.facts)
    if letter:
        told.say.utter_message(response="utter_letter", letter=letter)
    else:
        told.say.utter_message(response="utter_letter_none")


EXPLAINED: dict[str, Callable[[Told], Matter | None]] = {
    "evidence": _evidence,
    "deadline": _deadline,
    "amount": _amount,
    "where": _where,
    "next": _next,
    "basis": _basis,
    "letter": _letter,
}
