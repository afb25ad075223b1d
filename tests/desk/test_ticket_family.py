"""Reopening, merging, splitting and linking tickets: what the law allows, and that nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from desk import assignment, conversations, history, notices, reopening, splitting, ticket_links, tickets
from desk.errors import (
    DraftIncomplete,
    LinkRefused,
    NoteRefused,
    ReopenRefused,
    SplitRefused,
    TransitionRefused,
)
from desk.life_policy import policy, policy_of
from desk.splitting import Part
from desk.store import Store
from desk.ticket import TicketKind, TicketStatus
from tests.factories import NOW, make_conversation, make_staff, make_ticket

S = TicketStatus
DAY = timedelta(days=1)
OTHER = {"name": "李阿香", "phone": "13987654321"}


def through(store: Store, number: str, *steps: tuple[S, dict[str, str]]) -> None:
    for to, given in steps:
        tickets.advance(store, number, to, by="s_a", at=NOW + DAY, **given)  # type: ignore[arg-type]


ACCEPTED = (S.ACCEPTED, {})
MEDIATING = (S.MEDIATING, {})
CLOSED = (S.CLOSED, {})


def failed(ground: str) -> tuple[S, dict[str, str]]:
    return S.FAILED, {"ground": ground}


@pytest.mark.parametrize(
    ("way", "rules"),
    [
        ([(S.REFUSED, {"ground": "papers_missing"})], {"papers_complete", "refused_in_error"}),
        ([(S.REFUSED, {"ground": "papers_missing"}), CLOSED], {"papers_complete", "refused_in_error"}),
        ([(S.REFUSED, {"ground": "too_late"})], {"refused_in_error"}),
        ([(S.WITHDRAWN, {})], {"not_yet_handled"}),
        ([ACCEPTED, (S.WITHDRAWN, {})], set()),  # handled once: art. 16 (2)
        ([ACCEPTED, MEDIATING, failed("party_absent")], {"absence_excused"}),
        ([ACCEPTED, MEDIATING, failed("no_agreement")], {"ended_in_error"}),
        ([ACCEPTED, MEDIATING, failed("no_agreement"), CLOSED], set()),
        ([ACCEPTED, MEDIATING, failed("party_gone")], set()),
        ([ACCEPTED, (S.SETTLED, {})], set()),
        ([ACCEPTED, (S.SETTLED, {}), CLOSED], {"not_performed"}),
        ([(S.TRANSFERRED, {"office": "A"}), CLOSED], {"sent_back"}),
        ([ACCEPTED], set()),
    ],
    ids=lambda value: "-".join(step[0].value for step in value) if isinstance(value, list) else "",
)
def test_a_ticket_is_reopened_by_the_rules_that_hold_and_no_others(
    store: Store, way: list[tuple[S, dict[str, str]]], rules: set[str]
) -> None:
    number = make_ticket(store).number
    through(store, number, *way)
    assert {rule.code for rule in reopening.rules_for(store, number, at=NOW + 2 * DAY)} == rules
    for rule in policy().reopening:
        if rule.code not in rules:
            with pytest.raises(ReopenRefused):
                reopening.reopen(store, number, rule.code, by="s_a", text="理由", at=NOW + 2 * DAY)


def test_after_sixty_days_a_failed_mediation_stays_ended(store: Store) -> None:
    number = make_ticket(store).number
    through(store, number, ACCEPTED, MEDIATING, failed("party_absent"))
    assert reopening.rules_for(store, number, at=NOW + 50 * DAY)
    assert not reopening.rules_for(store, number, at=NOW + 90 * DAY)


def test_a_mediation_taken_up_again_goes_on_with_its_old_clock(store: Store) -> None:
    number = make_ticket(store).number
    through(store, number, ACCEPTED, MEDIATING, failed("party_absent"))
    before = tickets.get(store, number)
    again = reopening.reopen(store, number, "absence_excused", by="s_a", text="对方住院", at=NOW + 5 * DAY)
    assert (again.status, again.ground) == (S.MEDIATING, "")
    assert again.due_on == again.mediate_by == before.mediate_by
    assert again.notify_by is None
    step = tickets.timeline(store, number)[-1]
    assert (step.event, step.text, step.detail["article"]) == ("ticket:status:reopen", "对方住院", "23(2)")
    assert "对方住院" not in str(history.of(store, number)[-1].detail)


def test_reopening_needs_a_reason(store: Store) -> None:
    number = make_ticket(store).number
    through(store, number, (S.WITHDRAWN, {}))
    for text in (" ", "长" * 501):
        with pytest.raises(NoteRefused):
            reopening.reopen(store, number, "not_yet_handled", by="s_a", text=text)
    assert reopening.reopen(store, number, "not_yet_handled", by="s_a", text="又来了").status is S.RECEIVED


def test_new_facts_take_a_report_up_again(store: Store) -> None:
    number = make_ticket(store, kind="report", request="").number
    through(store, number, (S.REFUSED, {"ground": "not_found"}))
    again = reopening.reopen(store, number, "new_facts", by="s_a", text="补充了账本", at=NOW + 30 * DAY)
    assert again.due_on == again.lead_check_by == date(2027, 1, 11), "counted from the last report (art. 35)"


def test_a_duplicate_is_merged_with_its_clock_and_both_numbers_stay_valid(store: Store) -> None:
    talk = make_conversation(store)
    early = make_ticket(store, conversation_id=talk.id, at=NOW - 6 * DAY)
    late = make_ticket(store, request="退卡退款", at=NOW)
    stays = ticket_links.merge(store, early.number, late.number, by="s_a", reason="同一件事", at=NOW + DAY)
    assert stays.accept_by == stays.due_on == early.accept_by, "the earlier clock governs"
    opened = tickets.by_number(store, early.number, early.code)
    assert (opened.status, opened.merged_into, opened.due_on) == (S.CLOSED, late.number, None)
    assert opened.request == early.request, "each keeps what it said"
    assert tickets.standing(store, opened).number == late.number
    assert tickets.standing(store, opened).code == late.code
    assert tickets.by_number(store, late.number, late.code).number == late.number
    latest = tickets.latest_for(store, talk.id)
    assert latest is not None
    assert latest.number == late.number, "asked in the chat, it is the ticket that stands"
    assert tickets.reveal(store, early.number, by="s_a", purpose="desk").name == "王小明"
    [link] = ticket_links.links(store, late.number)
    assert (link.role, link.number, link.reason, link.by) == ("merged", early.number, "同一件事", "s_a")
    assert early.number in notices.told(store, late.number)[-1].text


def test_a_merge_is_taken_back_as_if_it_had_not_been(store: Store) -> None:
    early, late = make_ticket(store, at=NOW - 6 * DAY), make_ticket(store, request="退卡退款")
    ticket_links.merge(store, early.number, late.number, by="s_a", at=NOW)
    [link] = ticket_links.links(store, early.number)
    back = ticket_links.unmerge(store, link.id, by="s_b", at=NOW + DAY)
    assert (back.status, back.merged_into, back.accept_by) == (S.RECEIVED, "", early.accept_by)
    assert back.due_on == early.due_on
    assert tickets.get(store, late.number).accept_by == late.accept_by
    assert ticket_links.links(store, late.number) == []
    with pytest.raises(LinkRefused) as refused:
        ticket_links.unmerge(store, link.id, by="s_b", at=NOW + DAY)
    assert refused.value.rule == "gone"
    ticket_links.merge(store, early.number, late.number, by="s_a", at=NOW + DAY)


@pytest.mark.parametrize(("days", "step", "rule"), [(16, None, "late"), (1, ACCEPTED, "moved_on")])
def test_a_merge_is_not_taken_back_late_or_after_a_decision(
    store: Store, days: int, step: tuple[S, dict[str, str]] | None, rule: str
) -> None:
    one, other = make_ticket(store), make_ticket(store, request="退卡退款")
    ticket_links.merge(store, one.number, other.number, by="s_a", at=NOW)
    if step:
        through(store, other.number, step)
    [link] = ticket_links.links(store, one.number)
    with pytest.raises(LinkRefused) as refused:
        ticket_links.unmerge(store, link.id, by="s_a", at=NOW + days * DAY)
    assert refused.value.rule == rule
    assert tickets.get(store, one.number).merged_into == other.number


@pytest.mark.parametrize(
    "rule", ["self", "kinds", "two_consumers", "ended", "paused", "further", "has_merged"]
)
def test_what_must_not_be_merged_is_not(store: Store, rule: str) -> None:
    one = make_ticket(store).number
    into = make_ticket(store, request="退卡退款").number
    if rule == "self":
        into = one
    elif rule == "kinds":
        into = make_ticket(store, kind="report", request="").number
    elif rule == "two_consumers":
        into = make_ticket(store, **OTHER).number
    elif rule == "ended":
        through(store, into, (S.WITHDRAWN, {}))
    elif rule == "paused":
        through(store, into, ACCEPTED, MEDIATING)
        through(store, one, ACCEPTED, (S.PAUSED, {"reason": "examination"}))
    elif rule == "further":
        through(store, one, ACCEPTED)
    else:
        third = make_ticket(store, request="退款").number
        ticket_links.merge(store, third, one, by="s_a", at=NOW)
    before = tickets.get(store, one)
    with pytest.raises(LinkRefused) as refused:
        ticket_links.merge(store, one, into, by="s_a", at=NOW)
    assert refused.value.rule == rule
    assert tickets.get(store, one) == before


def test_two_consumers_tickets_are_linked_and_parted(store: Store) -> None:
    one, other = make_ticket(store).number, make_ticket(store, **OTHER).number
    ticket_links.relate(store, one, other, by="s_a", reason="同一家店", at=NOW)
    with pytest.raises(LinkRefused) as refused:
        ticket_links.relate(store, other, one, by="s_a", at=NOW)
    assert refused.value.rule == "twice"
    [seen] = ticket_links.links(store, other)
    assert (seen.role, seen.number, seen.reason) == ("related", one, "同一家店")
    ticket_links.unrelate(store, seen.id, by="s_a", at=NOW)
    assert ticket_links.links(store, one) == []
    names = [event.event for event in history.of(store, one)]
    assert names[-2:] == ["ticket:link:add", "ticket:link:remove"]


def test_one_letter_becomes_several_tickets_with_the_day_it_came(store: Store) -> None:
    letter = make_ticket(store, merchant_name="甲店、乙店", request="两家都退款", at=NOW - 5 * DAY)
    second = Part(merchant_name="乙店", request="退款 300 元")
    tip = Part(merchant_name="乙店", kind=TicketKind.REPORT)
    kept = Part(merchant_name="甲店", request="退款 1200 元")
    made = splitting.split(store, letter.number, [second, tip], rest=kept, by="s_a", reason="两家店", at=NOW)
    complaint, report = made
    assert (complaint.merchant_name, complaint.request, complaint.status) == (
        "乙店",
        "退款 300 元",
        S.RECEIVED,
    )
    assert complaint.accept_by == letter.accept_by
    assert (report.kind, report.request, report.lead_check_by) == (TicketKind.REPORT, "", date(2026, 12, 7))
    stays = tickets.get(store, letter.number)
    assert (stays.merchant_name, stays.request, stays.accept_by) == ("甲店", "退款 1200 元", letter.accept_by)
    assert tickets.reveal(store, complaint.number, by="s_a", purpose="desk").phone == "13812341234"
    found = [ticket.number for ticket in tickets.list_tickets(store, words="乙店 300")]
    assert found == [complaint.number], "a part is found by what it says, the original no longer"
    roles = {link.number: link for link in ticket_links.links(store, letter.number)}
    assert roles[complaint.number].role == "part"
    assert roles[complaint.number].before["merchant_name"] == "甲店、乙店"
    [origin] = ticket_links.links(store, report.number)
    assert (origin.role, origin.number) == ("origin", letter.number)
    said = conversations.messages(store, stays.conversation_id)[-1]
    assert complaint.number in said.body["text"]
    mine = tickets.for_conversation(store, stays.conversation_id)
    assert {ticket.number for ticket in mine} == {letter.number, complaint.number, report.number}


def test_a_part_of_an_accepted_letter_is_accepted_with_its_sixty_days(store: Store) -> None:
    letter = make_ticket(store)
    through(store, letter.number, ACCEPTED, MEDIATING)
    [part] = splitting.split(store, letter.number, [Part(merchant_name="乙店")], by="s_a", at=NOW + 9 * DAY)
    stays = tickets.get(store, letter.number)
    assert part.status is S.ACCEPTED
    assert part.mediate_by == stays.mediate_by


def test_the_parts_of_a_letter_go_through_the_rules_of_assignment_like_one_filed(store: Store) -> None:
    prepaid, tips = make_staff(store).id, make_staff(store).id
    assignment.set_queue_staff(store, "local", "prepaid", [prepaid], by="s_chief")
    assignment.set_queue_staff(store, "local", "reports", [tips], by="s_chief")
    letter = make_ticket(store, topic="prepaid_card")
    assignment.give(store, letter.number, to=tips, by="s_chief")
    made = splitting.split(
        store,
        letter.number,
        [Part(merchant_name="乙店"), Part(merchant_name="乙店", kind=TicketKind.REPORT)],
        by="s_a",
        at=NOW,
    )
    complaint, report = (assignment.placement(store, part.number) for part in made)
    assert (complaint.office, complaint.skill) == ("local", "prepaid")
    assert complaint.reasons == ("预付卡或者培训退费",)
    assert (report.skill, report.reasons) == ("reports", ("举报和投诉分开处理（办法第九条）",))
    assert [part.assigned_to for part in made] == [prepaid, tips]
    names = [event.event for event in history.of(store, made[0].number)]
    assert {"ticket:queue:route", "ticket:assignee:change"} <= set(names), names
    assert assignment.count_unsorted(store) == 0


@pytest.mark.parametrize(
    ("parts", "rule"),
    [([], "nothing"), ([Part(merchant_name="乙店")] * 11, "too_many")],
    ids=["nothing", "too many"],
)
def test_an_unfit_split_is_refused(store: Store, parts: list[Part], rule: str) -> None:
    with pytest.raises(SplitRefused) as refused:
        splitting.split(store, make_ticket(store).number, parts, by="s_a")
    assert refused.value.rule == rule


def test_a_split_that_lacks_something_leaves_everything_as_it_was(store: Store) -> None:
    anonymous = make_ticket(store, kind="report", request="", name="", phone="", address="")
    parts = [Part(merchant_name="乙店", kind=TicketKind.REPORT), Part(kind=TicketKind.COMPLAINT)]
    with pytest.raises(DraftIncomplete):
        splitting.split(store, anonymous.number, parts, by="s_a", at=NOW)
    assert tickets.count_tickets(store, kind=TicketKind.REPORT) == 1
    assert ticket_links.links(store, anonymous.number) == []
    ended = make_ticket(store)
    through(store, ended.number, (S.WITHDRAWN, {}))
    with pytest.raises(SplitRefused):
        splitting.split(store, ended.number, [Part(merchant_name="乙店")], by="s_a")


def test_a_merged_ticket_goes_nowhere_by_itself(store: Store) -> None:
    one, other = make_ticket(store), make_ticket(store, request="退卡退款")
    ticket_links.merge(store, one.number, other.number, by="s_a", at=NOW)
    assert reopening.rules_for(store, one.number) == []
    with pytest.raises(TransitionRefused):
        tickets.advance(store, one.number, S.ACCEPTED, by="s_a")


@pytest.mark.parametrize(
    "flaw",
    [
        {"reopening": {}},
        {"most_parts": 0},
        {"unmerge_within_days": "15"},
        {"reopening": {"x": {"of": "complaint", "from": ["closed"], "to": "received", "article": "16"}}},
        {"reopening": {"x": {"of": "complaint", "from": ["failed"], "to": "closed", "article": "16"}}},
        {"reopening": {"x": {"of": "complaint", "from": ["failed"], "to": "received", "article": "six"}}},
    ],
)
def test_the_policy_of_life_refuses_what_it_should(flaw: dict[str, object]) -> None:
    rule = {"of": "complaint", "from": ["failed"], "to": "mediating", "article": "23(2)"}
    fit = {"reopening": {"x": rule}, "unmerge_within_days": 15, "most_parts": 10}
    assert policy_of(fit).reopening[0].code == "x"
    with pytest.raises(ValueError, match="life"):
        policy_of({**fit, **flaw})
