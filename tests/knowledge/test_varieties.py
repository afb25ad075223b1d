"""What is written in many ways is read as one."""

from __future__ import annotations

import pytest

from knowledge.index import SOUND, ngrams
from knowledge.varieties import simplified, sounds, standard
from knowledge.words import folded, tokens


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert folded("遊戲儲值退款") == folded("游戏储值退款")
    assert simplified("買") == "买"
    assert simplified("A") == "A"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("细路偷偷课金，点算", "小孩偷偷充值,怎么办"),
        ("老板唔俾退钱", "老板不给退钱"),
        ("俺闺女买的鞋开胶，咋整", "我女儿买的鞋开胶,怎么办"),
        ("他诓我，啷个办", "他诓我,怎么办"),
    ],
)
def test_dialect_words_are_read_as_standard_ones(said: str, meant: str) -> None:
    assert folded(said) == meant


def test_words_that_only_look_like_dialect_stay() -> None:
    assert standard("买了个阿拉伯地毯") == "买了个阿拉伯地毯"
    assert standard("娃娃机吞币") == "娃娃机吞币"


def test_fillers_of_speech_are_left_out() -> None:
    assert standard("嗯就是说我那个那个健身卡退不了") == "我健身卡退不了"


def test_homophones_share_their_sounds() -> None:
    assert sounds("退款") == sounds("褪宽")
    assert {gram for gram in ngrams("退款") if gram.startswith(SOUND)} & set(ngrams("腿款"))
    assert not set(ngrams("退款")) & set(ngrams("冰箱"))


def test_tokens_follow_the_standard_words() -> None:
    assert "怎么" not in tokens("这可咋整")
    assert "退款" in tokens("點解唔退款")
