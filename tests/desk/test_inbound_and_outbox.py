"""Messages in handled once, messages out in order and never twice: on every database, with many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from desk import conversations, followers, inbound, outbox
from desk.errors import ClaimLost, DeliveryNotFound, ProofReused
from desk.ledger import Grant, Ledger
from desk.store import Store
from desk.store import account as notes

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)


def accept(
    store: Store, key: str = "m:1", *, by: str = "a", sender: str = "o1", proof: str = "", at=NOW
) -> Any:
    return inbound.accept(
        store,
        key=key,
        proof=proof or f"proof of {key} {by}",
        sender=sender,
        kind="text",
        fields={},
        grant=Grant.MESSAGE,
        read=lambda tx, follower: {"text": f"words of {key}"},
        revive_after=timedelta(0),
        claimant=by,
        at=at,
    )


def test_one_of_many_at_once_keeps_the_message(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: accept(store, by=f"process {n}"), range(8)))
    assert sum(fresh for _, fresh in found) == 1
    assert len({message.id for message, _ in found}) == 1
    conversation = found[0][0].conversation_id
    assert [said.body["text"] for said in conversations.messages(store, conversation)] == ["words of m:1"]


def test_many_messages_of_one_stranger_at_once_are_one_conversation(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: accept(store, f"m:{n}"), range(16)))
    assert len({message.conversation_id for message, _ in found}) == 1
    assert len(conversations.messages(store, found[0][0].conversation_id)) == 16


def test_a_signature_carries_one_message(store: Store) -> None:
    accept(store, "m:1", proof="p")
    assert accept(store, "m:1", proof="p")[1] is False
    with pytest.raises(ProofReused):
        accept(store, "m:2", proof="p")


def test_a_claim_lapses_one_takes_over_and_the_first_keeps_nothing(store: Store) -> None:
    message, _ = accept(store, by="dead")
    later = NOW + inbound.LEASE
    assert inbound.abandoned(store, at=NOW + timedelta(seconds=1)) == []
    assert inbound.abandoned(store, at=later) == [message.id]
    with ThreadPoolExecutor(6) as pool:
        taken = list(
            pool.map(lambda n: inbound.take_over(store, message.id, claimant=f"p{n}", at=later), range(6))
        )
    winners = [one for one in taken if one is not None]
    assert len(winners) == 1
    assert winners[0].tries == 2
    with pytest.raises(ClaimLost):
        _late_answer(store, message)
    assert len(conversations.messages(store, message.conversation_id)) == 1


def _late_answer(store: Store, message: inbound.Inbound) -> None:
    with store.write() as tx:
        late = {"text": "late"}
        conversations.add_message(store, message.conversation_id, author="bot", kind="text", body=late)
        inbound.held(tx, message.id, claimant="dead")


def test_a_claim_is_kept_by_renewing_it(store: Store) -> None:
    message, _ = accept(store, by="alive")
    later = NOW + timedelta(seconds=6)
    inbound.renew(store, [message.id], claimant="alive", at=later)
    assert inbound.abandoned(store, at=NOW + inbound.LEASE) == []


def test_what_is_put_back_is_due_again_and_counts_as_no_failed_try(store: Store) -> None:
    message, _ = accept(store, by="a")
    due = NOW + timedelta(seconds=4)
    inbound.put_back(store, message.id, claimant="a", due=due)
    assert inbound.abandoned(store, at=NOW + timedelta(seconds=3)) == []
    assert inbound.abandoned(store, at=due) == [message.id]
    again = inbound.take_over(store, message.id, claimant="b", at=due)
    assert again is not None
    assert again.tries == message.tries
    with pytest.raises(ClaimLost):
        inbound.put_back(store, message.id, claimant="a", due=due)


def test_a_later_message_of_the_same_person_knows_of_one_put_back(store: Store) -> None:
    first, _ = accept(store, "m:1", by="a")
    later, _ = accept(store, "m:2", by="a")
    other, _ = accept(store, "m:3", by="a", sender="o2")
    due = NOW + timedelta(seconds=4)
    assert inbound.put_back_before(store, later) is None
    inbound.put_back(store, first.id, claimant="a", due=due)
    assert inbound.put_back_before(store, later) == due
    assert inbound.put_back_before(store, first) is None
    assert inbound.put_back_before(store, other) is None


def test_a_refusal_gives_back_what_was_counted_and_nothing_else(store: Store) -> None:
    conversation = owe(store, "一")
    delivery = claim(store)[0]
    with store.write() as tx:
        follower = followers.held(tx, conversation)
        followers.with_ledger(tx, follower, Ledger(NOW, 5, NOW, 0), at=NOW)
    begun = outbox.begin(store, delivery, [{}], 0, claimant="s", at=NOW)
    outbox.not_taken(
        store,
        delivery,
        state=outbox.WAITING,
        error="-1",
        at=NOW,
        book=outbox.Booking.GIVE_BACK,
        spent=begun.spent,
        pause=True,
    )
    found = followers.of_conversation(store, conversation)
    assert (found.ledger.message_left, found.ledger.tap_left) == (5, 0)
    assert outbox.stuck(store)[0] == 1


def test_old_signatures_of_verifications_are_forgotten_and_no_other_note(store: Store) -> None:
    with store.write() as tx:
        notes.put_note(tx.connection, "verified:old", True, NOW - timedelta(hours=1))
        notes.put_note(tx.connection, "verified:new", True, NOW)
        notes.put_note(tx.connection, "public_url", "https://a", NOW - timedelta(days=90))
        assert notes.prune_notes(tx.connection, "verified:", NOW - timedelta(minutes=30)) == 1
        assert notes.note(tx.connection, "verified:old") is None
        assert notes.note(tx.connection, "verified:new") is not None
        assert notes.note(tx.connection, "public_url") is not None


def owe(store: Store, *texts: str, sender: str = "o1") -> str:
    """Let staff say these to a follower; returns the conversation."""
    with store.write() as tx:
        followers.lock(tx, sender)
        follower = followers.known(tx, sender, at=NOW)
        followers.granted(tx, follower, Grant.MESSAGE, at=NOW)
    for text in texts:
        conversations.add_message(
            store, follower.conversation_id, author="system", kind="notice", body={"text": text}
        )
    return follower.conversation_id


AFTER = datetime.now(timezone.utc) + timedelta(hours=1)


def claim(store: Store, *, by: str = "s", at: datetime = AFTER) -> list[outbox.Delivery]:
    return outbox.claim_due(store, claimant=by, at=at, limit=20)


def test_what_is_said_is_owed_in_the_same_transaction_or_not_at_all(store: Store) -> None:
    conversation = owe(store)
    with pytest.raises(RuntimeError):
        _say_and_fail(store, conversation)
    assert outbox.latest(store, conversation) == []


def _say_and_fail(store: Store, conversation: str) -> None:
    with store.write():
        conversations.add_message(store, conversation, author="system", kind="notice", body={"text": "x"})
        raise RuntimeError


def test_one_sender_gets_it_in_order_with_what_waits_behind_it(store: Store) -> None:
    conversation = owe(store, "一", "二", "三")
    with ThreadPoolExecutor(6) as pool:
        claimed = [one for found in pool.map(lambda n: claim(store, by=f"s{n}"), range(6)) for one in found]
    assert len(claimed) == 1
    with store.read() as tx:
        assert [message.body["text"] for message in outbox.contents(tx, claimed[0])] == ["一", "二", "三"]
    assert {one.state for one in outbox.latest(store, conversation)} == {outbox.WAITING, outbox.JOINED}


def test_a_sender_that_died_before_it_began_is_replaced(store: Store) -> None:
    owe(store, "一")
    assert claim(store, by="dead")
    assert claim(store, by="other") == []
    assert len(claim(store, by="other", at=AFTER + outbox.LEASE)) == 1


def test_a_sender_that_died_in_the_middle_leaves_a_doubt_and_no_double(store: Store) -> None:
    conversation = owe(store, "一")
    delivery = claim(store, by="dead")[0]
    begun = outbox.begin(store, delivery, [{"type": "text"}], 0, claimant="dead", at=NOW)
    assert begun.outcome is outbox.Beginning.BEGUN
    assert claim(store, by="other", at=AFTER + outbox.LEASE) == []
    assert outbox.latest(store, conversation)[0].state == outbox.DOUBTFUL


def test_the_ledger_is_booked_with_the_begin_and_refuses_the_sixth(store: Store) -> None:
    owe(store, "一")
    delivery = claim(store)[0]
    begun = [outbox.begin(store, delivery, [{}], 0, claimant="s", at=NOW).outcome for _ in range(7)]
    assert begun == [outbox.Beginning.BEGUN] * 5 + [outbox.Beginning.REFUSED, outbox.Beginning.LOST]
    assert outbox.latest(store, delivery.conversation_id)[0].state == outbox.NEXT


def test_a_sender_that_was_too_slow_neither_sends_nor_changes_what_another_sent(store: Store) -> None:
    conversation = owe(store, "一")
    slow = claim(store, by="slow")[0]
    quick = claim(store, by="quick", at=AFTER + outbox.LEASE)[0]
    assert outbox.begin(store, quick, [{}], 0, claimant="quick", at=NOW).outcome is outbox.Beginning.BEGUN
    outbox.part_done(store, quick.id, 0, last=True, at=NOW)
    assert outbox.begin(store, slow, [{}], 0, claimant="slow", at=NOW).outcome is outbox.Beginning.LOST
    assert not outbox.leave(store, slow.id, claimant="slow", state=outbox.NEXT)
    assert outbox.latest(store, conversation)[0].state == outbox.SENT


def test_only_what_is_not_delivered_for_certain_is_sent_again(store: Store) -> None:
    conversation = owe(store, "一")
    delivery = claim(store)[0]
    with pytest.raises(DeliveryNotFound):
        outbox.resend(store, delivery.id, by="staff:x", at=NOW)
    outbox.doubt(store, delivery.id, error="silence")
    assert outbox.resend(store, delivery.id, by="staff:x", at=NOW).state == outbox.WAITING
    assert outbox.latest(store, conversation)[0].state == outbox.WAITING


@pytest.mark.parametrize("arrived", [False, True])
def test_a_reply_that_may_have_died_with_its_process_is_a_doubt_if_wechat_could_not_ask(
    store: Store, arrived: bool
) -> None:
    message, _ = accept(store)
    with store.write() as tx:
        row = inbound.held(tx, message.id, claimant="a")
        said = conversations.add_message(
            store, row.conversation_id, author="bot", kind="text", body={"text": "答"}
        )
        assert tx.take_outgoing(row.conversation_id) == [said.id]
        outbox.put(
            tx, row.conversation_id, [said.id], state=outbox.SENT, at=NOW, inbound_id=row.id, parts=[{}]
        )
        inbound.settle(tx, row.id, route=inbound.PASSIVE, reply={"type": "text"}, at=NOW)
    doubtful = inbound.unhanded(store, done_before=NOW + timedelta(minutes=1))
    assert [one.id for one in doubtful] == [message.id]
    inbound.give_up_reply(store, doubtful[0], arrived=arrived, at=NOW)
    assert inbound.unhanded(store, done_before=NOW + timedelta(minutes=1)) == []
    assert outbox.latest(store, message.conversation_id)[0].state == (
        outbox.SENT if arrived else outbox.DOUBTFUL
    )


def test_old_messages_are_forgotten_and_open_ones_are_not(store: Store) -> None:
    done, _ = accept(store, "m:1")
    accept(store, "m:2")
    with store.write() as tx:
        inbound.settle(tx, done.id, route=inbound.NONE, reply=None, at=NOW)
    assert inbound.prune(store, at=NOW + inbound.KEPT) == 0
    assert inbound.prune(store, at=NOW + inbound.KEPT + timedelta(days=1)) == 1
    assert inbound.get(store, done.id) is None
    conversation = owe(store, "一")
    assert outbox.prune(store, at=AFTER + outbox.KEPT * 2) == 0, "what waits is not forgotten"
    assert len(outbox.latest(store, conversation)) == 1


def test_the_same_number_from_another_person_is_another_message(store: Store) -> None:
    first, _ = accept(store, "m:1", sender="o1")
    second, fresh = accept(store, "m:1", sender="o2", proof="another")
    assert fresh
    assert second.conversation_id != first.conversation_id
    assert accept(store, "m:1", sender="o2", proof="another")[0].id == second.id


def test_what_had_begun_and_waits_for_the_next_message_is_owed(store: Store) -> None:
    conversation = accept(store)[0].conversation_id
    with store.write() as tx:
        parts = [{"type": "text", "content": "一"}, {"type": "text", "content": "二"}]
        outbox.put(tx, conversation, [1], state=outbox.NEXT, at=NOW, parts=parts, done=1)
        owed, busy = outbox.owed(tx, conversation)
    assert [delivery.done for delivery in owed] == [1]
    assert not busy


def test_a_delivery_the_sender_falls_over_is_given_up_after_some_tries(store: Store) -> None:
    conversation = accept(store)[0].conversation_id
    with store.write() as tx:
        id = outbox.put(tx, conversation, [1], state=outbox.WAITING, at=NOW)
    for number in range(3):
        at = NOW + timedelta(minutes=number)
        claimed = outbox.claim_due(store, claimant="a", at=at, limit=1)
        assert [delivery.id for delivery in claimed] == [id]
        outbox.stumbled(store, id, claimant="a", error="KeyError", at=at, most_tries=3)
    assert outbox.latest(store, conversation)[0].state == outbox.FAILED
