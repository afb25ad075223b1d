"""The one mediator of the running system: their one-time password is good for one login."""

from __future__ import annotations

import pytest

from tests.conversations.mediator import Mediator


@pytest.fixture(scope="session")
def mediator(system) -> Mediator:
    return Mediator(system.url, system.printed())
