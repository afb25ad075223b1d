"""Internal targets: the office's own days, beside the law's and never in their place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import yaml

from desk import notices, targets, tickets
from desk.recount import recount
from desk.store import Store
from desk.store import tickets as rows
from desk.targets import policy_of
from desk.ticket import Step, TicketKind, TicketStatus
from tests.factories import NOW, make_ticket

S = TicketStatus
DAY = timedelta(days=1)


def test_the_first_contact_is_due_before_the_decision_and_met_by_a_call(store: Store) -> None:
    ticket = make_ticket(store)
    assert ticket.target_on == date(2026, 11, 23), "one working day after a Saturday"
    called = tickets.record_contact(store, ticket.number, "phone", by="s_a", at=NOW)
    assert called.target_on == date(2026, 11, 27), "five working days to decide"
    assert called.accept_by == called.due_on == date(2026, 12, 1), "the law's seven are apart"


def test_a_decision_is_a_contact_too(store: Store) -> None:
    number = make_ticket(store).number
    step = Step(S.ACCEPTED, text="您好：受理。")
    accepted = notices.decide(store, number, step, by="s_a", our_office="局", at=NOW)
    assert accepted.target_on == date(2026, 12, 4), "ten working days to begin"


@pytest.mark.parametrize(("topic", "days"), [("food_safety", 3), ("prepaid_card", 5)])
def test_some_topics_are_decided_sooner(store: Store, topic: str, days: int) -> None:
    ticket = make_ticket(store, topic=topic)
    called = tickets.record_contact(store, ticket.number, "phone", by="s_a", at=NOW)
    assert called.target_on == date(2026, 11, 22) + days * DAY


def test_an_examination_stops_the_targets_and_the_end_drops_them(store: Store) -> None:
    number = make_ticket(store).number
    tickets.record_contact(store, number, "phone", by="s_a", at=NOW)
    tickets.advance(store, number, S.ACCEPTED, by="s_a", at=NOW)
    mediating = tickets.advance(store, number, S.MEDIATING, by="s_a", at=NOW)
    assert mediating.target_on == date(2027, 1, 5), "forty-five days"
    paused = tickets.advance(store, number, S.PAUSED, by="s_a", reason="examination", at=NOW + DAY)
    assert paused.target_on is None
    again = tickets.advance(store, number, S.MEDIATING, by="s_a", at=NOW + 11 * DAY)
    assert again.target_on == date(2027, 1, 15), "ten days of examination do not count"
    settled = tickets.advance(store, number, S.SETTLED, by="s_a", at=NOW + 12 * DAY)
    assert settled.target_on is not None
    assert tickets.advance(store, number, S.CLOSED, by="s_a", at=NOW + 12 * DAY).target_on is None


def test_lists_are_narrowed_and_ordered_by_target(store: Store) -> None:
    late = make_ticket(store, at=NOW - 9 * DAY)
    fresh = make_ticket(store, request="退卡退款")
    report = make_ticket(store, kind="report", request="")

    def found(**narrow: date) -> list[str]:
        return [ticket.number for ticket in tickets.list_tickets(store, order="target", **narrow)]  # type: ignore[arg-type]

    assert found() == [late.number, fresh.number]
    assert found(target_before=date(2026, 11, 21)) == [late.number]
    assert tickets.count_tickets(store, target_before=date(2026, 11, 24)) == 2
    assert tickets.count_tickets(store, kind=TicketKind.REPORT, target_before=date(2026, 12, 31)) == 1
    assert report.target_on == date(2026, 12, 4)


def test_a_recount_puts_every_clock_right(store: Store) -> None:
    made = [make_ticket(store, request=f"退款 {n} 元") for n in range(3)]
    with store.write() as tx:
        for ticket in made[:2]:
            rows.change_ticket(tx.connection, ticket.number, {"target_on": None, "due_on": None})
    heard: list[tuple[int, int]] = []
    assert recount(store, progress=lambda done, total: heard.append((done, total))) == 2
    assert heard == [(3, 3)]
    after = [tickets.get(store, ticket.number) for ticket in made]
    assert [(one.target_on, one.due_on) for one in after] == [(one.target_on, one.due_on) for one in made]
    assert recount(store) == 0


@pytest.mark.parametrize(
    "flaw",
    [
        {"targets": {}},
        {"special": [{"topics": ["food_safety"], "days": {"nothing": 3}}]},
        {"special": [{"topics": [], "days": {"decide": 3}}]},
        {"targets": {"decide": {"of": "complaint", "from": "received", "until": "decided", "days": 0}}},
    ],
)
def test_the_targets_file_refuses_what_it_should(flaw: dict[str, object]) -> None:
    whole = yaml.safe_load(targets.FILE.read_text("utf-8"))
    assert policy_of(whole).days("decide", topic="", office="") == 5
    with pytest.raises(ValueError, match="targets"):
        policy_of({**whole, **flaw})


def test_the_topics_named_exist() -> None:
    known = yaml.safe_load((targets.FILE.parents[1] / "knowledge" / "topics.yml").read_text("utf-8"))
    for entry in targets.policy().special:
        assert set(entry.get("topics", ())) <= set(known)
