"""Labelling as people do it: words marked with the mouse and by tapping, at both sizes; the page of models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk import labels, model_runs, utterances
from desk.labels import Label
from desk.staff import Role

from .browser import SIZES, Screen, chromium
from .desk_screen import seated
from .libraries import site_with_library
from .site import Site

TEXT = "孩子拿我手机给主播打赏三千二平台只肯退一半"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def library_site(tmp_path: Path) -> Iterator[Site]:
    running = site_with_library(tmp_path / "home")
    yield running
    running.close()


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def drag_over(page: Any, start: int, end: int) -> None:
    """Select characters with the mouse, from the middle of the first to behind the last."""
    first = page.locator(f"#text [data-at='{start}']").bounding_box()
    last = page.locator(f"#text [data-at='{end - 1}']").bounding_box()
    page.mouse.move(first["x"] + 1, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] - 1, last["y"] + last["height"] / 2, steps=6)
    page.mouse.up()


def test_a_word_is_marked_and_kept_where_it_stands(size: str, library_site: Site, browser: Any) -> None:
    utterances.add(library_site.store, [TEXT, "下一句随便什么"], by="s_x")
    labels.give(library_site.store, 1, Label("ask", "minors_consumption", ((11, 14, "money"),)), by="s_other")
    member = library_site.member(Role.CURATOR)
    screen: Screen = seated(browser, size, library_site, member, "labelling")
    page = screen.open("/staff/labelling")
    page.locator("#text [data-at='0']").wait_for()
    if size == "360":
        page.locator("#text [data-at='11']").tap()
        page.locator("#text [data-at='13']").tap()
    else:
        drag_over(page, 11, 14)
    page.get_by_role("button", name="金额").click()
    page.get_by_text("三千二 · 金额").wait_for()
    screen.shoot("00-words")
    assert page.get_by_text("不适合拿来教").is_visible()
    page.get_by_text("问一件消费的事").click()
    page.get_by_label("哪一类消费问题").select_option("minors_consumption")
    screen.shoot("01-label")
    assert screen.fits()
    page.get_by_role("button", name="记下，下一条").click()
    page.get_by_text("两人标得一样").wait_for()
    assert utterances.get(library_site.store, 1).gold["entities"] == [
        {"start": 11, "end": 14, "entity": "money"}
    ]
    assert page.locator("#text").get_attribute("data-text") == "下一句随便什么"
    for step, path in (("02-list", "list?state=settled"), ("03-agreement", "agreement"), ("04-add", "add")):
        page.goto(f"{library_site.url}/staff/labelling/{path}")
        screen.shoot(step)
        assert screen.fits(), path
    assert screen.faults == []
    assert screen.foreign == []
    screen.close()


def report(better: list[Any], worse: list[Any]) -> dict[str, Any]:
    was = {"act_accuracy": 0.944, "act_macro_f1": 0.904, "topic_accuracy": 0.963, "entity_f1": 0.88}
    now = {"act_accuracy": 0.938, "act_macro_f1": 0.91, "topic_accuracy": 0.976, "entity_f1": 0.88}
    golden = {"lines": 161, "base": was, "candidate": now, "better": better, "worse": worse}
    held = {
        "lines": 24,
        "base": was,
        "candidate": {**now, "act_accuracy": 0.96},
        "better": better,
        "worse": [],
    }
    return {"golden": golden, "held": held, "seconds": 251.4}


def moved(text: str, right: str, was: str, now: str) -> dict[str, Any]:
    def told(act: str) -> dict[str, Any]:
        return {"act": act, "topic": "", "entities": []}

    return {"text": text, "right": told(right), "was": told(was), "now": told(now)}


def test_losses_are_read_and_signed_on_the_page(size: str, library_site: Site, browser: Any) -> None:
    store = library_site.store
    run = model_runs.start(store, lines=37, base="weiquan-old.tar.gz", by="s_x")
    rows = (
        [moved("早啊", "greet", "greet", "bye")],
        [moved("你都会些什么本事", "ask_bot", "chitchat", "ask_bot")],
    )
    model_runs.finish(store, run.id, "weiquan-0123456789abcdef.tar.gz", report(rows[1], rows[0]))
    on = model_runs.start(store, lines=40, base="weiquan-old.tar.gz", by="s_x")
    model_runs.progress(store, on.id, "train")
    member = library_site.member(Role.REVIEWER)
    screen: Screen = seated(browser, size, library_site, member, "models")
    page = screen.open("/staff/models")
    page.get_by_text("训练（约四五分钟）").wait_for()
    screen.shoot("01-models")
    assert screen.fits()
    page.get_by_text(f"第 {run.id} 次").click()
    page.get_by_text("没有过的线").wait_for()
    screen.shoot("02-run")
    assert screen.fits()
    page.get_by_label("看过下面变差的句子").fill("打招呼听成道别，可以接受")
    page.get_by_role("button", name="签字").click()
    page.get_by_text("已签字，可以启用了").wait_for()
    assert model_runs.get(store, run.id).signed_by == member.id
    model_runs.fail(store, on.id, "Traceback …\nMemoryError")
    page.goto(f"{library_site.url}/staff/models/runs/{on.id}")
    page.get_by_text("MemoryError").wait_for()
    screen.shoot("03-failed")
    assert screen.faults == []
    screen.close()
