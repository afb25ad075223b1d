"""Tickets: a complaint from the chat it was told in to its end, as far as the year reaches."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from desk import evidence, notes, notices, ticket_questions, ticket_ratings, tickets
from desk.letters import kinds_for
from desk.roles import Role
from desk.ticket import ENDED, Step, TicketKind, TicketStatus
from desk.ticket_ratings import Stage
from desk.tickets import Ticket

from . import matters
from .agenda import Life
from .days import working
from .gaps import filled
from .matters import Matter
from .office import Office
from .pictures import receipt
from .talks import Talk, consults

ACCEPTED, MEDIATING, PAUSED = TicketStatus.ACCEPTED, TicketStatus.MEDIATING, TicketStatus.PAUSED
SETTLED, FAILED, WITHDRAWN = TicketStatus.SETTLED, TicketStatus.FAILED, TicketStatus.WITHDRAWN
REFUSED, TRANSFERRED, CLOSED = TicketStatus.REFUSED, TicketStatus.TRANSFERRED, TicketStatus.CLOSED
PERFORMED, BREACHED = TicketStatus.PERFORMED, TicketStatus.BREACHED

# How complaints end, in hundredths.
FATES = {
    "performed": 46,
    "breached": 6,
    "failed": 14,
    "refused": 11,
    "transferred": 5,
    "withdrawn": 8,
    "paused": 10,
}
LATE = timedelta(days=24)  # complaints younger than this are sometimes left lying
EXAMINED = timedelta(days=50)  # an examination that began before this is over
Steps = Generator[datetime, None, None]


@dataclass
class Complaint:
    """A ticket under way, and when its last step was."""

    office: Office
    rng: Random
    number: str
    what: Matter
    at: datetime

    @property
    def ticket(self) -> Ticket:
        return tickets.get(self.office.store, self.number)

    @property
    def open(self) -> bool:
        return self.ticket.status not in ENDED

    def handler(self) -> str:
        """Return whom the ticket was given to, else somebody who handles complaints."""
        return self.ticket.assigned_to or self.office.colleague(self.rng).id

    def later(self, least: int, most: int) -> datetime:
        """Let some working days pass."""
        self.at = working(self.rng, self.at, self.rng.randint(least, most))
        return self.at

    def tell(self, step: Step) -> None:
        """Take a step that goes out with a letter, every place of it filled."""
        office, kind = self.office.content.people["office"], kinds_for(self.ticket.kind, step.to)[0]
        letter = notices.proposed(
            self.office.store, self.number, kind, step, our_office=office, at=self.at
        ).text
        text = filled(self.office, letter, self.what.amount, self.rng)
        told = Step(step.to, step.ground, step.office, step.reason, text, step.rule)
        notices.decide(self.office.store, self.number, told, by=self.handler(), our_office=office, at=self.at)

    def tell_merchant(self) -> None:
        """Let the business know how it ended."""
        office, ticket = self.office.content.people["office"], self.ticket
        kind = f"{ticket.status.value}_merchant"
        step = Step(ticket.status, ground=ticket.ground)
        letter = notices.proposed(
            self.office.store, self.number, kind, step, our_office=office, at=self.at
        ).text
        text = filled(self.office, letter, self.what.amount, self.rng)
        how = self.rng.choice(["phone", "letter", "in_person"])
        notices.send(self.office.store, self.number, kind, text, how=how, by=self.handler(), at=self.at)

    def advance(self, to: TicketStatus) -> None:
        """Take a step that needs no letter."""
        tickets.advance(self.office.store, self.number, to, by=self.handler(), at=self.at)


def complaint(
    office: Office, name: str, at: datetime, merchant: Mapping[str, Any], *, fate: str = ""
) -> Life:
    """Somebody tells what a business did, files it, and the office handles it."""
    rng = office.chance(f"{name}:what")
    yield at
    what = matters.matter(office, rng, merchant, at)
    talk = Talk(office, name, at)
    if what.case_id:
        yield from consults(talk, office.library.case(what.case_id), what.story, {})
    yield talk.pause(seconds=(40, 240))
    case = file(office, rng, talk, what)
    yield from beside(case)
    yield from handled(case, fate or drawn_fate(office, rng, at))


def drawn_fate(office: Office, rng: Random, at: datetime) -> str:
    """Return how a complaint ends; a young one may be left lying."""
    if office.until - at < LATE and rng.random() < 0.22:
        return "left"
    return rng.choices(list(FATES), list(FATES.values()))[0]


def file(office: Office, rng: Random, talk: Talk, what: Matter, **more: Any) -> Complaint:
    """File what was told in a chat, two times out of three with a receipt."""
    files = []
    if rng.random() < 0.66:
        picture = receipt(rng, f"{what.amount}.00")
        kept = evidence.add(
            office.store, office.evidence_dir, talk.id, filename="付款记录.png", data=picture, at=talk.at
        )
        files.append(kept.id)
    told = matters.draft(
        office, rng, matters.consumer(office, rng), what, talk.at, evidence=tuple(files), **more
    )
    made = tickets.file_ticket(office.store, conversation_id=talk.id, draft=told, at=talk.at)
    due = made.accept_by or talk.at.date()
    said = office.words["bot"]["filed"].format(number=made.number, accept_by=f"{due.month}月{due.day}日")
    talk.answers(said, reply_to=talk.hears("确认提交"))
    return Complaint(office, rng, made.number, what, talk.at)


def beside(case: Complaint) -> Steps:
    """What happens beside the steps of the office: notes, words of the consumer, questions and answers."""
    store, rng, words = case.office.store, case.rng, case.office.words
    yield case.later(1, 1)
    if rng.random() < 0.4:
        note(case)
    if rng.random() < 0.2 and case.open:
        tickets.record_contact(
            store, case.number, rng.choice(["phone", "chat"]), by=case.handler(), at=case.at
        )
    if rng.random() < 0.25 and case.open:
        tickets.add_supplement(store, case.number, rng.choice(words["supplements"]), at=case.at)
    if rng.random() < 0.15:
        which = rng.randrange(len(words["questions"]))
        asked = ticket_questions.ask(store, case.number, words["questions"][which], at=case.at)
        yield case.later(0, 2)
        answer = words["answers"][which]
        ticket_questions.answer(store, case.number, asked.id, answer, by=case.handler(), at=case.at)


def note(case: Complaint) -> None:
    """Keep a remark for colleagues; some ask one of them."""
    by = case.handler()
    others = [member for member in case.office.with_role(Role.OFFICER, Role.MEDIATOR) if member.id != by]
    text = case.rng.choice(case.office.words["notes"]).format(colleague=case.rng.choice(others).name)
    notes.add(case.office.store, case.number, text, by=by, at=case.at)


def handled(case: Complaint, fate: str) -> Steps:
    """The office's steps to the end that was drawn."""
    if fate == "left":
        yield from left_lying(case)
        return
    if fate == "withdrawn":
        yield case.later(1, 9)
        if case.ticket.status is not PAUSED:
            tickets.withdraw(case.office.store, case.number, at=case.at)
        return
    yield case.later(0, 5)
    if fate == "refused":
        case.tell(Step(REFUSED, ground=case.rng.choice(case.office.words["refusals"])))
        return
    if fate == "transferred":
        office = case.rng.choice(case.office.words["transfers"])
        case.tell(Step(TRANSFERRED, office=office, rule="business_place"))
        return
    case.tell(Step(ACCEPTED))
    yield from rated(case, Stage.DECISION, 0.15)
    yield case.later(2, 12)
    case.advance(MEDIATING)
    yield from mediated(case, fate)


