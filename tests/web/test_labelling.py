"""Labelling over HTTP: blind, by two, decided by a third; lines brought in and out; nothing twice, nothing measured with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from desk import labels, utterances
from desk.labels import Label
from desk.staff import Role
from desk.utterances import State, digest_of, is_held
from knowledge import training_lines
from knowledge.training_lines import TrainingLine
from web.nlu import layer

from .libraries import site_with_library
from .site import Member, Site

TEXT = "孩子拿我手机给主播打赏三千二平台只肯退一半"


@pytest.fixture
def library_site(tmp_path: Path) -> Iterator[Site]:
    running = site_with_library(tmp_path / "home", evaluation_texts=tmp_path / "eval")
    yield running
    running.close()


def added(site: Site, *texts: str) -> list[int]:
    utterances.add(site.store, texts, by="s_x")
    found = utterances.listed(site.store, [State.OPEN], limit=200)
    return [next(one.id for one in found if one.text == text) for text in texts]


def label(member: Member, id: int, act: str, **more: str) -> Any:
    return member.submit(f"/staff/labelling/{id}", page="/staff/account", act=act, **more)


def settle(site: Site, id: int, given: Label) -> None:
    for by in ("s_1", "s_2"):
        labels.give(site.store, id, given, by=by)


def test_two_persons_label_blind_and_the_page_goes_on_to_the_next(library_site: Site) -> None:
    first, second = library_site.member(Role.CURATOR), library_site.member(Role.REVIEWER)
    (id,) = added(library_site, TEXT)
    assert TEXT in first.get("/staff/labelling").text
    spans = json.dumps([{"start": 11, "end": 14, "entity": "money"}])
    done = label(first, id, "ask", topic="minors_consumption", entities=spans)
    assert "等另一位同事标" in done.text
    assert "没有等您标的语料了" in done.text
    blind = second.get("/staff/labelling").text
    assert TEXT in blind
    assert "checked" not in blind
    assert "各人的标注" not in blind
    assert '[{"start"' not in blind
    agreed = label(second, id, "ask", topic="minors_consumption", entities=spans)
    assert "两人标得一样" in agreed.text
    both = first.get(f"/staff/labelling/{id}").text
    assert "各人的标注" in both
    assert "<mark>三千二<small>金额</small></mark>" in both
    assert "已经有结果" in label(first, id, "greet").text


def test_a_reviewer_decides_where_two_differ_and_nobody_else(library_site: Site) -> None:
    one, two = library_site.member(Role.CURATOR), library_site.member(Role.REVIEWER)
    third = library_site.member(Role.REVIEWER)
    (id,) = added(library_site, TEXT)
    label(one, id, "ask", topic="minors_consumption")
    assert "交给审核的人裁定" in label(two, id, "inform").text
    assert "裁定" in third.get(f"/staff/labelling/{id}").text
    own = two.submit(f"/staff/labelling/{id}/decide", page="/staff/account", act="inform")
    assert "您标过这一条" in own.text
    refused = one.submit(f"/staff/labelling/{id}/decide", page="/staff/account", act="inform")
    assert refused.status_code == 403
    done = third.submit(f"/staff/labelling/{id}/decide", page="/staff/account", act="inform")
    assert "已裁定" in done.text
    assert utterances.get(library_site.store, id).state is State.DECIDED


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "请先选这句话要做什么"),
        ({"act": "ask", "topic": "nonsense"}, "请选它属于哪一类"),
        ({"act": "refer", "topic": "minors_consumption"}, "请选它属于哪一类"),
        ({"act": "inform", "entities": "{"}, "请重新标"),
        ({"act": "inform", "entities": '[{"start":0,"end":999,"entity":"money"}]'}, "请重新标"),
    ],
)
def test_a_form_that_says_too_little_is_told_so(
    library_site: Site, fields: dict[str, str], words: str
) -> None:
    member = library_site.member(Role.CURATOR)
    (id,) = added(library_site, TEXT)
    answer = member.submit(f"/staff/labelling/{id}", page="/staff/account", **fields)
    assert words in answer.text
    assert utterances.get(library_site.store, id).state is State.OPEN


def test_what_people_ask_comes_by_itself(library_site: Site) -> None:
    library_site.bot.decision = None
    visitor = library_site.visitor()
    from desk import conversations

    message = conversations.add_message(
        library_site.store,
        visitor.conversation,
        author="consumer",
        kind="text",
        body={"text": "我电话13812345678你看那个啥咋整", "choice": None},
    )
    body = {
        "text": "…",
        "reply_to": message.id,
        "decision": {"act": "ask", "act_confidence": 0.3, "topic": {}},
    }
    conversations.add_message(library_site.store, visitor.conversation, author="bot", kind="text", body=body)
    member = library_site.member(Role.CURATOR)
    member.get("/staff/labelling")
    for _ in range(100):
        page = member.get("/staff/labelling").text
        if "某号你看那个啥咋整" in page:
            break
    assert "没听准要做什么" in page
    assert "13812345678" not in page


def test_a_sheet_and_typed_lines_come_in_once(library_site: Site) -> None:
    member = library_site.member(Role.CURATOR)
    page = member.get("/staff/labelling/add").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = member.http.post(
        f"{library_site.url}/staff/labelling/add",
        data={"csrf_token": token, "text": "第一句话\n第二句话"},
        files={"file": ("句子.csv", "第二句话！\n第三句话\n".encode())},
    )
    assert "加入 3 条，1 条没有加" in answer.text


def test_nothing_is_learned_twice_nor_under_two_acts_nor_what_is_measured_with(
    library_site: Site, tmp_path: Path
) -> None:
    (tmp_path / "eval").mkdir()
    (tmp_path / "eval" / "dev.jsonl").write_text('{"text": "评测里原样有的\\n一句话"}\n', "utf-8")
    known = next(
        line for line in training_lines.read_folder(layer.LINES) if line.act == "greet" and len(line.text) > 3
    )
    golden = training_lines.golden(layer.GOLDEN)[0]
    free = next(
        text for text in (f"老板卷铺盖跑了第{n}回" for n in range(99)) if not is_held(digest_of(text))
    )
    aside = next(text for text in (f"留出来测的第{n}句" for n in range(99)) if is_held(digest_of(text)))
    asked = "孩子偷偷给游戏充钱能退吗"
    lines = {
        free: Label("ask", "prepaid_card"),
        aside: Label("greet"),
        f"{known.text}！": Label("greet"),
        f"{known.text}。。": Label("bye"),
        golden.text: Label("greet"),
        "评测里原样有的 一句话": Label("greet"),
        "[带括号](的)一句": Label("greet"),
        "咿呀咿呀哟": Label("unusable"),
    }
    for text, given in lines.items():
        utterances.add(library_site.store, [text], by="s_x")
        found = [one for one in utterances.listed(library_site.store, [State.OPEN]) if one.text == text]
        if found:
            settle(library_site, found[0].id, given)
    possible = layer.choices(["prepaid_card"], ["labour"])
    made = layer.compose(library_site.store, library_site.settings, possible, [("minors_consumption", asked)])
    assert made.lines == [TrainingLine(free, "ask", "prepaid_card")]
    assert made.held == [TrainingLine(aside, "greet")]
    left = {code: made.left_out.get(code, 0) for code in ("duplicate", "evaluation", "signs", "unusable")}
    assert left == {"duplicate": 1, "evaluation": 2, "signs": 1, "unusable": 1}


def test_the_lines_go_out_as_the_bot_reads_them(library_site: Site) -> None:
    member = library_site.member(Role.CURATOR)
    text = next(t for t in (f"退我三千块第{n}次说了" for n in range(99)) if not is_held(digest_of(t)))
    (id,) = added(library_site, text)
    settle(library_site, id, Label("inform", "", ((2, 5, "money"),)))
    assert "已写好 1 条" in member.submit("/staff/labelling/export", page="/staff/labelling/agreement").text
    kept = layer.layer_file(library_site.settings)
    assert list(training_lines.read_file(kept)) == [TrainingLine(text, "inform", "", ((2, 5, "money"),))]
    sent = member.get("/staff/labelling/lines.yml").text
    assert yaml.safe_load(sent)["nlu"][0]["intent"] == "inform"
    assert f"退我[三千块](money){text[5:]}" in sent
    page = member.get("/staff/labelling/agreement").text
    assert "<b>1</b> 条可以训练" in page
    assert "100%" in page


def test_what_was_erased_goes_from_the_files_of_earlier_trainings_too(library_site: Site) -> None:
    (id,) = added(library_site, "仍在的一句")
    settle(library_site, id, Label("greet"))
    folder = library_site.settings.model_dir
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / "weiquan-x.nlu.yml"
    lines = [TrainingLine("仍在的一句", "greet"), TrainingLine("已删除的人说的", "greet")]
    beside.write_text(training_lines.write(lines, "x"), "utf-8")
    library_site.member(Role.CURATOR).submit("/staff/labelling/export", page="/staff/labelling/agreement")
    assert list(training_lines.read_file(beside)) == lines[:1]


def test_what_is_written_into_the_program_is_added_to_what_is_there(
    library_site: Site, tmp_path: Path
) -> None:
    target = tmp_path / "labelled.yml"
    one = layer.Layer([TrainingLine("头一句", "greet")], [], {})
    two = layer.Layer([TrainingLine("第二句", "ask", "travel")], [], {})
    assert layer.write_into_data(one, target) == 1
    assert layer.write_into_data(two, target) == 1
    assert {line.text for line in training_lines.read_file(target)} == {"头一句", "第二句"}


def test_a_line_written_is_read_back_whatever_it_holds() -> None:
    lines = [
        TrainingLine("花了三千块，在京东", "inform", "", ((2, 5, "money"), (7, 9, "platform"))),
        TrainingLine("- 开头是横线", "chitchat"),
        TrainingLine('引号"和#井号: 冒号', "ask", "travel"),
        TrainingLine("😀表情也行", "chitchat"),
    ]
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
        file.write(training_lines.write(lines, "heading"))
        file.flush()
        assert sorted(training_lines.read_file(Path(file.name)), key=str) == sorted(lines, key=str)


def test_officers_have_no_business_here(library_site: Site) -> None:
    officer = library_site.member(Role.OFFICER)
    assert officer.get("/staff/labelling").status_code == 403
    assert officer.get("/staff/models").status_code == 403
