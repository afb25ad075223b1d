"""Queues by rule, sharing out by load, views, notes with mentions, and light things done to many."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from desk import (
    assignment,
    assignment_rules,
    bulk,
    group_matters,
    history,
    notes,
    saved_views,
    staff,
    tickets,
)
from desk.assignment_rules import Load, Matter, Policy, Share, least_loaded
from desk.errors import ViewNotFound, WorkRefused
from desk.roles import Role
from desk.saved_views import Filter
from desk.store import Store
from desk.tickets import TicketKind
from tests.factories import NOW, make_staff, make_ticket

ROOT = Path(__file__).resolve().parents[2]
PREPAID = ("local", "prepaid")
SHARE = Share(automatic=True, soon_days=3, open=1, soon=1, overdue=2)
RULES = {
    "skills": {"big": {"name": "大额"}, "general": {"name": "综合"}},
    "skill_rules": [
        {
            "key": "big",
            "skill": "big",
            "because": "金额大",
            "when": {"kind": "complaint", "amount_from": 5000},
        },
        {"key": "asked", "skill": "big", "because": "要看", "when": {"flags": ["agent_papers"]}},
        {"key": "east", "skill": "general", "because": "在东边", "when": {"region": ["3101", "3202"]}},
        {"key": "all", "skill": "general", "because": "其余"},
    ],
    "share": {"automatic": True, "soon_days": 3, "open": 1, "soon": 1, "overdue": 2},
}


def matter(**change: object) -> Matter:
    given = {
        "kind": "complaint",
        "topic": "",
        "case_id": "",
        "region_code": "320902",
        "amount": None,
        "flags": (),
        **change,
    }
    return Matter(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "chosen"),
    [
        ({}, ("general", "all")),
        ({"region_code": "310116"}, ("general", "east")),
        ({"amount": Decimal(5000)}, ("big", "big")),
        ({"amount": Decimal("4999.99")}, ("general", "all")),
        ({"amount": Decimal(9000), "kind": "report"}, ("general", "all")),
        ({"flags": ("agent_papers", "x")}, ("big", "asked")),
    ],
    ids=["nothing fits", "by region", "by amount", "just below", "all must hold", "by flag"],
)
def test_the_first_rule_that_fits_decides_the_skill(change, chosen) -> None:
    route = Policy.read(RULES).route(matter(**change))
    assert (route.skill, route.rule) == chosen


@pytest.mark.parametrize(
    "flaw",
    [
        {"skill_rules": [{"key": "x", "skill": "nothing", "because": ""}]},
        {"skill_rules": [{"key": "x", "skill": "big", "because": "", "when": {"region": ["31"]}}]},
        {"skill_rules": [{"key": "x", "skill": "big", "because": "", "when": {"weather": "rain"}}]},
        {"skill_rules": [{"key": "manual", "skill": "big", "because": ""}]},
        {"skill_rules": []},
    ],
    ids=["unknown skill", "none for the rest", "unknown condition", "kept name", "none"],
)
def test_rules_that_would_lose_a_ticket_are_refused(flaw) -> None:
    with pytest.raises(ValueError, match="assignment"):
        Policy.read({**RULES, **flaw})


def test_the_rules_we_ship_know_only_topics_of_the_library() -> None:
    known = set(yaml.safe_load((ROOT / "knowledge" / "topics.yml").read_text("utf-8")))
    for rule in assignment_rules.policy().skill_rules:
        assert set(rule.when.get("topic", [])) <= known, rule.key


loads = st.builds(Load, st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))


@given(st.dictionaries(st.text("abc", min_size=1), loads))
def test_nobody_with_more_to_do_is_chosen(found: dict[str, Load]) -> None:
    best = least_loaded(found, SHARE)
    assert (best is None) == (not found)
    if best is not None:
        assert all(found[best].points(SHARE) <= load.points(SHARE) for load in found.values())


def test_a_new_ticket_goes_to_its_queue_with_the_reason(store: Store) -> None:
    number = make_ticket(store).number
    placed = assignment.placement(store, number)
    assert placed is not None
    assert (placed.office, placed.skill) == PREPAID
    assert placed.reasons == ("预付卡或者培训退费",)
    assert tickets.get(store, number).assigned_to == ""
    assert history.of(store, number)[-1].event == "ticket:queue:route"


def test_new_tickets_are_shared_out_to_whom_has_the_least_to_do(store: Store) -> None:
    first, second = (make_staff(store).id for _ in range(2))
    assignment.set_queue_staff(store, *PREPAID, [first, second], by="system")
    given = [make_ticket(store, phone=f"1381234{n:04d}").assigned_to for n in range(6)]
    assert sorted(given) == sorted([first, second] * 3)
    late = make_ticket(store, at=NOW - timedelta(days=60), topic="travel")
    assignment.give(store, late.number, to=first, by="system")
    number = make_ticket(store, phone="13812349999").number
    assert tickets.get(store, number).assigned_to == second
    shared = tickets.events(store, number)[-1]
    assert (shared.by, shared.detail["rule"]) == ("system", "least_load")


def test_who_is_switched_off_or_may_not_handle_it_gets_nothing(store: Store) -> None:
    officer, curator = make_staff(store).id, make_staff(store, role=Role.CURATOR).id
    with pytest.raises(WorkRefused, match="assignee_unfit"):
        assignment.set_queue_staff(store, *PREPAID, [curator], by="system")
    assignment.set_queue_staff(store, *PREPAID, [officer], by="system")
    make_staff(store, role=Role.ADMINISTRATOR)
    staff.set_active(store, officer, False, by="system")
    number = make_ticket(store).number
    assert tickets.get(store, number).assigned_to == ""
    assert assignment.advice(store, number) is None
    for to in (officer, curator, "s_nobody"):
        with pytest.raises(WorkRefused, match="assignee_unfit"):
            assignment.give(store, number, to=to, by="system")


def test_a_report_is_given_only_to_those_who_handle_reports(store: Store) -> None:
    report = make_ticket(store, kind="report").number
    with pytest.raises(WorkRefused, match="assignee_unfit"):
        assignment.give(store, report, to=make_staff(store, role=Role.MEDIATOR).id, by="system")
    placed = assignment.placement(store, report)
    assert placed is not None
    assert placed.skill == "reports"


def test_moving_by_hand_is_kept_as_such_and_only_to_queues_that_exist(store: Store) -> None:
    officer = make_staff(store).id
    number = make_ticket(store).number
    assignment.move(store, number, office="local", skill="major", by=officer)
    placed = assignment.placement(store, number)
    assert placed is not None
    assert (placed.skill, placed.by_hand) == ("major", True)
    assert tickets.events(store, number)[-1].by == officer
    with pytest.raises(WorkRefused, match="queue_unknown"):
        assignment.move(store, number, office="local", skill="nothing", by=officer)


def test_queues_count_what_is_open_unassigned_and_late(store: Store) -> None:
    officer = make_staff(store).id
    make_ticket(store, at=NOW - timedelta(days=40))
    mine = make_ticket(store, phone="13911112222").number
    assignment.give(store, mine, to=officer, by=officer)
    ended = make_ticket(store, phone="13911113333").number
    tickets.withdraw(store, ended)
    queues = assignment.queues(store, kinds=[TicketKind.COMPLAINT], at=NOW)
    (prepaid,) = [queue for queue in queues if (queue.office, queue.skill) == PREPAID]
    assert (prepaid.open, prepaid.unassigned, prepaid.overdue) == (2, 1, 1)
    assert assignment.count_unsorted(store) == 0


def test_views_are_ones_own_unless_shared_and_narrow_what_they_say(store: Store) -> None:
    me, other = make_staff(store).id, make_staff(store, role=Role.SUPERVISOR).id
    small = make_ticket(store, amount="300", phone="13911112222").number
    large = make_ticket(store, amount="30000").number
    assignment.give(store, large, to=me, by=me)
    wanted = Filter.read({"amount_from": "10000", "assigned": "mine", "due": "nonsense", "queue": "x"})
    assert wanted.chosen() == {"amount_from": "10000", "assigned": "mine"}
    own = saved_views.save(store, name="我的大额", filter=wanted, by=me)
    shared = saved_views.save(store, name="没人办", filter=Filter(assigned="nobody"), by=other, shared=True)

    def found(filter: Filter, who: str) -> list[str]:
        narrow = filter.narrow(staff_id=who, today=NOW.date(), reports=False)
        listed = [ticket.number for ticket in assignment.listed(store, narrow)]
        assert assignment.count(store, narrow) == len(listed)
        return listed

    assert found(own.filter, me) == [large]
    assert found(own.filter, other) == []
    assert found(shared.filter, me) == [small]
    builtin = [view.key for view in saved_views.builtin()]
    assert [view.key for view in saved_views.for_person(store, me)] == [*builtin, own.key, shared.key]
    assert [view.key for view in saved_views.for_person(store, other)] == [*builtin, shared.key]
    for id, by in ((int(own.key), other), (int(shared.key), me), (999, me)):
        with pytest.raises(ViewNotFound):
            saved_views.remove(store, id, by=by)
    saved_views.remove(store, int(shared.key), by=other, any_shared=True)
    for name, filter in (("", wanted), ("长" * 21, wanted), ("空的", Filter())):
        with pytest.raises(WorkRefused, match="view_"):
            saved_views.save(store, name=name, filter=filter, by=me)


def test_reports_stay_out_of_the_lists_of_those_who_may_not_read_them(store: Store) -> None:
    report = make_ticket(store, kind="report").number
    make_ticket(store)
    for filter in (Filter(), Filter(kind="report"), Filter(queue="local/reports")):
        narrow = filter.narrow(staff_id="s", today=NOW.date(), reports=False)
        assert report not in {ticket.number for ticket in assignment.listed(store, narrow)}
    narrow = Filter(kind="report").narrow(staff_id="s", today=NOW.date(), reports=True)
    assert [ticket.number for ticket in assignment.listed(store, narrow)] == [report]


def named(store: Store, username: str, name: str, *roles: Role) -> str:
    member, _ = staff.create(store, username=username, name=name, roles=roles or [Role.OFFICER], by="system")
    return member.id


def test_a_mention_waits_for_the_colleague_until_seen(store: Store) -> None:
    me = named(store, "xiaoli", "小李")
    zhang = named(store, "zhang.wei", "张伟")
    chief = named(store, "chief", "王科长", Role.SUPERVISOR)
    number = make_ticket(store).number
    note = notes.add(store, number, "@张伟，请核对付款记录。＠chief 也看一下，a@b.com 是商家邮箱", by=me)
    assert set(note.mentioned) == {zhang, chief}
    assert [waiting.id for waiting in notes.inbox(store, zhang)] == [note.id]
    assert notes.count_unseen(store, me) == 0
    notes.mark_seen(store, zhang, note_id=note.id)
    assert notes.inbox(store, zhang) == []
    assert [seen.id for seen in notes.inbox(store, zhang, seen=True)] == [note.id]
    assert notes.count_unseen(store, chief) == 1
    assert "付款" not in str([event.detail for event in history.of(store, number)])
    assert notes.of_ticket(store, number)[0].text.startswith("@张伟")


def test_a_mention_that_reaches_nobody_or_the_wrong_one_is_refused(store: Store) -> None:
    me = named(store, "xiaoli", "小李")
    named(store, "zhang.wei", "张伟")
    named(store, "zhang.wei2", "张伟")
    curator = named(store, "bianji", "小编", Role.CURATOR)
    mediator = named(store, "tiaojie", "小周", Role.MEDIATOR)
    number, report = make_ticket(store).number, make_ticket(store, kind="report").number
    refused = {
        "@没有这人 看看": "mention_unknown",
        "@张伟 看看": "mention_ambiguous",
        "@小编 看看": "mention_unfit",
        "  ": "note_empty",
        "长" * 2001: "note_long",
    }
    for text, rule in refused.items():
        with pytest.raises(WorkRefused, match=rule):
            notes.add(store, number, text, by=me)
    with pytest.raises(WorkRefused, match="mention_unfit"):
        notes.add(store, report, "@小周 看看", by=me)
    with pytest.raises(WorkRefused, match="mention_unfit"):
        notes.add(store, number, "看看", by=me, mention=[curator])
    assert notes.of_ticket(store, number) == []
    assert notes.add(store, number, "@小周请看一下", by=me).mentioned == (mediator,)


def test_who_may_no_longer_read_reports_no_longer_reads_the_notes_on_them(store: Store) -> None:
    me, wang = named(store, "xiaoli", "小李"), named(store, "laowang", "老王")
    report = make_ticket(store, kind="report").number
    make_staff(store, role=Role.ADMINISTRATOR)
    notes.add(store, report, "@老王 先核实地址", by=me)
    assert notes.count_unseen(store, wang) == 1
    staff.set_roles(store, wang, [Role.MEDIATOR], by="system")
    assert notes.inbox(store, wang) == []
    assert notes.count_unseen(store, wang) == 0


def test_each_ticket_of_many_has_its_own_result(store: Store) -> None:
    officer = make_staff(store).id
    good = [make_ticket(store, phone=f"1381234{n:04d}").number for n in range(3)]
    results = bulk.give(store, [*good, "WQ20200101-0001", good[0]], to=officer, by=officer)
    assert [(result.number, result.code) for result in results] == [
        *((number, "") for number in good),
        ("WQ20200101-0001", "ticket_not_found"),
    ]
    assert {tickets.get(store, number).assigned_to for number in good} == {officer}
    group = group_matters.confirm(store, good[:2], by=officer).number
    linked = bulk.link(store, good, group=group, by=officer)
    assert [result.rule for result in linked] == ["group_elsewhere", "group_elsewhere", ""]
    noted = bulk.note(store, good, text="已电话核实", by=officer)
    assert all(result.done for result in noted)
    moved = bulk.move(store, good, office="local", skill="major", by=officer)
    assert all(result.done for result in moved)
    for numbers in ([], [f"WQ{n}" for n in range(201)]):
        with pytest.raises(WorkRefused, match="chosen"):
            bulk.give(store, numbers, to=officer, by=officer)


def test_tickets_from_before_the_queues_are_sorted_once(store: Store) -> None:
    from sqlalchemy import text

    number = make_ticket(store).number
    with store.write() as tx:
        tx.connection.execute(text("DELETE FROM ticket_work"))
        tx.connection.execute(text("UPDATE tickets SET queue = ''"))
    assert assignment.count_unsorted(store) == 1
    assert assignment.placement(store, number) is None
    assert assignment.place_missing(store, by="s_a") == 1
    assert assignment.place_missing(store, by="s_a") == 0
    placed = assignment.placement(store, number)
    assert placed is not None
    assert placed.skill == "prepaid"
