"""A greeting before the matter is no part of the matter."""

from __future__ import annotations

import pytest

from bot.components.windows import opening


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("律师您好，我想请问一下，健身房办了张年卡能退吗", "健身房办了张年卡能退吗"),
        ("急急急！网购被骗怎么办啊", "网购被骗怎么办啊"),
        ("请问物业乱收费怎么办", "物业乱收费怎么办"),
        ("领导好：我在商场买了双鞋", "我在商场买了双鞋"),
        ("你好", "你好"),
        ("在吗", "在吗"),
        ("好评返现不给怎么办", "好评返现不给怎么办"),
        ("你好吗在不在", "你好吗在不在"),
    ],
)
def test_the_opening_is_left_out_of_the_features(text, matter):
    assert text[opening(text) :] == matter
