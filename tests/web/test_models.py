"""Training from the desk: one at a time, watched, cancelled, survived; put in use and taken back with the bot's word."""

from __future__ import annotations

import json
import textwrap
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from desk import history, model_runs, serving_model
from desk.errors import ModelRefused
from desk.model_gate import weigh
from desk.model_runs import RunState
from desk.serving_model import Serving
from desk.staff import Role
from web.nlu import trainer as trainer_module
from web.nlu.trainer import Trainer
from web.staff.models_page import KEY

from .libraries import site_with_library
from .library_site import until
from .site import Member, Site

OLD, NEW = "weiquan-old.tar.gz", "weiquan-new.tar.gz"
EVEN = {"act_accuracy": 0.9, "act_macro_f1": 0.9, "topic_accuracy": 0.9, "entity_f1": 0.9}


def compared(**now: float) -> dict[str, Any]:
    golden = {"lines": 100, "base": EVEN, "candidate": {**EVEN, **now}, "better": [], "worse": []}
    return {"golden": golden, "held": {**golden, "lines": 5}, "seconds": 1.0}


def script(folder: Path, ending: str, report: dict[str, Any] | None = None) -> Path:
    """A process in place of bot.candidate: the same order, the same lines, no training."""
    file = folder / "stands_in.py"
    result = json.dumps({"report": report or compared()}, ensure_ascii=False)
    file.write_text(
        textwrap.dedent(
            f"""
            import json, pathlib, sys, time
            order = json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))
            print(json.dumps({{"stage": "train"}}), flush=True)
            print("what Rasa prints", flush=True)
            {ending}
            model = pathlib.Path(order["target"]) / "{NEW}"
            model.write_bytes(b"a model")
            print(json.dumps({{"stage": "measure"}}), flush=True)
            print(json.dumps({{"result": {{"model": str(model), **json.loads({result!r})}}}}), flush=True)
            """
        ),
        "utf-8",
    )
    return file


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(trainer_module, "ALIVE_EVERY", 0.1)
    running = site_with_library(tmp_path / "home")
    running.settings.model_dir.mkdir(parents=True)
    (running.settings.model_dir / OLD).write_bytes(b"the old model")
    yield running
    running.app.extensions[KEY].join(10) if KEY in running.app.extensions else None
    running.close()


def trains(site: Site, ending: str = "", report: dict[str, Any] | None = None) -> Trainer:
    held = Trainer(site.store, site.settings, [str(script(site.settings.home, ending, report))])
    site.app.extensions[KEY] = held
    return held


def ended(site: Site, id: int) -> model_runs.Run:
    until(lambda: model_runs.get(site.store, id).state is not RunState.WORKING, 20)
    return model_runs.get(site.store, id)


def trained(site: Site, member: Member, **now: float) -> int:
    trains(site, report=compared(**now))
    assert "开始训练" in member.submit("/staff/models/runs", page="/staff/models").text
    id = model_runs.latest(site.store)[0].id
    ended(site, id)
    return id


def promoted(member: Member, id: int) -> str:
    return str(member.submit(f"/staff/models/runs/{id}/promote", page="/staff/account").text)


def named(site: Site) -> str:
    found = serving_model.in_use(site.settings.model_dir)
    return found.name if found else ""


def test_a_better_candidate_is_put_in_use_and_taken_back(site: Site) -> None:
    curator, reviewer = site.member(Role.CURATOR), site.member(Role.REVIEWER)
    id = trained(site, curator, act_accuracy=0.95)
    run = model_runs.get(site.store, id)
    assert (run.state, run.candidate, run.base) == (RunState.PASSED, NEW, OLD)
    assert "95.0%" in curator.get(f"/staff/models/runs/{id}").text
    assert curator.submit(f"/staff/models/runs/{id}/promote", page="/staff/account").status_code == 403
    assert "对话不会断" in promoted(reviewer, id)
    assert named(site) == NEW
    assert serving_model.layer_of(site.settings.model_dir / NEW).exists()
    (move,) = model_runs.moves(site.store)
    assert move.state == "waiting", "the bot has not said yet that it serves it"
    site.bot.serves = NEW
    until(lambda: model_runs.moves(site.store)[0].state == "done")
    assert "换回前一个" in reviewer.get("/staff/models").text
    reviewer.submit("/staff/models/back", page="/staff/models")
    site.bot.serves = OLD
    until(lambda: model_runs.moves(site.store)[0].state == "done")
    assert named(site) == OLD
    events = {event.event for event in history.newest(site.store, limit=50)}
    assert events >= {
        "model:run:start",
        "model:run:finish",
        "model:candidate:promote",
        "model:load:finish",
        "model:earlier:use",
    }


