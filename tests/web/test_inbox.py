"""The inbox over HTTP: where questions come from, how they are grouped, and each way to close them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import drafts, question_groups, unanswered
from desk.staff import Role
from desk.unanswered import Kind
from knowledge import library_file

from .bot_standin import StandInBot
from .libraries import site_with_library
from .site import Member, Site

ASKED = ("无人机炸机了保险不赔怎么办", "大疆无人机掉河里了保险拒赔", "剧本杀店临时改时间押金不退")


def unknown_to_the_library(turn):
    """A bot that found nothing, or whose choices were refused."""
    told = {"kind": "refused", "text": ASKED[2]} if turn["choice"] == "none:" else None
    told = told or {"kind": "missed", "text": turn["text"]}
    reply = {"kind": "text", "text": "再说详细一点？", "choices": []}
    return {"replies": [reply], "decision": {"decision": "clarify", "unanswered": told}}


@pytest.fixture
def library_site(tmp_path: Path) -> Iterator[Site]:
    running = site_with_library(tmp_path / "home")
    yield running
    running.close()


def grouped(member: Member) -> str:
    """The page of groups once the background has done its work."""
    for _ in range(60):
        text = member.get("/staff/questions").text
        if "正在把意思相近" not in text and "归类，共" in text:
            return text
        time.sleep(0.1)
    raise AssertionError(text)


def ask(site: Site, *texts: str) -> list[int]:
    visitor = site.visitor()
    return [unanswered.record_unanswered(site.store, visitor.conversation, text) for text in texts]


def group_page(member: Member, word: str) -> tuple[str, str]:
    """Path and text of the page of the group that shows this word."""
    cards = re.findall(r'href="(/staff/questions/groups/\d+)">(.*?)</a>', grouped(member), re.DOTALL)
    path = next(path for path, card in cards if word in card)
    return path, member.get(path).text


def test_what_the_bot_missed_and_what_was_refused_comes_in_by_itself(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", bot=StandInBot(unknown_to_the_library))
    try:
        visitor = site.visitor()
        visitor.send(ASKED[0])
        visitor.send("都不是", choice="none:")
        found = {(one.kind, one.text) for one in unanswered.unanswered(site.store)}
        assert found == {("missed", ASKED[0]), ("refused", ASKED[2])}
    finally:
        site.close()


def test_a_thumb_down_under_an_answer_comes_in_with_its_reason(site: Site) -> None:
    visitor = site.visitor()
    visitor.send("孩子偷偷给游戏充值了三千")
    card = visitor.send("家长", choice="fact:parent")["replies"][-1]
    answer = visitor.post("/api/chat/ratings", json={"message": card["id"], "good": False, "reason": "wrong"})
    assert answer.json()["data"] == {"message": card["id"], "rated": "down"}
    (found,) = unanswered.unanswered(site.store)
    assert (found.kind, found.reason, found.text) == ("thumbs_down", "wrong", "孩子偷偷给游戏充值了三千")
    assert next(one for one in visitor.history() if one["id"] == card["id"])["rated"] == "down"
    text = site.member(Role.CURATOR).get("/staff/questions/list").text
    assert "觉得不对" in text
    assert "说没帮上忙" in text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": "1", "good": True},
        {"message": 1},
        {"message": 1, "good": "yes"},
        {"message": True, "good": True},
        {"message": 1, "good": False, "reason": "because"},
    ],
    ids=["nothing", "text for id", "no thumb", "thumb in words", "truth for id", "unknown reason"],
)
def test_a_malformed_rating_is_refused(site: Site, body: dict) -> None:
    assert site.visitor().post("/api/chat/ratings", json=body).status_code == 422


def test_nobody_rates_in_anothers_conversation(site: Site) -> None:
    visitor = site.visitor()
    visitor.send("孩子给游戏充值了")
    card = visitor.send("家长", choice="fact:parent")["replies"][-1]["id"]
    assert site.visitor().post("/api/chat/ratings", json={"message": card, "good": True}).status_code == 404


def test_questions_alike_are_shown_together_with_their_terms(library_site: Site) -> None:
    ask(library_site, *ASKED)
    curator = library_site.member(Role.CURATOR)
    path, text = group_page(curator, "无人机")
    assert ASKED[0] in text
    assert ASKED[1] in text
    assert ASKED[2] not in text
    assert library_site.member(Role.OFFICER).get(path).status_code == 200
    assert "建新案例草稿" not in library_site.member(Role.OFFICER).get(path).text


def test_a_page_read_while_the_groups_are_made_says_that_they_are_being_made(
    library_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would show no group, call that the result, and never look again."""
    ask(library_site, ASKED[0])
    curator, read = library_site.member(Role.CURATOR), threading.Event()
    regroup, groups = question_groups.regroup, question_groups.groups

    def regroup_later(*given, **named):
        read.wait(30)
        return regroup(*given, **named)

    def read_too_early(*given, **named):
        found = groups(*given, **named)
        read.set()
        while question_groups.grouped_at(library_site.store) is None:
            time.sleep(0.02)
        time.sleep(0.2)
        return found

    monkeypatch.setattr(question_groups, "regroup", regroup_later)
    monkeypatch.setattr(question_groups, "groups", read_too_early)
    assert "正在把意思相近" in curator.get("/staff/questions").text
    assert "无人机" in group_page(curator, "无人机")[1]


