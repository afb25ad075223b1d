"""Rendering, kind by kind, against golden files; and texts in pieces WeChat takes."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web import bot_script
from web.wechat.choices import picked
from web.wechat.rendering import Composed, compose
from web.wechat.splitting import LONGEST_TEXT, shorten, size, split

GOLDEN = Path(__file__).with_name("golden")


@dataclass(frozen=True)
class Said:
    id: int
    kind: str
    body: dict[str, Any] = field(default_factory=dict)


class FixedLinks:
    def answer(self, message_id: int) -> str:
        return f"https://office.example/wechat/a/{message_id}"

    def talk(self, message_id: int) -> str:
        return f"https://office.example/wechat/t/{message_id}"

    def file(self, message_id: int) -> str:
        return f"https://office.example/wechat/f/{message_id}"

    def notice(self, message_id: int) -> str:
        return ""

    def absolute(self, path: str) -> str:
        return f"https://office.example{path}"


def said(*bodies: dict[str, Any]) -> list[Said]:
    return [Said(number, body.get("kind", "text"), body) for number, body in enumerate(bodies, start=1)]


CARD = {"kind": "card", "text": "", "choices": bot_script.NEXT, "card": bot_script.CARD}
SUMMARY = {"kind": "summary", "text": "", "choices": bot_script.CONFIRM, "summary": bot_script.SUMMARY}
TICKET = {"kind": "ticket", "text": "已经替您提交了。", "choices": [], "ticket": bot_script.TICKET}
FILE = {"kind": "evidence", "text": "协议.pdf", "evidence": {"id": "e_1", "name": "协议.pdf"}}
LEAD = bot_script.said("明白了，帮您查好了：")
QUESTION = bot_script.said("账号是用谁的身份实名的？", bot_script.WHO)
HANDOFF = {"kind": "handoff", "text": "已经为您转给工作人员。"}
KINDS = {
    "text": said(bot_script.said("您好")),
    "choices": said(QUESTION),
    "card": said(LEAD, CARD),
    "summary": said(SUMMARY),
    "ticket": said(TICKET),
    "file": said(FILE),
    "handoff": said(HANDOFF),
    "notice with a link": said({"kind": "notice", "text": "刚才有一条消息可能没有送到您这里。", "link": 3}),
    "long": said(bot_script.said("这一句话有十二个字呢。" * 200, bot_script.WHO)),
}
WAYS = {
    "passive": {"slots": 6, "passive": True, "menus": True},
    "passive alone": {"slots": 1, "passive": True, "menus": False},
    "service": {"slots": 5, "passive": False, "menus": True},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_looks_as_it_should(kind: str, way: str) -> None:
    """`UPDATE_GOLDEN=1` writes the files anew; read the difference before keeping it."""
    composed = compose(KINDS[kind], links=FixedLinks(), **WAYS[way])
    path = GOLDEN / f"{kind.replace(' ', '-')}-{way.replace(' ', '-')}.json"
    shown = {"parts": list(composed.parts), "offered": list(composed.offered)}
    text = json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{path.name} differs; UPDATE_GOLDEN=1 writes it anew"
    _fits_wechat(composed, **WAYS[way])


def _fits_wechat(composed: Composed, *, slots: int, passive: bool, menus: bool) -> None:
    assert 1 <= len(composed.parts) <= slots
    assert not passive or composed.parts[0]["type"] in ("text", "news")
    for part in composed.parts:
        assert part["type"] in (("text", "news", "menu") if menus else ("text", "news"))
        assert size(part.get("content", "")) <= LONGEST_TEXT


words = st.text(
    alphabet=st.sampled_from("维权退款。，！？；\n a1👨‍👩‍👧é́🇨🇳]>&<")
    | st.characters(blacklist_categories=["Cs"]),
    max_size=3000,
)


@given(words)
@settings(max_examples=150, deadline=None)
def test_pieces_fit_lose_nothing_and_cut_no_character(text: str) -> None:
    pieces = split(text)
    assert all(0 < size(piece) <= LONGEST_TEXT for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


DRAWN_AS_ONE = ["🇨🇳", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦", "👍🏽", "é", "각", "❤️", "1️⃣", "字"]


@given(st.lists(st.sampled_from([*DRAWN_AS_ONE, "。", "，", "\n", " "]), min_size=200, max_size=900))
@settings(max_examples=60, deadline=None)
def test_flags_families_and_accents_are_never_cut(signs: list[str]) -> None:
    drawn = regex.findall(r"\X", "".join("".join(signs).split()))
    found = [sign for piece in split("".join(signs)) for sign in regex.findall(r"\X", "".join(piece.split()))]
    assert "".join(found) == "".join(drawn)
    pieces = split("".join(signs))
    for before, after in pairwise(pieces):
        joined = regex.findall(r"\X", before[-12:] + "|" + after[:12])
        assert "|" in joined, "the cut parts two characters, not one"
        assert regex.findall(r"\X", before)[-1] in (*DRAWN_AS_ONE, "。", "，")
        assert regex.findall(r"\X", after)[0] in (*DRAWN_AS_ONE, "。", "，")


@pytest.mark.parametrize("sign", DRAWN_AS_ONE)
def test_a_long_row_of_one_character_is_cut_between_them(sign: str) -> None:
    pieces = split(sign * 1500)
    assert "".join(pieces) == sign * 1500
    assert all(piece == sign * (len(piece) // len(sign)) for piece in pieces)


def test_forty_thousand_characters_are_split_at_once() -> None:
    text = ('<a href="https://office.example/x">点</a>说了一句，又一句。' * 400 + "没有标点" * 8000)[:40_000]
    started = time.perf_counter()
    pieces = split(text)
    assert time.perf_counter() - started < 1.0
    assert "".join(pieces) == text


def test_a_character_longer_than_a_message_is_parted_rather_than_lost() -> None:
    monster = "e" + "\u0301" * 3000
    assert "".join(split(monster)) == monster


@given(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=5), st.integers(1, 6), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_is_owed_fits_what_is_allowed(kinds: list[str], slots: int, passive: bool) -> None:
    bodies = [message.body | {"kind": message.kind} for kind in kinds for message in KINDS[kind]]
    menus = not passive or slots > 1
    composed = compose(said(*bodies), slots=slots, passive=passive, menus=menus, links=FixedLinks())
    _fits_wechat(composed, slots=slots, passive=passive, menus=menus)


def test_a_text_is_split_at_sentences() -> None:
    text = "".join(f"第{number}句话就到这里了。" for number in range(200))
    assert all(piece.endswith("。") for piece in split(text))


def test_a_link_is_never_cut() -> None:
    link = '<a href="https://office.example/wechat/t/' + "x" * 80 + '">点这里</a>'
    for before in range(1900, 2060, 7):
        assert any(link in piece for piece in split("字" * (before // 3) + link + "。后面还有。" * 200))


def test_shortening_keeps_within_the_bytes() -> None:
    assert shorten("短", 30) == "短"
    assert size(shorten("很长的一段话。" * 20, 30)) <= 30


OFFERED = [{"label": label, "value": label} for label in ("孩子", "家长", "没实名", "不清楚")]
PICKS = {
    "2": "家长", "２": "家长", "二": "家长", "第二个": "家长", "第2个": "家长", "选2": "家长", "2.": "家长", "②": "家长",
    "两": "家长", "选项2": "家长", "2️⃣": "家长", "2. 家长": "家长", "3. 家长": None, "2号": None, "3号": None,
    "两个": None, "一条": None, "三种": None, "2款": None, "第2款": "家长", "我选二": "家长", "家长": "家长", "家长。": "家长", " 家长 ": "家长", "最后一个": "不清楚",
    "第四项": "不清楚", "1、": "孩子", "一吧": "孩子", "5": None, "0": None, "十二": None, "12岁": None, "两个月": None,
    "是家长的": None, "": None, "3000": None, "二十": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "label"), PICKS.items())
def test_a_choice_is_picked_by_number_or_words(text: str, label: str | None) -> None:
    found = picked(text, OFFERED)
    assert (found["label"] if found else None) == label
