"""Fixtures of the channel's tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .office import MakeOffice, Office

logging.getLogger("werkzeug").setLevel(logging.WARNING)


@pytest.fixture
def make_office(tmp_path: Path) -> Iterator[MakeOffice]:
    """Return how to put an office on the air; all are closed afterwards."""
    made: list[Office] = []

    def make(**change: Any) -> Office:
        made.append(Office(tmp_path / f"home{len(made)}", **change))
        return made[-1]

    yield make
    for office in made:
        office.close()


@pytest.fixture
def office(make_office: MakeOffice) -> Office:
    return make_office()
