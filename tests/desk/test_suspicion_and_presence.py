"""The signs of article 17 with what they rest on, and colleagues who meet on one ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import history, presence, related_claims, suspicion, tickets, wording
from desk.errors import TicketHeld, TicketNotFound
from desk.store import Store
from desk.suspicion import Claim, signs
from tests.factories import NOW, make_staff, make_ticket

DAY = date(2026, 11, 1)
STORY = "在直播间买的牛肉干没有标生产日期，包装上也没有厂名，商家不肯退款，要求按食品安全法赔偿。"
PLAIN = Claim("WQ1", "c1", "王小明", "卫清路 1 号", "shop", "food_safety", STORY, DAY, files=1)


def others(count: int, **change: object) -> list[Claim]:
    return [replace(PLAIN, number=f"WQ9{n}", day=DAY - timedelta(days=n), **change) for n in range(count)]


def codes(claim: Claim, around: list[Claim] = []) -> list[tuple[str, str]]:  # noqa: B006
    return [(sign.code, sign.factor) for sign in signs(claim, around)]


def test_an_ordinary_complaint_has_no_signs() -> None:
    assert codes(PLAIN) == []
    assert codes(replace(PLAIN, files=0)) == [], "papers that are still missing say nothing alone"


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("一次买了 60 瓶酱油", "60 瓶"),
        ("买了１００盒，又买 12箱", "100盒 / 12箱"),
        ("买了 3 瓶", None),
        ("花了 1500 元", None),
        ("型号 2024.60 瓶装", None),
    ],
    ids=["many", "wide digits", "few", "money", "part of a number"],
)
def test_a_large_quantity_is_quoted_from_the_complaint(words: str, quoted: str | None) -> None:
    found = [sign for sign in signs(replace(PLAIN, words=words), []) if sign.code == "quantity"]
    assert [sign.quoted for sign in found] == ([quoted] if quoted else [])


def test_the_same_person_again_and_again() -> None:
    assert codes(PLAIN, others(1)) == []
    assert codes(PLAIN, others(2)) == [("repeated", "17(2)")]
    assert codes(PLAIN, others(4)) == [("frequency", "17(1)"), ("repeated", "17(2)")]
    elsewhere = others(4, merchant_key="other")
    assert codes(PLAIN, elsewhere) == [("frequency", "17(1)")]
    assert codes(PLAIN, [replace(one, day=DAY - timedelta(days=200)) for one in others(6)]) == []


def test_many_people_in_their_own_words_are_a_group_and_no_sign() -> None:
    people = [
        replace(
            one,
            consumer=f"p{n}",
            name=f"人{n}",
            address=f"路 {n}",
            words=f"第 {n} 个人自己写的完全不同的经过：{'风雨雷电'[n % 4] * 20}",
        )
        for n, one in enumerate(others(6))
    ]
    assert codes(PLAIN, people) == []
    copied = [replace(one, words=STORY + "。") for one in people]
    (found,) = signs(PLAIN, copied)
    assert (found.code, found.factor, len(found.numbers)) == ("concerted", "17(2)", 6)


def test_one_telephone_or_address_for_several_names() -> None:
    assert codes(PLAIN, others(1, name="李四")) == [("shared_phone", "17(4)")]
    assert codes(PLAIN, others(1, consumer="c2", name="李四", address="卫清路1号", words="别的")) == [
        ("shared_address", "17(4)")
    ]
    assert codes(PLAIN, others(1, consumer="c2", name="王小明", words="别的")) == []


def test_missing_proof_is_said_only_beside_another_sign() -> None:
    assert codes(replace(PLAIN, files=0, self_declared=True)) == [
        ("no_proof", "17(3)"),
        ("self_declared", "17(5)"),
    ]


claims = st.builds(
    Claim,
    st.sampled_from([f"WQ{n}" for n in range(12)]),
    st.sampled_from(["", "c1", "c2"]),
    st.sampled_from(["", "王小明", "李四"]),
    st.sampled_from(["", "卫清路 1 号"]),
    st.sampled_from(["", "shop"]),
    st.sampled_from(["", "food_safety"]),
    st.sampled_from(["", STORY, "买了 50 瓶"]),
    st.dates(date(2026, 10, 1), date(2026, 11, 20)),
)


@given(claims, st.lists(claims, max_size=12))
def test_every_sign_has_its_words_its_factor_and_what_it_is_drawn_from(
    claim: Claim, around: list[Claim]
) -> None:
    for sign in signs(claim, around):
        words = wording.say("suspicion_signs", sign.code)
        assert wording.say("suspicion_factors", sign.factor)
        assert sign.numbers or sign.quoted or sign.code in ("self_declared", "no_proof")
        assert claim.number not in sign.numbers
        assert "{" not in words.format(quoted=sign.quoted, count=len(sign.numbers), days=sign.days)


def test_signs_change_nothing_and_name_nobody(store: Store) -> None:
    for n in range(3):
        make_ticket(
            store, at=NOW - timedelta(days=n), story=f"第 {n} 次：办了年卡，门店关门，一次买了 40 盒营养粉。"
        )
    number = make_ticket(store, name="李四").number
    before = tickets.get(store, number)
    found = related_claims.signs(store, number)
    assert {sign.code for sign in found} >= {"repeated", "shared_phone"}
    assert "王小明" not in str(found)
    assert tickets.get(store, number) == before
    assert related_claims.signs(store, make_ticket(store, kind="report").number) == []
    assert suspicion.policy().longest >= 60


def test_the_same_problem_is_the_same_merchant_and_matter(store: Store) -> None:
    first = make_ticket(store)
    same = make_ticket(store, phone="13911112222").number
    make_ticket(store, phone="13911112223", topic="travel")
    make_ticket(store, phone="13911112224", merchant_name="别家")
    make_ticket(store, phone="13911112225", at=NOW - timedelta(days=400))
    assert [other.number for other in related_claims.same_problem(store, first.number, at=NOW)] == [same]


def test_who_looks_is_seen_and_forgotten_when_gone(store: Store) -> None:
    li, wang = make_staff(store).id, make_staff(store).id
    number = make_ticket(store).number
    presence.look(store, number, by=li, at=NOW)
    assert presence.look(store, number, by=wang, at=NOW).looking == (li,)
    presence.leave(store, number, by=li)
    assert presence.around(store, number, by=wang, at=NOW).looking == ()
    presence.look(store, number, by=li, at=NOW)
    later = NOW + timedelta(minutes=2)
    assert presence.around(store, number, by=wang, at=later).looking == (), (
        "the page was closed without a word"
    )
    with pytest.raises(TicketNotFound):
        presence.look(store, "WQ20200101-0001", by=li)


def test_who_writes_holds_the_ticket_and_another_may_take_it_which_is_recorded(store: Store) -> None:
    li, wang = make_staff(store).id, make_staff(store).id
    number = make_ticket(store).number
    assert presence.look(store, number, by=li, editing=True, at=NOW).hold.staff_id == li
    seen = presence.look(store, number, by=wang, editing=True, at=NOW + timedelta(minutes=1))
    assert seen.hold is not None
    assert seen.hold.staff_id == li, "who came second does not take it by typing"
    with pytest.raises(TicketHeld):
        presence.require_free(store, number, by=wang, at=NOW)
    with pytest.raises(TicketHeld):
        presence.hold(store, number, by=wang, at=NOW)
    presence.require_free(store, number, by=li, at=NOW)
    presence.hold(store, number, by=wang, anyway=True, at=NOW)
    with pytest.raises(TicketHeld):
        presence.require_free(store, number, by=li, at=NOW)
    (taken,) = [event for event in history.of(store, number) if event.event == "ticket:hold:take"]
    assert (taken.by, taken.detail) == (wang, {"held_by": li})
    presence.require_free(store, number, by=li, at=NOW + timedelta(minutes=6))
    presence.leave(store, number, by=wang)
    presence.require_free(store, number, by=li, at=NOW)
