"""The policy of curation is data, and wrong data is told at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from web.curation.policy import FILE, policy, read
from web.curation.publisher import later


def test_the_policy_in_use_is_sound() -> None:
    assert policy().files_kept > 1
    assert policy().second_reader


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("review_months: 6", "review_months: soon", "review_months"),
        ("law_days: 30", "law_days: 0", "law_days"),
        ("files_kept: 8", "", "files_kept"),
        ("files_kept: 8", "files_kept: 8\nfiles_lost: 2", "files_lost"),
    ],
    ids=["no number", "nothing", "missing", "unknown"],
)
def test_a_wrong_policy_names_what_is_wrong(tmp_path: Path, line: str, instead: str, told: str) -> None:
    text = FILE.read_text("utf-8")
    assert line in text
    spoiled = tmp_path / "policy.yml"
    spoiled.write_text(text.replace(line, instead), "utf-8")
    with pytest.raises(ValueError, match=told):
        read(spoiled)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 22), 6, date(2027, 5, 22)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_the_next_review_is_the_same_day_of_a_later_month(day: date, months: int, then: date) -> None:
    assert later(day, months) == then
