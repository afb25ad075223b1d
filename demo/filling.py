"""Filling the store: all of it in one transaction, so that a demo is there whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk import tickets
from desk.staff import Staff
from desk.tickets import TicketKind

from . import labelling, matters, newcomers, scenes
from .agenda import Agenda, Life
from .complaints import complaint, report
from .days import YEAR, moment_of_year
from .office import Office
from .talks import asking, missed

Progress = Callable[[float], None]
REPORTS = 0.1  # of all tickets
MISSED = 0.2  # of conversations without a ticket
SCENES = 15  # tickets of the scenes in a full demo
AT_WORK = 7  # conversations that are under way now


@dataclass(frozen=True)
class Size:
    """How much to make; `conversations` counts those of the tickets too."""

    conversations: int = 400
    tickets: int = 300


class StoreNotEmpty(Exception):
    """The store holds tickets already: a demo is no guest in a working office."""


def fill(office: Office, size: Size, progress: Progress) -> list[tuple[Staff, str]]:
    """Fill the store and return each member of staff with the password; StoreNotEmpty, UsernameTaken.

    `progress` hears the part of the year that is done, from 0 to 1.
    """
    if any(tickets.list_tickets(office.store, kind=kind, limit=1) for kind in TicketKind):
        raise StoreNotEmpty
    agenda = Agenda(office.until)
    with office.store.write():
        made = newcomers.employ(office)
        agenda.begin(_lives(office, size))
        agenda.run(lambda moment: progress(_part(office.until, moment)))
        scenes.beside_the_chats(office)
        scenes.under_way(office)
        scenes.editing(office)
        newcomers.plan(office)
    progress(1.0)
    return made


def _part(until: datetime, moment: datetime) -> float:
    return max(0.0, 1 - (until - moment) / timedelta(days=YEAR))


def _lives(office: Office, size: Size) -> Iterator[Life]:
    special = min(SCENES, size.tickets // 2)
    members = max(3, special - 5) if special > 2 else 0
    yield from scenes.closing(office, members)
    for number in range(max(0, special - members) // 2):
        days = 3 + 4 * number
        yield (scenes.twice if number % 2 == 0 else scenes.several)(office, f"pair-{number}", days)
    plain = size.tickets - members - 2 * (max(0, special - members) // 2)
    yield from _tickets(office, plain)
    talks = size.conversations - size.tickets - AT_WORK
    yield from _talks(office, max(0, talks))
    yield from scenes.now(office)
    yield from labelling.rounds(office)


def _tickets(office: Office, many: int) -> Iterator[Life]:
    for number in range(many):
        rng = office.chance(f"ticket-{number}:when")
        merchant = matters.merchant(office, rng)
        growth, rise = matters.grows(office, merchant), bool(merchant.get("rise"))
        at = moment_of_year(rng, office.until, growth=growth, rise=rise)
        kind = report if rng.random() < REPORTS else complaint
        yield kind(office, f"ticket-{number}", at, merchant)


def _talks(office: Office, many: int) -> Iterator[Life]:
    for number in range(many):
        rng = office.chance(f"talk-{number}:when")
        at = moment_of_year(rng, office.until, growth=0.6)
        kind = missed if rng.random() < MISSED else asking
        yield kind(office, f"talk-{number}", at)
