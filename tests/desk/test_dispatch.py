"""A ticket's office: set when it is filed, corrected, transferred, disputed; and the directory as supervisors change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from desk import dispatch, history, letters, notices, office_directory, office_disputes, tickets
from desk.competence import ARTICLES, RespondentKind, Route
from desk.errors import DispatchRefused, OfficeRefused, TransitionRefused
from desk.respondents import Told
from desk.store import Store
from desk.ticket import Ticket, TicketStatus
from tests.factories import NOW, make_ticket

JINSHAN = {"code": "310116", "name": "上海市金山区市场监督管理局", "home": True}
OTHER = "浙江省义乌市稠城街道1号"


def home(store: Store) -> None:
    office_directory.save(store, JINSHAN, by="s_1")


def test_filing_sets_the_office_and_has_words_for_the_consumer(store: Store) -> None:
    ticket = make_ticket(store)
    found = dispatch.of(store, ticket.number)
    assert (found.office, found.rule, found.decided_by) == ("310116", "business_place", "system")
    assert "上海市金山区市场监督管理局" in dispatch.consumer_words(found)
    (decided,) = [event for event in history.of(store, ticket.number) if "dispatch" in event.event]
    assert (decided.event, decided.by) == ("ticket:dispatch:decide", "system")
    assert decided.detail == {"office": "310116", "rule": "business_place"}


def test_an_address_that_says_nothing_is_filed_all_the_same(store: Store) -> None:
    found = dispatch.of(store, make_ticket(store, merchant_address="楼下转角的店").number)
    assert (found.office, found.asks, dispatch.consumer_words(found)) == ("", ("place",), "")


def test_an_officer_corrects_who_the_respondent_is(store: Store) -> None:
    ticket = make_ticket(store, merchant_address="楼下转角的店")
    told = Told(RespondentKind.SELLER, OTHER, "pinduoduo")
    found = dispatch.correct(store, ticket.number, told, by="s_1", at=NOW)
    assert (found.office, found.told, found.decided_by) == ("330782", told, "s_1")
    assert dispatch.of(store, ticket.number) == found


def transferred(store: Store, number: str, text: str = "由义乌市市场监督管理局处理。") -> Ticket:
    step = replace(dispatch.transfer_step(dispatch.of(store, number)), text=text)
    return notices.decide(store, number, step, by="s_1", our_office="某局", at=NOW)


def test_a_transfer_names_office_and_rule_and_goes_out_with_its_letter(store: Store) -> None:
    home(store)
    ticket = make_ticket(store, merchant_address=OTHER)
    assert dispatch.of(store, ticket.number).route is Route.ELSEWHERE
    moved = transferred(store, ticket.number)
    assert (moved.status, moved.office) == (TicketStatus.TRANSFERRED, "义乌市市场监督管理局")
    last = tickets.events(store, ticket.number)[-1]
    assert (last.detail["office"], last.detail["rule"]) == ("义乌市市场监督管理局", "business_place")
    (letter,) = notices.told(store, ticket.number)
    assert (letter.kind, letter.id) == ("transferred", last.detail["notice"])


def test_the_letter_of_a_transfer_gives_the_rule_of_competence_in_words(store: Store) -> None:
    home(store)
    number = make_ticket(store, merchant_address=OTHER).number
    step = dispatch.transfer_step(dispatch.of(store, number))
    letter = notices.proposed(store, number, "transferred", step, our_office="某局", at=NOW)
    assert "应当由义乌市市场监督管理局处理" in letter.text
    assert "第十三条" in letter.text
    assert "请填写" not in letter.text


def test_every_rule_that_can_transfer_a_complaint_stands_in_the_letters() -> None:
    complaints = {rule for rule in ARTICLES if not rule.startswith("report_")} - {"not_known"}
    assert complaints <= set(letters.texts().rules)
    assert all(letters.texts().rules[rule]["article"] == ARTICLES[rule] for rule in complaints)


def test_what_is_ours_or_unknown_or_accepted_is_not_transferred(store: Store) -> None:
    home(store)
    ours, unknown = make_ticket(store), make_ticket(store, merchant_address="楼下转角的店")
    with pytest.raises(DispatchRefused, match="same"):
        transferred(store, ours.number)
    with pytest.raises(DispatchRefused, match="office"):
        transferred(store, unknown.number)
    late = make_ticket(store, merchant_address=OTHER)
    tickets.advance(store, late.number, TicketStatus.ACCEPTED, by="s_1")
    with pytest.raises(TransitionRefused):
        transferred(store, late.number)
    assert notices.told(store, late.number) == []


def test_a_dispute_has_seven_working_days_and_the_common_superior(store: Store) -> None:
    number = make_ticket(store).number
    opened = office_disputes.open_dispute(
        store, number, office="310116", other="310105", reason="店铺已搬走", by="s_1", at=NOW
    )
    # NOW is Saturday 21 November 2026: the first working day is Monday 23.
    assert (opened.due_on, opened.arbiter, opened.open) == (date(2026, 12, 1), "310000", True)
    assert office_disputes.running(store) == [opened]
    with pytest.raises(DispatchRefused, match="open"):
        office_disputes.open_dispute(
            store, number, office="310116", other="310105", reason="再来一次", by="s_1", at=NOW
        )


def test_what_two_offices_agree_on_becomes_the_office(store: Store) -> None:
    number = make_ticket(store).number
    opened = office_disputes.open_dispute(
        store, number, office="310116", other="310105", reason="店铺已搬走", by="s_1", at=NOW
    )
    with pytest.raises(DispatchRefused, match="office"):
        office_disputes.close(store, opened.id, decided="310120", by="s_1")
    office_disputes.close(store, opened.id, decided="310105", by="s_1", at=NOW + timedelta(days=2))
    found = dispatch.of(store, number)
    assert (found.office, found.rule, found.article) == ("310105", "agreed", "33")
    assert office_disputes.running(store) == []
    with pytest.raises(DispatchRefused, match="closed"):
        office_disputes.close(store, opened.id, decided="310105", by="s_1")


def test_the_superior_may_name_any_office_below_it(store: Store) -> None:
    number = make_ticket(store).number
    opened = office_disputes.open_dispute(
        store, number, office="310116", other="310105", reason="都说归对方", by="s_1", at=NOW
    )
    assert office_disputes.refer(store, opened.id, by="s_1", at=NOW).referred_at == NOW
    with pytest.raises(DispatchRefused, match="referred"):
        office_disputes.refer(store, opened.id, by="s_1", at=NOW)
    with pytest.raises(DispatchRefused, match="office"):
        office_disputes.close(store, opened.id, decided="320902", by="s_1")
    office_disputes.close(store, opened.id, decided="310120", by="s_1", at=NOW)
    assert dispatch.of(store, number).rule == "designated"
    events = [event.event for event in history.of(store, number)]
    assert [event for event in events if "dispute" in event] == [
        "ticket:dispute:open",
        "ticket:dispute:refer",
        "ticket:dispute:close",
    ]


@pytest.mark.parametrize(
    ("office", "other", "reason", "rule"),
    [
        ("310116", "310116", "争议", "same"),
        ("310116", "nowhere", "争议", "office"),
        ("310116", "100000", "争议", "superior"),
        ("310116", "310105", "  ", "reason"),
        ("310116", "310105", "长" * 501, "reason"),
    ],
)
def test_a_dispute_that_cannot_be_is_refused(
    sqlite_store: Store, office: str, other: str, reason: str, rule: str
) -> None:
    number = make_ticket(sqlite_store).number
    with pytest.raises(DispatchRefused, match=rule):
        office_disputes.open_dispute(
            sqlite_store, number, office=office, other=other, reason=reason, by="s_1", at=NOW
        )


def test_what_a_supervisor_enters_goes_before_the_seed(store: Store) -> None:
    home(store)
    zone = {"code": "310116-hg", "name": "上海湾区高新区市场监管分局", "covers": ["湾区高新区"]}
    office_directory.save(store, zone, by="s_1")
    number = make_ticket(store, merchant_address="上海市金山区湾区高新区夏宁路1号").number
    assert dispatch.of(store, number).office == "310116-hg"
    known = office_directory.directory(store)
    assert known.above("310116-hg")[:1] == ["310000"]
    assert known.ours == ("310116",)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "abc"}, "code"),
        ({"name": "局"}, "name"),
        ({"parent": "310116"}, "code"),
        ({"stations": [{}]}, "stations"),
    ],
)
def test_an_office_that_cannot_be_is_refused_by_field(
    sqlite_store: Store, change: dict[str, object], field: str
) -> None:
    with pytest.raises(OfficeRefused) as refused:
        office_directory.save(sqlite_store, {**JINSHAN, **change}, by="s_1")
    assert refused.value.field == field
    assert not office_directory.directory(sqlite_store).marked
