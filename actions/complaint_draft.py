"""From the talk to the form and from the form to the desk: prefilled lines, the draft, its summary."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker

from actions import choices, sources
from actions import complaint_reading as reading
from actions.hearing import Heard
from actions.matter import Matter, recall
from desk import admissibility, dispatch, tickets
from desk.complaint import ComplaintDraft
from desk.personal import mask_phone
from desk.ticket import Ticket
from knowledge import cards, outcomes, saying
from knowledge.content import Case, FactType, Office
from knowledge.facts import UNKNOWN

STORY_LEAST = 10
LINES = ("story", "request", "merchant", "merchant_address", "name", "phone", "address")
WORDING = Path(__file__).with_name("complaint_wording.yml")


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """Labels of the summary and sentences for what the admissibility check finds."""
    return dict(yaml.safe_load(WORDING.read_text("utf-8")))


def prefilled(tracker: Tracker, message: Heard, matter: Matter) -> dict[str, Any]:
    """Lines of the form that the conversation already told, by field; only those it did tell."""
    case = sources.known_case(matter.case_id)
    told = "\n".join(matter.told)
    found: dict[str, Any] = {
        "story": told if len(told) >= STORY_LEAST else None,
        "request": _request(case, matter) if case else None,
        "merchant": message.first("merchant"),
        "amount": _fact(case, matter, FactType.MONEY) if case else None,
        "date": _fact(case, matter, FactType.DATE) if case else None,
    }
    return {field: value for field, value in found.items() if value}


def _request(case: Case, matter: Matter) -> str | None:
    owed = cards.remedy_of(case, outcomes.decide(case, matter.facts), matter.facts)
    if owed is None:
        return None
    request = str(wording()["requests"][owed.rule])
    return f"{request}（{cards.plain_yuan(owed.amount)}元）" if owed.amount is not None else request


def _fact(case: Case, matter: Matter, kind: FactType) -> Any | None:
    values = (matter.facts.get(id) for id, fact in case.facts.items() if fact.type is kind)
    return next((value for value in values if value is not None and value != UNKNOWN), None)


def office_elsewhere(matter: Matter) -> Office | None:
    """The office a matter belongs to when that is not market regulation (art. 16, 1); else None."""
    case = sources.known_case(matter.case_id)
    if case is None or case.office in admissibility.COMPETENT:
        return None
    return sources.library().office(case.office)


def draft_of(tracker: Tracker) -> ComplaintDraft:
    """The form as the desk takes it; the region is the merchant's place, which decides competence."""
    line = {field: tracker.get_slot(f"complaint_{field}") or "" for field in LINES}
    matter = recall(tracker)
    case = sources.known_case(matter.case_id)
    happened, amount = tracker.get_slot("complaint_date"), tracker.get_slot("complaint_amount")
    return ComplaintDraft(
        kind="report" if is_report(tracker) else "complaint",
        name=line["name"],
        phone=line["phone"],
        address=line["address"],
        region_code=reading.place(line["merchant_address"]).code or reading.place(line["address"]).code,
        merchant_name=line["merchant"],
        merchant_address=line["merchant_address"],
        request=line["request"],
        story=line["story"],
        amount=Decimal(str(amount)) if amount else None,
        happened_on=date.fromisoformat(happened) if happened else None,
        case_id=case.id if case else "",
        topic=case.topic if case else "",
        office=case.office if case else "",
        facts=dict(matter.facts),
        evidence=tuple(tracker.get_slot("evidence_ids") or ()),
        mediation=None if is_report(tracker) else True,  # said in the summary, above the button
    )


def is_report(tracker: Tracker) -> bool:
    """Whether the form records a report (举报) and not a complaint; the two are never mixed (art. 9)."""
    return tracker.get_slot("complaint_kind") == "report"


def objections(field: str, value: str) -> list[str]:
    """What art. 10 objects to in one line of the form, as codes of desk/admissibility.py."""
    line: dict[str, Any] = {field: value}
    found = admissibility.check(ComplaintDraft(**line), sources.today())
    return [finding.code for finding in found if finding.code.startswith(field)]


def submit(tracker: Tracker) -> Ticket:
    """Hand the form to the desk. DeskError when it cannot be taken; nothing is half filed."""
    draft = draft_of(tracker)
    return tickets.file_ticket(
        sources.store(), conversation_id=tracker.sender_id, draft=draft, at=sources.now()
    )


def summary(tracker: Tracker) -> dict[str, Any]:
    """The summary message: lines to check, each with its edit chip, and the warnings of art. 16."""
    words, draft = wording(), draft_of(tracker)
    report = is_report(tracker)
    findings = admissibility.check(draft, sources.today())
    values = {
        "story": draft.story,
        "request": draft.request,
        "merchant": draft.merchant_name,
        "merchant_address": draft.merchant_address,
        "amount": f"{cards.plain_yuan(draft.amount)}元" if draft.amount is not None else "",
        "name": draft.name,
        "phone": mask_phone(draft.phone),
        "address": draft.address,
    }
    lines = [
        {"field": field, "label": words["fields"][field], "value": value, "edit": choices.edit(field)}
        for field, value in values.items()
        if value and not (report and field == "request")
    ]
    warnings = [words["findings"][found.code] for found in findings if not found.staff_only]
    return {
        "kind": "summary",
        "summary": {
            "title": words["titles"]["report" if report else "complaint"],
            "lines": lines,
            "warnings": warnings,
            **({} if report else {"note": words["mediation"]}),
        },
        "choices": [
            {"label": words["submit"], "value": choices.SUBMIT},
            {"label": words["pause"], "value": choices.PAUSE},
        ],
    }


def filed(ticket: Ticket) -> dict[str, Any]:
    """The ticket message: number, code, the date promised by law, which office handles it, where to look."""
    accept_by = ticket.accept_by
    office = dispatch.of(sources.store(), ticket.number)
    return {
        "kind": "ticket",
        "ticket": {
            "number": ticket.number,
            "code": ticket.code,
            "accept_by": saying.chinese_day(accept_by) if accept_by else "",
            "text": dispatch.consumer_words(office),
            "status_url": f"/tickets/{ticket.number}?code={ticket.code}",
        },
    }
