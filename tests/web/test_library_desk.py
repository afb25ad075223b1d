"""The library on the desk over HTTP: from a case to a draft, review, release and back, by those who may."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desk import drafts, kept_questions, law_work, release_runs, releases, reviews
from desk.drafts import State
from desk.release_runs import RunState
from desk.staff import Role
from knowledge.force import off_air_from
from knowledge.library import open_library
from knowledge.publishing import build
from settings import ROOT
from tests.desk.conftest import database_url
from tests.knowledge.folders import deposit, topup, write_folder
from web.curation import overlay, service
from web.curation.files import Files
from web.curation.follower import Follower

from .library_site import InProcess, LibrarySite, small, until
from .site import Member, Site
from .test_hits import finished, upload

__all__ = ["database_url"]  # a fixture

CASE = "minor-game-topup"
PAGES = ("/staff/library", "/staff/library/drafts", "/staff/library/releases", "/staff/library/laws")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LibrarySite]:
    running = small(tmp_path)
    yield running
    running.close()


@pytest.fixture
def on_each_store(tmp_path: Path, database_url: str) -> Iterator[LibrarySite]:
    running = small(tmp_path, database_url=database_url)
    yield running
    running.close()


class Editor:
    """A curator with the form of one draft open."""

    def __init__(self, member: Member, draft_id: str) -> None:
        self.member, self.id = member, draft_id
        self.page = f"/staff/library/drafts/{draft_id}"
        form = member.get(f"{self.page}/edit").text
        self.token = re.search(r'data-token="([^"]+)"', form)[1]  # type: ignore[index]
        found = re.search(r'id="editor-data">(.*?)</script>', form, re.DOTALL)
        self.data = json.loads(found[1])  # type: ignore[index]
        self.document = json.loads(self.data["document"])
        self.version = self.data["version"]

    def post(self, what: str, **body: Any) -> Any:
        return self.member.http.post(
            f"{self.member.site.url}{self.page}/{what}", json=body, headers={"X-CSRFToken": self.token}
        )

    def save(self, **fields: Any) -> Any:
        self.document = {**self.document, **fields}
        answer = self.post("save", document=self.document, version=self.version)
        if answer.status_code == 200:
            self.version = answer.json()["data"]["version"]
        return answer


def edited(member: Member, case: str = CASE) -> Editor:
    page = f"/staff/library/cases/{case}"
    return Editor(member, member.submit(f"{page}/edit", page=page).url.split("/")[-2])


def reviewed(site: LibrarySite, editor: Editor) -> None:
    assert "已提交" in editor.member.submit(f"{editor.page}/submit", page=editor.page).text
    reviewer = site.reviewer()
    assert "已审核通过" in reviewer.submit(f"{editor.page}/approve", page=editor.page).text


def test_the_pages_are_there_for_curators_and_reviewers_and_nobody_else(site: LibrarySite) -> None:
    for path in (*PAGES, f"/staff/library/cases/{CASE}"):
        for role in (Role.CURATOR, Role.REVIEWER):
            assert site.member(role).get(path).status_code == 200, path
    officer = site.member(Role.OFFICER)
    assert {officer.get(path).status_code for path in PAGES} == {403}


def test_the_web_process_starts_without_what_searches_and_learns() -> None:
    code = "import server, sys; print({'sklearn', 'scipy', 'numpy', 'pandas', 'jieba'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


def test_the_library_may_be_missing(tmp_path: Path) -> None:
    bare = Site(tmp_path / "bare")
    try:
        member = bare.member(Role.CURATOR)
        assert {member.get(path).status_code for path in PAGES} == {200}
        assert "案例库还没有建好" in member.get("/staff/library").text
    finally:
        bare.close()


def test_the_form_keeps_the_order_of_the_facts(site: LibrarySite) -> None:
    assert list(edited(site.curator()).document["facts"]) == list(topup()["facts"])


def test_a_late_save_gets_both_sides_and_overwrites_nothing(site: LibrarySite) -> None:
    first = edited(site.curator())
    second = Editor(site.curator(), first.id)
    assert first.save(title="甲改的标题").status_code == 200
    late = second.save(title="乙改的标题", comment="乙写的提示")
    assert late.status_code == 409
    body = late.json()
    fields = {row["field"]: row for row in body["data"]["fields"]}
    assert (body["error"], body["data"]["version"]) == ("draft_conflict", 2)
    assert (fields["title"]["both"], fields["title"]["mine"], fields["title"]["theirs"]) == (
        True,
        ["乙改的标题"],
        ["甲改的标题"],
    )
    assert (fields["comment"]["both"], fields["comment"]["keep"]) == (False, "mine")
    assert drafts.get(site.store, first.id).title == "甲改的标题"


def test_two_editors_see_each_other(site: LibrarySite) -> None:
    first = edited(site.curator())
    second = Editor(site.curator(), first.id)
    assert first.post("here").json()["data"]["others"] == []
    assert second.post("here").json()["data"]["others"] == ["小李"]


def test_the_preview_shows_findings_outcome_card_and_wechat(site: LibrarySite) -> None:
    editor = edited(site.curator())
    document = {**editor.document, "office": "nowhere"}
    shown = editor.post("preview", document=document, facts={}).json()["data"]
    assert [(row["path"], row["stops"]) for row in shown["findings"]] == [(["office"], True)]
    shown = editor.post(
        "preview", document=editor.document, facts={"child_age": "7", "amount": "3200"}
    ).json()["data"]
    tried = shown["tried"]
    assert tried["outcome"] == 0
    assert tried["card"]["remedy"]["amount"] == "3200"
    assert tried["wechat"][0]["title"] == "未成年人游戏充值退款"
    assert tried["asks"] == []


@pytest.mark.parametrize(
    "document",
    [
        None,
        3,
        {"id": "x"},
        {"id": "x", "outcomes": [3]},
        {"id": "x", "outcomes": "可以退"},
        {
            "id": "x",
            "outcomes": [{"basis": [{}], "when": {"a": {"lt": 1, "gt": 2}}, "remedy": {}}],
            "facts": {"a": {}},
        },
        {"id": "x", "facts": ["a"], "title": ["b"]},
        {"id": "x", "ask": ["<script>alert(1)</script>"], "title": "<b>怪题</b>"},
    ],
)
def test_whatever_is_sent_as_a_document_the_pages_stay_up(site: LibrarySite, document: Any) -> None:
    editor = edited(site.curator())
    assert editor.post("preview", document=document, facts={}).status_code in (200, 422)
    assert editor.post("save", document=document, version=1).status_code in (200, 422)
    for page in (editor.page, f"{editor.page}/edit", "/staff/library/drafts"):
        answer = editor.member.get(page)
        assert answer.status_code == 200, page
        assert "<script>alert" not in answer.text
        assert "<b>怪题" not in answer.text


def test_a_draft_with_mistakes_is_not_submitted(site: LibrarySite) -> None:
    editor = edited(site.curator())
    editor.save(ask=["只有一个问法"])
    assert "还有 1 处要改好" in editor.member.submit(f"{editor.page}/submit", page=editor.page).text
    assert drafts.get(site.store, editor.id).state is State.WRITING


def test_the_author_cannot_review_even_with_the_role(site: LibrarySite) -> None:
    both = site.member(Role.CURATOR, Role.REVIEWER)
    editor = edited(both)
    editor.save(title="充值退款")
    both.submit(f"{editor.page}/submit", page=editor.page)
    assert "请换一位同事审核" in both.get(editor.page).text
    assert "不能自己审核" in both.submit(f"{editor.page}/approve", page=editor.page).text
    assert drafts.get(site.store, editor.id).state is State.SUBMITTED


def test_a_new_case_begins_with_its_title(site: LibrarySite) -> None:
    page = site.curator().submit("/staff/library/drafts", page="/staff/library", title="健身卡退费")
    draft = drafts.get(site.store, page.url.split("/")[-2])
    assert (draft.case_id, draft.title) == ("jian-shen-ka-tui-fei", "健身卡退费")


def test_from_an_edit_to_a_release_found_within_two_seconds_and_back(on_each_store: LibrarySite) -> None:
    site = on_each_store
    question = "闺女拿我银行卡点券刷了八千块咋整"
    library = open_library(site.settings.library_path, dictionary=None)
    editor = edited(site.curator())
    editor.save(ask=[*editor.document["ask"], question], comment="新提示")
    reviewed(site, editor)
    publisher = site.reviewer()
    assert "第 2 版" in publisher.submit("/staff/library/releases", draft=editor.id).text
    until(lambda: releases.current(site.store) == 2, 120)
    until(lambda: library.release == 2, 2)
    assert library.search(question).hits[0].case_id == CASE
    case = library.case(CASE)
    assert case.comment == "新提示"
    assert case.review.second
    assert case.review.second.corrected == 0
    assert drafts.get(site.store, editor.id).state is State.RELEASED

    assert (
        "已换到第 1 版"
        in publisher.submit("/staff/library/releases/1/use", page="/staff/library/releases").text
    )
    until(lambda: library.release == 1, 2)
    assert library.case(CASE).comment == "看证据。"
    old = publisher.get(f"/staff/library/cases/{CASE}?release=2")
    assert "新提示" in old.text
    assert "这是第 2 版里的样子" in old.text


def test_a_release_that_loses_is_refused_until_somebody_else_signs(site: LibrarySite) -> None:
    editor = edited(site.curator())
    strangers = [f"今天天气很好啊第{word}次" for word in "一二三四五六七八九十百千"]
    editor.save(ask=strangers)
    reviewed(site, editor)
    kept_questions.keep(site.store, "孩子偷偷用我手机给游戏充了三千多能退吗", CASE, by="s_x")
    publisher = site.reviewer()
    publisher.submit("/staff/library/releases", draft=editor.id)
    until(lambda: release_runs.runs(site.store)[0].state is not RunState.WORKING, 120)
    run = release_runs.runs(site.store)[0]
    assert run.state is RunState.REFUSED
    page = publisher.get("/staff/library/releases").text
    assert "题变差" in page
    assert releases.current(site.store) == 1
    sign = f"/staff/library/releases/runs/{run.id}/sign"
    author = site.member(Role.CURATOR, Role.REVIEWER)
    assert "请写明" in author.submit(sign, page="/staff/library/releases", note=" ").text
    publisher.submit(sign, page="/staff/library/releases", note="旧问法已经没人问")
    until(lambda: releases.current(site.store) == 2, 30)
    assert release_runs.run_of(site.store, run.id).signed_note == "旧问法已经没人问"


def test_a_sheet_is_compared_with_the_release_before(site: LibrarySite) -> None:
    curator = site.curator()
    question = "点券刷没了"
    editor = edited(curator)
    editor.save(ask=[*editor.document["ask"], question])
    reviewed(site, editor)
    run = service_of(site).publisher.begin([editor.id], by="s_b")
    until(lambda: releases.current(site.store) == run.number, 120)
    until(lambda: site.app.extensions["weiquan-curation"].files.using()[0] == run.number, 5)
    rows = f"问题,应命中案例\n{question},{CASE}\n定金能退吗,deposit-not-returned\n".encode()
    found = upload(curator, "题.csv", rows, alone="yes")
    text = finished(curator, found.url)
    assert "第 2 版" in text
    assert "和上一版比" in text
    path = found.url.removeprefix(site.url)
    compared = curator.submit(f"{path}/previous", page=path)
    assert "against=" in compared.url
    until(lambda: "第 1 版 → 第 2 版" in curator.http.get(compared.url).text)
    text = curator.http.get(compared.url).text
    assert '变好 <b class="better">1</b> 个，变差 <b class="worse">0</b> 个' in text
    assert question in curator.http.get(compared.url, params={"only": "gained"}).text
    again = curator.submit(f"{path}/previous", page=path)
    assert again.url == compared.url, "what was tried is not tried again"
    first = curator.http.get(f"{site.url}/staff/hits/runs/{again.url.rsplit('=', 1)[1]}").text
    assert "和上一版比" not in first


def test_without_an_earlier_release_there_is_nothing_to_compare_with(site: LibrarySite) -> None:
    curator = site.curator()
    found = upload(curator, "题.csv", "问题,应命中案例\n定金能退吗,无\n".encode(), alone="yes")
    assert "和上一版比" not in finished(curator, found.url)
    path = found.url.removeprefix(site.url)
    assert "没有更早的版本可以比" in curator.submit(f"{path}/previous", page=path).text


def made_machine_builds_what_is_served_and_follows_it_back(site: LibrarySite, tmp_path: Path) -> None:
    draft = drafts.create(
        site.store, {**releases.document(site.store, 1, CASE), "comment": "换机器"}, by="s_a"
    )
    reviews.submit(site.store, draft, by="s_a")
    reviews.approve(site.store, draft, by="s_b")
    service.stop(site.app)
    run = release_runs.start(site.store, [draft], by="s_b")
    release_runs.tried(site.store, run.id, {}, passed=True)
    cases = {**releases.documents(site.store, 1), CASE: drafts.get(site.store, draft).document}
    release_runs.keep(site.store, run.id, cases, [])

    files = Files(tmp_path / "elsewhere" / "library.db")
    other = Follower(site.store, files, InProcess(site.settings, site.source, True))
    other.step()
    assert files.using()[0] == 1, "what is served, built from the store"
    assert files.holds(2, releases.content_digest(cases)), "what is about to be, already at hand"
    release_runs.publish(site.store, run.id)
    other.step()
    assert files.using()[0] == 2
    assert files.cases()[CASE]["comment"] == "换机器"
    releases.roll(site.store, 1, by="s_b")
    other.step()
    assert files.using()[0] == 1


def test_a_file_that_lacks_what_the_desk_published_is_put_back(site: LibrarySite) -> None:
    made = drafts.create(
        site.store, {**releases.document(site.store, 1, CASE), "comment": "工作台"}, by="s_a"
    )
    reviews.submit(site.store, made, by="s_a")
    reviews.approve(site.store, made, by="s_b")
    run = service_of(site).publisher.begin([made], by="s_b")
    until(lambda: releases.current(site.store) == run.number, 120)
    file = site.settings.library_path
    until(lambda: Files(file).using()[0] == 2, 5)
    other = topup(summary="文件里改的摘要，写得更清楚一些。")
    newer = deposit(summary="文件里的新摘要，违约要双倍还定金。")
    write_folder(site.source.parent, other, newer)
    build(site.source, file, examples=None, dictionary=None)
    assert Files(file).using()[0] == 3
    until(lambda: Files(file).using()[0] == 2, 5)
    arguments = overlay.arguments(site.settings)
    laid = json.loads(Path(arguments[1]).read_text("utf-8"))
    assert arguments[2:] == ["--after", "2"]
    build(site.source, file, examples=None, dictionary=None, after=2, **laid)
    until(lambda: releases.current(site.store) == 3, 5)
    assert releases.document(site.store, 3, CASE)["comment"] == "工作台"
    assert releases.document(site.store, 3, newer["id"])["summary"] == newer["summary"]


def service_of(site: LibrarySite) -> service.Curation:
    found: service.Curation = site.app.extensions[service.KEY]
    return found


def _statute(path: Path, day: str, words: dict[str, str]) -> Path:
    numerals = {"20": "二十", "145": "一百四十五", "587": "五百八十七"}
    lines = [f"第{numerals[number]}条 {text}" for number, text in words.items()]
    path.write_text("# 中华人民共和国民法典\n\n" + "\n\n".join(lines) + "\n", "utf-8")
    return path


def _taken_in(member: Member, file: Path, day: str) -> str:
    page = f"{member.site.url}/staff/library/laws"
    found = re.search(r'name="csrf_token" value="([^"]+)"', member.http.get(page).text)
    assert found
    fields = {"csrf_token": found[1], "law": "civil-code", "effective": day}
    with file.open("rb") as opened:
        return member.http.post(page, data=fields, files={"file": (file.name, opened)}).text


WORDS = {
    "20": "不满八周岁的未成年人为无民事行为能力人。",
    "145": "限制民事行为能力人实施的其他行为经同意后有效。",
    "587": "债务人不履行的应当双倍返还定金。",
}


def test_a_new_edition_puts_the_cases_it_touches_on_somebodys_table(
    site: LibrarySite, tmp_path: Path
) -> None:
    member = site.curator()
    changed = {**WORDS, "587": "债务人不履行的应当三倍返还定金。"}
    for day, words in (("2021-01-01", WORDS), ("2027-01-01", changed)):
        assert "已收入" in _taken_in(member, _statute(tmp_path / f"{day}.md", day, words), day)
    (work,) = law_work.listed(site.store)
    assert (work.case_id, work.effective) == ("deposit-not-returned", "2027-01-01")
    page = member.get("/staff/library/laws").text
    assert "定金不退" in page
    assert "内容改了" in page
    opened_draft = member.submit(f"/staff/library/laws/work/{work.id}/draft", page="/staff/library/laws")
    assert opened_draft.url.endswith("/edit")
    assert law_work.get(site.store, work.id).draft_id
    member.submit(f"/staff/library/laws/work/{work.id}/done", page="/staff/library/laws", note="已改")
    assert law_work.listed(site.store) == []


def test_a_case_left_without_law_goes_off_the_air_after_its_grace(site: LibrarySite, tmp_path: Path) -> None:
    member = site.curator()
    less = {number: text for number, text in WORDS.items() if number != "587"}
    for day, words in (("2021-01-01", WORDS), ("2027-01-01", less)):
        _taken_in(member, _statute(tmp_path / f"{day}.md", day, words), day)
    (work,) = law_work.listed(site.store)
    assert work.due_on == date(2027, 1, 31), "the law's own grace period"
    until(lambda: releases.current(site.store) == 2, 120)
    until(lambda: Files(site.settings.library_path).using()[0] == 2, 5)
    library = open_library(site.settings.library_path, dictionary=None)
    assert off_air_from(library.case("deposit-not-returned"), library.laws) == date(2027, 1, 31)
    assert off_air_from(library.case(CASE), library.laws) is None
    until(lambda: "2027年1月31日下线" in member.get("/staff/library/laws").text, 5)
