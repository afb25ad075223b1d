"""Lines of a complaint read from what people really type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import complaint_reading as reading
from actions.complaint_draft import wording

SURNAMES = wording()["surnames"]


@pytest.mark.parametrize(
    ("text", "name", "phone", "address"),
    [
        ("我叫王小梅，13812345678，上海市金山区蒙山路5号", "王小梅", "13812345678", "上海市金山区蒙山路5号"),
        ("李建国 021-57312345 南京市江宁区东山街道1号", "李建国", "021-57312345", "南京市江宁区东山街道1号"),
        (
            "姓名：欧阳娜 电话139 0000 1111 地址：广东省深圳市科技园8号",
            "欧阳娜",
            "13900001111",
            "广东省深圳市科技园8号",
        ),
        (
            "阿依古丽·买买提 13712345678 新疆乌鲁木齐市天山区解放路1号",
            "阿依古丽·买买提",
            "13712345678",
            "新疆乌鲁木齐市天山区解放路1号",
        ),
        ("退钱两千", None, None, None),
        ("我是在超市买的", None, None, None),
        ("匿名", None, None, None),
    ],
)
def test_name_number_and_address_are_found_in_one_message(text, name, phone, address):
    assert reading.name(text, asked=True, surnames=SURNAMES) == name
    assert reading.phone(text) == phone
    assert reading.address(text) == address


def test_a_bare_word_is_no_name_unless_a_name_was_asked_for():
    assert reading.name("王小梅", asked=False, surnames=SURNAMES) is None
    assert reading.name("王小梅", asked=True, surnames=SURNAMES) == "王小梅"


@pytest.mark.parametrize("text", ["1381234567", "23812345678", "138123456789", "12315", "没有电话"])
def test_what_cannot_be_a_number_is_none(text):
    assert reading.phone(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一兆健身，上海市金山区卫清西路100号", ("一兆健身", "上海市金山区卫清西路100号")),
        ("上海市浦东新区张杨路500号的美丽理发店", ("美丽理发店", "上海市浦东新区张杨路500号")),
        ("店名叫老王烧烤 在杭州市西湖区文三路12号", ("老王烧烤", "杭州市西湖区文三路12号")),
        ("某某银行金山支行，上海市金山区卫清西路1号", ("某某银行金山支行", "上海市金山区卫清西路1号")),
        ("某某网络科技公司，上海市徐汇区漕溪路9号", ("某某网络科技公司", "上海市徐汇区漕溪路9号")),
        ("拼多多的果果旗舰店", ("拼多多的果果旗舰店", None)),
        ("金山万达的永辉超市", ("金山万达的永辉超市", None)),
        ("不知道", (None, None)),
    ],
)
def test_merchant_and_its_address_are_told_apart(text, expected):
    assert reading.merchant(text) == expected


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("电话改成13900001111", {"phone": "13900001111"}),
        ("商家地址写错了，应该是南京市江宁区东山街道1号", {"merchant_address": "南京市江宁区东山街道1号"}),
        ("地址改成上海市徐汇区漕溪路9号", {"address": "上海市徐汇区漕溪路9号"}),
        ("要求改为退款两千元", {"request": "退款两千元"}),
        ("没问题", {}),
        ("电话不对", {}),
    ],
)
def test_a_correction_names_its_line(text, lines):
    assert reading.corrections(text) == lines


@pytest.mark.parametrize(
    ("text", "code"),
    [("上海市金山区卫清西路100号", "310116"), ("杭州西湖区文三路12号", "330106"), ("在家附近", "")],
)
def test_the_region_code_is_that_of_the_national_table(text, code):
    assert reading.place(text).code == code


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    reading.merchant(text)
    reading.address(text)
    number = reading.phone(text)
    assert number is None or sum(char.isdigit() for char in number) >= 10
    reading.name(text, asked=True, surnames=SURNAMES)