def test_a_worse_candidate_needs_the_signature_of_another_reviewer(site: Site) -> None:
    starter, other = site.member(Role.REVIEWER), site.member(Role.REVIEWER)
    id = trained(site, starter, act_accuracy=0.8)
    assert model_runs.get(site.store, id).state is RunState.REFUSED
    assert "要先签字" in promoted(starter, id)
    assert named(site) == OLD
    sign = f"/staff/models/runs/{id}/sign"
    assert "另一位审核的人" in starter.submit(sign, page="/staff/account", note="可以接受的").text
    assert "请写明" in other.submit(sign, page="/staff/account", note="行").text
    assert "已签字" in other.submit(sign, page="/staff/account", note="看过了，可以接受").text
    assert "对话不会断" in promoted(starter, id)
    assert named(site) == NEW


def test_a_model_the_bot_cannot_load_is_named_and_the_old_one_stays(site: Site) -> None:
    reviewer = site.member(Role.REVIEWER)
    id = trained(site, reviewer)
    promoted(reviewer, id)
    site.bot.serves = OLD
    site.bot.refused = {"model": NEW, "fault": "ModelMissing"}
    until(lambda: model_runs.moves(site.store)[0].state == "failed")
    until(lambda: named(site) == OLD)
    assert "没能换上，仍用原来的" in reviewer.get("/staff/models").text


def test_one_training_at_a_time_and_a_cancelled_one_ends_its_process(site: Site) -> None:
    curator = site.member(Role.CURATOR)
    sign = site.settings.home / "alive"
    ending = f"for _ in range(400): pathlib.Path({str(sign)!r}).write_text('x'); time.sleep(0.05)"
    held = trains(site, ending)
    curator.submit("/staff/models/runs", page="/staff/models")
    until(sign.exists)
    until(lambda: "训练（约四五分钟）" in curator.get("/staff/models").text)
    again = curator.submit("/staff/models/runs", page="/staff/account").text
    assert "一次只能训练一个" in again
    id = model_runs.latest(site.store)[0].id
    assert "已停止" in curator.submit(f"/staff/models/runs/{id}/cancel", page="/staff/account").text
    held.join(10)
    sign.unlink()
    time.sleep(0.3)
    assert not sign.exists(), "the process goes on"
    assert model_runs.get(site.store, id).state is RunState.CANCELLED


def test_a_failed_training_shows_the_end_of_what_it_printed(site: Site) -> None:
    curator = site.member(Role.CURATOR)
    trains(site, "raise SystemExit('the disk is full')")
    curator.submit("/staff/models/runs", page="/staff/models")
    id = model_runs.latest(site.store)[0].id
    assert ended(site, id).state is RunState.FAILED
    page = curator.get(f"/staff/models/runs/{id}").text
    assert "the disk is full" in page
    assert "重新训练" in page


def test_a_training_whose_process_died_is_called_stopped_and_can_be_begun_again(site: Site) -> None:
    long_ago = datetime.now(timezone.utc) - timedelta(minutes=5)
    dead = model_runs.start(site.store, lines=3, base=OLD, by="s_x", at=long_ago)
    curator = site.member(Role.CURATOR)
    assert "中断了" in curator.get("/staff/models").text
    assert model_runs.get(site.store, dead.id).state is RunState.STOPPED
    assert trained(site, curator) != dead.id


def test_a_candidate_compared_with_another_model_is_stale(site: Site) -> None:
    reviewer = site.member(Role.REVIEWER)
    id = trained(site, reviewer)
    (site.settings.model_dir / "weiquan-third.tar.gz").write_bytes(b"x")
    serving_model.choose(site.settings.model_dir, Serving("weiquan-third.tar.gz", OLD))
    assert "比较已经不作数" in promoted(reviewer, id)
    assert named(site) == "weiquan-third.tar.gz"


def test_without_the_bot_the_model_waits_for_its_next_start(site: Site) -> None:
    reviewer = site.member(Role.REVIEWER)
    id = trained(site, reviewer)
    promoted(reviewer, id)
    assert "等助手换上" in reviewer.get("/staff/models").text
    with pytest.raises(ModelRefused):
        model_runs.use_earlier(site.store, OLD, serving=NEW, by="s_x")


def test_a_move_that_was_overtaken_does_not_wait_for_ever(site: Site) -> None:
    reviewer = site.member(Role.REVIEWER)
    id = trained(site, reviewer)
    long_ago = datetime.now(timezone.utc) - timedelta(minutes=5)
    model_runs.promote(site.store, id, serving=OLD, by=reviewer.id, at=long_ago)
    assert "没能换上，仍用原来的" in reviewer.get("/staff/models").text
    assert "对话不会断" in promoted(reviewer, id)


def test_the_bars_are_held_and_too_few_lines_say_nothing() -> None:
    assert weigh(compared()) == []
    assert [one.figure for one in weigh(compared(topic_accuracy=0.89))] == ["topic_accuracy"]
    few = compared(act_accuracy=0.1)
    few["golden"] = {**few["golden"], "lines": 3}
    assert weigh(few) == []
    worse = compared()
    worse["golden"] = {**worse["golden"], "worse": [{}, {}], "better": [{}]}
    assert [(one.figure, one.was, one.now) for one in weigh(worse)] == [("lines", 1, 2)]
    alone = compared(act_accuracy=0.1)
    alone["golden"] = {**alone["golden"], "base": None}
    assert weigh(alone) == []
