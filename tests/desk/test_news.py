"""Waiting for news: at once within a process, soon across processes."""

from __future__ import annotations

import threading
import time

import pytest

from desk import conversations
from desk.store import Store, open_store
from tests.factories import SECRET, make_conversation


def later(seconds: float, store: Store, id: str) -> threading.Thread:
    def speak() -> None:
        time.sleep(seconds)
        conversations.add_message(store, id, author="consumer", kind="text", body={"text": "新"})

    thread = threading.Thread(target=speak)
    thread.start()
    return thread


def test_what_is_there_already_is_returned_at_once(store: Store) -> None:
    conversation = make_conversation(store, said=["一"])
    assert len(conversations.wait_for_news(store, conversation.id, 0, 5)) == 1


def test_a_message_of_this_process_wakes_at_once(store: Store) -> None:
    id = make_conversation(store).id
    speaker = later(0.1, store, id)
    started = time.monotonic()
    found = conversations.wait_for_news(store, id, 0, 10)
    assert [message.body["text"] for message in found] == ["新"]
    assert time.monotonic() - started < 3
    speaker.join()


def test_a_message_of_another_process_is_found_soon(store: Store, database_url: str) -> None:
    other = open_store(database_url, secret_key=SECRET)
    id = make_conversation(store).id
    speaker = later(0.1, other, id)
    started = time.monotonic()
    assert len(conversations.wait_for_news(store, id, 0, 10)) == 1
    assert time.monotonic() - started < 3
    speaker.join()
    other.close()


def test_without_news_the_time_runs_out(store: Store) -> None:
    conversation = make_conversation(store, said=["一"])
    make_conversation(store, said=["elsewhere"])
    started = time.monotonic()
    assert conversations.wait_for_news(store, conversation.id, conversation.last_message_id, 0.3) == []
    assert 0.25 < time.monotonic() - started < 3


def test_listeners_hear_of_what_was_kept_and_only_that(store: Store) -> None:
    heard: list[tuple[str, int]] = []
    stop = store.news.subscribe(lambda id, message_id: heard.append((id, message_id)))
    id = make_conversation(store, said=["一"]).id
    with pytest.raises(KeyboardInterrupt), store.write():  # noqa: PT012
        conversations.add_message(store, id, author="consumer", kind="text", body={"text": "二"})
        raise KeyboardInterrupt
    assert heard == [(id, conversations.get(store, id).last_message_id)]
    stop()
    make_conversation(store, said=["三"])
    assert len(heard) == 1
