"""Tickets: filed once, found again, masked for staff, every look at a person recorded."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from desk import history, tickets
from desk.errors import (
    ConversationNotFound,
    DraftIncomplete,
    EvidenceNotFound,
    PersonalDataUnreadable,
    TicketNotFound,
    TooManyTries,
)
from desk.store import Store, open_store
from desk.ticket import TicketKind, TicketStatus
from tests.factories import NOW, make_conversation, make_ticket


def test_a_filed_complaint_has_a_number_a_code_and_a_date(store: Store) -> None:
    ticket = make_ticket(store)
    assert ticket.number == "WQ20261121-0001"
    assert re.fullmatch(r"\d{6}", ticket.code)
    assert (ticket.kind, ticket.status) == (TicketKind.COMPLAINT, TicketStatus.RECEIVED)
    assert ticket.accept_by == ticket.due_on == date(2026, 12, 1)
    assert (ticket.amount, ticket.happened_on) == (Decimal("1500.00"), date(2026, 10, 1))
    assert ticket.facts == {"paid": "2000.00", "used": "500.00"}
    assert make_ticket(store).number == "WQ20261121-0002"
    assert make_ticket(store, at=NOW + timedelta(hours=12)).number == "WQ20261122-0001", "midnight in Beijing"


@pytest.mark.parametrize("amount", ["0", "0.01", "999999999999.99", None])
def test_amounts_are_kept_to_the_cent(store: Store, amount: str | None) -> None:
    ticket = make_ticket(store, amount=amount)
    assert ticket.amount == (None if amount is None else Decimal(amount))


def test_two_taps_on_submit_file_one_ticket(store: Store) -> None:
    id = make_conversation(store).id
    first = make_ticket(store, conversation_id=id)
    assert make_ticket(store, conversation_id=id) == first
    assert make_ticket(store, conversation_id=id, request="换货").number != first.number
    assert make_ticket(store).number != first.number, "another consumer may say the same"
    tickets.withdraw(store, first.number, at=NOW)
    assert make_ticket(store, conversation_id=id).number != first.number, "taken back, it may be filed anew"


def test_an_incomplete_draft_is_not_filed(store: Store) -> None:
    with pytest.raises(DraftIncomplete) as refused:
        make_ticket(store, merchant_address="", phone="")
    assert {finding.code for finding in refused.value.findings} == {
        "merchant_address_missing",
        "phone_missing",
    }
    assert tickets.count_tickets(store) == 0


def test_other_doubts_are_left_to_the_officer(store: Store) -> None:
    ticket = make_ticket(store, happened_on=date(2020, 1, 1), daily_use=False, office="labour")
    assert set(ticket.flags) == {"too_late", "not_daily_use", "not_competent"}


def test_a_ticket_needs_its_conversation_and_its_own_evidence(store: Store) -> None:
    with pytest.raises(ConversationNotFound):
        make_ticket(store, conversation_id="c_none")
    with pytest.raises(EvidenceNotFound):
        make_ticket(store, evidence=("e_none",))
    assert tickets.count_tickets(store) == 0
    assert make_ticket(store).number.endswith("-0001"), "a refused filing uses up no number"


def test_complaints_and_reports_never_mix(store: Store) -> None:
    id = make_conversation(store).id
    complaint = make_ticket(store, conversation_id=id)
    report = make_ticket(store, conversation_id=id, kind="report", name="", phone="", address="")
    assert (report.kind, report.name, report.phone) == (TicketKind.REPORT, "", "")
    assert report.accept_by is None
    assert report.lead_check_by == report.due_on == date(2026, 12, 11)
    assert [row.number for row in tickets.list_tickets(store)] == [complaint.number]
    assert [row.number for row in tickets.list_tickets(store, kind=TicketKind.REPORT)] == [report.number]
    assert tickets.latest_for(store, id) == report
    assert tickets.latest_for(store, id, kind=TicketKind.COMPLAINT) == complaint


def test_number_and_code_open_a_ticket(store: Store) -> None:
    ticket = make_ticket(store)
    assert tickets.by_number(store, ticket.number, ticket.code) == ticket
    assert tickets.by_number(store, f" {ticket.number.lower()} ", f" {ticket.code}") == ticket


@pytest.mark.parametrize(
    "code",
    ["", "000000x", "١٢٣٤٥٦", "\ud800", "1" * 10_000],
    ids=["empty", "seven", "other digits", "lone surrogate", "long"],
)
def test_a_wrong_code_looks_like_an_unknown_number(store: Store, code: str) -> None:
    ticket = make_ticket(store)
    with pytest.raises(TicketNotFound):
        tickets.by_number(store, ticket.number, code)
    with pytest.raises(TicketNotFound):
        tickets.by_number(store, "WQ20200101-0001", code)


def test_guessing_codes_is_stopped_for_a_while(store: Store) -> None:
    ticket = make_ticket(store)
    for _ in range(10):
        with pytest.raises(TicketNotFound):
            tickets.by_number(store, ticket.number, "wrong", at=NOW)
    with pytest.raises(TooManyTries):
        tickets.by_number(store, ticket.number, ticket.code, at=NOW + timedelta(minutes=14))
    assert tickets.by_number(store, ticket.number, ticket.code, at=NOW + timedelta(minutes=15)) == ticket


def test_the_right_code_forgives_the_wrong_ones(store: Store) -> None:
    ticket = make_ticket(store)
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(TicketNotFound):
                tickets.by_number(store, ticket.number, "wrong", at=NOW)
        tickets.by_number(store, ticket.number, ticket.code, at=NOW)


def test_staff_see_masks_and_no_code(store: Store) -> None:
    number = make_ticket(store).number
    for seen in (tickets.get(store, number), tickets.list_tickets(store)[0]):
        assert (seen.name, seen.phone, seen.address) == ("王**", "138****1234", "上海市金山区****")
        assert seen.code == ""


def test_reading_a_person_in_full_is_recorded(store: Store) -> None:
    ticket = make_ticket(store)
    person = tickets.reveal(store, ticket.number, by="s_a", purpose="call_back", at=NOW)
    assert (person.name, person.phone) == ("王小明", "13812341234")
    event = history.of(store, ticket.number)[-1]
    assert (event.event, event.by, event.detail) == ("ticket:personal:read", "s_a", {"purpose": "call_back"})
    assert tickets.own_copy(store, ticket.number, ticket.code) == person
    with pytest.raises(TicketNotFound):
        tickets.own_copy(store, ticket.number, "wrong")


def test_nothing_personal_lies_in_the_database_in_the_clear(store: Store) -> None:
    ticket = make_ticket(store)
    tickets.reveal(store, ticket.number, by="s_a", purpose="call_back")
    with store.read() as tx:
        stored = ""
        for table in ("tickets", "ticket_events", "history"):
            stored += repr(tx.connection.execute(text(f"SELECT * FROM {table}")).all())
    for secret in ("王小明", "13812341234", "卫清路", ticket.code):
        assert secret not in stored


def test_another_key_reads_no_one(store: Store, database_url: str) -> None:
    number = make_ticket(store).number
    stranger = open_store(database_url, secret_key="another secret")
    with pytest.raises(PersonalDataUnreadable):
        tickets.get(stranger, number)
    (listed,) = tickets.list_tickets(stranger)
    assert (listed.number, listed.name) == (number, ""), "a list stays usable"
    stranger.close()


def test_erased_is_erased(store: Store) -> None:
    ticket = make_ticket(store)
    gone = tickets.erase_personal(store, ticket.number, by="s_a")
    assert (gone.name, gone.phone, gone.address) == ("", "", "")
    assert tickets.reveal(store, ticket.number, by="s_a", purpose="look").phone == ""
    assert tickets.list_tickets(store, phone="13812341234") == []
    assert history.verify(store).ok


def test_lists_narrow_down(store: Store) -> None:
    one = make_ticket(
        store, merchant_name="好身材健身（有限）公司", region_code="310116", topic="prepaid_card"
    )
    two = make_ticket(store, phone="13900000000", region_code="320500", topic="courier", merchant_name="快递")
    tickets.assign(store, two.number, to="s_a", by="s_b")
    tickets.advance(store, two.number, "accepted", by="s_a", at=NOW)

    def numbers(**narrow: object) -> list[str]:
        found = tickets.list_tickets(store, **narrow)  # type: ignore[arg-type]
        assert tickets.count_tickets(store, **narrow) == len(found)  # type: ignore[arg-type]
        return [ticket.number for ticket in found]

    assert numbers() == [two.number, one.number]
    assert numbers(phone="139-0000-0000") == [two.number]
    assert numbers(region="31") == [one.number]
    assert numbers(region="%") == []
    assert numbers(topic="courier") == [two.number]
    assert numbers(merchant="好身材健身(有限)公司 ") == [one.number]
    assert numbers(assigned_to="s_a") == [two.number]
    assert numbers(assigned_to="") == [one.number]
    assert numbers(status=TicketStatus.RECEIVED) == [one.number]
    assert numbers(status=(TicketStatus.RECEIVED, TicketStatus.ACCEPTED)) == [two.number, one.number]
    assert numbers(number="wq20261121-0002") == [two.number]
    assert numbers(due_before=date(2026, 12, 2)) == [one.number]
    assert tickets.counts_by_status(store) == {TicketStatus.RECEIVED: 1, TicketStatus.ACCEPTED: 1}


def test_the_most_urgent_come_first_and_the_finished_last(store: Store) -> None:
    done, late, soon = (make_ticket(store, at=NOW - timedelta(days=days)) for days in (30, 1, 9))
    tickets.withdraw(store, done.number, at=NOW)
    urgent = tickets.list_tickets(store, order="due")
    assert [ticket.number for ticket in urgent] == [soon.number, late.number, done.number]
    assert [ticket.number for ticket in tickets.list_tickets(store, order="due", limit=1, offset=1)] == [
        late.number
    ]


def test_several_lists_are_counted_at_once_as_each_by_itself(store: Store) -> None:
    filed = [make_ticket(store, phone=f"1381234000{n}", at=NOW + timedelta(days=n)) for n in range(4)]
    tickets.assign(store, filed[1].number, to="s_1", by="s_1")
    tickets.advance(store, filed[2].number, "accepted", by="s_1")
    day = NOW.date()
    lists = {
        "all": {},
        "all again": {"kind": TicketKind.COMPLAINT},
        "reports": {"kind": TicketKind.REPORT},
        "accepted": {"status": TicketStatus.ACCEPTED},
        "somebody's": {"assigned_to": "s_1"},
        "nobody's": {"assigned_to": ""},
        "by day": {"due_before": day + timedelta(days=30)},
        "later": {"due_from": day + timedelta(days=12)},
        "one number": {"number": filed[3].number},
        "a phone": {"phone": "13812340000"},
        "a word": {"words": "健身"},
        "a word nobody said": {"words": "龙舟"},
    }
    for seen in (store, store.within({"local"}), store.within({"elsewhere"}), store):
        alone = {name: tickets.count_tickets(seen, **asked) for name, asked in lists.items()}
        assert tickets.count_each(seen, lists) == alone
        few = {name: asked for name, asked in lists.items() if "words" not in asked}
        assert tickets.count_each(seen, few) == {name: alone[name] for name in few}
    assert tickets.count_each(store.within({"local"}), lists)["all"] == 4
    assert tickets.count_each(store.within({"elsewhere"}), lists)["all"] == 0
    assert tickets.count_each(store, {}) == {}


def test_the_most_urgent_of_several_lists_are_found_once_each(store: Store) -> None:
    filed = [make_ticket(store, phone=f"1381234000{n}", at=NOW + timedelta(days=n)) for n in range(4)]
    tickets.assign(store, filed[3].number, to="s_1", by="s_1")
    soon = {"due_before": NOW.date() + timedelta(days=60), "order": "due"}
    lists = [{**soon, "assigned_to": "s_1"}, soon]

    def mine_first(found: tickets.Urgent) -> tuple[bool, int]:
        return found.assigned_to != "s_1", found.id

    def shown(seen: Store, limit: int) -> list[str]:
        return [found.number for found in tickets.most_urgent(seen, lists, urgency=mine_first, limit=limit)]

    numbers = [ticket.number for ticket in filed]
    assert shown(store, 9) == [numbers[3], *numbers[:3]]
    assert shown(store.within({"local"}), 2) == [numbers[3], numbers[0]]
    assert shown(store.within({"elsewhere"}), 2) == []
    assert shown(store, 2) == [numbers[3], numbers[0]]


def test_related_tickets_are_shown_for_a_person_to_judge(store: Store) -> None:
    ticket = make_ticket(store)
    same_phone = make_ticket(store, merchant_name="别家")
    same_merchant = make_ticket(store, phone="13900000000", merchant_name="好身材健身 有限公司")
    make_ticket(store, phone="13900000001", merchant_name="无关")
    found = tickets.related(store, ticket.number)
    assert [row.number for row in found.by_phone] == [same_phone.number]
    assert [row.number for row in found.by_merchant] == [same_merchant.number]


def test_a_visitor_finds_the_tickets_of_all_their_conversations(store: Store) -> None:
    made = [
        make_ticket(store, conversation_id=make_conversation(store, visitor="me").id, request=f"退 {n} 元")
        for n in range(2)
    ]
    make_ticket(store)
    assert tickets.for_visitor(store, channel="h5", visitor="me") == made[::-1]
