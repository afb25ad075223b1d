"""The simulator's API through wechatpy's client and bare requests: tokens, sends, allowances."""

from __future__ import annotations

import json

import pytest
import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from tests.wechat_platform.quotas import GRANTS
from tests.wechat_platform.scripted_webhook import APP_ID, APP_SECRET, quick_platform, serving

CUSTOM = "/cgi-bin/message/custom/send"
HOUR = 3600


class Client(WeChatClient):
    """wechatpy's client at another address; its token call has the address built in."""

    def __init__(self, api_base, secret=APP_SECRET):
        super().__init__(APP_ID, secret, auto_retry=False)
        self.API_BASE_URL = f"{api_base}/cgi-bin/"

    def fetch_access_token(self):
        query = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(f"{self.API_BASE_URL}token", query)


@pytest.fixture
def platform():
    with quick_platform() as running, serving(lambda asked: b"success") as webhook:
        running.webhook = webhook.url
        yield running


@pytest.fixture
def client(platform):
    return Client(platform.api_base)


def refused(call, *arguments, **named):
    with pytest.raises(WeChatClientException) as caught:
        call(*arguments, **named)
    return caught.value.errcode


def post(platform, path, body, token="fresh", **query):
    if token == "fresh":
        token = platform.tokens.stable(False).value
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    answer = requests.post(
        platform.api_base + path, params={"access_token": token, **query}, data=content, timeout=5
    )
    assert answer.status_code == 200
    return answer.json()


def text_to(person, words="你好"):
    return {"touser": person.openid, "msgtype": "text", "text": {"content": words}}


# Tokens


def test_a_new_token_leaves_the_old_one_five_minutes(platform):
    client, other = Client(platform.api_base), Client(platform.api_base)
    person = platform.follower()
    person.say("在吗")
    assert client.message.send_text(person.openid, "一")["errcode"] == 0
    other.fetch_access_token()
    platform.clock.advance(299)
    client.message.send_text(person.openid, "二")
    platform.clock.advance(2)
    # wechatpy keeps its token by real time, so it goes on using the old one.
    assert refused(client.message.send_text, person.openid, "三") == 40001


def test_a_token_lasts_two_hours(platform, client):
    client.menu.create({"button": [{"type": "click", "name": "转人工", "key": "to_person"}]})
    platform.clock.advance(2 * HOUR + 1)
    assert refused(client.menu.get) == 42001


@pytest.mark.parametrize(
    ("token", "errcode"), [("", 41001), (None, 41001), ("short", 40014), ("x" * 100, 40001)]
)
def test_a_bad_token_is_told_apart(platform, token, errcode):
    query = {} if token is None else {"access_token": token}
    answer = requests.get(f"{platform.api_base}/cgi-bin/menu/get", params=query, timeout=30)
    assert answer.status_code == 200
    assert answer.json()["errcode"] == errcode
    assert "rid: " in answer.json()["errmsg"]


def test_expired_and_invalidated_tokens(platform):
    person = platform.follower()
    person.say("在吗")
    token = platform.tokens.ordinary().value
    platform.expire_tokens()
    assert post(platform, CUSTOM, text_to(person), token)["errcode"] == 42001
    token = platform.tokens.ordinary().value
    platform.invalidate_tokens()
    assert post(platform, CUSTOM, text_to(person), token)["errcode"] == 40001


def stable(platform, **extra):
    body = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET, **extra}
    return requests.post(f"{platform.api_base}/cgi-bin/stable_token", json=body, timeout=30).json()


def test_the_stable_token_stays_the_same_until_its_last_five_minutes(platform):
    first = stable(platform)
    platform.tokens.ordinary()
    assert stable(platform)["access_token"] == first["access_token"]
    platform.clock.advance(2 * HOUR - 200)
    second = stable(platform)
    assert second["access_token"] != first["access_token"]
    platform.tokens.check(first["access_token"])


def test_a_forced_stable_token_kills_the_old_one_and_is_limited(platform):
    first = stable(platform)["access_token"]
    second = stable(platform, force_refresh=True)["access_token"]
    assert second != first
    assert (
        requests.get(
            f"{platform.api_base}/cgi-bin/menu/get", params={"access_token": first}, timeout=5
        ).json()["errcode"]
        == 40001
    )
    assert stable(platform, force_refresh=True)["access_token"] == second, "not twice within 30 seconds"
    for _ in range(19):
        platform.clock.advance(31)
        assert "access_token" in stable(platform, force_refresh=True)
    platform.clock.advance(31)
    assert stable(platform, force_refresh=True)["errcode"] == 45009


