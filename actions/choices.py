"""Choice values: what a tapped chip sends back. Opaque to channels, checked here against the library."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = ":"


@dataclass(frozen=True)
class Choice:
    """A tapped chip: `kind` says whose it is, `value` what was meant ("" when the kind says it all)."""

    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind}{SEPARATOR}{self.value}"


def parse(text: str | None) -> Choice | None:
    """Read a choice value; None for anything that is not one of ours."""
    if not text or SEPARATOR not in text:
        return None
    kind, _, value = text.partition(SEPARATOR)
    return Choice(kind, value)


def case(case_id: str) -> str:
    return str(Choice("case", case_id))


def topic(slug: str) -> str:
    return str(Choice("topic", slug))


def fact(fact_id: str, value: str) -> str:
    return str(Choice("fact", f"{fact_id}={value}"))


def edit(field: str) -> str:
    return str(Choice("edit", field))


def side(whose: str) -> str:
    return str(Choice("side", whose))


def more(about: str) -> str:
    return str(Choice("more", about))


NONE_OF_THESE = "none:"
NEITHER = "都不是"
COMPLAINT = "do:complaint"
REPORT = "do:report"
PERSON = "do:person"
RESTART = "do:restart"
SUBMIT = "confirm:yes"
PAUSE = "confirm:no"
