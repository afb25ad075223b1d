"""Doing one light thing to many tickets: each in its own transaction, each with its own result.

Only what can be undone by doing it again is offered here. Accepting, refusing, ending a mediation
and the like look at one complaint at a time and have no bulk form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from . import assignment, group_matters, notes
from .errors import DeskError, StoreError, WorkRefused
from .store import Store

MOST = 200


@dataclass(frozen=True)
class Result:
    """What became of one ticket: `code` and `rule` say why it was refused, '' when done."""

    number: str
    code: str = ""
    rule: str = ""

    @property
    def done(self) -> bool:
        """Tell whether it was done."""
        return not self.code


def give(store: Store, numbers: Iterable[str], *, to: str, by: str) -> list[Result]:
    """Give the tickets to a colleague, or with '' to nobody."""
    return _each(numbers, lambda number: assignment.give(store, number, to=to, by=by))


def move(store: Store, numbers: Iterable[str], *, office: str, skill: str, by: str) -> list[Result]:
    """Put the tickets into a queue."""
    return _each(numbers, lambda number: assignment.move(store, number, office=office, skill=skill, by=by))


def note(store: Store, numbers: Iterable[str], *, text: str, by: str) -> list[Result]:
    """Leave the same internal note on the tickets."""
    return _each(numbers, lambda number: notes.add(store, number, text, by=by))


def link(store: Store, numbers: Iterable[str], *, group: str, by: str) -> list[Result]:
    """Put the tickets into a group matter that exists."""
    return _each(numbers, lambda number: group_matters.join(store, group, number, by=by))


def _each(numbers: Iterable[str], deed: Callable[[str], Any]) -> list[Result]:
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise WorkRefused("nothing_chosen")
    if len(wanted) > MOST:
        raise WorkRefused("too_many_chosen")
    results = []
    for number in wanted:
        try:
            deed(number)
        except StoreError:
            raise  # the database itself is in trouble: the rest would only fail too
        except DeskError as error:
            results.append(Result(number, error.code, getattr(error, "rule", "")))
        else:
            results.append(Result(number))
    return results
