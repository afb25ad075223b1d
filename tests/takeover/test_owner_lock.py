"""The owner lock: in no interleaving does anybody speak who does not own the conversation."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import conversations, history
from desk.store import Store, open_store
from tests.databases import migrated_sqlite
from tests.factories import SECRET, make_conversation

from .actors import act
from .interleavings import MOVES, play

INTERLEAVINGS = 10_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def quick_store(tmp_path: Path) -> Iterator[Store]:
    """An SQLite store where writing through to the disk costs nothing, if this machine has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        opened = open_store(migrated_sqlite(Path(folder) / "desk.db"), secret_key=SECRET)
        yield opened
        opened.close()


def test_ten_thousand_interleavings_without_a_word_from_anybody_but_the_owner(quick_store: Store) -> None:
    tried: Counter[str] = Counter()
    spoken: Counter[str] = Counter()
    for seed in range(INTERLEAVINGS):
        opened = conversations.open_conversation(quick_store, channel="h5", visitor=f"v_{seed}")
        talk = play(quick_store, opened.id, seed)
        tried.update(step.split(" ")[0] for step in talk.log)
        spoken.update(author for author, _by in talk.model.said)
    assert set(MOVES) <= set(tried), "every move was part of the play"
    assert min(spoken[author] for author in ("bot", "consumer", "staff", "system")) > 100


def test_interleavings_on_every_database(store: Store) -> None:
    for seed in range(300):
        play(store, make_conversation(store).id, 1_000_000 + seed)
    assert history.verify(store).ok


def owners_words_only(store: Store, id: str) -> Counter[str]:
    """Replay history against the messages: each was said by who owned the conversation then."""
    moves = [
        (event.at, event.detail["to"])
        for event in history.of(store, id, limit=100_000)
        if event.event == "conversation:owner:change"
    ]
    upcoming, owner = iter(moves), "bot"
    move = next(upcoming, None)
    spoken: Counter[str] = Counter()
    for message in conversations.messages(store, id, limit=1000):
        while move is not None and move[0] <= message.at:
            owner, move = move[1], next(upcoming, None)
        spoken[message.author] += 1
        if message.author == "bot":
            assert owner == "bot", f"message {message.id} by the bot while {owner} owned it"
        if message.author == "staff":
            assert owner == f"staff:{message.by}", f"message {message.id} by {message.by}, owner {owner}"
    return spoken


def test_threads_that_really_run_at_once(store: Store) -> None:
    ids = [make_conversation(store).id for _ in range(4)]
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(40):
                act(store, chance.choice(ids), chance)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures, failures
    spoken = sum((owners_words_only(store, id) for id in ids), Counter())
    assert spoken["staff"] > 5
    assert spoken["bot"] > 5
    assert history.verify(store).ok


def test_processes_that_are_killed_in_the_middle(store: Store, database_url: str) -> None:
    ids = [make_conversation(store).id for _ in range(3)]
    command = [sys.executable, "-m", "tests.takeover.actors", database_url, *ids]
    running = [subprocess.Popen([*command, str(seed)], cwd=ROOT) for seed in range(3)]
    deadline = time.monotonic() + 60
    while sum(len(conversations.messages(store, id)) for id in ids) < 30 and time.monotonic() < deadline:
        time.sleep(0.05)
    chance = random.Random(4)
    for process in running[:2]:
        time.sleep(chance.random())
        process.send_signal(signal.SIGKILL)
    time.sleep(0.5)
    running[2].send_signal(signal.SIGKILL)
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
    spoken = sum((owners_words_only(store, id) for id in ids), Counter())
    assert sum(spoken.values()) >= 30
    assert history.verify(store).ok
    for id in ids:
        conversations.requeue(store, id, by="s_chief", reason="left")
        assert conversations.take(store, id, staff="s_a").staff == "s_a", "no lock is left behind"
