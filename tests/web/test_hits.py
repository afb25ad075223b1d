"""The hit test over HTTP: one question with its reasons, phrasings into drafts, whole sheets in the background."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from desk import drafts
from desk.staff import Role
from web.sheets import read_sheet, write_workbook

from .libraries import site_with_library
from .site import Member, Site

ASK = "孩子今年7岁，偷偷用我手机给游戏充了三千多能退吗"


@pytest.fixture
def library_site(tmp_path: Path) -> Iterator[Site]:
    running = site_with_library(tmp_path / "home")
    yield running
    running.close()


@pytest.fixture
def curator(library_site: Site) -> Member:
    return library_site.member(Role.CURATOR)


def upload(member: Member, name: str, data: bytes, **fields: str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', member.get("/staff/hits/runs").text)[1]
    url = f"{member.site.url}/staff/hits/runs"
    return member.http.post(url, data={"csrf_token": token, **fields}, files={"file": (name, data)})


def finished(member: Member, url: str) -> str:
    for _ in range(100):
        text = member.http.get(url).text
        if "下载表格" in text:
            return text
        time.sleep(0.1)
    raise AssertionError(text)


def sheet(*rows: tuple[str, str]) -> bytes:
    return write_workbook([("问题", "应命中案例"), *rows], (40, 20))


def test_one_question_shows_ranking_parts_reason_and_facts(curator: Member) -> None:
    text = curator.get("/staff/hits", params={"text": ASK}).text
    for shown in (
        "直接回答",
        "未成年人游戏充值退款",
        "关键词",
        "字面相近",
        "孩子充值时几周岁？ <b>7岁</b>",
        "过了直接回答的线",
    ):
        assert shown in text
    assert "助手现在没有运行" in text


def test_with_the_bot_running_its_understanding_is_used_and_shown(
    library_site: Site, curator: Member
) -> None:
    library_site.bot.understood = {
        "intent": {"name": "ask", "confidence": 0.97},
        "topic_ranking": [{"name": "deposit_earnest", "confidence": 0.9}],
        "entities": [],
    }
    text = curator.get("/staff/hits", params={"text": "/交了钱商家不给退"}).text
    assert "助手听成“提问”（97%）" in text
    assert text.index("定金不退") < text.index("未成年人游戏充值退款")
    asked, path = library_site.bot.parsed[-1]
    assert asked == "交了钱商家不给退"
    assert "token=" in path


def test_a_phrasing_edited_on_its_row_goes_into_a_draft_of_the_case(
    library_site: Site, curator: Member
) -> None:
    page = f"/staff/hits?text={ASK}"
    done = curator.submit(
        "/staff/hits/phrasing",
        page=page,
        text=ASK,
        case="minor-game-topup",
        line="七岁娃充游戏，电话13812345678",
    )
    assert "已加进“未成年人游戏充值退款”的草稿" in done.text
    assert done.url.startswith(f"{library_site.url}/staff/hits?text=")
    (draft,) = drafts.listed(library_site.store, [drafts.State.WRITING])
    assert drafts.get(library_site.store, draft.id).document["ask"][-1] == "七岁娃充游戏，电话某号"
    assert (
        "还没有写问法"
        in curator.submit("/staff/hits/phrasing", page=page, case="minor-game-topup", line=" ").text
    )
    assert (
        "没有找到这个案例"
        in curator.submit("/staff/hits/phrasing", page=page, case="none", line="随便一句").text
    )


def test_a_sheet_is_tried_in_the_background_and_its_table_downloaded(curator: Member) -> None:
    answer = upload(
        curator,
        "题.xlsx",
        sheet(
            (ASK, "未成年人游戏充值退款"),
            ("定金能退吗", "minor-game-topup"),
            ("商家违约定金双倍返还", "没有这个案例"),
            ("=HYPERLINK(1)定金能退吗", "定金不退"),
        ),
        alone="yes",
    )
    text = finished(curator, answer.url)
    assert "<b>1</b>答错" in text
    assert "<b>1</b>案例不存在" in text
    assert "未成年人游戏充值退款 → 定金不退" in text
    assert "定金能退吗" in curator.http.get(answer.url, params={"only": "wrong"}).text
    book = curator.http.get(f"{answer.url}/download")
    rows = list(openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows())
    assert [cell.value for cell in rows[1]][:4] == [1, ASK, "未成年人游戏充值退款", "命中"]
    assert rows[4][1].data_type == "s"
    assert len(rows) == 5


def test_a_second_run_of_the_sheet_is_compared_with_the_first(library_site: Site, curator: Member) -> None:
    library_site.bot.understood = {"intent": {"name": "ask", "confidence": 0.9}, "topic_ranking": []}
    first = upload(curator, "题.csv", "问题,应命中案例\n交了钱商家不给退,定金不退\n".encode("gb18030"))
    finished(curator, first.url)
    library_site.bot.understood["topic_ranking"] = [{"name": "deposit_earnest", "confidence": 1.0}]
    path = first.url.removeprefix(library_site.url)
    second = curator.submit(f"{path}/again", page=path)
    text = finished(curator, second.url)
    assert second.url != first.url
    assert "和上一次比" in text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("题.docx", b"x", "只能用 xlsx 或 csv"),
        ("题.xlsx", b"PK broken", "打不开"),
        ("题.csv", b"\xff\xff", "打不开"),
        ("题.csv", b"", "没有能测的问题"),
        ("", b"x", "还没有选择文件"),
    ],
    ids=["word", "broken", "no text", "empty", "no name"],
)
def test_a_file_that_is_no_sheet_is_refused_in_words(
    curator: Member, name: str, data: bytes, words: str
) -> None:
    assert words in upload(curator, name, data).text


def test_only_those_who_work_on_cases_test_hits(library_site: Site) -> None:
    officer, reviewer = library_site.member(Role.OFFICER), library_site.member(Role.REVIEWER)
    assert officer.get("/staff/hits").status_code == 403
    assert officer.get("/staff/hits/runs").status_code == 403
    assert reviewer.get("/staff/hits", params={"text": ASK}).status_code == 200
    assert (
        reviewer.submit("/staff/hits/phrasing", page="/staff/password", case="x", line="一句话").status_code
        == 403
    )
    assert reviewer.get("/staff/hits/runs/99").status_code == 404


def test_a_sheet_written_is_read_back_as_text() -> None:
    rows = [["问题", "案例"], ["=1+1", "@a"], ["+86", "-3"], ["多行\n文字", "甲"]]
    assert read_sheet("a.xlsx", write_workbook(rows, (20, 20))) == rows
