"""Content that comes in beside the content there is: what is new, what differs and where, what is refused and why.

Nothing is written before somebody has read the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.exchange import EVERYTHING, Content, as_yaml, case_path
from knowledge.linking import check_case
from knowledge.problem_words import in_chinese, schema_problems
from knowledge.reading import Raw, read_folder, schema_errors

WHOLE = tuple(kind for kind in EVERYTHING if kind not in ("cases", "laws"))


@dataclass(frozen=True)
class Difference:
    """One field before and after; None where it is not there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Arrival:
    """An entry that comes in: its plain data, and how it differs from the one there is ((): it is new)."""

    kind: str
    id: str
    data: Any
    differences: tuple[Difference, ...] = ()

    @property
    def title(self) -> str:
        named = self.data if isinstance(self.data, dict) else {}
        return str(named.get("title") or named.get("name") or self.id)


@dataclass(frozen=True)
class Refusal:
    """An entry that cannot be taken in: at which part, and why in a sentence."""

    kind: str
    id: str
    path: tuple[str | int, ...]
    said: str


@dataclass(frozen=True)
class Report:
    """What would happen. `same` counts entries that stand as they are, `missing` those of the library not brought."""

    new: tuple[Arrival, ...]
    changed: tuple[Arrival, ...]
    refused: tuple[Refusal, ...]
    same: int
    missing: int


def compare(held: Content, incoming: Content, *, today: date, law_texts: Path | None = None) -> Report:
    """The report of taking `incoming` into `held`; every new or changed entry is checked as for publishing."""
    refused: list[Refusal] = []
    arrivals = [arrival for kind in EVERYTHING for arrival in _arrivals(held, incoming, kind)]
    sound = [arrival for arrival in arrivals if not _note(refused, _schema_refusals(arrival))]
    raw = _merged(held, sound)
    taken = [
        arrival
        for arrival in sound
        if arrival.kind != "cases" or not _note(refused, _link_refusals(raw, arrival, today, law_texts))
    ]
    brought = sum(len(rows) for rows in incoming.values())
    missing = sum(len(held[kind].keys() - incoming[kind].keys()) for kind in incoming if kind in held)
    return Report(
        new=tuple(arrival for arrival in taken if not arrival.differences),
        changed=tuple(arrival for arrival in taken if arrival.differences),
        refused=tuple(refused),
        same=brought - len(arrivals),
        missing=missing,
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Field by field, in the order of the newer; a changed order of keys within a field counts too."""
    fields = dict.fromkeys([*after, *before])
    return tuple(
        Difference(field, before.get(field), after.get(field))
        for field in fields
        if as_yaml(before.get(field)) != as_yaml(after.get(field))
    )


def write(report: Report, source: Path) -> list[Path]:
    """Write what is new and changed into a content folder; returns the files written."""
    raw, written = read_folder(source), []
    arrivals = (*report.new, *report.changed)
    for kind in ("cases", "laws"):
        for arrival in (one for one in arrivals if one.kind == kind):
            target = source / (case_path(arrival.data) if kind == "cases" else f"laws/{arrival.id}.yml")
            before = raw.origins.get((kind, arrival.id))
            if before is not None and before != target.resolve():
                before.unlink()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(as_yaml(arrival.data))
            written.append(target)
    for kind in WHOLE:
        more = {one.id: one.data for one in arrivals if one.kind == kind}
        if more:
            target = source / f"{kind}.yml"
            target.write_bytes(as_yaml({**getattr(raw, kind), **more}))
            written.append(target)
    return written


def _arrivals(held: Content, incoming: Content, kind: str) -> Iterator[Arrival]:
    for id, data in incoming.get(kind, {}).items():
        before = held.get(kind, {}).get(id)
        if before is None:
            yield Arrival(kind, id, data)
        elif found := _differ(before, data):
            yield Arrival(kind, id, data, found)


def _differ(before: Any, after: Any) -> tuple[Difference, ...]:
    if isinstance(before, dict) and isinstance(after, dict):
        return differences(before, after)
    return (Difference("", before, after),) if before != after else ()


def _note(refused: list[Refusal], found: Iterator[Refusal]) -> bool:
    """Keep the refusals; whether there are any."""
    more = list(found)
    refused += more
    return bool(more)


def _schema_refusals(arrival: Arrival) -> Iterator[Refusal]:
    kind, id, data = arrival.kind, arrival.id, arrival.data
    if kind == "cases":
        problems = list(schema_problems(data))
    elif kind == "laws":
        problems = [(tuple(error.absolute_path), "") for error in schema_errors("law", data)]
    else:
        problems = [(tuple(error.absolute_path), "") for error in schema_errors(kind, {id: data})]
    for path, said in problems:
        yield Refusal(kind, id, path, said)


def _merged(held: Content, arrivals: list[Arrival]) -> Raw:
    """Everything as it would be, in no file."""
    raw = Raw(Path())
    for kind in EVERYTHING:
        rows = {**held.get(kind, {}), **{one.id: one.data for one in arrivals if one.kind == kind}}
        setattr(raw, kind, rows)
    raw.origins = {("cases", id): Path(f"「{case['title']}」") for id, case in raw.cases.items()}
    return _Nowhere(raw)


class _Nowhere(Raw):
    """Content in no file: a case is named by its title."""

    def __init__(self, raw: Raw) -> None:
        super().__init__(**{name: getattr(raw, name) for name in Raw.__dataclass_fields__})

    def place(self, kind: str, id: str, path: Any = ()) -> tuple[str, int]:
        return (str(self.origins.get((kind, id), f"{kind}/{id}")), 1)


def _link_refusals(raw: Raw, arrival: Arrival, today: date, law_texts: Path | None) -> Iterator[Refusal]:
    raw.cases[arrival.id] = raw.cases.pop(arrival.id)  # check_case looks at the last
    for problem in check_case(raw, arrival.id, law_texts=law_texts, on=today):
        yield Refusal("cases", arrival.id, tuple(problem.path), in_chinese(problem))
