"""Consent to mediation by both sides (Order 121, art. 18, 19): given at filing, recorded later, the last word counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk import consents, history, splitting, ticket_links, tickets
from desk.errors import WorkRefused
from desk.splitting import Part
from desk.store import Store
from desk.ticket import TicketKind
from desk.tickets import TicketStatus
from tests.factories import NOW, make_staff, make_ticket

PARTY = {"party": "merchant", "matter": "mediation", "answer": "agreed", "how": "phone"}


def given(store: Store, number: str) -> dict[tuple[str, str], str]:
    return {key: found.answer for key, found in consents.given(tickets.events(store, number)).items()}


def test_who_files_after_being_told_agrees_and_who_was_not_asked_does_not(store: Store) -> None:
    asked, unasked = make_ticket(store, mediation=True), make_ticket(store)
    (found,) = consents.given(tickets.events(store, asked.number)).values()
    assert (found.party, found.matter, found.answer) == ("consumer", "mediation", "agreed")
    assert (found.how, found.by, found.at) == ("filing", "consumer", NOW)
    assert given(store, unasked.number) == {}
    assert "ticket:consent:record" in [event.event for event in history.of(store, asked.number)]


def test_a_report_is_mediated_by_nobody(store: Store) -> None:
    report = make_ticket(store, kind="report", mediation=True)
    assert given(store, report.number) == {}
    with pytest.raises(WorkRefused, match="consent_closed"):
        consents.record(store, report.number, **PARTY, by="s_a")


def test_the_last_word_of_each_side_counts_for_each_matter(store: Store) -> None:
    number, officer = make_ticket(store, mediation=True).number, make_staff(store).id
    consents.record(store, number, **PARTY, by=officer, at=NOW + timedelta(days=1))
    consents.record(store, number, **{**PARTY, "answer": "declined"}, by=officer, at=NOW + timedelta(days=2))
    consents.record(store, number, **{**PARTY, "matter": "entrusting"}, by=officer)
    assert given(store, number) == {
        ("consumer", "mediation"): "agreed",
        ("merchant", "mediation"): "declined",
        ("merchant", "entrusting"): "agreed",
    }
    assert tickets.get(store, number).status is TicketStatus.RECEIVED


@pytest.mark.parametrize(
    ("name", "value"), [("party", "x"), ("matter", ""), ("answer", ""), ("how", "filing")]
)
def test_what_is_not_said_clearly_is_not_kept(store: Store, name: str, value: str) -> None:
    number = make_ticket(store).number
    with pytest.raises(WorkRefused, match="consent_unknown"):
        consents.record(store, number, **{**PARTY, name: value}, by="s_a")
    assert given(store, number) == {}


def test_an_ended_complaint_takes_no_more_answers(store: Store) -> None:
    number = make_ticket(store).number
    tickets.advance(store, number, "withdrawn", by="consumer", at=NOW)
    with pytest.raises(WorkRefused, match="consent_closed"):
        consents.record(store, number, **PARTY, by="s_a")


def said(store: Store, number: str) -> list[tuple[str, ...]]:
    found = consents.given(tickets.events(store, number)).values()
    return [(one.party, one.answer, one.how, one.by, one.at.isoformat(), one.from_ticket) for one in found]


def test_the_parts_of_a_letter_take_over_what_was_answered_and_by_whom(store: Store) -> None:
    letter = make_ticket(store, mediation=True, merchant_name="甲店").number
    later = NOW + timedelta(days=1)
    consents.record(store, letter, **PARTY, by="s_a", at=later)
    parts = [Part(request="退款 300 元"), Part(merchant_name="乙店"), Part(kind=TicketKind.REPORT)]
    same, other, report = splitting.split(store, letter, parts, by="s_b", at=NOW + timedelta(days=2))
    consumer = ("consumer", "agreed", "filing", "consumer", NOW.isoformat(), letter)
    business = ("merchant", "agreed", "phone", "s_a", later.isoformat(), letter)
    assert said(store, same.number) == [consumer, business]
    assert said(store, other.number) == [consumer], "another business has answered nothing yet"
    assert said(store, report.number) == []
    kept = [event for event in history.of(store, same.number) if event.event == consents.RECORDED]
    assert [(event.by, event.detail["said_by"]) for event in kept] == [("s_b", "consumer"), ("s_b", "s_a")]
    [again] = splitting.split(store, same.number, [Part(request="换货")], by="s_b")
    assert [found[:5] for found in said(store, again.number)] == [consumer[:5], business[:5]]
    consents.record(store, same.number, **{**PARTY, "answer": "declined"}, by="s_b")
    assert given(store, same.number)["merchant", "mediation"] == "declined"


def test_what_was_answered_last_stands_after_a_merge_and_goes_when_it_is_taken_back(store: Store) -> None:
    duplicate = make_ticket(store, mediation=True).number
    stays = make_ticket(store, request="退卡退款").number
    consents.record(store, stays, **{**PARTY, "answer": "declined"}, by="s_a", at=NOW + timedelta(days=2))
    consents.record(store, duplicate, **PARTY, by="s_a", at=NOW + timedelta(days=1))
    before = said(store, stays)
    ticket_links.merge(store, duplicate, stays, by="s_b")
    assert given(store, stays) == {("consumer", "mediation"): "agreed", ("merchant", "mediation"): "declined"}
    [link] = ticket_links.links(store, stays)
    ticket_links.unmerge(store, link.id, by="s_b")
    assert said(store, stays) == before
    assert given(store, duplicate) == {
        ("consumer", "mediation"): "agreed",
        ("merchant", "mediation"): "agreed",
    }
