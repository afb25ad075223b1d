"""Scenes of the last days: a gym that closes, duplicates, several matters in one letter, people waiting, drafts."""

from __future__ import annotations

from datetime import datetime, timedelta

from desk import (
    consultation,
    conversations,
    drafts,
    handover,
    notes,
    reviews,
    splitting,
    ticket_links,
    ticket_questions,
    tickets,
    whispers,
)
from desk.roles import Role
from desk.splitting import Part
from desk.ticket import TicketStatus
from knowledge import library_file

from . import matters
from .agenda import Life
from .complaints import file, handled
from .matters import Matter
from .office import Office
from .talks import Talk, consults, in_hand, waiting

CLOSED_SHOP = "shop-closed-runaway"
DISTRESSING = "beauty-course-pressure-selling"


def closing(office: Office, many: int) -> list[Life]:
    """A gym has closed: so many of its members complain within twelve days."""
    return [_closed_out(office, f"closing-{number}", number, many) for number in range(many)]


def _closed_out(office: Office, name: str, number: int, many: int) -> Life:
    rng = office.chance(name)
    at = office.until - timedelta(days=12 * (many - number) / many, minutes=rng.randint(30, 400))
    yield at
    merchant = next(row for row in office.content.merchants if row.get("closing"))
    told = office.words["closing"]
    amount = matters.money(rng, 900, 5200)
    story = rng.choice(told["stories"]).format(amount=amount, day=matters.day_words(rng, at))
    what = Matter(merchant, "prepaid_card", CLOSED_SHOP, amount, story, told["request"])
    talk = Talk(office, name, at)
    yield from consults(talk, office.library.case(CLOSED_SHOP), story, {})
    yield talk.pause(seconds=(40, 240))
    case = file(office, rng, talk, what)
    if number < 2:
        yield from handled(case, "performed")


def twice(office: Office, name: str, days: int) -> Life:
    """One consumer files the same matter twice; an officer merges them."""
    rng = office.chance(name)
    at = office.until - timedelta(days=days, hours=3)
    yield at
    what = matters.matter(office, rng, matters.merchant(office, rng), at)
    talk = Talk(office, name, at)
    talk.hears(what.story)
    yield talk.pause(seconds=(60, 200))
    first = file(office, rng, talk, what)
    yield talk.pause(seconds=(86400, 90000))
    talk.hears(what.story)
    again = Matter(
        what.merchant, what.topic, what.case_id, what.amount, f"{what.story}请尽快。", what.request
    )
    second = file(office, rng, talk, again)
    second.at = talk.at
    yield second.later(1, 1)
    ticket_links.merge(office.store, second.number, first.number, by=first.handler(), at=second.at)


def several(office: Office, name: str, days: int) -> Life:
    """One letter tells of two matters; an officer splits it."""
    rng = office.chance(name)
    at = office.until - timedelta(days=days, hours=5)
    yield at
    one, other = (matters.matter(office, rng, matters.merchant(office, rng), at) for _ in range(2))
    talk = Talk(office, name, at)
    both = Matter(
        one.merchant, one.topic, one.case_id, one.amount, f"{one.story}另外：{other.story}", one.request
    )
    talk.hears(both.story)
    yield talk.pause(seconds=(60, 200))
    case = file(office, rng, talk, both)
    yield case.later(1, 1)
    part = Part(
        merchant_name=other.merchant["name"],
        merchant_address=f"{office.content.people['region']['name']}{other.merchant['street']}8号",
        request=other.request,
        story=other.story,
    )
    splitting.split(office.store, case.number, [part], by=case.handler(), at=case.at)