def test_wrong_credentials_and_a_refused_address(platform):
    assert refused(Client(platform.api_base, "wrong").fetch_access_token) == 40125
    assert stable(platform, appid="wxother")["errcode"] == 40013
    assert stable(platform, grant_type="password")["errcode"] == 40002
    platform.ip_refused = True
    assert refused(Client(platform.api_base).fetch_access_token) == 40164


# Customer-service messages


def test_every_kind_that_is_allowed_is_seen_as_sent(platform, client):
    person = platform.follower()
    person.say("在吗")
    picture = client.media.upload("image", ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png"))["media_id"]
    client.message.send_text(person.openid, "请先保存证据")
    client.message.send_image(person.openid, picture)
    article = {"title": "七天无理由", "description": "怎么退", "url": "https://example.org/a", "image": ""}
    client.message.send_articles(person.openid, [article])
    menu = {"head_content": "您要：", "list": [{"id": "1", "content": "退货"}], "tail_content": "点一下"}
    assert (
        post(platform, CUSTOM, {"touser": person.openid, "msgtype": "msgmenu", "msgmenu": menu})["errcode"]
        == 0
    )
    assert person.texts == [
        "请先保存证据",
        "[image]",
        "七天无理由\n怎么退\nhttps://example.org/a",
        "您要：\n退货\n点一下",
    ]
    assert person.choose("退货").fields == {"Content": "退货", "bizmsgmenuid": "1"}
    assert person.choose(1).fields["bizmsgmenuid"] == "1"


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": "o_nobody"}, 40003),
        ({"msgtype": "mpnewsarticle"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "退" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "unknown"}}, 40007),
        ({"msgtype": "image", "image": {}}, 41006),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": [{"title": "a", "url": "https://e.org"}] * 2}}, 45008),
        ({"customservice": {"kf_account": "nobody@here"}}, 65401),
    ],
    ids=str,
)
def test_a_send_that_wechat_would_refuse_is_refused_and_recorded(platform, change, errcode):
    person = platform.follower()
    person.say("在吗")
    assert post(platform, CUSTOM, {**text_to(person), **change})["errcode"] == errcode
    assert [call.errcode for call in platform.record.rejected] == [errcode]
    assert platform.quota(person.openid).left == 5, "a refused send costs nothing"


@pytest.mark.parametrize(
    ("body", "errcode"), [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b"\xff{}", 40033)], ids=repr
)
def test_a_body_that_is_no_json_object_in_utf8(platform, body, errcode):
    assert post(platform, CUSTOM, body)["errcode"] == errcode


def test_escaped_characters_are_shown_as_escapes_and_refused_in_the_menu(platform):
    person = platform.follower()
    person.say("在吗")
    post(platform, CUSTOM, json.dumps(text_to(person, "好")).encode())
    assert person.texts == ["\\u597d"]
    menu = {"button": [{"type": "click", "name": "好", "key": "k"}]}
    assert post(platform, "/cgi-bin/menu/create", json.dumps(menu).encode())["errcode"] == 40033


def test_five_messages_to_a_message_then_45047_until_the_next(platform, client):
    person = platform.follower()
    person.say("在吗")
    for number in range(5):
        client.message.send_text(person.openid, str(number))
    assert refused(client.message.send_text, person.openid, "六") == 45047
    person.say("还在")
    assert platform.quota(person.openid).left == 5
    client.message.send_text(person.openid, "六")


def test_forty_eight_hours_after_the_last_message_it_is_45015(platform):
    person = platform.follower()
    person.say("在吗")
    platform.clock.advance(48 * HOUR - 1)
    assert post(platform, CUSTOM, text_to(person))["errcode"] == 0
    platform.clock.advance(2)
    assert post(platform, CUSTOM, text_to(person))["errcode"] == 45015
    assert post(platform, CUSTOM, text_to(platform.follower()))["errcode"] == 45015, "never wrote"


