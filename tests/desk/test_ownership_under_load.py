"""Many at once: whatever the interleaving, nobody speaks who does not own the conversation."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable

from desk import conversations, history
from desk.errors import NotOwner
from desk.store import Store
from tests.factories import make_conversation

STAFF = ("s_a", "s_b", "s_c")
ROUNDS = 25


def in_threads(workers: list[Callable[[], None]]) -> None:
    """Run all at once and raise what any of them raised."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures, failures


def member(store: Store, id: str, staff: str, seed: int) -> Callable[[], None]:
    chance = random.Random(seed)

    def work() -> None:
        for _ in range(ROUNDS):
            with contextlib.suppress(NotOwner):
                chance.choice(
                    [
                        lambda: conversations.take(store, id, staff=staff),
                        lambda: conversations.say(store, id, staff=staff, text=staff),
                        lambda: conversations.say(store, id, staff=staff, text=staff),
                        lambda: conversations.give_back(store, id, staff=staff),
                    ]
                )()

    return work


def bot(store: Store, id: str) -> Callable[[], None]:
    def work() -> None:
        for _ in range(ROUNDS):
            with contextlib.suppress(NotOwner):
                conversations.add_message(store, id, author="bot", kind="text", body={"text": "bot"})

    return work


def consumer(store: Store, id: str) -> Callable[[], None]:
    def work() -> None:
        for turn in range(ROUNDS):
            conversations.add_message(
                store, id, author="consumer", kind="text", body={"text": "c"}, client_id=f"c{turn}"
            )
            if turn % 5 == 0:
                conversations.request_person(store, id, reason="asked", by="consumer")

    return work


def test_never_a_message_from_a_non_owner(store: Store) -> None:
    id = make_conversation(store).id
    workers = [member(store, id, staff, seed) for seed, staff in enumerate(STAFF * 2)]
    in_threads([*workers[:5], bot(store, id), bot(store, id), consumer(store, id)])

    # Moments are taken inside the transaction that holds the conversation, so they tell the order.
    moves = [(event.at, event.detail["to"]) for event in history.of(store, id, limit=10_000)]
    spoken = conversations.messages(store, id, limit=1000)
    owners = iter(moves)
    owner, upcoming = "bot", next(owners, None)
    for message in spoken:
        while upcoming is not None and upcoming[0] <= message.at:
            owner, upcoming = upcoming[1], next(owners, None)
        if message.author == "bot":
            assert owner == "bot", f"message {message.id} by the bot while {owner} owned it"
        if message.author == "staff":
            assert owner == f"staff:{message.by}", f"message {message.id} by {message.by}, owner {owner}"
    assert sum(message.author == "consumer" for message in spoken) == ROUNDS
    assert {message.author for message in spoken} == {"bot", "consumer", "staff"}
    assert [message.id for message in spoken] == sorted(message.id for message in spoken)
    assert history.verify(store).ok


def test_one_of_many_gets_the_conversation(store: Store) -> None:
    id = make_conversation(store, owner="queue").id
    won: list[str] = []

    def grab(staff: str) -> Callable[[], None]:
        def work() -> None:
            try:
                conversations.take(store, id, staff=staff)
            except NotOwner:
                return
            won.append(staff)

        return work

    in_threads([grab(f"s_{n}") for n in range(8)])
    assert len(won) == 1
    assert conversations.get(store, id).staff == won[0]


def test_a_message_sent_by_eight_hands_at_once_is_kept_once(store: Store) -> None:
    id = make_conversation(store).id
    kept: list[int] = []

    def send() -> None:
        message = conversations.add_message(
            store, id, author="consumer", kind="text", body={"text": "退"}, client_id="same"
        )
        kept.append(message.id)

    in_threads([send] * 8)
    assert len(set(kept)) == 1
    assert len(conversations.messages(store, id)) == 1


def test_one_visitor_begins_one_conversation(store: Store) -> None:
    found: list[str] = []
    in_threads([lambda: found.append(conversations.resume(store, channel="wechat", visitor="openid").id)] * 8)
    assert len(set(found)) == 1


def test_history_stays_one_chain_when_many_write(store: Store) -> None:
    ids = [make_conversation(store).id for _ in range(8)]

    def work(id: str) -> Callable[[], None]:
        def back_and_forth() -> None:
            for _ in range(10):
                conversations.take(store, id, staff="s_a")
                conversations.give_back(store, id, staff="s_a")

        return back_and_forth

    in_threads([work(id) for id in ids])
    verdict = history.verify(store)
    assert (verdict.ok, verdict.count) == (True, 160)