def now(office: Office) -> list[Life]:
    """Who is at the desk now: four wait, one of them in distress; three chats are in hand, one is offered."""
    rng = office.chance("now")
    talking = [office.staff[row["username"]] for row in office.content.people["staff"]]
    talking = [member for member in talking if {Role.OFFICER, Role.MEDIATOR} & set(member.roles)]
    lives = [
        waiting(
            office,
            f"waiting-{number}",
            office.until - timedelta(minutes=minutes),
            rng.choice(office.words["person_wanted"]),
            "consumer_asked",
        )
        for number, minutes in enumerate((17, 12, 8))
    ]
    distressed = rng.choice(office.words["distress"])
    lives.append(
        waiting(
            office,
            "waiting-distress",
            office.until - timedelta(minutes=6),
            distressed,
            "distress",
            DISTRESSING,
        )
    )
    for number, member in enumerate(talking[:3]):
        lives.append(
            in_hand(office, f"in-hand-{number}", office.until - timedelta(minutes=16 - number), member)
        )
    return lives


def beside_the_chats(office: Office) -> None:
    """A supervisor whispers in one of the chats in hand, and one is offered to a colleague."""
    held = conversations.with_staff(office.store)
    if len(held) < 2:
        return
    lead = office.with_role(Role.SUPERVISOR)[0]
    words = office.words["whisper"]
    whispers.whisper(office.store, held[0].id, words, by=lead.id, at=office.until)
    owner = held[1].staff
    others = [m for m in office.with_role(Role.OFFICER, Role.MEDIATOR) if m.id != owner]
    handover.offer(office.store, held[1].id, staff=owner or "", to=others[-1].id, at=office.until)


def under_way(office: Office) -> None:
    """What lies on the tables: consultations, questions nobody answered yet, a mention of the lead."""
    lead = office.with_role(Role.SUPERVISOR)[0]
    members = [member.id for member in office.with_role(Role.OFFICER, Role.MEDIATOR)]
    found = tickets.list_tickets(office.store, status=TicketStatus.MEDIATING, limit=6)
    at = office.until - timedelta(minutes=90)
    for ticket, question in zip(found, office.words["questions"], strict=False):
        ticket_questions.ask(office.store, ticket.number, question, at=at)
    for number, (ticket, told) in enumerate(zip(found, office.words["consultations"], strict=False)):
        called = consultation.call(
            office.store,
            ticket.number,
            kind=told["kind"],
            question=told["question"],
            members=members[number : number + 3],
            by=lead.id,
            at=at,
        )
        if told.get("minutes"):
            consultation.write_minutes(office.store, called.id, told["minutes"], by=lead.id, at=office.until)
            consultation.conclude(
                office.store,
                called.id,
                conclusion="go_on",
                advice=told["advice"],
                by=lead.id,
                at=office.until,
            )
    if found:
        text = office.words["mention_lead"]
        notes.add(office.store, found[0].number, text, by=members[0], mention=[lead.id], at=at)


def editing(office: Office) -> None:
    """Drafts of cases: one being written, two with the reviewer, one returned with a remark, one approved."""
    documents = library_file.entries(office.library_path, "cases")
    curators, reviewer = office.with_role(Role.CURATOR), office.with_role(Role.REVIEWER)[0]
    asked = office.words["missed"]
    for number, case_id in enumerate(office.words["drafts"]):
        by = curators[number % len(curators)].id
        at = office.until - timedelta(hours=9 - number)
        document = {**documents[case_id], "ask": [*documents[case_id]["ask"], asked[number]]}
        id = drafts.create(office.store, document, by=by, base_release=office.library.release, at=at)
        _reviewed(office, id, number, by, reviewer.id, at)


def _reviewed(office: Office, id: str, number: int, by: str, reviewer: str, at: datetime) -> None:
    if number == 0:
        return
    reviews.submit(office.store, id, by=by, comment=office.words["review"]["submit"], at=at)
    later = at + timedelta(hours=2)
    if number == 1:
        comment = office.words["review"]["back"]
        reviews.add_note(office.store, id, field="ask", text=comment, by=reviewer, required=True, at=later)
        reviews.send_back(office.store, id, by=reviewer, comment=comment, at=later)
    if number == 2:
        reviews.approve(office.store, id, by=reviewer, comment=office.words["review"]["good"], at=later)
