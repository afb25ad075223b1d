"""The whole system on the air: a follower in (simulated) WeChat, the real assistant, a mediator at the desk."""

from __future__ import annotations

import json
import re

import pytest
import requests

from tests.conversations.test_complaint import photo
from tests.wechat_platform import Follower, Seen

QUESTION = "孩子偷偷充了三千块游戏能退吗"


@pytest.fixture
def li(system) -> Follower:
    """Somebody who has just followed the account."""
    person = system.platform.follower(following=False)
    hears(person, person.follow, "我是维权助手")
    return person


def hears(person: Follower, does, wanted: str) -> Seen:
    """The first new message with these words after what the person `does`, whichever way it arrives."""
    before = len(person.seen)
    assert does().answered, "WeChat would have shown its fault sentence"
    return person.wait_for(lambda seen: seen in person.seen[before:] and wanted in seen.words, timeout=30)


def says(person: Follower, text: str, wanted: str) -> Seen:
    """What the person sees with `wanted` in it after saying `text`."""
    return hears(person, lambda: person.say(text), wanted)


def opened(article_url: str) -> dict:
    """The card on the page behind an article, in the browser of somebody who has never been here."""
    browser = requests.Session()
    page = browser.get(article_url, timeout=30)
    assert page.status_code == 200
    assert page.history == [], "it opens at once, no login in between"
    assert not browser.cookies, "and makes nobody the consumer"
    found = re.search(r'<script type="application/json" id="page-card">(.*?)</script>', page.text, re.S)
    assert found, page.text
    return json.loads(found[1])


def cited(card: dict) -> list[str]:
    return [row["label"].replace("《", "").replace("》", "") for row in card["basis"]]


def asked_for_the_age(person: Follower) -> None:
    seen = says(person, QUESTION, "充值")
    offered = re.search(r"^(\d+)\. .*未成年人游戏充值", seen.text, re.M)
    if offered and "几周岁" not in seen.text:
        seen = says(person, offered[1], "几周岁")
    assert "几周岁" in seen.text


def test_who_follows_is_greeted_with_what_this_is_and_is_not(li):
    assert "不是律师" in li.texts[0]
    assert "转人工" in li.texts[0]


def test_a_question_is_asked_back_and_answered_by_an_article_that_opens_at_that_answer(li):
    asked_for_the_age(li)
    article = says(li, "他才七岁", "未成年人游戏充值退款").articles[0]
    card = opened(article.url)
    assert card["case"] == "minor-game-topup"
    assert "民法典第一百四十四条" in [
        row["label"].replace("《", "").replace("》", "") for row in card["basis"]
    ]
    assert card["remedy"]["amount"] == "3000"
    later = says(li, "说错了，孩子十岁", "谁的身份")
    assert later.kind in ("passive", "customer-service")
    assert opened(article.url) == card, "the link stays with its answer whatever is said afterwards"


@pytest.mark.parametrize("pick", ["{number}", "{numeral}", "第{numeral}个", "家长"])
def test_a_choice_is_picked_by_its_number_its_place_or_its_words(li, pick):
    asked_for_the_age(li)
    shown = says(li, "孩子十岁", "谁的身份").text
    row = re.search(r"^(\d+)\. 家长$", shown, re.M)
    assert row, shown
    said = pick.format(number=row[1], numeral="零一二三四五"[int(row[1])])
    article = says(li, said, "记下了：家长").articles[0]
    assert "民法典第一百四十五条" in cited(opened(article.url))


def test_a_row_of_the_menu_below_an_answer_can_be_tapped(li):
    asked_for_the_age(li)
    says(li, "他才七岁", "未成年人游戏充值退款")
    li.wait_for(lambda seen: any(words == "怎么跟商家说" for _, words in seen.choices), timeout=30)
    assert "3000元" in hears(li, lambda: li.choose("怎么跟商家说"), "7周岁").words


def test_a_person_is_called_in_one_message_and_their_words_arrive_in_wechat(system, li, mediator):
    says(li, "我爸听讲座买了八千块保健品，商家不退", "保健品")
    assert li.say("转人工").answered
    assert li.say("老爷子两天没吃饭了，请快一点").answered
    page = mediator.finds_waiting("老爷子两天没吃饭了")
    assert "八千块保健品" in mediator.reads(page), "the mediator reads what was said before"
    mediator.posts(f"{page}/take", page)
    mediator.posts(f"{page}/say", page, text="您好，我是调解员小陈，请把收据拍给我。")
    assert li.wait_for("我是调解员小陈").kind == "customer-service"
    seen = len(li.seen)
    assert li.say("好的谢谢您").answered
    assert "好的谢谢您" in mediator.reads(page)
    mediator.posts(f"{page}/give-back", page)
    says(li, "要准备什么证据", "留好")
    assert not [shown for shown in li.seen[seen:] if "没听明白" in shown.words]
    assert not [call for call in system.platform.record.rejected if call.openid == li.openid]


def test_a_complaint_is_filed_through_wechat_and_a_photo_becomes_its_evidence(system, li, mediator):
    says(li, "健身房关门跑路了卡里还有两千块", "办了卡店关门跑路")
    says(li, "我要投诉", "哪一家")
    says(li, "一兆健身，上海市金山区卫清西路100号", "姓名")
    summary = says(li, "我叫王小梅，13812345678，上海市金山区蒙山路5号", "投诉单")
    assert "13812345678" not in summary.text, "the number is masked even in the summary"
    filed = says(li, "提交", "查询码").text
    number, code = re.findall(r"(WQ\d{8}-\d{4,})", filed)[0], re.findall(r"查询码：(\d{6})", filed)[0]
    said = hears(li, lambda: li.send_image(photo()), number)
    assert "已经加到投诉单" in said.text
    standing = requests.get(f"{system.url}/api/tickets/{number}", params={"code": code}, timeout=30).json()
    assert standing["ok"], standing
    ticket = mediator.reads(f"/staff/tickets/{number}")
    shown = re.findall(r'src="([^"]*/evidence/[^"]+)"', ticket)
    assert shown, "the desk shows the photo with the ticket"
    picture = mediator.browser.get(f"{system.url}{shown[0]}", timeout=30)
    assert picture.headers["Content-Type"] == "image/jpeg"
    link = re.search(r'href="([^"]+/tickets/[^"]+)"', filed)
    assert link, filed
    assert number in li.open(link[1].replace("&amp;", "&")).text
