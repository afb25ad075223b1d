"""The history on the desk: who did what to what and when, narrowed, and taken away as a sheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from flask import Response, render_template, request

from desk import history, wording
from desk import staff as accounts
from desk.history import Event, Filter
from desk.office_directory import Offices, directory
from desk.staff import Permission

from ..beijing import BEIJING, clock
from ..errors import InvalidField
from ..parts import parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..wording import say, section
from . import staff
from .access import in_one_read, me, needs
from .names import name_of

PAGE = 100
MOST_COUNTED = 10_000  # the page says "more than" beyond; the sheet counts all of them
SHEET_PAGE = 1000
LONGEST_SUBJECT = 80
WORDS_OF_CODES = (
    "statuses",
    "roles",
    "grounds",
    "reasons",
    "history_values",
    "group_ends",
    "group_dismissals",
)
ACTORS = ("consumer", "bot", "system")


@staff.get("/history")
@needs(Permission.HISTORY_READ)
@in_one_read
def history_page() -> str:
    """List events, newest first, narrowed by object, person, kind and days."""
    narrow, store = _narrowed(), parts().store
    before = whole_number("before", largest=LARGEST_ID) or None
    found = history.newest(store, limit=PAGE, before_seq=before, narrow=narrow)
    names, known = _names(), directory(store)
    asked = {name: value for name, value in request.args.items() if name != "before" and value}
    return render_template(
        "staff/history.html",
        active="history",
        rows=[_row(event, names, known) for event in found],
        total=history.count(store, narrow, most=MOST_COUNTED),
        older=found[-1].seq if len(found) == PAGE else None,
        asked=asked,
        people=[*((actor, say(f"history_page.actors.{actor}")) for actor in ACTORS), *names.items()],
        kinds=[(name, label_of(name)) for name in history.event_names(store)],
    )


@staff.get("/history.csv")
@needs(Permission.HISTORY_READ)
def history_sheet() -> Response:
    """Send the events the page would list as a sheet; that it was taken away is itself an event."""
    narrow, store, names = _narrowed(), parts().store, _names()
    known = directory(store)
    with store.write() as tx:
        history.record(tx, "history:sheet:export", "history", by=me().id, count=history.count(store, narrow))

    def lines() -> Iterator[str]:
        yield "\ufeff" + _line(say("history_page.columns").split("、"))
        before = None
        while True:
            found = history.newest(store, limit=SHEET_PAGE, before_seq=before, narrow=narrow)
            yield from (_line(_cells(event, names, known)) for event in found)
            if len(found) < SHEET_PAGE:
                return
            before = found[-1].seq

    response = Response(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=history.csv"
    return response


def label_of(event: str) -> str:
    """Return an event's name in words; of one without words of its own, what it was about."""
    labels = wording.section("history_events")
    known = labels.get(event) or wording.section("events").get(event)
    return known or labels.get(event.split(":")[0], labels["other"])


def _narrowed() -> Filter:
    by = clean(request.args.get("by", ""))[:LONGEST_SUBJECT]
    first, last = _day("from"), _day("to")
    return Filter(
        subject=clean(request.args.get("subject", ""))[:LONGEST_SUBJECT],
        by=(by, f"staff:{by}") if by else (),
        event=clean(request.args.get("event", ""))[:LONGEST_SUBJECT],
        since=first,
        until=last + timedelta(days=1) if last else None,
    )


def _day(name: str) -> datetime | None:
    given = request.args.get(name, "")
    if not given:
        return None
    try:
        day = datetime.strptime(given[:10], "%Y-%m-%d").date()
    except ValueError:
        raise InvalidField(name) from None
    return datetime.combine(day, time(), BEIJING)


def _names() -> dict[str, str]:
    return {member.id: name_of(member) for member in accounts.everyone(parts().store)}


def _who(event: Event, names: dict[str, str]) -> str:
    if event.by in ACTORS:
        return say(f"history_page.actors.{event.by}")
    id = event.by.removeprefix("staff:")
    return names.get(id, id)


def _row(event: Event, names: dict[str, str], known: Offices) -> dict[str, Any]:
    labels = section("history_page")["details"]
    shown = [
        f"{labels[name]}：{_in_words(value, names, known)}"
        for name, value in event.detail.items()
        if name in labels and value not in ("", None, [], {})
    ]
    return {
        "event": event,
        "label": label_of(event.event),
        "who": _who(event, names),
        "subject": "" if event.subject == event.by else names.get(event.subject, event.subject),
        "detail": "，".join(shown),
    }


def _in_words(value: Any, names: dict[str, str], known: Offices) -> str:
    """Return the words of a code wherever the desk has some; numbers, ids and the rest as they are."""
    if isinstance(value, (list, tuple)):
        return "、".join(_in_words(inner, names, known) for inner in value)
    if isinstance(value, dict):
        return "、".join(f"{_in_words(name, names, known)} {inner}" for name, inner in value.items() if inner)
    text = str(value).removeprefix("staff:")
    if text in names:
        return names[text]
    for group in WORDS_OF_CODES:
        if text in wording.section(group):
            return wording.section(group)[text]
    return known.name(text)


def _cells(event: Event, names: dict[str, str], known: Offices) -> list[str]:
    row = _row(event, names, known)
    detail = json.dumps(event.detail, ensure_ascii=False) if event.detail else ""
    return [
        str(event.seq),
        clock(event.at),
        row["who"],
        row["label"],
        event.event,
        event.subject,
        detail,
        event.hash,
    ]


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    # A cell that begins like a formula would be one in a spreadsheet.
    csv.writer(buffer).writerow([f"'{cell}" if cell[:1] in "=+-@" and cell else cell for cell in cells])
    return buffer.getvalue()