@pytest.mark.parametrize(
    "act",
    [lambda f: f.tap("help"), lambda f: f.follow(), lambda f: f.scan("s")],
    ids=["tap", "follow", "scan"],
)
def test_a_tap_a_follow_and_a_scan_allow_three_within_a_minute(platform, client, act):
    person = platform.follower()
    act(person)
    for number in range(3):
        client.message.send_text(person.openid, str(number))
    assert refused(client.message.send_text, person.openid, "四") == 45047
    act(person)
    platform.clock.advance(61)
    assert refused(client.message.send_text, person.openid, "晚了") == 45015


@pytest.mark.parametrize(
    "act",
    [lambda f: f.tap("https://example.org"), lambda f: f.pick_photo("k"), lambda f: f.report_location(1, 2)],
    ids=["view", "photo", "location"],
)
def test_other_events_allow_nothing(platform, act):
    person = platform.follower()
    act(person)
    assert post(platform, CUSTOM, text_to(person))["errcode"] == 45015


def test_allowances_do_not_add_up(platform, client):
    person = platform.follower()
    person.say("在吗")
    person.tap("help")
    for number in range(GRANTS["message"][0]):
        client.message.send_text(person.openid, str(number))
    assert refused(client.message.send_text, person.openid, "六") == 45047


def test_a_passive_reply_costs_nothing():
    def reply(asked):
        account, openid = platform.account_id, asked.query["openid"]
        return (
            f"<xml><ToUserName>{openid}</ToUserName><FromUserName>{account}</FromUserName>"
            f"<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>在</Content></xml>"
        ).encode()

    with quick_platform() as platform, serving(reply) as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        person.say("在吗")
        assert person.texts == ["在"]
        assert platform.quota(person.openid).left == 5


def test_who_left_cannot_be_written_to(platform):
    person = platform.follower()
    person.say("在吗")
    person.unfollow()
    assert post(platform, CUSTOM, text_to(person))["errcode"] == 45015
    assert person.seen == []


def test_an_account_without_the_right_gets_48001(platform):
    person = platform.follower()
    person.say("在吗")
    platform.customer_service_allowed = False
    assert post(platform, CUSTOM, text_to(person))["errcode"] == 48001


def test_typing_needs_a_recent_message_and_ends_with_the_answer(platform):
    person = platform.follower()
    typing = {"touser": person.openid, "command": "Typing"}
    path = "/cgi-bin/message/custom/typing"
    assert post(platform, path, typing)["errcode"] == 45080
    person.say("在吗")
    assert post(platform, path, typing)["errcode"] == 0
    assert person.typing
    assert post(platform, path, typing)["errcode"] == 45081
    assert post(platform, path, {**typing, "command": "Sing"})["errcode"] == 45072
    post(platform, CUSTOM, text_to(person))
    assert not person.typing


def test_the_days_calls_run_out_and_come_back_the_next_day(platform):
    person = platform.follower()
    person.say("在吗")
    platform.api_limits[CUSTOM] = 2
    token = platform.tokens.stable(False).value
    codes = [post(platform, CUSTOM, text_to(person), token)["errcode"] for _ in range(3)]
    assert codes == [0, 0, 45009]
    platform.clock.advance(24 * HOUR)
    assert post(platform, CUSTOM, text_to(person))["errcode"] == 0


def test_scripted_failures_strike_as_often_as_they_were_asked_to(platform):
    person = platform.follower()
    person.say("在吗")
    platform.fail_next(CUSTOM, -1, times=2)
    assert [post(platform, CUSTOM, text_to(person))["errcode"] for _ in range(3)] == [-1, -1, 0]
    platform.fail_next(CUSTOM, None)
    with pytest.raises(requests.ConnectionError):
        post(platform, CUSTOM, text_to(person))
    assert len(person.seen) == 1
    platform.fail_next(CUSTOM, "after")
    with pytest.raises(requests.ConnectionError):
        post(platform, CUSTOM, text_to(person))
    assert len(person.seen) == 2, "done, although the caller never heard"


def test_an_unknown_path_and_a_wrong_method(platform):
    assert post(platform, "/cgi-bin/no/such", {})["errcode"] == 40066
    assert post(platform, "/cgi-bin/menu/get", {})["errcode"] == 43001
    token = platform.tokens.stable(False).value
    answer = requests.get(platform.api_base + CUSTOM, params={"access_token": token}, timeout=30)
    assert answer.json()["errcode"] == 43002
