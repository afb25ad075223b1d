"""Conversation state: appended, reread, folded, limited; and locks in the order of asking."""

from __future__ import annotations

import asyncio

import pytest
from rasa.core.lock_store import LockError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.lock_store import LocalLockStore
from bot.tracker_store import EventLogTrackerStore

DOMAIN = Domain.from_dict(
    {
        "intents": ["inform"],
        "actions": ["action_x"],
        "forms": {"complaint_form": {"required_slots": []}},
        "slots": {
            name: {"type": "any", "mappings": [{"type": "custom"}]} for name in ("facts", "name", "turns")
        },
    }
)


def run(awaitable):
    return asyncio.run(awaitable)


def talk(tracker: DialogueStateTracker, turns: int, start: int = 0) -> None:
    for number in range(start, start + turns):
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"第{number}句", {"name": "inform", "confidence": 0.9}))
        tracker.update(ActionExecuted("action_x"))
        tracker.update(SlotSet("turns", number + 1))


@pytest.fixture
def store(tmp_path):
    made = EventLogTrackerStore(tmp_path / "tracker.db", DOMAIN, longest=40, kept_turns=3)
    yield made
    made.close()


def reopened(store: EventLogTrackerStore) -> EventLogTrackerStore:
    return EventLogTrackerStore(store.path, DOMAIN, longest=40, kept_turns=3)


def test_a_conversation_nobody_saved_is_none(store):
    assert run(store.retrieve("c_none")) is None


def test_what_was_saved_is_there_after_a_restart(store):
    tracker = run(store.create_tracker("c_1"))
    talk(tracker, 3)
    run(store.save(tracker))
    again = run(reopened(store).retrieve("c_1"))
    assert again.events == tracker.events
    assert again.current_slot_values() == tracker.current_slot_values()


def test_only_new_events_are_written(store):
    tracker = run(store.create_tracker("c_1"))
    for turn in range(4):
        talk(tracker, 1, turn)
        run(store.save(tracker))
    with store._database() as database:
        sizes = [
            len(row[0])
            for row in database.execute("select events from turns where sender = 'c_1' order by number")
        ]
    assert len(sizes) == 5
    assert max(sizes[1:]) < 2 * min(sizes[1:])


def test_events_of_a_failed_turn_are_not_seen_again(store):
    tracker = run(store.create_tracker("c_1"))
    talk(tracker, 1)
    run(store.save(tracker))
    talk(tracker, 1, 1)  # the turn fails before it is saved
    assert run(store.retrieve("c_1")).get_slot("turns") == 1


def test_folding_keeps_slots_the_form_and_the_latest_turns(store):
    tracker = run(store.create_tracker("c_1"))
    tracker.update(SlotSet("facts", {"child_age": 7}))
    tracker.update(ActiveLoop("complaint_form"))
    talk(tracker, 12)
    run(store.save(tracker))
    for source in (store, reopened(store)):
        short = run(source.retrieve("c_1"))
        assert len(short.events) < 25
        assert short.current_slot_values() == tracker.current_slot_values()
        assert short.active_loop_name == "complaint_form"
        assert short.latest_message.text == "第11句"
        assert [event.text for event in short.applied_events() if isinstance(event, UserUttered)] == [
            "第9句",
            "第10句",
            "第11句",
        ]
        assert short.copy().current_slot_values() == tracker.current_slot_values(), (
            "replaying gives the same slots"
        )


def test_a_slot_emptied_before_the_fold_stays_empty(store):
    tracker = run(store.create_tracker("c_1"))
    tracker.update(SlotSet("name", "张三"))
    tracker.update(SlotSet("name", None))
    talk(tracker, 12)
    run(store.save(tracker))
    assert run(reopened(store).retrieve("c_1")).get_slot("name") is None


def test_conversations_that_leave_memory_come_back_from_disk(tmp_path):
    store = EventLogTrackerStore(tmp_path / "t.db", DOMAIN, live=2)
    for number in range(5):
        tracker = run(store.create_tracker(f"c_{number}"))
        talk(tracker, number + 1)
        run(store.save(tracker))
    assert len(store._live) == 2
    assert [run(store.retrieve(f"c_{number}")).get_slot("turns") for number in range(5)] == [1, 2, 3, 4, 5]
    assert sorted(run(store.keys())) == [f"c_{number}" for number in range(5)]


def test_a_new_domain_rereads_the_trackers(store):
    tracker = run(store.create_tracker("c_1"))
    talk(tracker, 1)
    run(store.save(tracker))
    store.domain = DOMAIN
    assert run(store.retrieve("c_1")) is not tracker


def test_turns_take_the_lock_in_the_order_of_asking():
    async def scene():
        store, order = LocalLockStore(), []

        async def turn(number):
            async with store.lock("c_1"):
                await asyncio.sleep(0.01)
                order.append(number)

        await asyncio.gather(*(turn(number) for number in range(5)))
        return order, store.get_lock("c_1")

    assert run(scene()) == ([0, 1, 2, 3, 4], None)


def test_conversations_do_not_wait_for_each_other():
    async def scene():
        store = LocalLockStore()
        async with store.lock("c_1"), store.lock("c_2"):
            return store.get_lock("c_1") is not None

    assert run(scene())


def test_a_lock_held_too_long_is_an_error_and_harms_nobody_else():
    async def scene():
        store = LocalLockStore()
        async with store.lock("c_1"):
            with pytest.raises(LockError):
                async with store.lock("c_1", lock_lifetime=0.05):
                    pass
        async with store.lock("c_1"):
            return True

    assert run(scene())


def test_what_is_forgotten_is_gone_from_memory_and_disk_and_the_others_stay(store):
    for name in ("c_1", "c_2"):
        tracker = run(store.create_tracker(name))
        talk(tracker, 2)
        run(store.save(tracker))
    store.forget("c_1")
    assert run(store.retrieve("c_1")) is None
    assert run(reopened(store).retrieve("c_1")) is None
    assert run(store.retrieve("c_2")) is not None
    store.forget("c_nobody")
