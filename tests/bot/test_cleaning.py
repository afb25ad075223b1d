"""What reaches the pipeline is visible, short, half-width and no command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cleaning import LONGEST_RUN, clean, half_width


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("　５，０００元", "5,000元"),  # full-width digits and the comma between thousands
        ("付了５０，退了３", "付了50，退了3"),  # any other Chinese comma stays
        ("ＡＢＣ１２３", "ABC123"),
        ("退\u200b款\u202e", "退款"),  # zero width, bidirectional
        ("退款\x00\x07", "退款"),
        ("啊" * 3000, "啊" * LONGEST_RUN),
        ("/restart", "restart"),
        ("  ／／restart", "restart"),
        ("@bot /stop", "bot /stop"),
        ('/inform{"phone": "1"}', 'inform{"phone": "1"}'),
        ("\u200b/restart", "restart"),  # hidden before the slash
        ("\u202e / / restart", "restart"),
        ("第一行\n\n\n第二行", "第一行\n第二行"),
        ("   ", ""),
        ("", ""),
        ("。。。，，", ""),
        ("？？", "？？"),
        ("😡😡", "😡😡"),
        ("12号/14号的票", "12号/14号的票"),  # a slash inside stays
    ],
)
def test_text_is_cleaned(typed, read):
    assert clean(typed, 3000) == read


def test_text_is_cut_at_the_limit():
    assert len(clean("退货。" * 2000, 1500)) == 1500


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_half_width_keeps_every_place(text):
    assert len(half_width(text)) == len(text)


@given(st.text(max_size=300), st.integers(min_value=1, max_value=200))
@settings(max_examples=300, deadline=None)
def test_clean_text_holds_nothing_hidden_and_no_command(text, limit):
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert not cleaned.startswith(("/", "@", "\\", " "))
    assert all(
        character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        for character in cleaned
    )
    assert clean(cleaned, limit) == cleaned
