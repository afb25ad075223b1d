"""The library out and in over HTTP: downloads, the report, and drafts only after a second word."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from desk import drafts
from desk.staff import Role
from knowledge import exchange

from .libraries import site_with_library
from .site import Member, Site

PAGE = "/staff/library/exchange"


@pytest.fixture
def library_site(tmp_path: Path) -> Iterator[Site]:
    running = site_with_library(tmp_path / "home")
    yield running
    running.close()


@pytest.fixture
def curator(library_site: Site) -> Member:
    return library_site.member(Role.CURATOR)


def bring(member: Member, name: str, data: bytes):
    token = re.search(r'name="csrf_token" value="([^"]+)"', member.get(PAGE).text)[1]
    url = f"{member.site.url}/staff/library/import"
    return member.http.post(url, data={"csrf_token": token}, files={"file": (name, data)})


@pytest.mark.parametrize("form", ["zip", "json"])
def test_a_download_taken_in_again_changes_nothing(curator: Member, form: str) -> None:
    first = curator.get(f"/staff/library/export/{form}")
    assert "attachment" in first.headers["Content-Disposition"]
    assert first.content == curator.get(f"/staff/library/export/{form}").content
    text = bring(curator, f"库.{form}", first.content).text
    assert "没有要导入的案例" in text
    assert "<b>0</b>有改动" in text


def test_the_report_comes_first_and_drafts_only_on_a_second_word(library_site: Site, curator: Member) -> None:
    sheet = curator.get("/staff/library/export/csv").content.decode("utf-8-sig")
    sheet = sheet.replace("定金能退吗", "定金能退吗\n下的定金还能要吗", 1)
    answer = bring(curator, "改好的.csv", sheet.encode())
    assert "下的定金还能要吗" in answer.text
    assert "问法" in answer.text
    assert drafts.listed(library_site.store, list(drafts.State)) == []
    path = answer.url.removeprefix(library_site.url)
    assert "已建 1 个草稿" in curator.submit(f"{path}/take", page=path).text
    (draft,) = drafts.listed(library_site.store, [drafts.State.WRITING])
    assert "下的定金还能要吗" in drafts.get(library_site.store, draft.id).document["ask"]
    assert curator.submit(f"{path}/take", page=PAGE).status_code == 404


def test_what_cannot_be_taken_in_says_why(library_site: Site, curator: Member) -> None:
    held = exchange.from_library(library_site.settings.library_path)
    held["cases"]["deposit-not-returned"]["outcomes"] = []
    held["laws"]["civil-code"]["name"] = "民法"
    text = bring(curator, "库.json", exchange.as_json(held)).text
    assert "定金不退" in text
    assert "至少要写 1 条" in text
    assert "法律登记" in text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.exe", b"x", "只能导入"),
        ("a.zip", b"x", "打不开"),
        ("a.json", b"{}", "不是从案例库导出的"),
        ("", b"x", "还没有选择文件"),
    ],
    ids=["program", "no zip", "other json", "no name"],
)
def test_a_file_of_another_kind_is_refused_in_words(
    curator: Member, name: str, data: bytes, words: str
) -> None:
    assert words in bring(curator, name, data).text


def test_the_casebook_of_one_topic_is_set_beside_the_requests_and_then_downloaded(curator: Member) -> None:
    page = curator.get("/staff/library/book?topic=deposit_earnest&topic=nonsense")
    key = page.url.rsplit("book=", 1)[1]
    for _ in range(200):
        text = curator.http.get(page.url).text
        if "下载汇编" in text:
            break
        assert "正在排版" in text
        time.sleep(0.1)
    data = curator.get(f"/staff/library/book/{key}").content
    whole = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)
    assert "定金不退" in whole
    assert "游戏充值" not in whole


@pytest.mark.parametrize("key", ["0" * 24, "..%2F..%2Fdesk", "x"])
def test_a_book_nobody_set_is_not_found(curator: Member, key: str) -> None:
    assert curator.get(f"/staff/library/book/{key}").status_code == 404
    assert "下载汇编" not in curator.get(f"{PAGE}?book={key}").text


def test_only_those_who_work_on_cases_get_the_library(library_site: Site, curator: Member) -> None:
    officer = library_site.member(Role.OFFICER)
    assert officer.get(PAGE).status_code == 403
    assert officer.get("/staff/library/export/json").status_code == 403
    reviewer = library_site.member(Role.REVIEWER)
    assert reviewer.get(PAGE).status_code == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', reviewer.get("/staff/password").text)[1]
    url = f"{library_site.url}/staff/library/import"
    assert (
        reviewer.http.post(url, data={"csrf_token": token}, files={"file": ("a.csv", b"")}).status_code == 403
    )
    assert curator.get("/staff/library/export/pdf").status_code == 404
    assert curator.get("/staff/library/imports/99").status_code == 404
