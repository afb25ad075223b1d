"""Releases: numbered, kept whole, one served; a run publishes exactly what was reviewed, or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from desk import drafts, history, kept_questions, release_runs, releases, reviews
from desk.drafts import State
from desk.errors import ReleaseNotFound, ReleaseRefused
from desk.release_runs import RunState
from desk.store import Store

ONE, TWO = {"id": "one", "title": "一"}, {"id": "two", "title": "二"}
ANN, BEN, CLEO = "s_ann", "s_ben", "s_cleo"


def seeded(store: Store) -> None:
    releases.adopt(store, 1, {"one": ONE, "two": TWO})


def reviewed(store: Store, document: dict[str, Any], **options: Any) -> str:
    id = drafts.create(store, document, by=ANN, base_release=1, **options)
    if not options.get("retire"):
        reviews.submit(store, id, by=ANN)
    reviews.approve(store, id, by=BEN)
    return id


def published(store: Store, document: dict[str, Any]) -> releases.Release:
    run = release_runs.start(store, [reviewed(store, document)], by=BEN)
    release_runs.tried(store, run.id, {"gained": [], "lost": []}, passed=True)
    cases = {**releases.documents(store, run.base), document["id"]: document}
    release_runs.keep(store, run.id, cases, [])
    return release_runs.publish(store, run.id)


def test_the_content_files_become_the_first_release_once(store: Store) -> None:
    seeded(store)
    assert not releases.adopt(store, 1, {"one": ONE, "two": TWO})
    assert releases.current(store) == 1
    assert releases.documents(store, 1) == {"one": ONE, "two": TWO}
    assert releases.overlay(store) == {}


def test_what_is_published_is_served_and_the_old_release_still_explains(store: Store) -> None:
    seeded(store)
    release = published(store, {**ONE, "title": "改过的一"})
    assert (release.number, releases.current(store)) == (2, 2)
    assert release.changes == {"one": "changed"}
    assert releases.document(store, 2, "one")["title"] == "改过的一"
    assert releases.document(store, 1, "one") == ONE
    assert releases.overlay(store) == {"one": {**ONE, "title": "改过的一"}}
    assert drafts.get(store, release.drafts[0]).state is State.RELEASED


def test_one_step_goes_back_and_numbers_never_come_twice(store: Store) -> None:
    seeded(store)
    published(store, {**ONE, "title": "改过的一"})
    releases.roll(store, 1, by=BEN)
    assert releases.current(store) == 1
    with pytest.raises(ReleaseRefused, match="current"):
        releases.roll(store, 1, by=BEN)
    assert published(store, {**TWO, "title": "改过的二"}).number == 3
    assert releases.documents(store, 3)["one"] == ONE, (
        "made from what was served, not from what was taken back"
    )
    with pytest.raises(ReleaseNotFound):
        releases.roll(store, 9, by=BEN)


def test_a_release_nobody_let_pass_is_never_served(store: Store) -> None:
    seeded(store)
    run = release_runs.start(store, [reviewed(store, {**ONE, "title": "坏"})], by=BEN)
    release_runs.tried(store, run.id, {"gained": [], "lost": [{}]}, passed=False)
    with pytest.raises(ReleaseRefused):
        release_runs.keep(store, run.id, {"one": ONE}, [])
    with pytest.raises(ReleaseRefused):
        release_runs.publish(store, run.id)
    assert releases.current(store) == 1


def test_losses_are_signed_for_by_somebody_who_wrote_nothing_and_says_why(store: Store) -> None:
    seeded(store)
    run = release_runs.start(store, [reviewed(store, {**ONE, "title": "坏"})], by=BEN)
    release_runs.tried(store, run.id, {"gained": [], "lost": [{}]}, passed=False)
    with pytest.raises(ReleaseRefused, match="own"):
        release_runs.sign(store, run.id, by=ANN, note="没关系")
    with pytest.raises(ReleaseRefused, match="unsigned"):
        release_runs.sign(store, run.id, by=CLEO, note=" ")
    signed = release_runs.sign(store, run.id, by=CLEO, note="旧问法没人再问")
    assert (signed.state, signed.signed_by) == (RunState.READY, CLEO)


def test_only_reviewed_drafts_go_out_and_one_run_at_a_time(store: Store) -> None:
    seeded(store)
    unread = drafts.create(store, TWO, by=ANN)
    with pytest.raises(ReleaseRefused, match="draft"):
        release_runs.start(store, [unread], by=BEN)
    with pytest.raises(ReleaseRefused, match="nothing"):
        release_runs.start(store, [], by=BEN)
    id = reviewed(store, {**ONE, "title": "改"})
    release_runs.start(store, [id], by=BEN)
    with pytest.raises(ReleaseRefused, match="running"):
        release_runs.start(store, [id], by=BEN)


def test_a_draft_written_on_during_the_run_stops_it(store: Store) -> None:
    seeded(store)
    id = reviewed(store, {**ONE, "title": "改"})
    run = release_runs.start(store, [id], by=BEN)
    release_runs.tried(store, run.id, {}, passed=True)
    release_runs.keep(store, run.id, {"one": {**ONE, "title": "改"}, "two": TWO}, [])
    reviews.withdraw(store, id, by=ANN)
    with pytest.raises(ReleaseRefused, match="draft"):
        release_runs.publish(store, run.id)
    assert releases.current(store) == 1
    assert [release.number for release in releases.listed(store)] == [1], (
        "kept for the machines, shown to nobody"
    )
    with pytest.raises(ReleaseRefused):
        releases.roll(store, run.number, by=BEN)


def test_a_run_whose_process_died_is_buried_and_another_may_start(store: Store) -> None:
    seeded(store)
    id = reviewed(store, {**ONE, "title": "改"})
    run = release_runs.start(store, [id], by=BEN, at=datetime.now(timezone.utc) - timedelta(minutes=5))
    release_runs.bury(store)
    assert release_runs.run_of(store, run.id).state is RunState.FAILED
    assert release_runs.start(store, [id], by=BEN).number == run.number + 1


def test_a_run_that_shows_life_is_left_alone_however_long_it_takes(store: Store) -> None:
    seeded(store)
    id = reviewed(store, {**ONE, "title": "改"})
    run = release_runs.start(store, [id], by=BEN, at=datetime.now(timezone.utc) - timedelta(minutes=5))
    release_runs.alive(store, run.id)
    release_runs.bury(store)
    assert release_runs.run_of(store, run.id).state is RunState.WORKING


def test_a_case_taken_out_stays_out_when_the_files_change(store: Store) -> None:
    seeded(store)
    run = release_runs.start(store, [reviewed(store, TWO, retire=True)], by=BEN)
    release_runs.tried(store, run.id, {}, passed=True)
    release_runs.keep(store, run.id, {"one": ONE}, ["two"])
    assert release_runs.publish(store, run.id).changes == {"two": "retired"}
    assert releases.overlay(store) == {"two": None}
    releases.adopt(store, 3, {"one": {**ONE, "title": "文件里改的"}})
    assert releases.overlay(store) == {"two": None}
    with pytest.raises(ReleaseNotFound):
        releases.document(store, 3, "two")


def test_what_the_desk_wrote_outlives_changed_files(store: Store) -> None:
    seeded(store)
    mine = {**ONE, "title": "工作台改的"}
    published(store, mine)
    releases.adopt(store, 3, {"one": mine, "two": {**TWO, "title": "文件里改的"}})
    assert releases.overlay(store) == {"one": mine}


def test_scheduled_drafts_come_due(store: Store) -> None:
    seeded(store)
    id, now = reviewed(store, {**ONE, "title": "改"}), datetime.now(timezone.utc)
    reviews.schedule(store, id, now + timedelta(hours=1), by=BEN)
    assert release_runs.due_drafts(store, at=now) == []
    assert [draft.id for draft in release_runs.due_drafts(store, at=now + timedelta(hours=2))] == [id]


def test_kept_questions_are_kept_once(store: Store) -> None:
    for _ in range(2):
        kept_questions.keep(store, "定金能退吗", "one", by=ANN)
    assert kept_questions.pairs(store) == [("定金能退吗", "one")]
    kept_questions.drop(store, kept_questions.kept(store)[0]["id"], by=ANN)
    assert kept_questions.pairs(store) == []


def test_machines_are_heard_of_while_they_live(store: Store) -> None:
    now = datetime.now(timezone.utc)
    releases.report_node(store, "a", release=1, prepared=2, at=now)
    releases.report_node(store, "b", release=1, prepared=1, at=now - timedelta(minutes=5))
    assert [(node.node, node.prepared) for node in releases.nodes(store, at=now)] == [("a", 2)]


def test_all_of_it_stands_in_a_sound_history(store: Store) -> None:
    seeded(store)
    published(store, {**ONE, "title": "改过的一"})
    releases.roll(store, 1, by=BEN)
    names = {event.event for event in history.newest(store)}
    assert {
        "library:release:adopt",
        "library:run:start",
        "library:release:publish",
        "library:release:roll",
    } <= names
    assert history.verify(store).ok
