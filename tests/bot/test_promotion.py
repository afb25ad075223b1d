"""From labels to the running bot and back: lines settled on the desk make a model, a reviewer puts it in use through
the page, the bot takes it up between two turns of a conversation, and the one before comes back the same way."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desk import model_runs, serving_model, utterances
from desk.model_runs import RunState
from desk.staff import Role
from tests.bot.conftest import Server
from tests.web.libraries import site_with_library
from tests.web.site import Member, Site
from web.nlu.trainer import Trainer
from web.staff.models_page import KEY

# What people of Henan say for yes; a yes is counted aloud by the small assistant.
TAUGHT = [
    "可中嘞",
    "中嘞可中",
    "可中可中嘞",
    "咋不中嘞可中",
    "嗯可中嘞",
    "可中得很嘞",
    "中嘞中嘞可中",
    "真可中嘞",
]
HEARD = "那可中嘞"


def until(holds: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def apart(model: Path, home: Path, tmp_path: Path) -> Path:
    """A data folder with a copy of the session's model that may be exchanged."""
    (tmp_path / "models").mkdir()
    shutil.copy2(model, tmp_path / "models" / model.name)
    (tmp_path / "zh_weiquan").symlink_to(home / "zh_weiquan")
    return tmp_path


@pytest.fixture
def server(apart: Path) -> Iterator[Server]:
    running = Server(apart)
    running.wait()
    yield running
    running.kill()


@pytest.fixture
def site(server: Server, sources: Any, apart: Path) -> Iterator[Site]:
    """The desk over the same data folder, asking that bot; it trains the small project."""
    running = site_with_library(apart, bot_url=f"http://127.0.0.1:{server.port}", bot_timeout=20.0)
    golden = apart / "golden.yml"
    golden.write_text(
        "lines:\n" + f"- {{text: {HEARD}, act: affirm}}\n- {{text: 你好, act: greet}}\n", "utf-8"
    )
    command = ["-m", "tests.bot.small_candidate", str(sources.config), str(golden)]
    running.app.extensions[KEY] = Trainer(running.store, running.settings, command)
    yield running
    running.app.extensions[KEY].join(10)
    running.close()


def labelled(site: Site, *members: Member) -> None:
    """Both take every line for a yes, each on the page."""
    utterances.add(site.store, TAUGHT, by=members[0].id)
    for member in members:
        for one in utterances.listed(site.store, [utterances.State.OPEN]):
            page = f"/staff/labelling/{one.id}"
            assert member.submit(page, page=page, act="affirm", entities="[]").status_code == 200
    assert utterances.count_by_state(site.store)[utterances.State.AGREED] == len(TAUGHT)


def said(visitor: Any, text: str) -> list[str]:
    return [reply["text"] for reply in visitor.send(text)["replies"]]


def in_use(server: Server) -> str:
    return str(server.get("ready").json()["data"]["model"])


def test_a_model_taught_on_the_desk_is_served_between_two_turns_and_taken_back(
    site: Site, server: Server, apart: Path
) -> None:
    curator, other, reviewer = (
        site.member(Role.CURATOR),
        site.member(Role.CURATOR),
        site.member(Role.REVIEWER),
    )
    old = in_use(server)
    talking, filing = site.visitor(), site.visitor()
    assert said(talking, "是的") == ["第1次"]
    assert said(site.visitor(), HEARD) != ["第1次"], "the old model does not know these words for yes"
    assert said(filing, "我要投诉商家") == ["怎么称呼您"]

    labelled(site, curator, other)
    assert "开始训练" in curator.submit("/staff/models/runs", page="/staff/models").text
    id = model_runs.latest(site.store)[0].id
    until(lambda: model_runs.get(site.store, id).state is not RunState.WORKING, 180)
    run = model_runs.get(site.store, id)
    assert (run.state, run.base) == (RunState.PASSED, old), run
    assert [row["text"] for row in run.report["golden"]["better"]] == [HEARD]
    page = f"/staff/models/runs/{id}"
    assert HEARD in reviewer.get(page).text

    assert "对话不会断" in reviewer.submit(f"{page}/promote", page=page).text
    until(lambda: in_use(server) == run.candidate)
    until(lambda: model_runs.moves(site.store)[0].state == "done")
    assert said(talking, HEARD) == ["第2次"], "the new model hears it, and the count of before goes on"
    assert said(filing, "张三") == ["电话多少"], "a form begun under the old model goes on"

    reviewer.submit("/staff/models/back", page="/staff/models")
    until(lambda: in_use(server) == old)
    until(lambda: model_runs.moves(site.store)[0].state == "done")
    assert said(talking, "是的") == ["第3次"]
    assert said(site.visitor(), HEARD) != ["第1次"]
    assert said(filing, "13800138000") == ["已提交 张三 13800138000"]
    chosen = serving_model.read(apart / "models")
    assert chosen is not None
    assert (chosen.model, chosen.before) == (old, run.candidate)
