"""Review: four eyes on every change, required changes are made, every step is recorded."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from desk import drafts, history, reviews
from desk.drafts import State
from desk.errors import DraftClosed, ReviewRefused
from desk.store import Store

CASE = {"id": "a-case", "title": "一个案例"}
ANN, BEN, CLEO = "s_ann", "s_ben", "s_cleo"


def submitted(store: Store, by: str = ANN) -> str:
    id = drafts.create(store, CASE, by=by)
    reviews.submit(store, id, by=by)
    return id


def test_nobody_approves_or_returns_their_own_words(store: Store) -> None:
    id = submitted(store)
    with pytest.raises(ReviewRefused, match="own"):
        reviews.approve(store, id, by=ANN)
    with pytest.raises(ReviewRefused, match="own"):
        reviews.send_back(store, id, by=ANN, comment="改")
    assert not reviews.may_review(store, id, ANN)
    assert reviews.approve(store, id, by=BEN).state is State.REVIEWED


def test_a_reviewer_who_writes_becomes_an_author(store: Store) -> None:
    id = submitted(store)
    reviews.send_back(store, id, by=BEN, comment="答复太长")
    drafts.save(store, id, {**CASE, "title": "短一点"}, version=1, by=BEN)
    reviews.submit(store, id, by=ANN)
    for author in (ANN, BEN):
        with pytest.raises(ReviewRefused, match="own"):
            reviews.approve(store, id, by=author)
    assert reviews.approve(store, id, by=CLEO).state is State.REVIEWED


def test_after_an_approval_only_later_changes_count(store: Store) -> None:
    id = submitted(store)
    reviews.approve(store, id, by=BEN)
    reviews.withdraw(store, id, by=ANN)
    drafts.save(store, id, {**CASE, "title": "又改了"}, version=1, by=CLEO)
    reviews.submit(store, id, by=CLEO)
    with pytest.raises(ReviewRefused, match="own"):
        reviews.approve(store, id, by=CLEO)
    assert reviews.approve(store, id, by=ANN).state is State.REVIEWED


def test_what_was_changed_after_its_approval_is_not_approved(store: Store) -> None:
    id = submitted(store)
    reviews.approve(store, id, by=BEN)
    with pytest.raises(DraftClosed):
        drafts.save(store, id, {**CASE, "title": "偷偷改"}, version=1, by=ANN)
    assert reviews.withdraw(store, id, by=ANN).state is State.WRITING
    assert reviews.approved_version(store, id) == 1


def test_a_required_change_holds_the_approval_until_somebody_else_settles_it(store: Store) -> None:
    id = submitted(store)
    note = reviews.add_note(store, id, field="title", text="标题看不懂", required=True, by=BEN)
    with pytest.raises(ReviewRefused, match="notes"):
        reviews.approve(store, id, by=CLEO)
    with pytest.raises(ReviewRefused, match="own"):
        reviews.settle_note(store, id, note, by=ANN)
    reviews.settle_note(store, id, note, by=BEN)
    assert reviews.approve(store, id, by=CLEO).state is State.REVIEWED


def test_a_return_says_what_to_change(store: Store) -> None:
    id = submitted(store)
    with pytest.raises(ReviewRefused, match="comment"):
        reviews.send_back(store, id, by=BEN, comment=" ")
    reviews.add_note(store, id, field="ask", line="第三条", text="不像人说的话", by=BEN)
    assert reviews.send_back(store, id, by=BEN, comment="").state is State.RETURNED


def test_a_reviewed_draft_can_be_given_a_time_and_back(store: Store) -> None:
    id, when = submitted(store), datetime.now(timezone.utc) + timedelta(hours=2)
    with pytest.raises(DraftClosed):
        reviews.schedule(store, id, when, by=BEN)
    reviews.approve(store, id, by=BEN)
    assert reviews.schedule(store, id, when, by=BEN).publish_at == when
    assert reviews.schedule(store, id, None, by=BEN).state is State.REVIEWED


def test_taking_a_case_out_needs_a_second_person_too(store: Store) -> None:
    id = drafts.create(store, CASE, by=ANN, retire=True)
    with pytest.raises(ReviewRefused, match="own"):
        reviews.approve(store, id, by=ANN)
    assert reviews.approve(store, id, by=BEN).state is State.REVIEWED


def test_every_step_stands_in_the_history_and_the_course(store: Store) -> None:
    id = submitted(store)
    reviews.send_back(store, id, by=BEN, comment="改短")
    reviews.submit(store, id, by=ANN, comment="改好了")
    reviews.approve(store, id, by=BEN)
    steps = ["submit", "return", "submit", "approve"]
    assert [step.verdict for step in reviews.verdicts(store, id)] == steps
    recorded = [event.event for event in history.of(store, id)]
    assert recorded == ["draft:document:create", *(f"draft:review:{step}" for step in steps)]
    assert history.verify(store).ok
