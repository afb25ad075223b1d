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


def recorded(store: Store, count: int) -> None:
    with store.write() as tx:
        for n in range(count):
            history.record(tx, "case:review:pass", f"case-{n % 3}", by=f"s_{n % 2}", at=NOW)


def rewritten(store: Store, keep: int) -> None:
    """What someone with the database does who cuts the end off and mends the head."""
    with store.engine.begin() as connection:
        connection.execute(text(f"DELETE FROM history WHERE seq > {keep}"))
        last = connection.execute(text(f"SELECT hash FROM history WHERE seq = {keep}")).scalar()
        connection.execute(
            text("UPDATE history_head SET seq = :seq, hash = :hash"), {"seq": keep, "hash": last}
        )


def test_a_noted_head_finds_out_even_a_mended_end(store: Store) -> None:
    recorded(store, 5)
    noted = history.head(store)
    recorded(store, 3)
    assert history.verify(store, noted=noted).ok
    rewritten(store, 4)
    assert history.verify(store).ok, "without the note nobody could tell"
    verdict = history.verify(store, noted=noted)
    assert (verdict.ok, verdict.broken_at, verdict.reason) == (False, 5, "cut_off")
    recorded(store, 6)
    verdict = history.verify(store, noted=noted)
    assert (verdict.ok, verdict.broken_at, verdict.reason) == (False, 5, "rewritten")


@pytest.mark.parametrize("note", ["5", "5:abc", "x:" + "a" * 64, "-1:" + "a" * 64])
def test_what_is_no_head_is_not_taken_for_one(store: Store, note: str) -> None:
    with pytest.raises(EventRefused):
        history.verify(store, noted=note)


def test_checking_a_long_history_tells_how_far_it_is(store: Store) -> None:
    recorded(store, 2500)
    told: list[tuple[int, int]] = []
    assert history.verify(store, progress=lambda done, total: told.append((done, total))).count == 2500
    assert told == [(1000, 2500), (2000, 2500)]


def test_events_are_found_by_object_person_kind_and_time(store: Store) -> None:
    recorded(store, 6)
    with store.write() as tx:
        history.record(
            tx, "case:release:publish", "r_1", by="s_0", at=datetime(2026, 11, 25, tzinfo=timezone.utc)
        )

    def found(**narrow) -> list[int]:
        return [event.seq for event in history.newest(store, narrow=history.Filter(**narrow))]

    assert found(subject="case-0") == [4, 1]
    assert found(by=("s_0", "staff:s_0")) == [7, 5, 3, 1]
    assert found(event="case:release") == [7]
    assert found(since=datetime(2026, 11, 24, tzinfo=timezone.utc)) == [7]
    assert found(until=datetime(2026, 11, 24, tzinfo=timezone.utc), by=("s_1",)) == [6, 4, 2]
    assert history.count(store, history.Filter(by=("s_0",))) == 4
    assert history.event_names(store) == ["case:release:publish", "case:review:pass"]


def test_reading_again_within_half_an_hour_is_one_reading(store: Store) -> None:
    for minutes in (0, 5, 29, 31, 40):
        at = datetime(2026, 11, 21, 4, minutes, tzinfo=timezone.utc)
        history.record_reading(store, "conversation:transcript:read", "c_1", by="s_1", at=at)
    history.record_reading(store, "conversation:transcript:read", "c_1", by="s_2", at=NOW)
    assert [(event.by, event.at.minute) for event in history.of(store, "c_1")] == [
        ("s_1", 0),
        ("s_1", 31),
        ("s_2", 0),
    ]
