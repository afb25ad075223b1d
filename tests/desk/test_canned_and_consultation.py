"""Canned texts that never leave unfilled, and consultations with members, minutes and a deadline."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import canned, consultation, conversations, history, notes, tickets, wording
from desk.errors import CannedNotFound, CannedUnfilled, ConsultationNotFound, WorkRefused
from desk.roles import Role
from desk.store import Store
from tests.factories import NOW, make_staff, make_ticket

TODAY = date(2026, 11, 21)


@given(st.text("ab{}｛｝ 单号商家"), st.dictionaries(st.sampled_from(["单号", "商家", "a"]), st.text("xyz ")))
def test_no_place_that_has_a_value_is_left(text: str, values: dict[str, str]) -> None:
    given = {place for place, value in values.items() if value.strip()}
    assert given.isdisjoint(canned.places(canned.fill(text, values)))


@pytest.mark.parametrize("text", canned.shipped().texts, ids=lambda text: text.key)
def test_every_text_we_ship_can_be_filled_and_is_not_sent_as_it_stands(text: canned.Canned) -> None:
    known = {*canned.shipped().variables, *canned.shipped().fixed}
    filled = canned.fill(text.text, {place: "某" for place in text.places})
    assert canned.places(filled) == ()
    used = text.used_in == canned.CHAT or set(text.places) & known
    assert used, "a text that uses nothing of the ticket needs no place here"
    assert not canned.BRACE.search(filled)


def test_a_text_is_sent_filled_and_kept_on_the_ticket(store: Store) -> None:
    officer = make_staff(store).id
    ticket = make_ticket(store)
    text = canned.get(store, "reached_merchant")
    values = canned.values_of(tickets.get(store, ticket.number))
    half = canned.fill(text.text, values)
    with pytest.raises(CannedUnfilled) as refused:
        canned.send(store, ticket.number, half, key=text.key, by=officer)
    assert refused.value.places == ("对方的答复",)
    assert conversations.messages(store, ticket.conversation_id) == []
    whole = canned.fill(half, {"对方的答复": "愿意退一半"})
    canned.send(store, ticket.number, whole, key=text.key, by=officer)
    (said,) = conversations.messages(store, ticket.conversation_id)
    assert said.body["text"] == whole
    assert ticket.number in whole
    assert "好身材健身" in whole
    kept = tickets.events(store, ticket.number)[-1]
    assert (kept.event, kept.text) == ("ticket:message:send", whole)
    assert "退一半" not in str([event.detail for event in history.of(store, ticket.number)])


@pytest.mark.parametrize("text", ["", "  ", "有 { 没填完", "有｛单号｝", "长" * 1001])
def test_what_must_not_be_sent_is_refused(store: Store, text: str) -> None:
    number = make_ticket(store).number
    with pytest.raises(WorkRefused):
        canned.send(store, number, text, key="x", by="s_a")


def test_a_supervisor_changes_adds_and_switches_off_texts(store: Store) -> None:
    changed = canned.change(store, "going_on", title="还在办", text="{单号} 还在办。", by="s_chief")
    assert canned.get(store, "going_on").text == "{单号} 还在办。"
    added = canned.change(store, "", title="节日", text="节日期间请拨 {电话}。", by="s_chief")
    assert added.key in {text.key for text in canned.texts(store)}
    canned.change(store, changed.key, title="还在办", text="x", active=False, by="s_chief")
    with pytest.raises(CannedNotFound):
        canned.get(store, "going_on")
    assert "going_on" in {text.key for text in canned.texts(store, inactive=True)}
    for key, title, text in (("", "", "x"), ("", "x", ""), ("", "x", "缺一半 {单号"), ("", "长" * 21, "x")):
        with pytest.raises(WorkRefused, match="canned_"):
            canned.change(store, key, title=title, text=text, by="s_chief")
    with pytest.raises(CannedNotFound):
        canned.change(store, "unknown", title="x", text="x", by="s_chief")


def test_large_long_urged_and_group_matters_suggest_a_consultation(store: Store) -> None:
    plain = make_ticket(store, at=NOW - timedelta(days=44))
    assert consultation.signs(plain, consumers=9, today=TODAY) == []
    found = consultation.signs(plain, consumers=10, today=TODAY + timedelta(days=1))
    assert [(sign.kind, sign.code, sign.figure) for sign in found] == [
        ("difficult", "open_days", "45"),
        ("group", "consumers", "10"),
    ]
    large = make_ticket(store, amount=Decimal(50000), phone="13911112222")
    assert [sign.figure for sign in consultation.signs(large, consumers=0, today=TODAY)] == ["50000.00"]
    ended = tickets.withdraw(store, large.number)
    assert consultation.signs(ended, consumers=50, today=TODAY) == []
    for code in {code for kind in consultation.policy().kinds.values() for code in kind.signs}:
        assert wording.say("consultation_signs", code)


def test_every_kind_and_conclusion_has_its_words() -> None:
    assert set(wording.section("consultation_kinds")) == set(consultation.policy().kinds)
    assert set(wording.section("consultation_conclusions")) == set(consultation.policy().conclusions)


def called(store: Store, **change: object) -> tuple[consultation.Consultation, list[str]]:
    people = [make_staff(store, role=role).id for role in (Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR)]
    number = make_ticket(store).number
    asked = {"kind": "major", "question": "要不要先鉴定？", "members": people[1:], **change}
    return consultation.call(store, number, by=people[0], at=NOW, **asked), people  # type: ignore[arg-type]


def test_a_consultation_has_members_who_hear_of_it_minutes_a_deadline_and_a_conclusion(store: Store) -> None:
    found, (caller, mediator, chief) = called(store)
    assert found.due_on == date(2026, 11, 24), "two working days after a Saturday"
    assert notes.count_unseen(store, mediator) == 1
    assert "要不要先鉴定" in notes.inbox(store, chief)[0].text
    with pytest.raises(WorkRefused, match="minutes_empty"):
        consultation.conclude(store, found.id, conclusion="examination", advice="", by=caller)
    consultation.write_minutes(store, found.id, "三人一致认为应先鉴定。", by=mediator)
    done = consultation.conclude(store, found.id, conclusion="examination", advice="费用先谈", by=caller)
    assert (done.is_open, done.conclusion) == (False, "examination")
    assert tickets.get(store, found.number).status is tickets.TicketStatus.RECEIVED, "it moves no ticket"
    assert tickets.events(store, found.number)[-1].detail["conclusion"] == "examination"
    with pytest.raises(WorkRefused, match="consultation_concluded"):
        consultation.write_minutes(store, found.id, "改一下", by=mediator)
    assert [one.id for one in consultation.listed(store, concluded=True)] == [found.id]
    assert consultation.listed(store) == []
    assert "鉴定" not in str([event.detail for event in history.of(store, found.number)])


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"kind": "nice"}, "consultation_kind"),
        ({"question": " "}, "consultation_question"),
        ({"members": []}, "consultation_members"),
        ({"members": ["s_x", "s_y"]}, "mention_unfit"),
        ({"due_on": date(2026, 11, 20)}, "consultation_due"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_consultation_that_cannot_be_held_is_refused(store: Store, change: dict, rule: str) -> None:
    with pytest.raises(WorkRefused, match=rule):
        called(store, **change)


def test_one_at_a_time_and_only_by_those_in_it(store: Store) -> None:
    found, (caller, mediator, chief) = called(store)
    with pytest.raises(WorkRefused, match="consultation_open"):
        consultation.call(
            store,
            found.number,
            kind="major",
            question="再来一次",
            members=[mediator, chief],
            by=caller,
            at=NOW,
        )
    with pytest.raises(WorkRefused, match="consultation_outsider"):
        consultation.write_minutes(store, found.id, "我来写", by=make_staff(store).id)
    with pytest.raises(WorkRefused, match="conclusion_unknown"):
        consultation.conclude(store, found.id, conclusion="win", advice="", by=caller)
    with pytest.raises(ConsultationNotFound):
        consultation.get(store, 999)
    tickets.withdraw(store, other := make_ticket(store, phone="13911112222").number)
    with pytest.raises(WorkRefused, match="consultation_ended"):
        consultation.call(
            store, other, kind="major", question="?", members=[mediator, chief], by=caller, at=NOW
        )
