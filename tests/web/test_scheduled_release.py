"""A release set for a time goes out at it, once, whatever the processes do; one that may not is told to a person."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import update

from desk import drafts, history, kept_questions, release_runs, releases, reviews
from desk.drafts import State
from desk.release_runs import SCHEDULER, RunState
from desk.staff import Role
from desk.store import Store
from desk.store.tables import release_runs as run_table
from settings import ROOT
from tests.desk.conftest import database_url
from web.beijing import clock
from web.curation import service

from .library_site import LibrarySite, small, until
from .test_library_desk import CASE

__all__ = ["database_url"]  # a fixture

OTHER_CASE = "deposit-not-returned"
SOON = timedelta(seconds=3)


def now() -> datetime:
    return datetime.now(timezone.utc)


Start = Callable[[LibrarySite], "subprocess.Popen[str]"]


def resting(tmp_path: Path, **change: str) -> LibrarySite:
    """Only its store and its pages are used: its own follower rests, so that others do the work."""
    running = small(tmp_path, **change)
    service.stop(running.app)
    return running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LibrarySite]:
    running = resting(tmp_path)
    yield running
    running.close()


@pytest.fixture
def on_each_store(tmp_path: Path, database_url: str) -> Iterator[LibrarySite]:
    running = resting(tmp_path, database_url=database_url)
    yield running
    running.close()


@pytest.fixture
def process() -> Iterator[Start]:
    """Start a web process on the store and the folder of a site; it is killed in the end."""
    started: list[subprocess.Popen[str]] = []

    def start(site: LibrarySite) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.web.library_process"]
        places = [str(site.settings.library_path.parent), str(site.source), site.settings.database_url]
        child = subprocess.Popen([*command, *places], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        return child

    yield start
    for child in started:
        child.kill()
        child.wait()


def scheduled(store: Store, when: datetime, **change: object) -> str:
    document = {**releases.document(store, 1, CASE), "comment": "定时发布的提示", **change}
    draft = drafts.create(store, document, by="s_a")
    reviews.submit(store, draft, by="s_a")
    reviews.approve(store, draft, by="s_b")
    reviews.schedule(store, draft, when, by="s_b")
    return draft


def test_two_processes_publish_it_once_and_not_before_its_time(
    on_each_store: LibrarySite, process: Start
) -> None:
    site = on_each_store
    process(site), process(site)
    when = now() + SOON
    draft = scheduled(site.store, when)
    until(lambda: releases.current(site.store) == 2, 60)
    assert releases.get(site.store, 2).served_at >= when
    time.sleep(3)  # both have looked at the schedule again
    assert releases.highest(site.store) == 2
    assert [run.state for run in release_runs.runs(site.store)] == [RunState.PUBLISHED]
    assert drafts.get(site.store, draft).state is State.RELEASED
    assert releases.document(site.store, 2, CASE)["comment"] == "定时发布的提示"
    assert len([e for e in history.of(site.store, "2") if e.event == "library:release:publish"]) == 1


def test_what_came_due_while_nothing_ran_goes_out_after_the_restart(
    site: LibrarySite, process: Start
) -> None:
    first = process(site)
    draft = scheduled(site.store, now() + SOON)
    first.kill()
    first.wait()
    time.sleep(SOON.total_seconds())
    assert drafts.get(site.store, draft).state is State.SCHEDULED
    process(site)
    until(lambda: releases.current(site.store) == 2, 60)


def test_a_process_that_died_in_the_middle_of_it_leaves_it_to_the_next(
    site: LibrarySite, process: Start
) -> None:
    draft = scheduled(site.store, now())
    run = release_runs.start(site.store, [draft], by=SCHEDULER)  # begun, and its process is gone
    with site.store.write() as tx:
        silent = now() - release_runs.SILENT - timedelta(seconds=1)
        tx.connection.execute(update(run_table).values(seen_at=silent))
    process(site), process(site)
    until(lambda: releases.current(site.store) == 3, 60)
    assert release_runs.run_of(site.store, run.id).report["reason"] == "died"
    states = [found.state for found in release_runs.runs(site.store)]
    assert states == [RunState.PUBLISHED, RunState.FAILED]


def test_a_gate_that_refuses_at_that_time_is_told_to_the_curators_and_not_tried_again(
    site: LibrarySite, process: Start
) -> None:
    kept_questions.keep(site.store, "孩子偷偷用我手机给游戏充了三千多能退吗", CASE, by="s_x")
    strangers = [f"今天天气很好啊第{word}次" for word in "一二三四五六七八九十百千"]
    draft = scheduled(site.store, now(), ask=strangers)
    process(site), process(site)
    until(lambda: bool(reviews.missed(site.store)), 60)
    time.sleep(3)
    assert [run.state for run in release_runs.runs(site.store)] == [RunState.REFUSED]
    assert releases.current(site.store) == 1
    assert drafts.get(site.store, draft).state is State.REVIEWED
    curator = site.member(Role.CURATOR)
    for page in ("/staff/library", "/staff/library/drafts"):
        assert "定好时间的发布没有做成：未成年人游戏充值退款" in curator.get(page).text
    assert "有定时发布没有做成" in curator.get("/staff/questions").text
    told = curator.get(f"/staff/library/drafts/{draft}").text
    assert "到了定好的时间，没有发布成" in told
    assert "变差的题比变好的多" in told
    assert "没有做成" not in site.member(Role.OFFICER).get("/staff/tickets").text
    reviews.schedule(site.store, draft, now() + timedelta(days=1), by="s_b")
    assert "没有做成" not in curator.get("/staff/library").text


def test_content_that_cannot_be_built_is_told_and_not_built_over_and_over(
    site: LibrarySite, process: Start
) -> None:
    scheduled(site.store, now(), topic="no-such-topic")
    process(site)
    until(lambda: bool(reviews.missed(site.store)), 60)
    time.sleep(3)
    assert [run.state for run in release_runs.runs(site.store)] == [RunState.FAILED]


def refused_run(site: LibrarySite, author: str, comment: str = "等签字的提示") -> release_runs.Run:
    """A release somebody started by hand, whose trial lost more than it gained."""
    document = {**releases.document(site.store, 1, OTHER_CASE), "comment": comment}
    draft = drafts.create(site.store, document, by=author)
    reviews.submit(site.store, draft, by=author)
    reviews.approve(site.store, draft, by="s_b")
    run = release_runs.start(site.store, [draft], by="s_b")
    report = {"asked": 3, "known": 3, "gained": [], "gained_count": 0, "lost": [], "lost_count": 1}
    return release_runs.tried(site.store, run.id, report, passed=False)


def test_a_release_that_waits_for_a_signature_says_for_whom_and_what_it_holds_back(
    site: LibrarySite, process: Start
) -> None:
    curator, reviewer, writer = (
        site.member(Role.CURATOR),
        site.member(Role.REVIEWER),
        site.member(Role.REVIEWER, Role.CURATOR),
    )
    refused = refused_run(site, writer.id)
    due = scheduled(site.store, now())
    process(site)
    time.sleep(3)
    assert drafts.get(site.store, due).state is State.SCHEDULED, "it waits for the one before it"
    since = clock(refused.seen_at)
    told = f"试问没有通过，从 {since} 起等小李签字。"
    held = "定好时间的草稿都先不发布：未成年人游戏充值退款。"
    for member in (curator, reviewer, writer):
        for page in ("/staff/library", "/staff/library/drafts", "/staff/library/releases"):
            shown = member.get(page).text
            assert told in shown
            assert held in shown
        assert "有一版在等签字" in member.get("/staff/questions").text
        assert "时间已到，因为那一版还没有签字" in member.get(f"/staff/library/drafts/{due}").text
    assert "等您签字的发布" in reviewer.get("/staff/library/drafts").text
    assert "等您签字的发布" not in writer.get("/staff/library/drafts").text, (
        "nobody signs for their own writing"
    )
    reviews.schedule(site.store, due, now() + timedelta(days=1), by="s_b")
    assert "也先不发布" in curator.get(f"/staff/library/drafts/{due}").text
    release_runs.abandon(site.store, refused.id, by=reviewer.id)
    assert "签字" not in curator.get(f"/staff/library/drafts/{due}").text
    assert "等签字" not in curator.get("/staff/library").text
    reviews.schedule(site.store, due, now(), by="s_b")
    until(lambda: drafts.get(site.store, due).state is State.RELEASED, 60)


def test_a_refused_release_nobody_can_sign_any_more_holds_nothing_back(site: LibrarySite) -> None:
    refused = refused_run(site, "s_a")
    releases.adopt(site.store, 9, releases.documents(site.store, 1))
    release_runs.bury(site.store)
    assert release_runs.run_of(site.store, refused.id).state is RunState.ABANDONED
    kept = [event for event in history.of(site.store, str(refused.id)) if event.by == "system"]
    assert kept[-1].event == "library:run:abandon"
