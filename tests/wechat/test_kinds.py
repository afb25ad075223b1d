"""What comes in: every kind of message and event leads where its sender expects."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pytest
import yaml
from PIL import Image

from desk import conversations, evidence, followers
from desk.errors import EvidenceNotStored
from desk.staff import Role
from web.wechat.places import distance, region_of

from .office import MakeOffice, Office

STATIONS = [
    {"name": "石化街道联络点", "address": "卫清路 1 号", "phone": "021-57930000", "latitude": 30.72,
     "longitude": 121.33, "code": "station:1"},
    {"name": "朱泾镇联络点", "address": "万安街 2 号", "phone": "021-57310000", "latitude": 30.90,
     "longitude": 121.16},
]  # fmt: skip
SCENES = [{"code": "shop:7", "name": "好身材健身（卫零路店）"}]
AMR = b"#!AMR\n" + b"\x3c\x91\x17\x16" * 40


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def _tables() -> None:
    region_of("上海市")  # as the web process does a while after its start


@pytest.fixture
def placed(make_office: MakeOffice, tmp_path: Path) -> Office:
    """An office that told us its stations and codes."""
    home = tmp_path / "home0"
    home.mkdir()
    (home / "wechat_stations.yml").write_text(yaml.safe_dump(STATIONS, allow_unicode=True), "utf-8")
    (home / "wechat_scenes.yml").write_text(yaml.safe_dump(SCENES, allow_unicode=True), "utf-8")
    return make_office()


def test_speech_that_wechat_understood_is_a_message(office: Office) -> None:
    li = office.platform.follower()
    li.speak(recognised="健身房关门了怎么办")
    assert li.texts == ["您说的是：健身房关门了怎么办"]


def test_speech_without_words_is_asked_for_in_writing(office: Office) -> None:
    li = office.platform.follower()
    li.speak(recognised=None, audio=AMR)
    assert "打字" in li.texts[0]
    assert office.site.bot.asked == []


def test_speech_without_words_reaches_the_person_who_listens(office: Office) -> None:
    li = office.platform.follower()
    li.say("转人工")
    li.speak(recognised=None, audio=AMR)
    files = evidence.for_conversation(office.store, office.conversation(li).id)
    assert [file.type for file in files] == ["audio/amr"]
    assert "工作人员会听" in li.texts[-1]


def test_a_picture_is_fetched_checked_and_kept_as_evidence(office: Office) -> None:
    li = office.platform.follower()
    li.send_image(picture())
    files = evidence.for_conversation(office.store, office.conversation(li).id)
    assert [file.type for file in files] == ["image/jpeg"]
    assert "已放进您的材料" in li.texts[0]
    assert office.site.bot.asked[-1]["event"]["type"] == "evidence"


def test_the_same_picture_delivered_twice_is_kept_once(office: Office) -> None:
    li = office.platform.follower()
    office.platform.faults.duplicates = 1.0
    li.send_image(picture())
    office.platform.settle()
    assert len(evidence.for_conversation(office.store, office.conversation(li).id)) == 1
    assert len(office.said(li)) == 2


def test_a_file_that_is_no_picture_is_refused_in_words(office: Office) -> None:
    li = office.platform.follower()
    li.send_image(b"MZ not a picture", content_type="image/jpeg")
    assert "JPG" in li.texts[0]


def test_a_picture_over_the_limit_is_refused_in_words(make_office: MakeOffice) -> None:
    office = make_office(max_upload_bytes=500)
    li = office.platform.follower()
    li.send_image(picture((600, 600)))
    assert "太大" in li.texts[0]


def test_a_picture_beyond_the_number_we_keep_is_told_of_the_number(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(evidence, "MOST_FILES", 1)
    li = office.platform.follower()
    li.send_image(picture())
    li.send_image(picture((50, 20)))
    assert "最多收 60 份材料" in li.texts[-1]
    assert "太大" not in li.texts[-1]
    assert str(evidence_limit()) in li.texts[-1], "the sentence names the number that holds"


def evidence_limit() -> int:
    """The number as the module was loaded with, whatever a test set."""
    found = re.search(r"^MOST_FILES = (\d+)", Path(evidence.__file__).read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return int(found[1])


def test_a_picture_the_disk_refuses_is_owned_up_to_and_the_talk_goes_on(office: Office, monkeypatch) -> None:
    def full(*args: object) -> None:
        raise EvidenceNotStored("No space left on device")

    monkeypatch.setattr(evidence, "_keep", full)
    li = office.platform.follower()
    assert li.send_image(picture()).answered
    assert "存不下图片" in li.texts[-1]
    li.say("那我先打字说")
    assert li.texts[-1] == "您说的是：那我先打字说"


@pytest.mark.parametrize("owner", ["queue", "staff"])
def test_a_picture_sent_to_a_person_is_acknowledged_in_words(office: Office, owner: str) -> None:
    li = office.platform.follower()
    li.say("转人工")
    if owner == "staff":
        mediator = office.site.member(Role.MEDIATOR)
        conversations.take(office.store, office.conversation(li).id, staff=mediator.id)
    li.send_image(picture())
    assert li.texts[-1] == "图片收到了，工作人员会看。"
    assert [file.type for file in evidence.for_conversation(office.store, office.conversation(li).id)] == [
        "image/jpeg"
    ]
    assert office.site.bot.asked == []


def test_a_picture_wechat_no_longer_has_is_asked_for_again(office: Office) -> None:
    li = office.platform.follower()
    office.platform.fail_next("/cgi-bin/media/get", 40007)
    li.send_image(picture())
    assert "再发一次" in li.texts[0]


def test_a_place_brings_the_competent_office_and_the_nearest_station(placed: Office) -> None:
    li = placed.platform.follower()
    li.send_location(30.7234, 121.3421, label="上海市金山区石化街道卫零路")
    assert "上海市金山区市场监督管理局" in li.texts[0]
    assert "石化街道联络点" in li.texts[0]
    assert "1.2 公里" in li.texts[0]
    found = followers.find(placed.store, li.openid)
    assert found is not None
    assert found.region == "310116"


def test_a_place_without_a_name_still_gets_the_hotline(office: Office) -> None:
    li = office.platform.follower()
    li.send_location(10.0, 20.0, label="")
    assert "12315" in li.texts[0]


def test_a_place_picked_from_the_menu_is_a_place(placed: Office) -> None:
    li = placed.platform.follower()
    li.pick_place("WHERE", 30.90, 121.16, "上海市金山区朱泾镇")
    assert "朱泾镇联络点" in li.texts[0]


def test_a_link_is_heard_with_its_title(office: Office) -> None:
    li = office.platform.follower()
    li.send_link("某健身房跑路", "维权", "https://news.example/1")
    assert "某健身房跑路" in office.site.bot.texts()[0]


@pytest.mark.parametrize("kind", ["send_video", "send_short_video"])
def test_a_video_is_declined_kindly(office: Office, kind: str) -> None:
    li = office.platform.follower()
    getattr(li, kind)(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64)
    assert "截几张" in li.texts[0]


def test_who_follows_hears_what_this_is_and_is_not(office: Office) -> None:
    li = office.platform.follower(following=False)
    li.follow()
    assert "不是律师" in li.texts[0]
    assert "转人工" in li.texts[0]


def test_who_follows_by_a_code_is_told_that_we_know_the_place(placed: Office) -> None:
    li = placed.platform.follower(following=False)
    li.follow(scene="shop:7")
    assert "好身材健身（卫零路店）" in li.texts[0]
    found = followers.find(placed.store, li.openid)
    assert found is not None
    assert found.scene == "shop:7"


def test_scanning_a_code_tells_where_the_consumer_stands_and_the_desk_sees_it(placed: Office) -> None:
    li = placed.platform.follower()
    li.scan("station:1")
    assert "石化街道联络点" in li.texts[0]
    mediator = placed.site.member(Role.MEDIATOR)
    page = mediator.get(f"/staff/conversations/{placed.conversation(li).id}").text
    assert "station:1" in page


def test_an_unknown_code_is_greeted_all_the_same(office: Office) -> None:
    li = office.platform.follower()
    li.scan("nobody-knows")
    assert "维权助手" in li.texts[0]


def test_unfollowing_and_coming_back_is_the_same_conversation(office: Office) -> None:
    li = office.platform.follower()
    li.say("第一次")
    before = office.conversation(li).id
    li.unfollow()
    li.follow()
    li.say("回来了")
    assert office.conversation(li).id == before


def test_a_menu_tap_says_its_words(office: Office) -> None:
    li = office.platform.follower()
    li.tap("COMPLAIN")
    assert office.site.bot.asked[-1]["choice"] == "do:complaint"
    assert office.said(li)[0] == ("consumer", "我要投诉")


def test_a_tap_on_a_menu_that_is_gone_is_answered_kindly(office: Office) -> None:
    li = office.platform.follower()
    li.tap("OLD_BUTTON")
    assert "没有内容" in li.texts[0]


def test_menu_taps_slower_than_the_budget_are_answered_by_themselves(make_office: MakeOffice) -> None:
    office = make_office(wechat_budget=0.4)
    office.site.bot.delay = 1.0
    li = office.platform.follower()
    li.tap("PROGRESS")
    li.wait_for("请核对投诉内容", timeout=30)
    assert office.platform.record.rejected == []


@pytest.mark.parametrize("answer", ["2", "二", "第二个", "家长", "选2"])
def test_a_choice_is_made_by_number_or_words(office: Office, answer: str) -> None:
    li = office.platform.follower()
    li.say("孩子充值三千块能退吗")
    assert "2. 家长" in li.texts[0]
    li.say(answer)
    assert office.site.bot.asked[-1]["choice"] == "fact:parent"
    assert office.site.bot.asked[-1]["text"] == "家长"


def test_a_choice_is_made_by_tapping_a_menu_message(make_office: MakeOffice) -> None:
    office = make_office(wechat_budget=0.3)
    office.site.bot.delay = 0.8
    li = office.platform.follower()
    li.say("孩子充值三千块能退吗")
    li.wait_for(lambda seen: bool(seen.choices), timeout=30)
    office.site.bot.delay = 0
    li.choose(2)
    assert office.site.bot.asked[-1]["choice"] == "fact:parent"


def test_a_number_that_answers_a_question_is_not_taken_for_a_choice(office: Office) -> None:
    li = office.platform.follower()
    li.say("在吗")
    li.say("2")
    assert office.site.bot.asked[-1]["choice"] is None


def test_a_card_arrives_as_an_article_and_what_comes_next_as_a_menu(office: Office) -> None:
    li = office.platform.follower()
    li.say("孩子充值三千块能退吗")
    li.say("家长")
    menu = li.wait_for(lambda seen: bool(seen.choices), timeout=30)
    article = li.seen[-2]
    assert article.kind == "passive"
    assert article.articles[0].title == "未成年人游戏充值退款"
    assert [words for _, words in menu.choices] == ["我要投诉", "怎么跟商家说", "去哪里处理"]


def test_text_that_came_while_staff_own_it_reaches_staff_and_the_bot_says_nothing(office: Office) -> None:
    li = office.platform.follower()
    li.say("转人工")
    mediator = office.site.member(Role.MEDIATOR)
    conversations.take(office.store, office.conversation(li).id, staff=mediator.id)
    asked = len(office.site.bot.asked)
    assert li.say("我再补充一下").answered
    assert len(office.site.bot.asked) == asked
    assert ("consumer", "我再补充一下") in office.said(li)


def test_a_report_of_ones_place_in_the_background_is_kept_silent(office: Office) -> None:
    li = office.platform.follower()
    li.report_location(30.7, 121.3)
    time.sleep(0.3)
    assert li.texts == []


def test_distances_and_regions() -> None:
    assert abs(distance(31.2304, 121.4737, 39.9042, 116.4074) - 1067) < 5
    assert region_of("江苏省盐城市亭湖区建军东路1号") == ("江苏省盐城市亭湖区", "320902")
    assert region_of("不知道在哪儿") == ("", "")
