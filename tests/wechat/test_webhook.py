"""The webhook: who is let in, in every mode, and that nothing unknown breaks it."""

from __future__ import annotations

import time

import pytest
import requests

from desk import inbound
from tests.wechat_platform.signatures import signature

from .office import TOKEN, MakeOffice, Office


@pytest.mark.parametrize("mode", ["plain", "compatible", "aes"])
def test_a_message_is_answered_in_every_mode(make_office: MakeOffice, mode: str) -> None:
    office = make_office(mode=mode)
    assert office.platform.verify().accepted
    li = office.platform.follower()
    delivery = li.say("商家不给退")
    assert delivery.answered, [attempt.detail for attempt in delivery.tries]
    assert li.texts == ["您说的是：商家不给退"]
    assert li.seen[0].kind == "passive"
    assert office.said(li) == [("consumer", "商家不给退"), ("bot", "您说的是：商家不给退")]


def post(office: Office, body: bytes, *, token: str = TOKEN, at: float | None = None, **more: str):
    """Post to the webhook as anyone could who knows `token`."""
    timestamp, nonce = str(int(at or time.time())), "n0nce"
    query = {"timestamp": timestamp, "nonce": nonce, "signature": signature(token, timestamp, nonce), **more}
    return requests.post(f"{office.platform.webhook}", params=query, data=body, timeout=30)


def text_xml(words: str = "你好", *, message_id: int = 7001, sender: str = "oStranger") -> bytes:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{sender}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType>"
        f"<Content>{words}</Content><MsgId>{message_id}</MsgId></xml>"
    ).encode()


def kept(office: Office) -> int:
    """How many messages have been taken in."""
    with office.store.read() as tx:
        return tx.connection.exec_driver_sql("SELECT count(*) FROM inbound").scalar()


@pytest.fixture
def plain(make_office: MakeOffice) -> Office:
    return make_office(mode="plain")


def test_only_who_knows_the_token_gets_the_echo(office: Office) -> None:
    assert office.platform.verify().accepted
    for token, at, status in ((TOKEN, 0, 200), ("guess", 0, 403), (TOKEN, -3600, 403), (TOKEN, 3600, 403)):
        timestamp, nonce = str(int(time.time()) + at), "n"
        query = {"timestamp": timestamp, "nonce": nonce, "echostr": "<echo>"}
        query["signature"] = signature(token, timestamp, nonce)
        answer = requests.get(office.platform.webhook, params=query, timeout=30)
        assert answer.status_code == status
        assert (answer.text == "<echo>") == (status == 200)
        assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_wrong_signature_has_no_effect(plain: Office) -> None:
    assert post(plain, text_xml(), token="guess").status_code == 403
    assert requests.post(plain.platform.webhook, data=text_xml(), timeout=30).status_code == 403
    assert kept(plain) == 0


def test_a_signature_is_good_for_its_time_only(plain: Office) -> None:
    assert post(plain, text_xml(), at=time.time() - 3600).status_code == 403
    assert post(plain, text_xml(), at=time.time() + 3600).status_code == 403
    assert kept(plain) == 0


def test_a_signature_cannot_carry_a_second_message(plain: Office) -> None:
    moment = time.time()
    first = text_xml("真的", message_id=1)
    assert post(plain, first, at=moment).status_code == 200
    assert post(plain, first, at=moment).status_code == 200, "WeChat delivers the same message again"
    assert post(plain, text_xml("假的", message_id=2), at=moment).status_code == 403
    assert kept(plain) == 1


def test_with_a_key_plain_messages_are_refused(office: Office) -> None:
    assert post(office, text_xml()).status_code == 400
    assert kept(office) == 0


def test_a_damaged_encrypted_message_is_refused(office: Office) -> None:
    sealed = "AAAA" * 40
    timestamp, nonce = str(int(time.time())), "n"
    query = {"timestamp": timestamp, "nonce": nonce, "encrypt_type": "aes"}
    query["msg_signature"] = signature(TOKEN, timestamp, nonce, sealed)
    query["signature"] = signature(TOKEN, timestamp, nonce)
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>"
    assert requests.post(office.platform.webhook, params=query, data=body, timeout=30).status_code == 400
    assert kept(office) == 0


@pytest.mark.parametrize("mode", ["plain", "aes"])
def test_nothing_of_a_body_is_read_before_the_signature_is_proved(
    make_office: MakeOffice, mode: str, monkeypatch
) -> None:
    from web.wechat import envelope

    office, read = make_office(mode=mode), []
    monkeypatch.setattr(envelope, "fields_of", lambda body: read.append(body) or {})
    query = {"timestamp": str(int(time.time())), "nonce": "n", "signature": "0" * 40}
    query |= {"encrypt_type": "aes", "msg_signature": "0" * 40} if mode == "aes" else {}
    answer = requests.post(office.platform.webhook, params=query, data=text_xml(), timeout=30)
    assert answer.status_code == 403
    assert read == []


def test_a_sealed_body_is_not_deciphered_before_its_own_signature_is_proved(
    office: Office, monkeypatch
) -> None:
    crypto = office.site.app.extensions["weiquan.wechat"].envelope._crypto
    opened: list[object] = []
    monkeypatch.setattr(crypto, "decrypt_message", lambda *args: opened.append(args))
    timestamp = str(int(time.time()))
    query = {"timestamp": timestamp, "nonce": "n", "encrypt_type": "aes", "msg_signature": "0" * 40}
    query["signature"] = signature(TOKEN, timestamp, "n")
    body = f"<xml><Encrypt>{'AAAA' * 40}</Encrypt></xml>"
    assert requests.post(office.platform.webhook, params=query, data=body, timeout=30).status_code == 403
    assert opened == []


