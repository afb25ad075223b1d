"""A case document in lines a person reads and compares: no keys, no ids where there is a name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge import wording as knowledge_words

from ..wording import section

STAMPED = "review"  # written by the release itself, so nobody compares it
RULES = {"remedy": "remedies", "deadlines": "deadlines"}


@dataclass(frozen=True)
class Line:
    """One line of a difference: `mark` is '+', '-' or ' '."""

    mark: str
    text: str


@dataclass(frozen=True)
class FieldDifference:
    """What changed in one field, with a few unchanged lines around."""

    field: str
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Names:
    """Names by id of what a document refers to; an id without one stands for itself."""

    topics: Mapping[str, str]
    offices: Mapping[str, str]
    steps: Mapping[str, str]
    laws: Mapping[str, str]
    cases: Mapping[str, str]

    @classmethod
    def of(cls, library: Any) -> Names:
        """The names a library knows; none for None."""
        if library is None:
            return cls({}, {}, {}, {}, {})
        return cls(
            {id: topic.title for id, topic in library.topics.items()},
            {id: office.name for id, office in library.offices.items()},
            {id: step.title for id, step in library.steps.items()},
            {id: law.name for id, law in library.laws.items()},
            {case.id: case.title for case in library.cases()},
        )


def label(field: str) -> str:
    """Return what a field of a case is called."""
    return str(section("curation")["fields"].get(field, field))


def fields(document: Mapping[str, Any]) -> list[str]:
    """Return the fields of a document in the order of the form."""
    order = list(section("curation")["fields"])
    return sorted(document, key=lambda field: order.index(field) if field in order else len(order))


def lines(field: str, value: Any, names: Names, facts: Mapping[str, Any] | None = None) -> list[str]:
    """Return a field in lines; none for an empty one. `facts`: those of the document, named by their questions."""
    return list(_Teller(names, facts or {}).field(field, value))


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names, *, around: int = 2
) -> list[FieldDifference]:
    """Return what differs between two documents, field by field."""
    found = []
    facts = before.get("facts"), after.get("facts")
    for field in fields({**before, **after}):
        if field == STAMPED:
            continue
        old, new = (
            lines(field, side.get(field), names, of) for side, of in zip((before, after), facts, strict=True)
        )
        if old != new:
            found.append(FieldDifference(field, label(field), tuple(_compared(old, new, around))))
    return found


def _compared(old: Sequence[str], new: Sequence[str], around: int) -> Iterator[Line]:
    marked = [Line(line[0], line[2:]) for line in difflib.ndiff(old, new) if line[0] in "+- "]
    changed = [i for i, line in enumerate(marked) if line.mark != " "]
    for i, line in enumerate(marked):
        if any(abs(i - at) <= around for at in changed):
            yield line


class _Teller:
    def __init__(self, names: Names, facts: Mapping[str, Any]) -> None:
        self._names = names
        self._facts = {id: fact.get("ask") or id for id, fact in facts.items() if isinstance(fact, Mapping)}
        self._words = section("curation")

    def field(self, field: str, value: Any) -> Iterator[str]:
        if value in (None, "", [], {}):
            return
        named = {"topic": self._names.topics, "office": self._names.offices}
        if field in named:
            yield named[field].get(value, value)
        elif field == "related":
            yield from (self._names.cases.get(id, id) for id in value)
        elif field == "audience":
            yield self._say("listed").join(self._words["values"]["audience"].get(one, one) for one in value)
        elif field in RULES:
            yield from (self._rule(field, rule) for rule in (value if isinstance(value, list) else [value]))
        elif field in ("outcomes", "facts"):
            yield from self._numbered(field, value)
        elif isinstance(value, list):
            yield from (self._item(field, item) for item in value)
        elif isinstance(value, Mapping):
            yield from (self._pair(key, self._plain(key, inner)) for key, inner in value.items())
        else:
            yield from str(value).splitlines()

    def _numbered(self, field: str, value: Any) -> Iterator[str]:
        entries = value.values() if isinstance(value, Mapping) else value
        for count, item in enumerate(entries, start=1):
            begins = self._say("numbered", field=self._words["fields"][field], count=count)
            for key, inner in item.items():
                if key != "id":
                    yield from (f"{begins} {self._pair(key, line)}" for line in self._inner(key, inner))

    def _inner(self, key: str, value: Any) -> Iterator[str]:
        if key == "basis":
            yield from (self._citation(cited) for cited in value)
        elif key == "when":
            yield self._condition(value)
        elif key in RULES:
            yield from (self._rule(key, rule) for rule in (value if isinstance(value, list) else [value]))
        elif key == "hear" and isinstance(value, Mapping):
            yield from (self._pair(choice, self._plain("", heard)) for choice, heard in value.items())
        else:
            yield from self._plain(key, value).splitlines()

    def _item(self, field: str, item: Any) -> str:
        if field == "steps" and isinstance(item, str):
            return self._names.steps.get(item, item)
        if isinstance(item, Mapping):
            pairs = (self._pair(key, self._plain(key, inner)) for key, inner in item.items())
            return self._say("between").join(pairs)
        return str(item)

    def _plain(self, key: str, value: Any) -> str:
        if isinstance(value, bool):
            return self._say("yes" if value else "no")
        if isinstance(value, list):
            return self._say("listed").join(self._plain(key, item) for item in value)
        if isinstance(value, Mapping):
            return self._say("comma").join(
                self._pair(inner, self._plain(inner, item)) for inner, item in value.items()
            )
        named = {"step": self._names.steps, "law": self._names.laws, "type": self._words["values"]["type"]}
        if key == "strength":
            return str(section("page")["strength"].get(value, {}).get("label", value))
        return str(named.get(key, {}).get(str(value), value))

    def _pair(self, key: str, text: str) -> str:
        return self._say("part", part=self._words["parts"].get(key, key), text=text)

    def _citation(self, cited: Mapping[str, Any]) -> str:
        id = str(cited.get("law", ""))
        paragraph = self._say("paragraph", count=cited["paragraph"]) if cited.get("paragraph") else ""
        return self._say(
            "citation",
            law=self._names.laws.get(id, id),
            article=cited.get("article", ""),
            paragraph=paragraph,
            unverified=self._say("unverified") if cited.get("unverified") else "",
        )

    def _rule(self, field: str, spec: Any) -> str:
        if not isinstance(spec, Mapping):
            return str(spec)
        words = knowledge_words.rules()[RULES[field]].get(str(spec.get("rule")))
        name = words.label if words else self._words["values"]["none"]
        fed = self._say("comma").join(
            self._say("fed", part=self._words["parts"].get(key, key), fact=self._facts.get(str(value), value))
            for key, value in spec.items()
            if key != "rule"
        )
        return self._say("rule", rule=name, fed=fed) if fed else str(name)

    def _condition(self, condition: Any) -> str:
        if not isinstance(condition, Mapping):
            return str(condition)
        parts = []
        for key, wanted in condition.items():
            if key == "any":
                options = self._say("either").join(self._condition(option) for option in wanted)
                parts.append(self._say("group", options=options))
            else:
                parts.append(f"{self._facts.get(key, key)} {self._wanted(wanted)}")
        return self._say("both").join(parts)

    def _wanted(self, wanted: Any) -> str:
        words = self._words["values"]["operators"]
        if isinstance(wanted, Mapping):
            told = (f"{words.get(op, op)} {self._plain('', bound)}" for op, bound in wanted.items())
            return self._say("comma").join(told)
        return f"{words['in' if isinstance(wanted, list) else 'eq']} {self._plain('', wanted)}"

    def _say(self, key: str, **values: object) -> str:
        return str(self._words["telling"][key]).format(**values)
