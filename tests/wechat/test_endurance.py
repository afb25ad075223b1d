"""The endurance run in small: 300 messages, both processes killed twice; `make endure` does the whole."""

from __future__ import annotations

from pathlib import Path

from .endurance import run


def test_nothing_is_lost_or_doubled_when_both_processes_are_killed(tmp_path: Path) -> None:
    figures = run(tmp_path, messages=240, followers=40, kills=2, outstanding=12)
    assert figures.faults() == [], figures.examples
    assert figures.handled_once == 240
    assert figures.answered_once + figures.waiting_visibly == 240
    assert figures.rejected_sends == 0