def left_lying(case: Complaint) -> Steps:
    """Nobody gets to it; after some days the consumer urges."""
    yield case.later(4, 7)
    tickets.urge(case.office.store, case.number, at=case.at)
    yield case.later(3, 5)
    tickets.urge(case.office.store, case.number, at=case.at)


def mediated(case: Complaint, fate: str) -> Steps:
    """From the mediation on: settled and performed or not, failed, or paused for an examination."""
    if fate == "paused":
        yield case.later(2, 5)
        case.tell(Step(PAUSED, reason="examination"))
        yield max(case.later(12, 20), case.office.until - EXAMINED)
        if case.office.until - case.at < EXAMINED:
            return
        case.advance(MEDIATING)
    yield case.later(3, 22)
    if fate == "failed":
        case.tell(Step(FAILED, ground=case.rng.choice(["no_agreement", "no_agreement", "party_absent"])))
        yield case.later(1, 4)
        case.tell_merchant()
        yield from rated(case, Stage.OUTCOME, 0.2, poor=True)
        return
    case.tell(Step(SETTLED))
    yield case.later(0, 3)
    case.tell_merchant()
    yield from rated(case, Stage.OUTCOME, 0.35)
    yield case.later(3, 12)
    case.advance(BREACHED if fate == "breached" else PERFORMED)
    yield case.later(4, 9)
    if fate != "breached":
        case.advance(CLOSED)


def rated(case: Complaint, stage: Stage, share: float, *, poor: bool = False) -> Steps:
    """Some consumers say how content they are."""
    if case.rng.random() > share:
        return
    yield case.later(0, 2)
    words = case.office.words["ratings"]["poor" if poor else "good"]
    text = case.rng.choice([*words, ""])
    score = case.rng.randint(2, 3) if poor else case.rng.randint(4, 5)
    ticket_ratings.rate(case.office.store, case.number, stage, score, text=text, at=case.at)


def report(office: Office, name: str, at: datetime, merchant: Mapping[str, Any]) -> Life:
    """Somebody reports unlawful conduct; it is checked and answered, never mediated."""
    rng = office.chance(f"{name}:what")
    yield at
    told = rng.choice(office.words["reports"])
    what = Matter(merchant, told["topic"], told["case"], rng.randint(10, 90), told["story"], "")
    talk = Talk(office, name, at)
    talk.hears(what.story)
    yield talk.pause(seconds=(40, 240))
    case = file(office, rng, talk, what, kind=TicketKind.REPORT.value, amount=None)
    yield case.later(4, 10)
    if rng.random() < 0.35:
        case.tell(Step(REFUSED, ground=rng.choice(["no_lead", "not_found"])))
        return
    case.tell(Step(ACCEPTED))
    yield case.later(15, 40)
    case.advance(CLOSED)
