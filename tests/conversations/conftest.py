"""The staff of the running system: a one-time password is good for one login, so each comes in once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.conversations.employee import Employee


@pytest.fixture(scope="session")
def employee(system) -> Callable[[str], Employee]:
    """Who has the named role, logged in."""

    @cache
    def found(role: str) -> Employee:
        return Employee(system.url, system.printed(), role)

    return found


@pytest.fixture(scope="session")
def mediator(employee) -> Employee:
    return employee("mediator")
