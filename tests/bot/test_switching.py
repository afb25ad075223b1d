"""Another model takes over while people chat: no turn is lost, a form goes on, a broken model changes nothing."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bot.training import Sources, layer_lines, model_name, prune, train
from desk import serving_model
from desk.serving_model import Serving
from settings import Settings
from tests.bot.conftest import Server

CHATTERS = 8


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
    yield running
    running.kill()


def second_model(folder: Path) -> str:
    first = next((folder / "models").glob("*.tar.gz"))
    shutil.copy2(first, folder / "models" / "weiquan-second.tar.gz")
    return first.name


def until_model(server: Server, name: str, seconds: float = 60) -> float:
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if server.get("ready").json()["data"]["model"] == name:
            return time.monotonic() - started
        time.sleep(0.05)
    raise AssertionError(server.log.read_text()[-2000:])


class Chatter(threading.Thread):
    """Says things until told to stop; counts, and keeps whatever was not answered."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(daemon=True)
        self.server, self.conversation = server, f"c_{name}"
        self.turns, self.longest = 0, 0.0
        self.faults: list[str] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            self.turns += 1
            began = time.monotonic()
            answer = self.server.turn(self.conversation, f"m{self.turns}", "是的")
            self.longest = max(self.longest, time.monotonic() - began)
            if answer.status_code != 200:
                self.faults.append(answer.text)
                continue
            said = [reply["text"] for reply in answer.json()["data"]["replies"]]
            if said != [f"第{self.turns}次"]:  # a turn lost or told twice would show in the count
                self.faults.append(f"turn {self.turns}: {said}")


def test_a_form_goes_on_and_no_turn_is_lost_while_eight_chat(server: Server, apart: Path) -> None:
    old = second_model(apart)
    serving_model.choose(apart / "models", Serving(old))
    server.wait(200)
    process = psutil.Process(server.process.pid)
    assert server.turn("c_form", "f1", "我要投诉商家").json()["data"]["replies"][0]["text"] == "怎么称呼您"
    assert server.turn("c_form", "f2", "张三").json()["data"]["replies"][0]["text"] == "电话多少"
    chatters = [Chatter(server, str(n)) for n in range(CHATTERS)]
    for chatter in chatters:
        chatter.start()
    time.sleep(1.5)
    before, calm = process.memory_info().rss, max(chatter.longest for chatter in chatters)
    serving_model.choose(apart / "models", Serving("weiquan-second.tar.gz", old))
    seconds = until_model(server, "weiquan-second.tar.gz")
    during = process.memory_info().rss
    time.sleep(1.5)
    for chatter in chatters:
        chatter.stopped.set()
    for chatter in chatters:
        chatter.join(30)
    assert [fault for chatter in chatters for fault in chatter.faults] == []
    assert min(chatter.turns for chatter in chatters) > 3
    done = server.turn("c_form", "f3", "13800138000").json()["data"]["replies"][0]["text"]
    assert done == "已提交 张三 13800138000"
    print(
        f"swap {seconds:.2f} s, {sum(chatter.turns for chatter in chatters)} turns, longest {calm:.2f} s before, "
        f"{max(chatter.longest for chatter in chatters):.2f} s in all, "
        f"memory {before >> 20} MB before, {during >> 20} MB with both"
    )


def test_a_model_that_cannot_be_loaded_changes_nothing_and_is_named(server: Server, apart: Path) -> None:
    server.wait(200)
    old = second_model(apart)  # a newer file that nobody has chosen is not taken up
    (apart / "models" / "weiquan-broken.tar.gz").write_bytes(b"not a model")
    serving_model.choose(apart / "models", Serving("weiquan-broken.tar.gz", old))
    deadline = time.monotonic() + 30
    while (said := server.get("ready").json()["data"])["refused"] is None and time.monotonic() < deadline:
        assert server.turn("c_1", f"m{time.monotonic_ns()}", "你好").status_code == 200
    assert said["model"] == old
    assert said["refused"]["model"] == "weiquan-broken.tar.gz"
    serving_model.choose(apart / "models", Serving("weiquan-second.tar.gz", old))
    until_model(server, "weiquan-second.tar.gz")
    assert server.get("ready").json()["data"]["refused"] is None
    serving_model.choose(apart / "models", Serving("weiquan-broken.tar.gz", old))
    server.kill()
    again = Server(apart)  # a start finds the one before it
    try:
        again.wait(200)
        said = again.get("ready").json()["data"]
        assert (said["model"], said["refused"]["model"]) == (old, "weiquan-broken.tar.gz")
    finally:
        again.kill()


def test_training_keeps_to_the_model_that_was_chosen(
    settings: Settings, sources: Sources, model: Path, apart: Path
) -> None:
    own = replace(settings, home=apart)
    assert train(own, sources).model.name == model.name
    first = serving_model.read(own.model_dir)
    assert (first.model, bool(first.content)) == (model.name, True)
    second_model(apart)
    serving_model.choose(own.model_dir, replace(first, model="weiquan-second.tar.gz", before=model.name))
    trained = train(own, sources)
    assert (trained.model.name, trained.fresh) == ("weiquan-second.tar.gz", False)
    for n in range(5):
        other = own.model_dir / f"weiquan-{n}.tar.gz"
        other.write_bytes(b"")
        os.utime(other, (n, n))
    prune(own.model_dir, trained.model)
    left = {path.name for path in own.model_dir.glob("*.tar.gz")}
    assert {"weiquan-second.tar.gz", model.name} <= left
    assert len(left) == 3


def test_lines_of_the_layer_give_way_to_those_of_the_program(sources: Sources, tmp_path: Path) -> None:
    layer = tmp_path / "labelled.yml"
    layer.write_text(
        'version: "3.1"\nnlu:\n- intent: bye\n  examples: |\n    - 你好！\n    - 回头见了您\n', "utf-8"
    )
    assert [line.text for line in layer_lines(replace(sources, layer=layer))] == ["回头见了您"]


def test_the_name_of_a_model_tells_its_layer(settings: Settings, sources: Sources, tmp_path: Path) -> None:
    from bot.training import fingerprint

    layer = tmp_path / "labelled.yml"
    layer.write_text('version: "3.1"\nnlu:\n- intent: bye\n  examples: |\n    - 回头见了您\n', "utf-8")
    plain = model_name(fingerprint(sources, settings.vectors_dir))
    assert model_name(fingerprint(replace(sources, layer=layer), settings.vectors_dir)) != plain
    layer.write_text('version: "3.1"\nnlu: []\n', "utf-8")
    assert model_name(fingerprint(replace(sources, layer=layer), settings.vectors_dir)) == plain
