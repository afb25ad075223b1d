"""Market regulation offices: which one works where, what lies above it, and its stations.

desk/data/offices.yml seeds them; what supervisors enter on the desk goes before it. A region in
neither gets its office by the common naming rule, marked as not `listed`. Offices marked `home` are
ours: they share this installation and handle tickets here. While none is marked there is one, LOCAL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from . import history, regions, wording
from .errors import OfficeRefused
from .regions import Region
from .store import Store, Tx, office_moves
from .store import dispatch as rows
from .ticket_rows import now

FILE = Path(__file__).with_name("data") / "offices.yml"
LOCAL = "local"  # the one office of a desk that has marked none as its own
CODE = re.compile(r"[0-9]{6}(-[a-z]{1,8})?")
WORDS = {"type": "array", "items": {"type": "string", "minLength": 2, "maxLength": 40}}
STATION = {
    "type": "object",
    "required": ["code", "name", "covers"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "minLength": 3, "maxLength": 30},
        "name": {"type": "string", "minLength": 3, "maxLength": 60},
        "covers": {**WORDS, "minItems": 1},
    },
}
OFFICE = {
    "type": "object",
    "required": ["code", "name"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "pattern": f"^{CODE.pattern}$"},
        "name": {"type": "string", "minLength": 4, "maxLength": 60},
        "region": {"type": "string", "pattern": "^[0-9]{6}$"},
        "parent": {"type": "string"},
        "phone": {"type": "string", "pattern": "^[0-9 -]{0,30}$"},
        "covers": WORDS,
        "stations": {"type": "array", "items": STATION},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["offices"],
    "additionalProperties": False,
    "properties": {"offices": {"type": "array", "minItems": 1, "items": OFFICE}},
}


@dataclass(frozen=True)
class Station:
    """A station (市场监管所) of an office; an address with one of the words in `covers` is its."""

    code: str
    name: str
    covers: tuple[str, ...]


@dataclass(frozen=True)
class Office:
    """One office. `parent` is the code of the one above, '' where its region says it; `home`: one of ours."""

    code: str
    name: str
    region: str
    parent: str = ""
    phone: str = ""
    covers: tuple[str, ...] = ()
    stations: tuple[Station, ...] = ()
    home: bool = False
    listed: bool = True


@dataclass(frozen=True)
class Offices:
    """The offices in force, and which of them are ours."""

    entries: Mapping[str, Office] = field(default_factory=dict)

    @property
    def marked(self) -> bool:
        """Tell whether any office is marked as ours; without one competence leads nowhere."""
        return any(office.home for office in self.entries.values())

    @cached_property
    def ours(self) -> tuple[str, ...]:
        """Return the codes of the offices of this installation, by code; LOCAL alone when none is marked."""
        return tuple(sorted(office.code for office in self.entries.values() if office.home)) or (LOCAL,)

    @property
    def default(self) -> str:
        """Return the office that takes what names no other: the first of ours that stands below none of them."""
        return next((code for code in self.ours if not set(self.above(code)) & set(self.ours)), self.ours[0])

    def handler(self, code: str) -> str:
        """Return which of ours handles what belongs to this office: itself, the nearest above it, or ''."""
        return next((one for one in (code, *self.above(code)) if one in self.ours), "")

    def within(self, code: str) -> frozenset[str]:
        """Return the office and those of ours below it."""
        return frozenset({code, *self._below.get(code, ())})

    def get(self, code: str) -> Office | None:
        """Return the office of a code; one that is not listed is named by its region, None without one."""
        if code in self.entries:
            return self.entries[code]
        return by_rule(code) if regions.exists(code) else None

    def name(self, code: str) -> str:
        """Return the name of an office, or its code."""
        if code == LOCAL:
            return wording.say("dispatch", LOCAL)
        found = self.get(code)
        return found.name if found else code

    def at(self, region: Region, address: str) -> Office | None:
        """Return the county-level office for an address; None when the region is not exact enough."""
        if not region.code:
            return None
        for office in self.entries.values():
            if _covers(office.covers, address) and _within(office.region, region.code):
                return office
        return self.get(region.code) if region.exact else None

    def station(self, code: str, address: str) -> Station | None:
        """Return the station of an office that an address belongs to."""
        office = self.get(code)
        if office is None:
            return None
        return next((station for station in office.stations if _covers(station.covers, address)), None)

    def above(self, code: str) -> list[str]:
        """Return the codes of the offices above one, nearest first."""
        found: list[str] = []
        while (parent := self._parent(code)) and parent not in found and parent != code:
            found.append(parent)
            code = parent
        return found

    def superior_of_both(self, one: str, other: str) -> str:
        """Return the nearest office above both (art. 33); '' when there is none."""
        beyond = set(self.above(other))
        return next((code for code in self.above(one) if code in beyond), "")

    def listed(self) -> list[Office]:
        """Return the offices entered, by code."""
        return sorted(self.entries.values(), key=lambda office: office.code)

    @cached_property
    def _below(self) -> Mapping[str, list[str]]:
        """Those of ours below each office that has any."""
        below: dict[str, list[str]] = {}
        for one in self.ours:
            for code in self.above(one):
                below.setdefault(code, []).append(one)
        return below

    def _parent(self, code: str) -> str:
        office = self.get(code)
        if office is None:
            return ""
        if office.parent:
            return office.parent
        nearest = regions.above(office.region)
        return nearest[0] if nearest else ""


def directory(store: Store) -> Offices:
    """Return the offices in force: the seed, with what supervisors entered before it."""
    with store.read() as tx:
        return directory_in(tx)


def directory_in(tx: Tx) -> Offices:
    """Return the offices in force as a transaction sees them."""

    def ask() -> Offices:
        entered = {row["code"]: _entered(row) for row in rows.offices_entered(tx.connection)}
        return Offices({**seed(), **entered})

    return tx.once("offices", ask)


@cache
def seed() -> Mapping[str, Office]:
    """Return the offices of desk/data/offices.yml by code; ValueError names what does not fit."""
    content = yaml.safe_load(FILE.read_text("utf-8"))
    return read_offices(content)


def read_offices(content: Any) -> Mapping[str, Office]:
    """Return the offices of such a file's content; ValueError for a wrong shape, code or parent."""
    try:
        jsonschema.validate(content, SCHEMA)
    except jsonschema.ValidationError as error:
        raise ValueError(f"offices: {error.json_path}: {error.message}") from error
    found: dict[str, Office] = {}
    for entry in content["offices"]:
        office = _office(entry)
        if office.code in found:
            raise ValueError(f"offices: {office.code} stands twice")
        found[office.code] = office
    for office in found.values():
        _check(office, Offices(found))
    return found