def test_a_group_becomes_a_draft_with_its_phrasings_in_one_step(library_site: Site) -> None:
    ids = ask(library_site, ASKED[0], "无人机炸机了保险不赔，我电话13812345678")
    curator = library_site.member(Role.CURATOR)
    path, text = group_page(curator, "无人机")
    chosen = re.findall(r'name="id" value="(\d+)"', text)
    assert sorted(map(int, chosen)) == ids
    number = path.rsplit("/", 1)[1]
    done = curator.submit(
        "/staff/questions/settle", page=path, id=chosen, term=["无人机", "保险"], step="draft", group=number
    )
    assert "条问法建好新案例草稿" in done.text
    assert re.search(r"/staff/library/drafts/\w+/edit$", done.url)
    (draft,) = drafts.listed(library_site.store, [drafts.State.WRITING])
    held = drafts.get(library_site.store, draft.id).document
    assert ASKED[0] in held["ask"]
    assert len(held["ask"]) == 2
    assert "13812345678" not in str(held)
    assert held["title"] == "无人机、保险"
    assert draft.source["ids"] == ids
    assert unanswered.count_unanswered(library_site.store) == 0


def test_the_draft_of_a_group_is_given_an_id_before_it_is_submitted(library_site: Site) -> None:
    (id,) = ask(library_site, ASKED[0])
    curator = library_site.member(Role.CURATOR)
    curator.submit(
        "/staff/questions/settle",
        page="/staff/questions/list",
        id=str(id),
        term=["无人机", "保险"],
        step="draft",
    )
    (draft,) = drafts.listed(library_site.store, [drafts.State.WRITING])
    assert draft.case_id == f"new-question-{id}"
    page = f"/staff/library/drafts/{draft.id}"
    topic = (drafts.get(library_site.store, draft.id).document or {})["topic"].replace("_", "-")
    assert f'name="case_id" value="{topic}-wu-ren-ji-bao-xian"' in curator.get(page).text
    assert "还没有定案例编号" in curator.submit(f"{page}/submit", page=page).text
    for taken, words in (
        ("deposit-not-returned", "这个编号已经有案例用了"),
        ("无人机", "案例编号用小写英文字母开头"),
        ("new-question-9", "还没有定案例编号"),
    ):
        assert words in curator.submit(f"{page}/id", page=page, case_id=taken).text
    done = curator.submit(f"{page}/id", page=page, case_id=f"{topic}-wu-ren-ji-bao-xian").text
    assert "案例编号已定好" in done
    assert "处要改好才能提交" in curator.submit(f"{page}/submit", page=page).text
    assert drafts.get(library_site.store, draft.id).case_id == f"{topic}-wu-ren-ji-bao-xian"
    assert library_site.member(Role.REVIEWER).submit(f"{page}/id", page=page, case_id="x").status_code == 403


def test_phrasings_are_added_to_a_case_and_a_second_time_to_its_open_draft(library_site: Site) -> None:
    first, second = ask(library_site, "定金被美容店扣着不还", "押了两千定金不退给我")
    curator = library_site.member(Role.CURATOR)
    page = "/staff/questions/list"
    done = curator.submit(
        "/staff/questions/settle", page=page, id=str(first), step="attach", case="定金不退"
    ).text
    assert "已把 1 条问法加进“定金不退”的草稿" in done
    curator.submit("/staff/questions/settle", page=page, id=str(second), attach="deposit-not-returned")
    (draft,) = drafts.listed(library_site.store, [drafts.State.WRITING])
    assert drafts.get(library_site.store, draft.id).document["ask"][-2:] == [
        "定金被美容店扣着不还",
        "押了两千定金不退给我",
    ]
    assert {one.case_id for one in unanswered.unanswered(library_site.store, handled=True)} == {
        "deposit-not-returned"
    }


