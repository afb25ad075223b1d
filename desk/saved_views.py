"""Views of the work: a filter with a name, for everyone, shared by a supervisor, or one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import history
from .errors import ViewNotFound, WorkRefused
from .store import Store
from .store import saved_views as rows
from .store.worklist import Narrow
from .ticket import OPEN, TicketKind, TicketStatus
from .ticket_rows import merchant_key, now

FILE = Path(__file__).with_name("saved_views.yml")
SOON_DAYS = 3
LONGEST_NAME = 20
MOST_OWN = 20
LONGEST_WORD = 120


@dataclass(frozen=True)
class Filter:
    """What a view shows; '' and False narrow nothing.

    `kind` report, else complaints: the two are never mixed (art. 9); `queue` is office/skill; `assigned` mine or nobody; `due` soon or
    overdue; `status` one state instead of all open ones; `region` the beginning of a code;
    `amount_from` yuan as text.
    """

    kind: str = ""
    queue: str = ""
    assigned: str = ""
    due: str = ""
    status: str = ""
    topic: str = ""
    merchant: str = ""
    region: str = ""
    amount_from: str = ""
    urged: bool = False

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Filter:
        """Return the filter of form fields or stored JSON; what does not fit is left out."""
        words = {name: str(given.get(name) or "").strip()[:LONGEST_WORD] for name in cls.__dataclass_fields__}
        allowed = {
            "kind": {kind.value for kind in TicketKind},
            "assigned": {"mine", "nobody"},
            "due": {"soon", "overdue"},
            "status": {status.value for status in TicketStatus},
        }
        for name, values in allowed.items():
            if words[name] not in values:
                words[name] = ""
        if words["queue"].count("/") != 1:
            words["queue"] = ""
        if _yuan(words["amount_from"]) is None:
            words["amount_from"] = ""
        urged = given.get("urged") in (True, "1", "true")
        return cls(**{**words, "urged": urged})  # type: ignore[arg-type]

    def chosen(self) -> dict[str, Any]:
        """Return only what narrows."""
        return {name: value for name, value in asdict(self).items() if value}

    def narrow(self, *, staff_id: str, today: date, reports: bool) -> Narrow:
        """Return what the store is asked for `staff_id` on `today`; without `reports` complaints only."""
        office, _, skill = self.queue.partition("/")
        assigned = {"mine": staff_id, "nobody": ""}.get(self.assigned)
        before = {"soon": today + timedelta(days=SOON_DAYS + 1), "overdue": today}.get(self.due)
        return Narrow(
            statuses=(self.status,) if self.status else tuple(sorted(status.value for status in OPEN)),
            kind=self.kind if reports and self.kind else TicketKind.COMPLAINT.value,
            office=office or None,
            skill=skill or None,
            assigned_to=assigned,
            topic=self.topic or None,
            region=self.region or None,
            merchant_key=merchant_key(self.merchant) if self.merchant else None,
            due_before=before,
            amount_from=_yuan(self.amount_from),
            urged=self.urged,
        )


@dataclass(frozen=True)
class View:
    """A named filter. `key` is a builtin's key or the id of a saved one; `owner` '' for builtins."""

    key: str
    name: str
    owner: str
    shared: bool
    filter: Filter


@cache
def builtin() -> tuple[View, ...]:
    """Return the views everyone has (desk/saved_views.yml)."""
    lines = yaml.safe_load(FILE.read_text("utf-8"))
    return tuple(View(line["key"], line["name"], "", True, Filter.read(line["filter"])) for line in lines)


def for_person(store: Store, staff_id: str) -> list[View]:
    """Return the builtin views, then the shared ones and one's own."""
    with store.read() as tx:
        found = rows.of_person(tx.connection, staff_id)
    return [*builtin(), *(_view(row) for row in found)]


def save(
    store: Store, *, name: str, filter: Filter, by: str, shared: bool = False, at: datetime | None = None
) -> View:
    """Keep a filter under a name; WorkRefused without a name or a narrowing, or beyond twenty."""
    title = name.strip()
    if not title or len(title) > LONGEST_NAME:
        raise WorkRefused("view_name")
    if not filter.chosen():
        raise WorkRefused("view_empty")
    moment = at or now()
    with store.write() as tx:
        if rows.count(tx.connection, by) >= MOST_OWN:
            raise WorkRefused("view_too_many")
        row = {"owner": by, "name": title, "shared": shared, "filter": filter.chosen(), "at": moment}
        id = rows.insert_view(tx.connection, row)
        history.record(tx, "view:saved:add", str(id), by=by, at=moment, shared=shared)
        return _view({"id": id, **row})


def remove(store: Store, id: int, *, by: str, any_shared: bool = False, at: datetime | None = None) -> None:
    """Delete one's own view, or with `any_shared` a shared one; ViewNotFound otherwise."""
    with store.write() as tx:
        row = rows.view(tx.connection, id)
        if row is None or not (row["owner"] == by or (any_shared and row["shared"])):
            raise ViewNotFound(str(id))
        rows.delete_view(tx.connection, id)
        history.record(tx, "view:saved:remove", str(id), by=by, at=at)


def _view(row: Mapping[str, Any]) -> View:
    return View(str(row["id"]), row["name"], row["owner"], row["shared"], Filter.read(row["filter"]))


def _yuan(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**12 else None
