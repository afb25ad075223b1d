"""When the database is locked, read-only, gone, or the process dies in the middle."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from desk import conversations, history
from desk.errors import StoreBusy, StoreConflict, StoreError, StoreReadOnly, StoreUnavailable
from desk.store import Store, engine, open_store
from tests.factories import SECRET, make_conversation

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
import sys
from desk import conversations
from desk.store import open_store
store = open_store(sys.argv[1], secret_key="x")
id = sys.argv[2]
for n in range(100_000):
    with store.write():
        first = conversations.add_message(store, id, author="consumer", kind="text", body={"text": f"{n} ask"})
        conversations.take(store, id, staff="s_a")
        second = conversations.say(store, id, staff="s_a", text=f"{n} answer")
        conversations.give_back(store, id, staff="s_a")
    print(second.id, flush=True)
"""


def test_a_locked_database_says_so_and_works_again(sqlite_store: Store) -> None:
    id = make_conversation(sqlite_store).id
    other = sqlite3.connect(sqlite_store.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with sqlite_store.engine.connect() as connection:
        connection.connection.execute("PRAGMA busy_timeout = 50")
    started = time.monotonic()
    with pytest.raises(StoreBusy):
        make_conversation(sqlite_store)
    assert time.monotonic() - started < 5.5
    assert conversations.get(sqlite_store, id).id == id, "reading goes on meanwhile"
    other.execute("ROLLBACK")
    make_conversation(sqlite_store)
    other.close()


def test_a_row_held_too_long_says_so_on_postgresql(store: Store) -> None:
    if store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite locks the whole database, tried above")
    id = make_conversation(store).id
    with store.engine.begin() as holder:
        holder.execute(text("SELECT * FROM conversations WHERE id = :id FOR UPDATE"), {"id": id})
        with pytest.raises(StoreBusy):
            conversations.take(store, id, staff="s_a")
    assert conversations.take(store, id, staff="s_a").staff == "s_a"


def test_who_is_in_a_hurry_gives_up_sooner(store: Store) -> None:
    id = make_conversation(store).id
    begin = "BEGIN IMMEDIATE" if store.engine.dialect.name == "sqlite" else "BEGIN"
    holder = store.engine.raw_connection()
    cursor = holder.cursor()
    cursor.execute(begin)
    cursor.execute(f"UPDATE conversations SET reason = 'held' WHERE id = '{id}'")
    started = time.monotonic()
    with store.hurried(0.4), pytest.raises(StoreBusy):
        conversations.take(store, id, staff="s_a")
    assert 0.2 < time.monotonic() - started < 1.5
    holder.rollback()
    cursor.close()
    holder.close()
    assert conversations.take(store, id, staff="s_a").staff == "s_a"


def test_a_hurry_is_of_one_thread_and_ends(store: Store) -> None:
    with store.hurried(0.0):
        assert store._patience() == engine.SHORTEST_WAIT
        with store.hurried(60):
            assert store._patience() == engine.SHORTEST_WAIT, "an inner hurry never lengthens the outer one"
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(store._patience).result() == engine.BUSY_SECONDS
    assert store._patience() == engine.BUSY_SECONDS


def test_a_read_only_database_is_read_and_refuses_writes(store: Store) -> None:
    id = make_conversation(store, said=["在吗"]).id
    url = store.engine.url.render_as_string(hide_password=False)
    if store.engine.dialect.name == "sqlite":
        url = f"sqlite:///file:{store.engine.url.database}?mode=ro&uri=true"
    else:
        refusing = "options=-cdefault_transaction_read_only%3Don"
        url = url.replace("options=", f"{refusing}+") if "options=" in url else f"{url}?{refusing}"
    reading = open_store(url, secret_key=SECRET)
    assert len(conversations.messages(reading, id)) == 1
    with pytest.raises(StoreReadOnly):
        make_conversation(reading)
    reading.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root@127.0.0.1/x",
        "postgresql://nobody@127.0.0.1:1/none",
    ],
)
def test_a_database_that_cannot_be_opened_is_unavailable(url: str) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(url)


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"not a database at all, " * 100)
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{tmp_path}")


def test_what_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    id = make_conversation(store).id
    with pytest.raises(KeyboardInterrupt), store.write():  # noqa: PT012
        conversations.add_message(store, id, author="consumer", kind="text", body={"text": "x"})
        conversations.take(store, id, staff="s_a")
        raise KeyboardInterrupt
    assert conversations.messages(store, id) == []
    assert conversations.get(store, id).owner == "bot"
    assert history.verify(store).count == 0


def test_a_constraint_error_names_no_values(store: Store) -> None:
    id = make_conversation(store, visitor="13812341234").id
    with pytest.raises(StoreConflict) as conflict, store.write() as tx:  # noqa: PT012
        row = tx.connection.execute(text("SELECT * FROM conversations")).mappings().one()
        columns = ", ".join(f'"{name}"' for name in row)
        tx.connection.execute(
            text(f"INSERT INTO conversations ({columns}) SELECT {columns} FROM conversations")
        )
    assert "13812341234" not in f"{conflict.value!r}{conflict.value.__cause__!r}"
    assert id not in str(conflict.value)


def test_an_error_of_the_caller_passes_as_it_is(store: Store) -> None:
    with pytest.raises(ConnectionRefusedError), store.write():
        raise ConnectionRefusedError
    assert not issubclass(ConnectionRefusedError, StoreError)


def test_killed_in_the_middle_nothing_is_half_written(store: Store) -> None:
    id = make_conversation(store).id
    url = store.engine.url.render_as_string(hide_password=False)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, id],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert writer.stdout is not None
    confirmed = [int(writer.stdout.readline()) for _ in range(20)]
    time.sleep(0.013)
    writer.send_signal(signal.SIGKILL)
    writer.wait(10)
    confirmed += [int(line) for line in writer.stdout.read().split("\n") if line]
    writer.stdout.close()

    kept = conversations.messages(store, id, limit=1000)
    assert set(confirmed) <= {message.id for message in kept}, "a confirmed message is gone"
    pairs = [message.body["text"].split(" ")[1] for message in kept]
    assert pairs == ["ask", "answer"] * (len(kept) // 2), "half a transaction is there"
    now = conversations.get(store, id)
    assert (now.owner, now.last_message_id) == ("bot", kept[-1].id)
    verdict = history.verify(store)
    assert (verdict.ok, verdict.count) == (True, len(kept))
    make_conversation(store)


def test_sqlite_keeps_its_promises(sqlite_store: Store) -> None:
    with sqlite_store.read() as tx:
        asked = ("journal_mode", "foreign_keys", "secure_delete", "synchronous")
        told = [tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert told == ["wal", 1, 1, 2]
    assert engine.BUSY_SECONDS == 5
