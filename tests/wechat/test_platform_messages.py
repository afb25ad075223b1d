"""Every kind of message and event the simulator posts, as wechatpy reads it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from wechatpy import parse_message

from tests.wechat_platform.scripted_webhook import quick_platform, serving

MENU = {"button": [{"type": "view", "name": "查进度", "url": "https://example.org/p"}]}
TEMPLATE = "progress"
SENDING = {
    "text": (lambda f: f.say("退货"), {"content": "退货"}),
    "image": (lambda f: f.send_image(b"\xff\xd8\xff"), {"type": "image"}),
    "voice": (lambda f: f.speak("我要退货"), {"format": "amr", "recognition": "我要退货"}),
    "video": (lambda f: f.send_video(), {"type": "video"}),
    "shortvideo": (lambda f: f.send_short_video(), {"type": "shortvideo"}),
    "location": (
        lambda f: f.send_location(31.2, 121.5, "人民广场"),
        {"location": ("31.2", "121.5"), "scale": "16", "label": "人民广场"},
    ),
    "link": (lambda f: f.send_link("标题", "摘要", "https://example.org"), {"url": "https://example.org"}),
    "subscribe": (lambda f: f.follow(), {"event": "subscribe"}),
    "subscribe_scan": (lambda f: f.follow("station-7"), {"scene_id": "station-7"}),
    "unsubscribe": (lambda f: f.unfollow(), {"event": "unsubscribe"}),
    "scan": (lambda f: f.scan("station-7"), {"scene_id": "station-7"}),
    "location_event": (lambda f: f.report_location(23.1, 113.3), {"latitude": 23.1, "precision": 30.0}),
    "click": (lambda f: f.tap("to_person"), {"key": "to_person"}),
    "view": (lambda f: f.tap("查进度"), {"url": "https://example.org/p"}),
    "scancode_push": (
        lambda f: f.scan_code("k", "123", wait_message=False),
        {"key": "k", "scan_result": "123"},
    ),
    "scancode_waitmsg": (lambda f: f.scan_code("k", "123"), {"scan_type": "qrcode"}),
    "pic_sysphoto": (lambda f: f.pick_photo("p", 1), {"key": "p", "count": 1}),
    "location_select": (lambda f: f.pick_place("l", 31.2, 121.5, "上海"), {"label": "上海"}),
    "templatesendjobfinish": (
        lambda f: f.raise_event("TEMPLATESENDJOBFINISH", {"MsgID": 7, "Status": "success"}),
        {"status": "success"},
    ),
    "kf": (
        lambda f: f.raise_event("kf_create_session", {"KfAccount": "wang@weiquan"}),
        {"account": "wang@weiquan"},
    ),
    "unknown": (lambda f: f.send_raw("hologram", {"Depth": 3}), {"type": "unknown"}),
}


@pytest.fixture(scope="module")
def listening():
    with quick_platform() as platform, serving(lambda asked: b"success") as webhook:
        platform.webhook = webhook.url
        platform.menu = MENU
        yield platform, webhook


@pytest.mark.parametrize("kind", SENDING)
def test_wechatpy_reads_each_kind_as_it_was_sent(listening, kind):
    platform, webhook = listening
    send, fields = SENDING[kind]
    person = platform.follower()
    delivery = send(person)
    assert delivery.answered
    message = parse_message(webhook.asked[-1].body)
    assert message.source == person.openid
    assert message.target == platform.account_id
    assert int(message.create_time.timestamp()) == delivery.create_time
    for name, value in fields.items():
        assert getattr(message, name) == value, name
    if delivery.msg_id is not None:
        assert message.id == delivery.msg_id


def test_answers_about_notices_are_listed_as_documented(listening):
    platform, webhook = listening
    person = platform.follower()
    person.answer_subscription(TEMPLATE, accept=False)
    popup = ElementTree.fromstring(webhook.asked[-1].body)
    entry = popup.find("SubscribeMsgPopupEvent/List")
    assert entry is not None
    assert popup.findtext("Event") == "subscribe_msg_popup_event"
    assert [part.text for part in entry] == [TEMPLATE, "reject", "1"]
    person.change_subscription(TEMPLATE)
    change = ElementTree.fromstring(webhook.asked[-1].body)
    assert change.findtext("SubscribeMsgChangeEvent/List/SubscribeStatusString") == "reject"


def test_a_voice_message_without_recognition_has_no_such_element(listening):
    platform, webhook = listening
    platform.follower().speak(None)
    root = ElementTree.fromstring(webhook.asked[-1].body)
    assert root.find("Recognition") is None
    assert root.findtext("MediaId16K")


def test_a_tap_on_a_menu_message_is_text_with_the_rows_id(listening):
    platform, webhook = listening
    person = platform.follower()
    with pytest.raises(LookupError):
        person.choose(1)
    person.send_raw("text", {"Content": "退货", "bizmsgmenuid": "refund"})
    root = ElementTree.fromstring(webhook.asked[-1].body)
    assert (root.findtext("Content"), root.findtext("bizmsgmenuid")) == ("退货", "refund")


def test_who_scans_without_following_subscribes_with_the_scene(listening):
    platform, webhook = listening
    person = platform.follower(following=False)
    person.scan("shop-12")
    root = ElementTree.fromstring(webhook.asked[-1].body)
    assert (root.findtext("Event"), root.findtext("EventKey")) == ("subscribe", "qrscene_shop-12")
    assert person.following


def test_who_does_not_follow_cannot_write(listening):
    platform, _ = listening
    person = platform.follower()
    person.unfollow()
    with pytest.raises(ValueError, match="does not follow"):
        person.say("在吗")
