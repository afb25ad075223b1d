"""Our offices on one desk: filing gives a ticket to the right one, handing over moves it, marking moves what there is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk import (
    assignment,
    conversations,
    dispatch,
    handling,
    history,
    invitations,
    office_directory,
    sight,
    staff,
    tickets,
)
from desk.competence import RespondentKind, Route
from desk.errors import DispatchRefused, StaffRefused, TicketNotFound, WorkRefused
from desk.office_directory import LOCAL
from desk.respondents import Told
from desk.roles import Role
from desk.store import Store
from desk.store import conversations as rows
from desk.tickets import TicketKind, TicketStatus
from tests.factories import NOW, make_conversation, make_staff, make_ticket

JINSHAN, CHANGNING, CITY = "310116", "310105", "310000"
NAMES = {
    JINSHAN: "上海市金山区市场监督管理局",
    CHANGNING: "上海市长宁区市场监督管理局",
    CITY: "上海市市场监督管理局",
}
FAR = "浙江省义乌市稠城街道1号"
IN_CHANGNING = "上海市长宁区娄山关路533号"


def mark(store: Store, *codes: str, home: bool = True) -> None:
    for code in codes:
        office_directory.save(store, {"code": code, "name": NAMES[code], "home": home}, by="s_1")


def office_of(store: Store, number: str) -> str:
    return tickets.get(store, number).handling_office


def talk_office(store: Store, id: str) -> str:
    return conversations.get(store, id).handling_office


@pytest.mark.parametrize(
    ("address", "office"),
    [("上海市金山区某路8号", JINSHAN), (IN_CHANGNING, CHANGNING), (FAR, CHANGNING), ("楼下", CHANGNING)],
    ids=["ours", "the other of ours", "none of ours: the default", "not known: the default"],
)
def test_filing_gives_ticket_and_conversation_to_the_competent_of_ours(
    store: Store, address: str, office: str
) -> None:
    mark(store, JINSHAN, CHANGNING)
    ticket = make_ticket(store, merchant_address=address)
    assert office_of(store, ticket.number) == office
    assert talk_office(store, ticket.conversation_id) == office
    placed = assignment.placement(store, ticket.number)
    assert placed is not None
    assert placed.office == office


def test_what_belongs_below_one_of_ours_is_handled_by_that_one_until_distributed(store: Store) -> None:
    mark(store, CITY)
    number = make_ticket(store).number
    assert (dispatch.of(store, number).office, office_of(store, number)) == (JINSHAN, CITY)
    assert dispatch.of(store, number).route is Route.BELOW


def test_with_nothing_configured_everything_is_the_one_office(store: Store) -> None:
    ticket = make_ticket(store)
    assert (ticket.handling_office, talk_office(store, ticket.conversation_id)) == (LOCAL, LOCAL)
    assert dispatch.of(store, ticket.number).route is Route.OPEN
    member = staff.get(store, make_staff(store).id)
    assert sight.offices_of(store, member) == {LOCAL}


def test_handing_over_moves_ticket_conversation_and_queue_and_tells_the_consumer(store: Store) -> None:
    mark(store, JINSHAN, CHANGNING)
    ours, theirs = make_staff(store), make_staff(store)
    staff.set_offices(store, ours.id, [JINSHAN], by="system")
    staff.set_offices(store, theirs.id, [CHANGNING], by="system")
    assignment.set_queue_staff(store, JINSHAN, "prepaid", [ours.id], by="system")
    assignment.set_queue_staff(store, CHANGNING, "prepaid", [theirs.id], by="system")
    number = make_ticket(store).number
    before = tickets.get(store, number)
    assert before.assigned_to == ours.id
    dispatch.correct(store, number, Told(RespondentKind.BUSINESS, IN_CHANGNING), by=ours.id, at=NOW)
    assert dispatch.of(store, number).route is Route.SISTER

    seen = store.within({JINSHAN})
    moved = handling.hand_over(seen, number, to=CHANGNING, by=ours.id, at=NOW)
    assert (moved.handling_office, moved.assigned_to) == (CHANGNING, theirs.id)
    assert (moved.status, moved.accept_by) == (TicketStatus.RECEIVED, before.accept_by)
    assert talk_office(store, moved.conversation_id) == CHANGNING
    with pytest.raises(TicketNotFound):
        tickets.get(seen, number)
    assert tickets.get(store.within({CHANGNING}), number).number == number
    placed = assignment.placement(store, number)
    assert placed is not None
    assert (placed.office, placed.skill) == (CHANGNING, "prepaid")
    (event,) = [found for found in history.of(store, number) if found.event == handling.MOVED]
    assert (event.detail["from_office"], event.detail["to_office"]) == (JINSHAN, CHANGNING)
    assert NAMES[CHANGNING] in conversations.messages(store, moved.conversation_id)[-1].body["text"]
    assert NAMES[CHANGNING] in next(
        step.text for step in tickets.timeline(store, number) if step.event == handling.MOVED
    )
    assert dispatch.of(store, number).route is Route.OURS


def test_whoever_talks_with_the_consumer_keeps_the_conversation(store: Store) -> None:
    mark(store, JINSHAN, CHANGNING)
    officer = make_staff(store)
    staff.set_offices(store, officer.id, [JINSHAN], by="system")
    number = make_ticket(store).number
    talk = tickets.get(store, number).conversation_id
    conversations.take(store, talk, staff=officer.id)
    handling.hand_over(store.within({JINSHAN}), number, to=CHANGNING, by=officer.id)
    assert talk_office(store, talk) == JINSHAN
    for office in (JINSHAN, CHANGNING):
        assert conversations.get(store.within({office}), talk).staff == officer.id


def test_a_colleague_may_file_what_becomes_another_offices(store: Store) -> None:
    mark(store, JINSHAN, CHANGNING)
    talk = make_conversation(store, said=["店在长宁"])
    with store.write() as tx:
        rows.change_conversation(tx.connection, talk.id, {"handling_office": JINSHAN})
    conversations.take(store, talk.id, staff="s_1")
    filed = make_ticket(store.within({JINSHAN}), conversation_id=talk.id, merchant_address=IN_CHANGNING)
    assert filed.handling_office == CHANGNING
    assert talk_office(store, talk.id) == JINSHAN
    unknown = make_ticket(
        store.within({JINSHAN}),
        conversation_id=talk.id,
        merchant_address="楼下",
        story="店里卖的锅用了一天就裂了，老板不给退。",
    )
    assert unknown.handling_office == JINSHAN


@pytest.mark.parametrize(
    ("to", "rule"), [("330782", "office"), (LOCAL, "office"), (JINSHAN, "same"), (CITY, "office")]
)
def test_only_another_of_ours_can_be_handed_to(sqlite_store: Store, to: str, rule: str) -> None:
    mark(sqlite_store, JINSHAN, CHANGNING)
    number = make_ticket(sqlite_store).number
    with pytest.raises(DispatchRefused, match=rule):
        handling.hand_over(sqlite_store, number, to=to, by="s_1")
    assert office_of(sqlite_store, number) == JINSHAN


def test_what_has_ended_stays_and_what_is_not_seen_cannot_be_handed_over(store: Store) -> None:
    mark(store, JINSHAN, CHANGNING)
    number = make_ticket(store).number
    with pytest.raises(TicketNotFound):
        handling.hand_over(store.within({CHANGNING}), number, to=CHANGNING, by="s_1")
    tickets.withdraw(store, number)
    with pytest.raises(DispatchRefused, match="closed"):
        handling.hand_over(store, number, to=CHANGNING, by="s_1")


def test_marking_the_first_office_makes_everything_its_own_and_unmarking_gives_it_back(store: Store) -> None:
    member = make_staff(store)
    assignment.set_queue_staff(store, LOCAL, "prepaid", [member.id], by="system")
    ticket = make_ticket(store)
    invited = invitations.invite(
        store, username="xiaowang", name="小王", roles=[Role.OFFICER], by="s_1", lasts=timedelta(days=1)
    )

    def belongs() -> set[str]:
        (queue,) = [
            found.office
            for found in assignment.queues(store, kinds=[TicketKind.COMPLAINT])
            if member.id in found.staff
        ]
        placed = assignment.placement(store, ticket.number)
        assert placed is not None
        return {
            office_of(store, ticket.number),
            talk_office(store, ticket.conversation_id),
            *staff.get(store, member.id).offices,
            *invitations.get(store, invited.id).offices,
            placed.office,
            queue,
        }

    assert belongs() == {LOCAL}
    mark(store, JINSHAN)
    assert belongs() == {JINSHAN}
    mark(store, CHANGNING)
    assert belongs() == {JINSHAN}
    mark(store, JINSHAN, home=False)
    assert belongs() == {CHANGNING}
    mark(store, CHANGNING, home=False)
    assert belongs() == {LOCAL}
    moves = [event for event in history.newest(store) if event.event == "office:handling:move"]
    assert [(event.subject, event.detail["to"]) for event in reversed(moves)] == [
        (LOCAL, JINSHAN),
        (JINSHAN, CHANGNING),
        (CHANGNING, LOCAL),
    ]


def test_nobody_is_given_a_ticket_they_would_not_see(store: Store) -> None:
    mark(store, JINSHAN, CHANGNING)
    member = make_staff(store).id
    staff.set_offices(store, member, [CHANGNING], by="system")
    number = make_ticket(store).number
    with pytest.raises(WorkRefused, match="assignee_unfit"):
        assignment.give(store, number, to=member, by="system")
    with pytest.raises(WorkRefused, match="assignee_unfit"):
        assignment.set_queue_staff(store, JINSHAN, "prepaid", [member], by="system")
    with pytest.raises(WorkRefused, match="queue_unknown"):
        assignment.move(store, number, office=CHANGNING, skill="major", by="system")


def test_accounts_belong_to_our_offices_only_and_supervisors_see_those_below(store: Store) -> None:
    mark(store, CITY, JINSHAN)
    chief = make_staff(store, role=Role.SUPERVISOR)
    staff.set_offices(store, chief.id, [CITY], by="system")
    assert {CITY, JINSHAN} <= sight.offices_of(store, staff.get(store, chief.id))
    officer = make_staff(store)
    staff.set_offices(store, officer.id, [JINSHAN], by="system")
    assert sight.offices_of(store, staff.get(store, officer.id)) == {JINSHAN}
    for stranger in (CHANGNING, LOCAL):
        with pytest.raises(StaffRefused, match="offices"):
            staff.set_offices(store, officer.id, [stranger], by="system")


def test_queues_are_those_of_the_offices_seen_and_named_with_them(store: Store) -> None:
    mark(store, JINSHAN, CHANGNING)
    seen = assignment.queues(store.within({JINSHAN}), kinds=[TicketKind.COMPLAINT])
    assert {queue.office for queue in seen} == {JINSHAN}
    assert not any(NAMES[JINSHAN] in queue.name for queue in seen)
    all_of_them = assignment.queues(store, kinds=[TicketKind.COMPLAINT])
    assert {queue.office for queue in all_of_them} == {JINSHAN, CHANGNING}
    assert all(queue.name.startswith(NAMES[queue.office]) for queue in all_of_them)
