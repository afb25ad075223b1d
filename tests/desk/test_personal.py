"""Personal data: sealed so that only we read it, masked so that nobody needs to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.errors import PersonalDataUnreadable
from desk.personal import Seal, mask_address, mask_name, mask_phone, plain_phone


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("021-57941234", "021****1234"),
        ("57941234", "5****34"),
        ("12345", "***45"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_a_phone_number_is_masked(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("王小明", "王**"), ("欧阳娜娜", "欧**"), ("王", "*"), ("", ""), (" 李四 ", "李*")],
)
def test_a_name_is_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_an_address_keeps_its_district_at_most() -> None:
    assert mask_address("上海市金山区石化街道 1 号") == "上海市金山区****"
    assert mask_address("金山区") == "金****"
    assert mask_address("") == ""


@given(st.text(alphabet=st.characters(blacklist_characters="*"), max_size=40))
def test_a_mask_never_shows_it_all(text: str) -> None:
    if text.strip():
        assert mask_name(text) != text.strip()
        assert mask_address(text) != text.strip()
    if len(plain_phone(text)) > 1:
        assert mask_phone(text) != plain_phone(text)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), min_size=1))
def test_what_is_sealed_opens_again_and_only_in_its_place(text: str) -> None:
    seal = Seal("secret")
    closed = seal.close(text, "ticket:1:name")
    assert seal.open(closed, "ticket:1:name") == text
    assert text not in closed or len(text) < 4
    with pytest.raises(PersonalDataUnreadable):
        seal.open(closed, "ticket:2:name")


def test_another_key_opens_nothing() -> None:
    closed = Seal("secret").close("王小明", "p")
    with pytest.raises(PersonalDataUnreadable):
        Seal("another").open(closed, "p")


@pytest.mark.parametrize("damage", ["v1.", "v1.AAAA", "plain", "v1.é", "v1.a"])
def test_damaged_text_is_told(damage: str) -> None:
    with pytest.raises(PersonalDataUnreadable):
        Seal("secret").open(damage, "p")


def test_the_same_text_never_looks_the_same() -> None:
    seal = Seal("secret")
    assert seal.close("王小明", "p") != seal.close("王小明", "p")
    assert seal.digest("13812341234") == seal.digest("13812341234")
    assert seal.digest("13812341234") != Seal("another").digest("13812341234")


def test_without_a_key_nothing_is_sealed_in_the_clear() -> None:
    seal = Seal("")
    with pytest.raises(PersonalDataUnreadable):
        seal.close("王小明", "p")
    with pytest.raises(PersonalDataUnreadable):
        seal.digest("13812341234")
    assert (seal.close("", "p"), seal.open("", "p"), seal.digest("")) == ("", "", "")
