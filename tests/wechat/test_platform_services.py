"""The rest of the simulated platform: notices, menu, scene codes, media, page authorisation."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import pytest
import requests
from wechatpy import WeChatClient, WeChatOAuth

from tests.wechat_platform.scripted_webhook import APP_ID, APP_SECRET, quick_platform, serving

DAY = 86400
CONTENT = "进度：{{thing1.DATA}}\n时间：{{time2.DATA}}"
DATA = {"thing1": {"value": "已受理"}, "time2": {"value": "2026-08-01 09:00"}}


@pytest.fixture
def platform():
    with quick_platform() as running, serving(lambda asked: b"success") as webhook:
        running.webhook = webhook.url
        running.asked = webhook.asked
        yield running


def call(platform, method, path, body=None, **query):
    token = platform.tokens.stable(False).value
    answer = requests.request(
        method, platform.api_base + path, params={"access_token": token, **query}, json=body, timeout=5
    )
    assert answer.status_code == 200
    return answer.json()


def last_event(platform):
    assert platform.settle(5)
    return ElementTree.fromstring(platform.asked[-1].body)


# Notices


def test_a_template_notice_is_seen_and_its_end_reported(platform):
    platform.templates.add("T1", "投诉进度", CONTENT)
    person = platform.follower()
    body = {"touser": person.openid, "template_id": "T1", "url": "https://example.org/t", "data": DATA}
    sent = call(platform, "POST", "/cgi-bin/message/template/send", body)
    assert sent["errcode"] == 0
    assert person.texts == ["投诉进度\n进度：已受理\n时间：2026-08-01 09:00\nhttps://example.org/t"]
    event = last_event(platform)
    assert event.findtext("Event") == "TEMPLATESENDJOBFINISH"
    assert event.findtext("MsgID") == str(sent["msgid"])
    assert event.findtext("Status") == "success"
    person.blocks_templates = True
    call(platform, "POST", "/cgi-bin/message/template/send", body)
    assert last_event(platform).findtext("Status") == "failed:user block"
    assert len(person.seen) == 1


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"template_id": "none"}, 40037),
        ({"template_id": "S1"}, 40037),
        ({"data": {}}, 47003),
        ({"data": {**DATA, "thing1": {"value": "长" * 21}}}, 47003),
        ({"data": {**DATA, "time2": {"value": "明天"}}}, 47003),
        ({"touser": "o_nobody"}, 40003),
    ],
    ids=str,
)
def test_a_template_notice_wechat_would_refuse(platform, change, errcode):
    platform.templates.add("T1", "投诉进度", CONTENT)
    platform.templates.add("S1", "投诉进度", CONTENT, subscription=True)
    body = {"touser": platform.follower().openid, "template_id": "T1", "data": DATA, **change}
    assert call(platform, "POST", "/cgi-bin/message/template/send", body)["errcode"] == errcode


def test_a_template_notice_needs_a_follower_and_the_right(platform):
    platform.templates.add("T1", "投诉进度", CONTENT)
    person = platform.follower(following=False)
    body = {"touser": person.openid, "template_id": "T1", "data": DATA}
    assert call(platform, "POST", "/cgi-bin/message/template/send", body)["errcode"] == 43004
    platform.templates_allowed = False
    assert call(platform, "POST", "/cgi-bin/message/template/send", body)["errcode"] == 48001


def test_a_subscription_notice_costs_one_acceptance(platform):
    platform.templates.add("S1", "投诉进度", CONTENT, subscription=True)
    person = platform.follower(following=False)
    body = {"touser": person.openid, "template_id": "S1", "data": DATA}
    path = "/cgi-bin/message/subscribe/bizsend"
    assert call(platform, "POST", path, body)["errcode"] == 43101
    person.answer_subscription("S1")
    person.answer_subscription("S1", accept=False)
    assert call(platform, "POST", path, body)["errcode"] == 0
    sent = last_event(platform)
    assert sent.findtext("Event") == "subscribe_msg_sent_event"
    assert sent.findtext("SubscribeMsgSentEvent/List/ErrorStatus") == "success"
    assert call(platform, "POST", path, body)["errcode"] == 43101
    assert [seen.kind for seen in person.seen] == ["subscription"]
    person.answer_subscription("S1")
    person.change_subscription("S1")
    assert call(platform, "POST", path, body)["errcode"] == 43101, "switched off"


def test_the_templates_are_listed_by_kind(platform):
    platform.templates.add("T1", "投诉进度", CONTENT)
    platform.templates.add("S1", "调解时间", CONTENT, subscription=True)
    listed = call(platform, "GET", "/cgi-bin/template/get_all_private_template")["template_list"]
    assert [entry["template_id"] for entry in listed] == ["T1"]
    assert [entry["priTmplId"] for entry in call(platform, "GET", "/wxaapi/newtmpl/gettemplate")["data"]] == [
        "S1"
    ]
    assert (
        call(platform, "POST", "/cgi-bin/template/del_private_template", {"template_id": "T1"})["errcode"]
        == 0
    )
    assert (
        call(platform, "POST", "/cgi-bin/template/del_private_template", {"template_id": "T1"})["errcode"]
        == 40037
    )


# Menu


def click(**change):
    return {"type": "click", "name": "help", "key": "k", **change}


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([click()] * 3, 0),
        ([{"name": "a", "sub_button": [click()] * 5}], 0),
        ([], 40016),
        ([click()] * 4, 40016),
        ([{"name": "a", "sub_button": [click()] * 6}], 40023),
        ([click(name="seventeen letters")], 40018),
        ([click(name="")], 40018),
        ([{"name": "a", "sub_button": [click(name="n" * 61)]}], 40025),
        ([click(key="k" * 129)], 40019),
        ([{"name": "a", "sub_button": [click(key="")]}], 40026),
        ([click(type="dance")], 40017),
        ([{"name": "a"}], 40017),
        ([click(type="view")], 40020),
        ([click(type="view", url="https://e.org/" + "u" * 1024)], 40020),
        ([click(type="view", url="javascript:alert(1)")], 40055),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_menu_is_checked_as_tencent_does(platform, buttons, errcode):
    menu = {"button": buttons}
    token = platform.tokens.stable(False).value
    answer = requests.post(
        f"{platform.api_base}/cgi-bin/menu/create", params={"access_token": token}, json=menu, timeout=5
    )
    assert answer.json()["errcode"] == errcode
    assert platform.menu == (menu if errcode == 0 else None)


def test_a_menu_is_kept_shown_and_removed(platform):
    assert call(platform, "GET", "/cgi-bin/menu/get")["errcode"] == 46003
    menu = {"button": [click(name="help"), {"type": "view", "name": "page", "url": "https://example.org/p"}]}
    call(platform, "POST", "/cgi-bin/menu/create", menu)
    assert call(platform, "GET", "/cgi-bin/menu/get")["menu"] == menu
    person = platform.follower()
    assert [person.tap(key).event for key in ("help", "k", "page")] == ["CLICK", "CLICK", "VIEW"]
    call(platform, "GET", "/cgi-bin/menu/delete")
    assert platform.menu is None


# Scene codes, people, network


def test_a_scene_code_leads_to_its_scene(platform):
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "station-7"}}}
    made = call(platform, "POST", "/cgi-bin/qrcode/create", body)
    person = platform.follower()
    person.scan("station-7")
    event = last_event(platform)
    assert (event.findtext("EventKey"), event.findtext("Ticket")) == ("station-7", made["ticket"])
    for wrong in ({**body, "action_name": "QR"}, {**body, "action_info": {"scene": {"scene_str": "s" * 65}}}):
        assert call(platform, "POST", "/cgi-bin/qrcode/create", wrong)["errcode"] in (40052, 40053)


def test_what_the_account_learns_about_a_person(platform):
    person = platform.follower(following=False)
    assert call(platform, "GET", "/cgi-bin/user/info", openid=person.openid)["subscribe"] == 0
    person.follow("7")
    known = call(platform, "GET", "/cgi-bin/user/info", openid=person.openid)
    assert (known["subscribe"], known["qr_scene"]) == (1, 7)
    assert call(platform, "GET", "/cgi-bin/user/info", openid="o_nobody")["errcode"] == 40003


def test_the_network_check_tells_a_webhook_that_listens_from_one_that_does_not(platform):
    asked = {"action": "all", "check_operator": "DEFAULT"}
    assert call(platform, "POST", "/cgi-bin/callback/check", asked)["ping"][0]["package_loss"] == "0%"
    platform.webhook = "http://127.0.0.1:9/"
    assert call(platform, "POST", "/cgi-bin/callback/check", asked)["ping"][0]["package_loss"] == "100%"
    assert call(platform, "GET", "/cgi-bin/getcallbackip")["ip_list"]
    assert call(platform, "GET", "/cgi-bin/ticket/getticket", type="jsapi")["expires_in"] == 7200


# Media


def fetch(platform, media_id, path="/cgi-bin/media/get"):
    token = platform.tokens.stable(False).value
    return requests.get(
        platform.api_base + path, params={"access_token": token, "media_id": media_id}, timeout=5
    )


def test_a_persons_picture_is_fetched_by_its_media_id_for_three_days(platform):
    picture = platform.follower().send_image(b"\xff\xd8\xff photo").fields["MediaId"]
    answer = fetch(platform, picture)
    assert (answer.content, answer.headers["Content-Type"]) == (b"\xff\xd8\xff photo", "image/jpeg")
    assert "attachment" in answer.headers["Content-disposition"]
    platform.clock.advance(3 * DAY)
    assert fetch(platform, picture).json()["errcode"] == 40007
    assert fetch(platform, picture).status_code == 200


def test_a_video_comes_as_an_address_and_the_finer_voice_apart(platform):
    person = platform.follower()
    address = fetch(platform, person.send_video(b"moving").fields["MediaId"]).json()["video_url"]
    assert requests.get(address, timeout=30).content == b"moving"
    voice = person.speak("退货", audio=b"sound").fields
    assert fetch(platform, voice["MediaId"]).content == b"sound"
    assert fetch(platform, voice["MediaId16K"], "/cgi-bin/media/get/jssdk").content == b"sound"
    assert fetch(platform, voice["MediaId"], "/cgi-bin/media/get/jssdk").json()["errcode"] == 40007


@pytest.mark.parametrize(
    ("kind", "content", "errcode"),
    [
        ("hologram", b"\xff\xd8\xff", 40004),
        ("image", b"", 44001),
        ("image", b"<svg/>", 40005),
        ("thumb", b"\xff\xd8\xff" + bytes(64 * 1024), 45001),
    ],
    ids=["kind", "empty", "svg", "size"],
)
def test_an_upload_that_is_refused(platform, kind, content, errcode):
    query = {"access_token": platform.tokens.stable(False).value, "type": kind}
    files = {"media": ("a.jpg", content, "image/jpeg")}
    answer = requests.post(f"{platform.api_base}/cgi-bin/media/upload", params=query, files=files, timeout=30)
    assert answer.json()["errcode"] == errcode


def test_wechatpy_uploads_and_fetches(platform):
    client = WeChatClient(APP_ID, APP_SECRET, access_token=platform.tokens.ordinary().value)
    client.API_BASE_URL = f"{platform.api_base}/cgi-bin/"
    media_id = client.media.upload("image", ("a.gif", b"GIF89a...", "image/gif"))["media_id"]
    assert platform.media.get(media_id) == b"GIF89a..."
    assert client.user.get(platform.follower().openid)["subscribe"] == 1


# Page authorisation


def link(platform, page, state="s1", scope="snsapi_base", app_id=APP_ID):
    return (
        f"{platform.api_base}/connect/oauth2/authorize?appid={app_id}&redirect_uri={quote(page, safe='')}"
        f"&response_type=code&scope={scope}&state={state}#wechat_redirect"
    )


def exchange(platform, code, secret=APP_SECRET):
    query = {"appid": APP_ID, "secret": secret, "code": code, "grant_type": "authorization_code"}
    return requests.get(f"{platform.api_base}/sns/oauth2/access_token", params=query, timeout=30).json()


def code_of(platform, person, page="http://127.0.0.1:9/h5?a=1"):
    answer = requests.get(
        link(platform, page),
        headers={"X-Simulated-Openid": person.openid},
        allow_redirects=False,
        timeout=30,
    )
    back = urlsplit(answer.headers["Location"])
    assert parse_qs(back.query)["state"] == ["s1"]
    return parse_qs(back.query)["code"][0]


def test_a_page_learns_who_opened_it_once(platform):
    person = platform.follower()
    code = code_of(platform, person)
    assert exchange(platform, code, "wrong")["errcode"] == 40125
    known = exchange(platform, code)
    assert (known["openid"], known["scope"]) == (person.openid, "snsapi_base")
    assert "errcode" not in known
    assert exchange(platform, code)["errcode"] == 40163
    assert exchange(platform, "invented")["errcode"] == 40029
    late = code_of(platform, person)
    platform.clock.advance(301)
    assert exchange(platform, late)["errcode"] == 40029


def test_wechatpys_own_link_passes(platform):
    page = "http://127.0.0.1:9/h5"
    theirs = WeChatOAuth(APP_ID, APP_SECRET, page, state="s1").authorize_url
    path = urlsplit(theirs)
    answer = requests.get(
        f"{platform.api_base}{path.path}?{path.query}&simulated_openid={platform.follower().openid}",
        allow_redirects=False,
        timeout=30,
    )
    assert answer.headers["Location"].startswith(f"{page}?code=")


def test_the_persons_browser_follows_through_and_keeps_cookies(platform):
    with serving(lambda asked: b"page for " + asked.query.get("code", "nobody").encode()) as page:
        answer = platform.follower().open(link(platform, page.url))
    assert answer.text.startswith("page for ")
    assert len(page.asked) == 1
    assert exchange(platform, page.asked[0].query["code"])["openid"] in platform.followers


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"app_id": "wxother"}, "10013"),
        ({"scope": "snsapi_login"}, "10005"),
        ({"page": "ftp://here"}, "10003"),
        ({"page": "https://elsewhere.example/h5"}, "10003"),
    ],
    ids=["app", "scope", "scheme", "domain"],
)
def test_a_link_wechat_would_not_follow(platform, change, words):
    platform.oauth_domain = "h5.example.org"
    asked = {"page": "https://h5.example.org/chat", **change}
    answer = platform.follower().open(link(platform, **asked))
    assert words in answer.text
    assert answer.history == []


def test_the_order_of_the_links_parameters_counts(platform):
    good = link(platform, "http://127.0.0.1:9/h5")
    swapped = good.replace("&response_type=code&scope=snsapi_base", "&scope=snsapi_base&response_type=code")
    assert "顺序" in platform.follower().open(swapped).text