def save(store: Store, entry: Mapping[str, Any], *, by: str, at: datetime | None = None) -> Office:
    """Enter or change an office; with `home` true it becomes one of ours. OfficeRefused says what is wrong.

    What was handled by an office that is no longer ours goes to the default, and so do its people.
    """
    given = {name: value for name, value in entry.items() if name != "home"}
    try:
        jsonschema.validate(given, OFFICE)
    except jsonschema.ValidationError as error:
        raise OfficeRefused(str(next(iter(error.absolute_path), "code"))) from error
    office = replace(_office(given), home=bool(entry.get("home")))
    with store.everywhere().write() as tx:
        rows.lock_offices(tx.connection)
        before = directory_in(tx)
        after = Offices({**before.entries, office.code: office})
        try:
            _check(office, after)
        except ValueError as error:
            raise OfficeRefused("code") from error
        rows.save_office(tx.connection, _row(office, by, at or now()))
        history.record(tx, "office:entry:save", office.code, by=by, at=at, home=office.home)
        for gone in sorted(set(before.ours) - set(after.ours)):
            office_moves.move_all(tx.connection, gone, after.default)
            history.record(tx, "office:handling:move", gone, by=by, at=at, to=after.default)
    return office


def by_rule(code: str) -> Office:
    """Return the office of a region by the common rule: the region's name and 市场监督管理局."""
    name = wording.say("dispatch", "office").format(region=regions.office_place(code))
    return Office(code, name, code, listed=False)


def _office(entry: Mapping[str, Any]) -> Office:
    stations = (
        Station(found["code"], found["name"], tuple(found["covers"])) for found in entry.get("stations", ())
    )
    return Office(
        code=entry["code"],
        name=entry["name"].strip(),
        region=entry.get("region") or entry["code"][:6],
        parent=entry.get("parent", ""),
        phone=entry.get("phone", ""),
        covers=tuple(entry.get("covers", ())),
        stations=tuple(stations),
    )


def _check(office: Office, all_of_them: Offices) -> None:
    if office.region != regions.NATION and not regions.exists(office.region):
        raise ValueError(f"offices: {office.code}: no region {office.region}")
    if office.parent and (office.parent == office.code or all_of_them.get(office.parent) is None):
        raise ValueError(f"offices: {office.code}: no office {office.parent} above it")
    if office.code in all_of_them.above(office.code):
        raise ValueError(f"offices: {office.code} stands above itself")


def _entered(row: Mapping[str, Any]) -> Office:
    return replace(_office(row), home=row["home"])


def _row(office: Office, by: str, at: datetime) -> dict[str, Any]:
    stations = [
        {"code": station.code, "name": station.name, "covers": list(station.covers)}
        for station in office.stations
    ]
    return {
        "code": office.code,
        "name": office.name,
        "region": office.region,
        "parent": office.parent,
        "phone": office.phone,
        "covers": list(office.covers),
        "stations": stations,
        "home": office.home,
        "changed_by": by,
        "changed_at": at,
    }


def _covers(words: Iterable[str], address: str) -> bool:
    return any(word in address for word in words)


def _within(region: str, code: str) -> bool:
    """A zone may lie across several districts of its city, and an address may name the city only."""
    return region.startswith(code[:2] if code.endswith("0000") else code[:4])