HOSTILE = {
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>',
    "external entity": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><C>&a;</C></xml>',
    "deep nesting": b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>",
    "many elements": b"<xml>" + b"<a/>" * 5000 + b"</xml>",
    "not utf-8": "<xml><Content>你好</Content></xml>".encode("gbk"),
    "utf-16": "<xml><Content>你好</Content></xml>".encode("utf-16"),
    "no xml": b"hello",
    "empty": b"",
    "other root": b"<rss/>",
    "no sender": b"<xml><MsgType>text</MsgType></xml>",
    "sender with quotes": text_xml(sender="o'--"),
    "no number as time": b"<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><CreateTime>x</CreateTime>"
    b"<MsgType>text</MsgType></xml>",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_xml_is_refused(plain: Office, body: bytes) -> None:
    assert post(plain, body).status_code == 400
    assert kept(plain) == 0


def test_a_body_over_the_cap_is_refused_unread(plain: Office) -> None:
    answer = post(plain, text_xml("长" * 40_000))
    assert answer.status_code == 413
    assert kept(plain) == 0


@pytest.mark.parametrize("kind", ["hologram", "file", "miniprogrampage", "card"])
def test_an_unknown_kind_is_acknowledged_and_answered_kindly(office: Office, kind: str) -> None:
    li = office.platform.follower()
    assert li.send_raw(kind, {"Something": "new"}).answered
    assert "看不懂" in li.texts[0]


@pytest.mark.parametrize(
    "event", ["poi_check_notify", "masssendjobfinish", "user_authorize_invoice", "brand_new"]
)
def test_an_unknown_event_is_acknowledged_silently(office: Office, event: str) -> None:
    li = office.platform.follower()
    assert li.raise_event(event, {"What": "ever"}).answered
    assert li.seen == []


def test_two_events_of_the_same_second_are_two(office: Office) -> None:
    li = office.platform.follower()
    li.tap("ASK")
    li.tap("STATION")
    assert len(li.texts) == 2
    assert kept(office) == 2


def test_ends_of_cdata_and_signs_of_xml_in_an_answer_do_no_harm(office: Office) -> None:
    li = office.platform.follower()
    assert li.say("a ]]> b <b> & \x07 c").answered
    assert "b <b> & " in li.texts[0]


def test_what_we_keep_can_be_found_again(office: Office) -> None:
    li = office.platform.follower()
    delivery = li.say("在吗")
    row = inbound.get(office.store, 1)
    assert row is not None
    assert (row.key, row.sender, row.route, row.state) == (
        f"m:{delivery.msg_id}",
        li.openid,
        "passive",
        "done",
    )


def test_the_signature_of_a_verification_carries_no_message(plain: Office) -> None:
    moment = time.time()
    timestamp, nonce = str(int(moment)), "n0nce"
    query = {"timestamp": timestamp, "nonce": nonce, "signature": signature(TOKEN, timestamp, nonce)}
    seen = requests.get(plain.platform.webhook, params={**query, "echostr": "e"}, timeout=30)
    assert seen.text == "e"
    assert post(plain, text_xml(), at=moment).status_code == 403
    assert kept(plain) == 0


def test_what_is_kept_is_acknowledged_whatever_fails_afterwards(plain: Office, monkeypatch) -> None:
    from desk.errors import StoreBusy

    channel = plain.site.app.extensions["weiquan.wechat"]
    now = time.time()
    for ago, fault in enumerate((StoreBusy("later"), KeyError("later"))):

        def fail(*args, fault: Exception = fault, **kwargs):
            raise fault

        monkeypatch.setattr(channel, "answer", fail)
        answer = post(plain, text_xml(message_id=id(fault)), at=now - ago)
        assert (answer.status_code, answer.text) == (200, "success")
    assert kept(plain) == 2


def test_what_is_not_kept_is_delivered_again(plain: Office, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise KeyError("secret words")

    monkeypatch.setattr(inbound, "accept", fail)
    assert [post(plain, text_xml()).status_code for _ in range(3)] == [503, 503, 200]
    assert kept(plain) == 0


def test_signatures_are_compared_in_constant_time(plain: Office, monkeypatch) -> None:
    from web.wechat import envelope

    compared: list[tuple[int, int]] = []
    whole = envelope.hmac.compare_digest

    def watched(ours: bytes, theirs: bytes) -> bool:
        compared.append((len(ours), len(theirs)))
        return whole(ours, theirs)

    monkeypatch.setattr(envelope.hmac, "compare_digest", watched)
    assert post(plain, text_xml()).status_code == 200
    assert post(plain, text_xml(), token="guess").status_code == 403
    assert compared.count((40, 40)) == 2


@pytest.mark.parametrize("kind", ["follow", "scan", "tap"])
def test_an_event_delivered_again_is_handled_once(office: Office, kind: str) -> None:
    li = office.platform.follower(following=kind != "follow")
    office.platform.faults.duplicates = 1.0
    acts = {"follow": li.follow, "scan": lambda: li.scan("station:1"), "tap": lambda: li.tap("COMPLAIN")}
    assert acts[kind]().answered
    office.platform.settle()
    assert sum(len(delivery.tries) for delivery in office.platform.record.deliveries) == 2
    assert kept(office) == 1
    assert len(office.said(li)) == (2 if kind == "tap" else 1)