def test_a_draft_with_a_reviewer_takes_no_phrasings_and_the_question_stays(library_site: Site) -> None:
    (id,) = ask(library_site, "定金被美容店扣着不还")
    curator = library_site.member(Role.CURATOR)
    document = library_file.entries(library_site.settings.library_path, "cases")["deposit-not-returned"]
    drafts.create(library_site.store, document, by=curator.id, retire=True)
    page = "/staff/questions/list"
    text = curator.submit(
        "/staff/questions/settle", page=page, id=str(id), step="attach", case="定金不退"
    ).text
    assert "正在审核" in text
    assert unanswered.count_unanswered(library_site.store) == 1


@pytest.mark.parametrize(("step", "outcome"), [("not_ours", "不归消费维权管"), ("noise", "无意义")])
def test_what_is_no_case_is_marked_so_and_can_be_put_back(
    library_site: Site, step: str, outcome: str
) -> None:
    (id,) = ask(library_site, "今天天气怎么样呀朋友")
    curator = library_site.member(Role.CURATOR)
    page = "/staff/questions/list"
    curator.submit("/staff/questions/settle", page=page, id=str(id), step=step)
    assert outcome in curator.get(f"{page}?handled=1").text
    curator.submit(f"/staff/questions/{id}/reopen", page=f"{page}?handled=1")
    assert unanswered.count_unanswered(library_site.store) == 1


def test_a_question_has_an_owner_and_an_age(library_site: Site) -> None:
    (id,) = ask(library_site, ASKED[0])
    curator = library_site.member(Role.CURATOR)
    page = "/staff/questions/list"
    assert "刚来" in curator.submit("/staff/questions/settle", page=page, id=str(id), step="take").text
    assert "由小李处理" in curator.get(page).text
    curator.submit("/staff/questions/settle", page=page, id=str(id), step="release")
    assert "由小李处理" not in curator.get(page).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"step": "noise"}, "还没有勾选"),
        ({"id": "1", "step": "sell"}, "没看懂"),
        ({"id": "1", "step": "attach", "case": "没有这个案例"}, "没有找到这个案例"),
        ({"id": "999", "step": "noise"}, "已经有人处理过"),
        ({"id": "９", "step": "noise"}, "还没有勾选"),
    ],
    ids=["nothing chosen", "unknown step", "unknown case", "gone", "strange number"],
)
def test_a_step_that_cannot_be_done_says_why(library_site: Site, fields: dict, words: str) -> None:
    ask(library_site, ASKED[0])
    curator = library_site.member(Role.CURATOR)
    assert words in curator.submit("/staff/questions/settle", page="/staff/questions/list", **fields).text
    assert unanswered.count_unanswered(library_site.store) == 1


def test_questions_are_filtered_by_where_they_come_from(library_site: Site) -> None:
    visitor = library_site.visitor()
    for kind, text in zip((Kind.MISSED, Kind.REFUSED), ASKED, strict=False):
        unanswered.record_unanswered(library_site.store, visitor.conversation, text, kind=kind)
    curator = library_site.member(Role.CURATOR)
    text = curator.get("/staff/questions/list?kind=refused").text
    assert ASKED[1] in text
    assert ASKED[0] not in text
    assert ASKED[0] in curator.get("/staff/questions/list?kind=nonsense").text


def test_only_those_who_may_handle_questions_close_them(library_site: Site) -> None:
    (id,) = ask(library_site, ASKED[0])
    officer = library_site.member(Role.OFFICER)
    page = "/staff/questions/list"
    assert (
        officer.submit(
            "/staff/questions/settle", page="/staff/password", id=str(id), step="noise"
        ).status_code
        == 403
    )
    assert "无意义" not in officer.get(page).text


def test_without_a_library_the_list_still_works(site: Site) -> None:
    ask(site, ASKED[0])
    curator = site.member(Role.CURATOR)
    assert ASKED[0] in curator.get("/staff/questions/list").text
    assert ASKED[0] in curator.get("/staff/questions").text
