"""Who is on duty: weeks, single days, holidays, worked weekends, the switch; kept and recorded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from desk import attendance, conversations, history, staff
from desk.clock import BEIJING
from desk.duty import Duty
from desk.errors import RosterRefused, StaffNotFound
from desk.roster import Person, Shift, on_duty, shift_on
from desk.staff import Role
from desk.store import Store
from tests.factories import make_conversation, make_staff

OFFICE = Duty.read("09:00-17:30")
DAY = Shift.read("08:30", "17:00")
WEEK = {day: DAY for day in range(1, 6)}
MONDAY = date(2026, 11, 23)
NATIONAL_DAY = date(2026, 10, 1)
WORKED_SATURDAY = date(2026, 10, 10)


def at(day: date, clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("clock", "there"), [("08:29", False), ("08:30", True), ("16:59", True), ("17:00", False)]
)
def test_a_shift_begins_and_ends_to_the_minute(clock: str, there: bool) -> None:
    assert on_duty(Person("a", weekly=WEEK), at(MONDAY, clock), OFFICE) is there


def test_holidays_are_free_and_worked_weekends_are_not() -> None:
    person = Person("a", weekly=WEEK)
    assert shift_on(person, NATIONAL_DAY) is None
    assert shift_on(person, WORKED_SATURDAY) == DAY
    assert shift_on(person, MONDAY - timedelta(days=1)) is None


def test_a_single_day_goes_before_week_and_holiday() -> None:
    late = Shift.read("12:00", "24:00")
    person = Person("a", weekly=WEEK, days={MONDAY: None, NATIONAL_DAY: late})
    assert not on_duty(person, at(MONDAY, "10:00"), OFFICE)
    assert on_duty(person, at(NATIONAL_DAY, "23:59"), OFFICE)


def test_without_a_week_the_office_hours_hold() -> None:
    assert on_duty(Person("a"), at(MONDAY, "17:15"), OFFICE)
    assert not on_duty(Person("a"), at(MONDAY, "18:00"), OFFICE)


@pytest.mark.parametrize(
    ("begins", "ends"), [("09:00", "09:00"), ("18:00", "09:00"), ("9", "10:00"), ("09:00", "24:01"), ("", "")]
)
def test_times_that_are_no_shift_are_refused(begins: str, ends: str) -> None:
    with pytest.raises(RosterRefused):
        Shift.read(begins, ends)


def test_a_supervisor_takes_conversations_only_when_they_say_so(store: Store) -> None:
    chief = make_staff(store, role=Role.SUPERVISOR)
    both = make_staff(store, roles=(Role.SUPERVISOR, Role.MEDIATOR))
    noon = at(MONDAY, "12:00")
    assert not _on_duty(store, chief.id, noon)
    assert _on_duty(store, both.id, noon)
    attendance.switch(store, chief.id, "here", by=chief.id, at=noon)
    assert _on_duty(store, chief.id, noon)
    (found,) = [
        person for person in attendance.colleagues(store, office=OFFICE, at=noon) if person.id == chief.id
    ]
    assert found.free == 1


def test_the_switch_holds_until_midnight_and_goes_before_the_roster(store: Store) -> None:
    member = make_staff(store)
    attendance.set_week(store, member.id, WEEK, by="s_chief")
    noon = at(MONDAY, "12:00")
    attendance.switch(store, member.id, "away", by=member.id, at=noon)
    assert not _on_duty(store, member.id, at(MONDAY, "16:00"))
    assert _on_duty(store, member.id, at(MONDAY + timedelta(days=1), "09:00")), "forgotten by the morning"
    attendance.switch(store, member.id, "here", by=member.id, at=noon)
    assert _on_duty(store, member.id, at(MONDAY, "23:00"))
    attendance.switch(store, member.id, "", by=member.id, at=noon)
    assert not _on_duty(store, member.id, at(MONDAY, "23:00"))


def test_a_roster_is_kept_changed_and_recorded(store: Store) -> None:
    member = make_staff(store)
    attendance.set_week(store, member.id, WEEK, by="s_chief")
    attendance.set_week(store, member.id, {1: DAY}, by="s_chief")
    attendance.set_day(store, member.id, MONDAY, None, by="s_chief", at=at(MONDAY, "08:00"))
    attendance.set_limits(store, member.id, capacity=5, skills=["housing"], by="s_chief")
    person = attendance.people(store, first=MONDAY, last=MONDAY)[member.id]
    assert person.weekly == {1: DAY}
    assert person.days == {MONDAY: None}
    assert (person.capacity, person.skills) == (5, {"housing"})
    attendance.forget_day(store, member.id, MONDAY, by="s_chief")
    assert attendance.people(store, first=MONDAY, last=MONDAY)[member.id].days == {}
    events = [event.event for event in history.of(store, member.id)][1:]
    assert events == [
        "roster:week:set",
        "roster:week:set",
        "roster:day:set",
        "roster:limits:set",
        "roster:day:forget",
    ]


def test_only_those_who_may_take_conversations_have_a_roster(store: Store) -> None:
    curator, officer, gone = make_staff(store, role=Role.CURATOR), make_staff(store), make_staff(store)
    make_staff(store, role=Role.ADMINISTRATOR)
    staff.set_active(store, gone.id, False, by="system")
    assert set(attendance.people(store)) == {officer.id}
    with pytest.raises(StaffNotFound):
        attendance.set_week(store, curator.id, WEEK, by="s_chief")


@pytest.mark.parametrize("capacity", [-1, 21])
def test_a_capacity_out_of_reason_is_refused(store: Store, capacity: int) -> None:
    member = make_staff(store)
    with pytest.raises(RosterRefused):
        attendance.set_limits(store, member.id, capacity=capacity, skills=[], by="s_chief")


def test_what_somebody_has_in_hand_counts_against_their_capacity(store: Store) -> None:
    member = make_staff(store)
    for _ in range(2):
        conversations.take(store, make_conversation(store, owner="queue").id, staff=member.id)
    (found,) = attendance.colleagues(store, office=Duty.read("always"))
    assert (found.load, found.free) == (2, 1)


def _on_duty(store: Store, id: str, moment: datetime) -> bool:
    return next(
        person.on_duty for person in attendance.colleagues(store, office=OFFICE, at=moment) if person.id == id
    )
