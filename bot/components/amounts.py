"""Sums of money, ages and numbers in a message: the readers of knowledge.figures, with values as entities hold them."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge import figures


@dataclass(frozen=True)
class Found:
    """A value and where it stands; `end` is exclusive."""

    start: int
    end: int
    value: float


def find_money(text: str) -> list[Found]:
    """Amounts in yuan, in the order of the text, without overlaps. Foreign currency is left out."""
    return [Found(item.start, item.end, round(float(item.value), 2)) for item in figures.money(text)]


def find_ages(text: str) -> list[Found]:
    """Ages in whole years, 1 to 119; an age left open (七八岁, 不满八岁) is none."""
    return [Found(item.start, item.end, int(item.value)) for item in figures.ages(text)]


def read_amount(text: str) -> float | None:
    """The number meant: '1.5万' 15000, '三千二' 3200, '五六百' 500 (the lower), '5,000' 5000; None if none."""
    number = figures.value(text)
    return None if number is None else float(number)
