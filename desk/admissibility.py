"""Whether a complaint can be taken as it stands: Order 121, art. 10, 11 and 16, before it is filed.

Findings are codes; the sentences for them are in desk/wording.yml, the words that betray an
empty request or an unreal name in desk/admissibility.yml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import clock
from .complaint import ComplaintDraft
from .personal import plain_phone

WORDS = Path(__file__).with_name("admissibility.yml")
REFUSE = "refuse"
WARN = "warn"
# Offices whose matters are handled under Order 121 (drug regulation: art. 43).
COMPETENT = frozenset({"", "market_regulation", "drug_regulation", "price", "consumer_association"})
# Without these there is nothing to file; the rest an officer may still decide otherwise.
MATERIAL = frozenset(
    {
        "name_missing",
        "name_not_real",
        "phone_missing",
        "phone_invalid",
        "address_missing",
        "merchant_name_missing",
        "merchant_address_missing",
        "request_missing",
        "story_missing",
        "field_too_long",
    }
)
MOST = {
    "name": 60,
    "phone": 30,
    "address": 200,
    "merchant_name": 120,
    "merchant_address": 200,
    "request": 1000,
    "story": 6000,
    "agent_for": 60,
}
SHORTEST_STORY = 5  # letters
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}[2-9]\d{6,7}")


@dataclass(frozen=True)
class Finding:
    """One thing found. `severity` refuse: as it stands it will not be taken; warn: worth saying.

    `article` is the place in Order 121, such as `16(4)`. `staff_only` findings are for a person's
    judgement and are never shown to the consumer, nor do they refuse anything by themselves.
    """

    code: str
    severity: str
    article: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    staff_only: bool = False


def check(draft: ComplaintDraft, today: date) -> list[Finding]:
    """Return what art. 10, 11 and 16 find in `draft` on `today` (Beijing), the gravest first.

    Of a report only what art. 28 asks for: the business and the facts.
    """
    if draft.kind == "report":
        return [*_lead(draft), *_length(draft)]
    found = [
        *_identity(draft),
        *_respondent(draft),
        *_request(draft),
        *_length(draft),
        *_competence(draft),
        *_elsewhere(draft),
        *_time(draft, today),
        *_agent(draft),
        *_purpose(draft),
    ]
    return sorted(found, key=lambda finding: finding.severity != REFUSE)


def missing_material(findings: list[Finding]) -> list[Finding]:
    """Return those findings without whose mending nothing can be filed."""
    return [finding for finding in findings if finding.code in MATERIAL]


def phone_fits(phone: str) -> bool:
    """Tell whether it is a Chinese mobile number or a landline with its area code."""
    digits = plain_phone(phone)
    return bool(MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits))


def _lead(draft: ComplaintDraft) -> Iterator[Finding]:
    if not _plain(draft.merchant_name):
        yield Finding("merchant_name_missing", REFUSE, "28")
    if len(_plain(draft.story)) < SHORTEST_STORY:
        yield Finding("story_missing", REFUSE, "28")


def _identity(draft: ComplaintDraft) -> Iterator[Finding]:
    name = _plain(draft.name)
    if not name:
        yield Finding("name_missing", REFUSE, "10(1)")
    elif len(name) < 2 or name.endswith(_words("not_real_endings")) or name in _words("not_real_names"):
        yield Finding("name_not_real", REFUSE, "10(1)")
    if not draft.phone.strip():
        yield Finding("phone_missing", REFUSE, "10(1)")
    elif not phone_fits(draft.phone):
        yield Finding("phone_invalid", REFUSE, "10(1)")
    if len(_plain(draft.address)) < 4:
        yield Finding("address_missing", REFUSE, "10(1)")


def _respondent(draft: ComplaintDraft) -> Iterator[Finding]:
    if not _plain(draft.merchant_name):
        yield Finding("merchant_name_missing", REFUSE, "10(2)")
    if not _plain(draft.merchant_address):
        yield Finding("merchant_address_missing", REFUSE, "10(2)")


def _request(draft: ComplaintDraft) -> Iterator[Finding]:
    request = _plain(draft.request)
    if len(request) < 2:
        yield Finding("request_missing", REFUSE, "10(3)")
    elif request in _words("vague_requests"):
        yield Finding("request_vague", WARN, "10(3)")
    elif any(word in request for word in _words("report_requests")):
        yield Finding("request_is_report", WARN, "9")
    if len(_plain(draft.story)) < SHORTEST_STORY:
        yield Finding("story_missing", REFUSE, "10(3)")


def _length(draft: ComplaintDraft) -> Iterator[Finding]:
    for name, most in MOST.items():
        if len(getattr(draft, name)) > most:
            yield Finding("field_too_long", REFUSE, "10", {"field": name, "most": most})


def _competence(draft: ComplaintDraft) -> Iterator[Finding]:
    if draft.office not in COMPETENT:
        yield Finding("not_competent", REFUSE, "16(1)", {"office": draft.office})


def _elsewhere(draft: ComplaintDraft) -> Iterator[Finding]:
    if draft.handled_elsewhere:
        yield Finding("handled_elsewhere", REFUSE, "16(2)")


def _time(draft: ComplaintDraft, today: date) -> Iterator[Finding]:
    since = draft.known_on or draft.happened_on
    if draft.happened_on and draft.happened_on > today:
        yield Finding("date_in_future", WARN, "10(3)", {"date": draft.happened_on.isoformat()})
    elif since and (end := clock.three_years_end(since).day) < today:
        yield Finding("too_late", REFUSE, "16(4)", {"since": since.isoformat(), "ended": end.isoformat()})


def _agent(draft: ComplaintDraft) -> Iterator[Finding]:
    if draft.agent_for.strip():
        yield Finding("agent_papers", WARN, "11")


def _purpose(draft: ComplaintDraft) -> Iterator[Finding]:
    if draft.daily_use is False:
        yield Finding("not_daily_use", WARN, "17", staff_only=True)


def _plain(text: str) -> str:
    """The letters and digits of `text`, wide forms made narrow: what is left when decoration goes."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum())


@cache
def _words(list_name: str) -> tuple[str, ...]:
    with WORDS.open(encoding="utf-8") as file:
        lists = yaml.safe_load(file)
    return tuple(_plain(word) for word in lists[list_name])
