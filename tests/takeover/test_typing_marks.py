"""The sign that somebody is writing: kept for seconds, in one process or across all."""

from __future__ import annotations

import os
import secrets
import time

import pytest
import redis

from web.typing_marks import CONSUMER, STAFF, TypingMarks

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture(params=["memory", "redis"])
def address(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return ""
    try:
        redis.Redis.from_url(REDIS).ping()
    except redis.RedisError:
        pytest.skip("no Redis answers")
    return REDIS


def test_a_mark_is_seen_on_its_side_only_and_goes_away(address: str) -> None:
    marks, id = TypingMarks(address, lasts=0.3), f"c_{secrets.token_hex(4)}"
    marks.set(id, STAFF, True)
    assert marks.seen(id, STAFF)
    assert not marks.seen(id, CONSUMER)
    marks.set(id, STAFF, False)
    assert not marks.seen(id, STAFF)
    marks.set(id, CONSUMER, True)
    time.sleep(0.45)
    assert not marks.seen(id, CONSUMER), "nobody writes for ever"


def test_other_processes_see_it_where_there_is_redis(address: str) -> None:
    if not address:
        pytest.skip("memory is of one process")
    id = f"c_{secrets.token_hex(4)}"
    TypingMarks(address).set(id, STAFF, True)
    assert TypingMarks(address).seen(id, STAFF)
