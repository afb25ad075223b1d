"""How a ticket moves on: the table of Order 121, its grounds, its clocks, and what is recorded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from desk import clock, history, tickets
from desk.errors import EvidenceNotFound, GroundRefused, NoteRefused, TicketNotFound, TransitionRefused
from desk.store import Store
from desk.ticket import NEXT, REPORT_NEXT, TicketStatus
from tests.factories import NOW, make_ticket

S = TicketStatus
DAY = timedelta(days=1)
ENOUGH = {
    S.REFUSED: {"ground": "too_late"},
    S.FAILED: {"ground": "no_agreement"},
    S.TRANSFERRED: {"office": "postal"},
    S.PAUSED: {"reason": "examination"},
}
WAY_TO = {
    S.RECEIVED: (),
    S.ACCEPTED: (S.ACCEPTED,),
    S.REFUSED: (S.REFUSED,),
    S.TRANSFERRED: (S.TRANSFERRED,),
    S.MEDIATING: (S.ACCEPTED, S.MEDIATING),
    S.PAUSED: (S.ACCEPTED, S.PAUSED),
    S.SETTLED: (S.ACCEPTED, S.SETTLED),
    S.FAILED: (S.ACCEPTED, S.FAILED),
    S.WITHDRAWN: (S.WITHDRAWN,),
    S.PERFORMED: (S.ACCEPTED, S.SETTLED, S.PERFORMED),
    S.BREACHED: (S.ACCEPTED, S.SETTLED, S.BREACHED),
    S.CLOSED: (S.WITHDRAWN, S.CLOSED),
}


def move(store: Store, number: str, to: TicketStatus, *, at: datetime = NOW) -> tickets.Ticket:
    return tickets.advance(store, number, to, by="s_a", at=at, **ENOUGH.get(to, {}))


def ticket_in(store: Store, status: TicketStatus) -> str:
    number = make_ticket(store).number
    for step in WAY_TO[status]:
        move(store, number, step)
    return number


@pytest.mark.parametrize("status", list(WAY_TO), ids=lambda status: status.value)
def test_a_ticket_goes_where_the_table_says_and_nowhere_else(store: Store, status: TicketStatus) -> None:
    for to in TicketStatus:
        number = ticket_in(store, status)
        if to in NEXT[status]:
            assert move(store, number, to).status is to
            event = history.of(store, number)[-1]
            assert (event.detail["from"], event.detail["to"]) == (status.value, to.value)
            continue
        with pytest.raises(TransitionRefused):
            move(store, number, to)
        assert tickets.get(store, number).status is status


def test_every_state_can_be_reached_and_every_end_is_closed() -> None:
    for table in (NEXT, REPORT_NEXT):
        assert set(table) == set(TicketStatus)
        reached, fresh = set(), {S.RECEIVED}
        while fresh:
            reached |= fresh
            fresh = set().union(*(table[status] for status in fresh)) - reached
        dead_ends = {status for status in reached if not table[status]}
        assert dead_ends == {S.CLOSED}
    assert set(TicketStatus) - {S.DRAFT} == {*WAY_TO}


@pytest.mark.parametrize(
    ("way", "to", "given", "needs"),
    [
        ((), S.REFUSED, {}, "ground"),
        ((), S.REFUSED, {"ground": "no_agreement"}, "ground"),
        ((), S.TRANSFERRED, {"office": " "}, "office"),
        ((S.ACCEPTED,), S.FAILED, {"ground": "too_late"}, "ground"),
        ((S.ACCEPTED,), S.PAUSED, {"reason": "holiday"}, "reason"),
    ],
    ids=["refused without", "refused by art. 23", "nowhere", "failed by art. 16", "paused for fun"],
)
def test_a_step_names_its_ground(
    store: Store, way: tuple[TicketStatus, ...], to: TicketStatus, given: dict[str, str], needs: str
) -> None:
    number = make_ticket(store).number
    for step in way:
        move(store, number, step)
    with pytest.raises(GroundRefused) as refused:
        tickets.advance(store, number, to, by="s_a", **given)  # type: ignore[arg-type]
    assert refused.value.needs == needs


@pytest.mark.parametrize("to", ["", "lost", "ACCEPTED"])
def test_an_unknown_state_is_refused(store: Store, to: str) -> None:
    with pytest.raises(TransitionRefused):
        tickets.advance(store, make_ticket(store).number, to, by="s_a")


def test_an_unknown_ticket_is_not_found(store: Store) -> None:
    for act in (tickets.urge, tickets.withdraw, tickets.timeline, tickets.get, tickets.related):
        with pytest.raises(TicketNotFound):
            act(store, "WQ20200101-0001")  # type: ignore[operator]


def test_a_report_is_not_mediated(store: Store) -> None:
    number = make_ticket(store, kind="report").number
    move(store, number, S.ACCEPTED)
    with pytest.raises(TransitionRefused):
        move(store, number, S.MEDIATING)
    assert move(store, number, S.CLOSED).status is S.CLOSED


def test_the_clocks_follow_the_law(store: Store) -> None:
    received = datetime.fromisoformat("2026-03-02T02:00:00+00:00")
    number = make_ticket(store, at=received, happened_on=date(2026, 2, 1)).number
    assert tickets.get(store, number).due_on == date(2026, 3, 11)
    assert move(store, number, S.ACCEPTED, at=received + 4 * DAY).due_on == date(2026, 5, 6)  # 5 May: holiday
    move(store, number, S.MEDIATING, at=received + 5 * DAY)
    assert move(store, number, S.PAUSED, at=received + 10 * DAY).due_on is None
    assert move(store, number, S.MEDIATING, at=received + 20 * DAY).due_on == date(2026, 5, 15)
    tickets.advance(store, number, S.PAUSED, by="s_a", at=received + 21 * DAY, reason="recusal")
    recused = move(store, number, S.MEDIATING, at=received + 23 * DAY)
    assert recused.mediate_by == date(2026, 5, 15), "a recusal does not stop the clock"
    failed = move(store, number, S.FAILED, at=datetime.fromisoformat("2026-05-15T02:00:00+00:00"))
    assert failed.due_on == failed.notify_by == date(2026, 5, 26)
    assert failed.ground == "no_agreement"
    assert move(store, number, S.CLOSED).due_on is None


def test_received_anew_the_clock_starts_anew(store: Store) -> None:
    number = ticket_in(store, S.TRANSFERRED)
    assert tickets.get(store, number).due_on is None
    again = move(store, number, S.RECEIVED, at=NOW + 10 * DAY)
    assert again.accept_by == clock.accept_by(NOW + 10 * DAY).day
    assert (again.ground, again.office) == ("", "")


def test_sixty_days_end_a_mediation_only_once_they_have_passed(store: Store) -> None:
    number = ticket_in(store, S.MEDIATING)
    last = tickets.get(store, number).mediate_by
    assert last == date(2027, 1, 20)
    with pytest.raises(GroundRefused) as refused:
        tickets.advance(store, number, S.FAILED, by="s_a", ground="sixty_days", at=NOW + 60 * DAY)
    assert refused.value.needs == "sixty_days"
    ended = tickets.advance(store, number, S.FAILED, by="s_a", ground="sixty_days", at=NOW + 61 * DAY)
    assert ended.status is S.FAILED


def test_a_lead_has_a_clock_of_its_own(store: Store) -> None:
    number = ticket_in(store, S.MEDIATING)
    found = tickets.mark_lead(store, number, "find", by="s_a", at=NOW)
    assert found.lead_check_by == found.due_on == date(2026, 12, 11)
    extended = tickets.mark_lead(store, number, "extend", by="s_a", at=NOW + DAY)
    assert extended.lead_check_by == date(2027, 1, 1), "working days of 2027 by weekends only"
    assert tickets.mark_lead(store, number, "close", by="s_a").due_on == extended.mediate_by
    with pytest.raises(GroundRefused):
        tickets.mark_lead(store, number, "forget", by="s_a")


def test_the_consumer_adds_urges_and_withdraws(store: Store) -> None:
    number = make_ticket(store).number
    tickets.add_supplement(store, number, " 补充：还有转账记录 ", at=NOW)
    assert tickets.urge(store, number, at=NOW + DAY).urged == 1
    with pytest.raises(NoteRefused) as refused:
        tickets.urge(store, number, at=NOW + DAY + timedelta(hours=1))
    assert refused.value.rule == "too_many"
    assert tickets.urge(store, number, at=NOW + 2 * DAY).urged == 2
    assert tickets.withdraw(store, number, at=NOW + 3 * DAY).status is S.WITHDRAWN
    steps = [
        (step.event.split(":")[1], step.status.value, step.by) for step in tickets.timeline(store, number)
    ]
    assert steps == [
        ("complaint", "received", "consumer"),
        ("supplement", "received", "consumer"),
        ("urge", "received", "consumer"),
        ("urge", "received", "consumer"),
        ("status", "withdrawn", "consumer"),
    ]
    assert tickets.timeline(store, number)[1].text == "补充：还有转账记录"


@pytest.mark.parametrize("text", ["", "  \n", "长" * 2001], ids=["empty", "blank", "too long"])
def test_an_unfit_supplement_is_refused(store: Store, text: str) -> None:
    with pytest.raises(NoteRefused):
        tickets.add_supplement(store, make_ticket(store).number, text)


@pytest.mark.parametrize(
    "status", [S.WITHDRAWN, S.FAILED, S.CLOSED, S.REFUSED], ids=lambda status: status.value
)
def test_what_has_ended_takes_no_more(store: Store, status: TicketStatus) -> None:
    number = ticket_in(store, status)
    for act in (lambda: tickets.add_supplement(store, number, "再补充"), lambda: tickets.urge(store, number)):
        with pytest.raises(NoteRefused) as refused:
            act()
        assert refused.value.rule == "closed"
    with pytest.raises(EvidenceNotFound):
        tickets.add_supplement(store, make_ticket(store).number, "", evidence=("e_none",))


def test_the_timeline_shows_the_consumer_nothing_internal(store: Store) -> None:
    number = ticket_in(store, S.MEDIATING)
    tickets.assign(store, number, to="s_b", by="s_a")
    tickets.mark_lead(store, number, "find", by="s_a")
    tickets.advance(store, number, S.FAILED, by="s_a", ground="no_agreement", text="双方没有谈拢。")
    steps = tickets.timeline(store, number)
    assert [step.status for step in steps] == [S.RECEIVED, S.ACCEPTED, S.MEDIATING, S.FAILED]
    assert (steps[-1].by, steps[-1].detail, steps[-1].text) == (
        "office",
        {"ground": "no_agreement"},
        "双方没有谈拢。",
    )
    assert len(tickets.events(store, number)) == 6
