"""Whether what a case rests on is still law, and from which day it may no longer be shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from knowledge.citations import Citation
from knowledge.content import Case, Law, Outcome


def lost_on(case: Case, cited: Citation, laws: Mapping[str, Law]) -> date | None:
    """The day the cited article lost force; None while it holds.

    An article that a newer edition drops or renumbers holds for cases reviewed since that edition is in force: they
    cite its numbers.
    """
    law = laws.get(cited.law)
    if law is None:
        return None
    days = [edition.repealed for edition in law.editions if edition.repealed]
    days += [
        edition.effective
        for edition in law.editions
        if case.review.on < edition.effective and cited.article in {*edition.gone, *edition.moved}
    ]
    return date.fromisoformat(min(days)) if days else None


def outcome_lost_on(case: Case, outcome: Outcome, laws: Mapping[str, Law]) -> date | None:
    """The day the last firm article of an outcome lost force; None while one of them holds."""
    firm = [cited for cited in outcome.basis if not cited.unverified] or list(outcome.basis)
    days = [lost_on(case, cited, laws) for cited in firm]
    return None if None in days else max(day for day in days if day)


def off_air_from(case: Case, laws: Mapping[str, Law]) -> date | None:
    """The day from which the case is not offered: an outcome without any law left, and its grace period over."""
    days = []
    for outcome in case.outcomes:
        lost = outcome_lost_on(case, outcome, laws)
        if lost is not None:
            grace = max(laws[cited.law].grace_days for cited in outcome.basis if cited.law in laws)
            days.append(lost + timedelta(days=grace))
    return min(days, default=None)


def changed_since_review(case: Case, laws: Mapping[str, Law], on: date) -> list[tuple[Citation, date]]:
    """What the case cites that has lost force by that day, with when."""
    found: dict[tuple[str, str], tuple[Citation, date]] = {}
    for outcome in case.outcomes:
        for cited in outcome.basis:
            day = lost_on(case, cited, laws)
            if day is not None and day <= on:
                found.setdefault((cited.law, cited.article), (cited, day))
    return list(found.values())
