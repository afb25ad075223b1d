"""The history: chained, kept with the deed, and a change in it is noticed."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from sqlalchemy import text

from desk import history
from desk.errors import EventRefused
from desk.store import Store
from tests.factories import NOW


class Stopped(Exception):
    """Raised by a test in the middle of a transaction."""


def record_some(store: Store, count: int = 4) -> None:
    for n in range(count):
        with store.write() as tx:
            history.record(tx, "test:subject:act", f"x{n % 2}", by="s_a", at=NOW, n=n, word="退款")


def tamper(store: Store, statement: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_untouched_chain_is_whole(store: Store) -> None:
    assert history.verify(store) == history.Verdict(True, 0, None, "")
    record_some(store)
    assert history.verify(store) == history.Verdict(True, 4, None, "")
    assert [event.detail for event in history.of(store, "x1")] == [
        {"n": 1, "word": "退款"},
        {"n": 3, "word": "退款"},
    ]
    assert [event.seq for event in history.newest(store, limit=2)] == [4, 3]
    assert [event.seq for event in history.newest(store, limit=2, before_seq=3)] == [2, 1]


@pytest.mark.parametrize(
    ("statement", "broken_at", "reason"),
    [
        ("UPDATE history SET by = 's_b' WHERE seq = 2", 2, "altered"),
        ("UPDATE history SET detail = '{}' WHERE seq = 3", 3, "altered"),
        ("DELETE FROM history WHERE seq = 2", 2, "missing"),
        ("DELETE FROM history WHERE seq = 4", 4, "cut_off"),
        ("UPDATE history SET prev_hash = 'x' WHERE seq = 1", 1, "unlinked"),
    ],
    ids=["another hand", "another detail", "one gone", "the last gone", "unlinked"],
)
def test_a_change_in_the_chain_is_noticed(store: Store, statement: str, broken_at: int, reason: str) -> None:
    record_some(store)
    tamper(store, statement)
    verdict = history.verify(store)
    assert (verdict.ok, verdict.broken_at, verdict.reason) == (False, broken_at, reason)


def test_what_is_not_done_is_not_recorded(store: Store) -> None:
    with pytest.raises(Stopped), store.write() as tx:  # noqa: PT012
        history.record(tx, "test:subject:act", "x", by="s_a")
        raise Stopped
    assert history.verify(store).count == 0


def test_a_part_that_fails_takes_its_record_along_and_no_more(store: Store) -> None:
    with store.write() as outer:
        history.record(outer, "test:subject:act", "kept", by="s_a")
        with pytest.raises(Stopped), store.write() as inner:  # noqa: PT012
            history.record(inner, "test:subject:act", "dropped", by="s_a")
            raise Stopped
    assert [event.subject for event in history.newest(store)] == ["kept"]
    assert history.verify(store).ok


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        ("Ticket", {}),
        ("ticket", {}),
        ("ticket:状态:advance", {}),
        ("ticket:status:advance", {"what": object()}),
        ("ticket:status:advance", {"what": float("nan")}),
        ("ticket:status:advance", {"what": "x" * 5000}),
        ("ticket:status:advance", {"at_": datetime(2026, 1, 1)}),
    ],
    ids=["capital", "one part", "not ASCII", "not JSON", "not a number", "too long", "a datetime"],
)
def test_an_unfit_event_is_refused(store: Store, event: str, detail: dict[str, object]) -> None:
    with pytest.raises(EventRefused), store.write() as tx:
        history.record(tx, event, "x", by="s_a", **detail)  # type: ignore[arg-type]


def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(EventRefused), store.write() as tx:
        history.record(tx, "test:subject:act", "x", by="s_a", at=datetime(2026, 1, 1))


def test_odd_characters_do_not_break_the_chain(store: Store) -> None:
    with store.write() as tx:
        history.record(tx, "test:subject:act", "x\x00\ud800", by="s\x00", word="a\x00\ud800😀\\u0000")
    assert history.verify(store).ok
    (event,) = history.newest(store)
    assert (event.subject, event.by, event.detail) == ("x", "s", {"word": "a😀\\u0000"})


def test_times_keep_their_microseconds_and_zone(store: Store) -> None:
    moment = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=timezone.utc)
    with store.write() as tx:
        history.record(tx, "test:subject:act", "x", by="s_a", at=moment)
    assert history.newest(store)[0].at == moment
