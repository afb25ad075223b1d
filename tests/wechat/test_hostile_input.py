"""Hostile input at the webhook: no 500, no unbounded memory, no effect without a signature."""

from __future__ import annotations

import gc
import itertools
import time
import tracemalloc
from contextlib import suppress

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wechat_platform.signatures import MessageCipher, signature
from web.wechat.envelope import Envelope
from web.wechat.errors import ApiRefused, Unreadable, Unsigned, WeChatError
from web.wechat.parsing import LARGEST_BODY, fields_of

from .office import AES_KEY, APP_ID, SECRET, TOKEN, Office

TAGS = st.sampled_from(["xml", "ToUserName", "FromUserName", "MsgType", "Event", "Content", "Encrypt", "a"])
TEXTS = st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=60)
SCRAPS = st.sampled_from(
    ["<![CDATA[", "]]>", "<!DOCTYPE x>", "<!ENTITY a 'b'>", "&a;", "&#0;", "&#xD800;", "<?xml encoding='gbk'?>",
     "<", ">", "&lt;", "\x00", "\ufffe", "<!--", "-->", "<xml>", "</xml>", "xmlns:a='b'"]
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Something like XML, broken in one way or another, in one encoding or another."""
    parts = draw(
        st.lists(st.one_of(TAGS.map(lambda t: f"<{t}>"), TAGS.map(lambda t: f"</{t}>"), TEXTS, SCRAPS))
    )
    text = "<xml>" + "".join(parts) + draw(st.sampled_from(["</xml>", "", "</xml></xml>"]))
    return text.encode(draw(st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-32"])), "surrogatepass")


@given(st.one_of(documents(), st.binary(max_size=2000)))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_fields_or_refused(body: bytes) -> None:
    try:
        found = fields_of(body)
    except Unreadable:
        return
    assert all(isinstance(value, str) for value in found.values())


PARAMETERS = st.dictionaries(
    st.sampled_from(
        ["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr", "openid"]
    ),
    st.one_of(st.text(max_size=300), st.sampled_from(["aes", "raw", "0", "-1", "9" * 300, "١٢٣", ""])),
)


@given(PARAMETERS, st.one_of(documents(), st.binary(max_size=300)))
@settings(max_examples=400, deadline=None)
def test_no_query_without_the_token_opens_anything(query: dict[str, str], body: bytes) -> None:
    for aes_key in ("", AES_KEY):
        envelope = Envelope(app_id=APP_ID, token=TOKEN, aes_key=aes_key, now=time.time)
        with pytest.raises(WeChatError):
            envelope.open(query, body)
        with pytest.raises(Unsigned):
            envelope.check_address(query)


@given(documents())
@settings(max_examples=200, deadline=None)
def test_a_signed_and_sealed_document_is_a_message_or_refused(document: bytes) -> None:
    cipher = MessageCipher(TOKEN, AES_KEY, APP_ID)
    sealed = cipher.encrypt(document.decode("utf-8", "replace"))
    timestamp = str(int(time.time()))
    query = {"timestamp": timestamp, "nonce": "n", "encrypt_type": "aes"}
    query["msg_signature"] = signature(TOKEN, timestamp, "n", sealed)
    query["signature"] = signature(TOKEN, timestamp, "n")
    envelope = Envelope(app_id=APP_ID, token=TOKEN, aes_key=AES_KEY, now=time.time)
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
    try:
        opened = envelope.open(query, body)
    except Unreadable:
        return
    assert opened.message.sender


ROWS = (
    "inbound",
    "messages",
    "conversations",
    "followers",
    "outbox",
    "tickets",
    "evidence",
    "channel_notes",
    "history",
)


def rows(office: Office) -> dict[str, int]:
    """How many rows each table holds that a delivery could touch."""
    with office.store.read() as tx:
        return {
            table: int(tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar())
            for table in ROWS
        }


@given(
    body=st.one_of(documents(), st.binary(max_size=3000)),
    query=PARAMETERS,
    method=st.sampled_from(["POST", "GET", "PUT"]),
    proved=st.sampled_from(["nothing", "the query", "another body"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_not_signed_through_and_through_changes_no_row(
    office: Office, body: bytes, query: dict[str, str], method: str, proved: str
) -> None:
    if proved != "nothing":
        timestamp = str(int(time.time()))
        query = {**query, "timestamp": timestamp, "nonce": "n", "signature": signature(TOKEN, timestamp, "n")}
    if proved == "another body":
        sealed = MessageCipher(TOKEN, AES_KEY, APP_ID).encrypt("<xml/>")
        query |= {"encrypt_type": "aes", "msg_signature": signature(TOKEN, query["timestamp"], "n", sealed)}
    before = rows(office)
    answer = requests.request(method, office.platform.webhook, params=query, data=body, timeout=30)
    assert answer.status_code in (200, 400, 403, 405, 413), answer.status_code
    if answer.status_code == 200:
        assert proved != "nothing"
        assert method == "GET", "the account has a key: nothing plain is taken"
    after = rows(office)
    noted = after.pop("channel_notes") - before.pop("channel_notes")
    assert after == before
    assert noted == (answer.status_code == 200 and before_noted(query)), "a verification, and nothing else"


_noted: set[tuple[str, str]] = set()


def before_noted(query: dict[str, str]) -> bool:
    """Tell whether this verification leaves a note: the same signature leaves one once."""
    mark = (query["signature"], query["timestamp"])
    fresh = mark not in _noted
    _noted.add(mark)
    return fresh


HOSTILE_TEXT = st.one_of(
    st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=400),
    st.lists(SCRAPS | TEXTS, max_size=12).map("".join),
    st.sampled_from(
        ["", " ", "0", "-1", "NaN", "1e999", "9" * 400, "١٢٣", "转人工", "1", "\u202e\u200b" * 50, "'; DROP TABLE inbound; --",
         "../../etc/passwd", "{0.__class__}", "%s%n", "{{7*7}}", "<a href='javascript:1'>x</a>", "字" * 5000]
    ),
)  # fmt: skip
KINDS = st.sampled_from(
    [
        "text",
        "image",
        "voice",
        "video",
        "shortvideo",
        "location",
        "link",
        "event",
        "TEXT",
        "hologram",
        "a" * 40,
    ]
)
EVENTS = st.sampled_from(
    ["subscribe", "unsubscribe", "SCAN", "LOCATION", "CLICK", "VIEW", "location_select", "scancode_waitmsg",
     "subscribe_msg_popup_event", "subscribe_msg_change_event", "TEMPLATESENDJOBFINISH", "kf_close_session", "x" * 200]
)  # fmt: skip
FIELDS = st.dictionaries(
    st.sampled_from(
        ["Content", "bizmsgmenuid", "MediaId", "PicUrl", "Recognition", "Format", "Location_X", "Location_Y", "Label",
         "Title", "Description", "Url", "EventKey", "Ticket", "Status", "SendLocationInfo", "SubscribeMsgPopupEvent",
         "SubscribeMsgChangeEvent", "ScanCodeInfo", "MsgID", "Unknown"]
    ),
    HOSTILE_TEXT,
    max_size=8,
)  # fmt: skip
NESTED = {"SubscribeMsgPopupEvent": "List><TemplateId", "SubscribeMsgChangeEvent": "List><TemplateId"}


def escaped(text: str) -> str:
    """Text as a hostile client with the token could send it: well-formed XML, whatever it says."""
    legal = "".join(sign for sign in text if sign in "\t\n" or " " <= sign < "\ufffe" or sign > "\uffff")
    return legal.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_numbers = itertools.count(1)


def signed_xml(kind: str, event: str, fields: dict[str, str], sender: str) -> tuple[str, int]:
    """A message that opens: sender, time, type and a number of its own are right, the rest is hostile."""
    number = next(_numbers)
    inside = []
    for name, value in fields.items():
        if name in NESTED:
            inside.append(f"<{name}><List><TemplateId>{escaped(value)}</TemplateId></List></{name}>")
        else:
            inside.append(f"<{name}>{escaped(value)}</{name}>")
    head = f"<ToUserName>gh_1</ToUserName><FromUserName>{sender}</FromUserName>"
    head += f"<CreateTime>{int(time.time())}</CreateTime><MsgType>{kind}</MsgType>"
    head += f"<Event>{event}</Event>" if kind == "event" else f"<MsgId>{number}</MsgId>"
    return f"<xml>{head}{''.join(inside)}</xml>", number


def deliver(office: Office, xml: str, nonce: str) -> requests.Response:
    """Post a message as WeChat would, signed and sealed."""
    cipher, timestamp = MessageCipher(TOKEN, AES_KEY, APP_ID), str(int(time.time()))
    sealed = cipher.encrypt(xml)
    query = {"timestamp": timestamp, "nonce": nonce, "encrypt_type": "aes"}
    query["signature"] = signature(TOKEN, timestamp, nonce)
    query["msg_signature"] = signature(TOKEN, timestamp, nonce, sealed)
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()
    return requests.post(office.platform.webhook, params=query, data=body, timeout=30)


@given(KINDS, EVENTS, FIELDS, st.integers(1, 3))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_rightly_signed_message_with_hostile_contents_is_taken_once_and_answered_or_acknowledged(
    office: Office, kind: str, event: str, fields: dict[str, str], person: int
) -> None:
    xml, number = signed_xml(kind, event, fields, f"oHostile{person}")
    if len(xml.encode()) * 4 // 3 > LARGEST_BODY - 600:
        assert deliver(office, xml, f"n{number}").status_code == 413
        return
    before = rows(office)
    answer = deliver(office, xml, f"n{number}")
    assert answer.status_code == 200, answer.status_code
    if answer.text != "success":
        fields_back = fields_of(answer.content)
        inside = MessageCipher(TOKEN, AES_KEY, APP_ID).decrypt(fields_back["Encrypt"])
        reply = fields_of(inside.encode())
        assert reply["FromUserName"] == "gh_1"
        assert len(reply.get("Content", "").encode()) <= 2048
    again = deliver(office, xml, f"again{number}")
    assert again.status_code == 200
    after = rows(office)
    # Two events of one kind in the same second are one: WeChat gives events no number.
    taken = after["inbound"] - before["inbound"]
    assert taken == 1 or (kind == "event" and taken in (0, 1))
    assert after["tickets"] == before["tickets"]
    with office.store.read() as tx:
        longest = tx.connection.exec_driver_sql("SELECT max(length(fields)) FROM inbound").scalar()
        raw = tx.connection.exec_driver_sql(
            "SELECT count(*) FROM inbound WHERE tries > 1 AND state = 'received'"
        ).scalar()
    assert longest < 120_000, "what is kept of a message is bounded"
    assert raw == 0, "no message keeps falling over"


def test_many_large_signed_messages_leave_no_memory_behind(office: Office) -> None:
    def flood(count: int) -> None:
        for number in range(count):
            xml, _ = signed_xml("text", "", {"Content": "长" * 12_000, "Unknown": "x" * 8000}, "oFlood")
            assert deliver(office, xml, f"flood{number}{next(_numbers)}").status_code == 200

    flood(10)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    flood(60)
    gc.collect()
    left, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left - before < 3 * 1024 * 1024, f"{(left - before) / 1e6:.1f} MB stay after 60 messages of 45 kB"
    assert peak - before < 16 * 1024 * 1024


def test_a_body_without_a_length_is_read_to_the_cap_only(office: Office) -> None:
    def endless():
        for _ in range(400):
            yield b"<a>" * 1000

    try:
        answer = requests.post(office.platform.webhook, data=endless(), timeout=20)
        assert answer.status_code in (400, 403, 411, 413)
    except requests.ConnectionError:
        pass  # the server hung up on it, which is as good
    assert office.platform.follower().say("还在").answered


def test_the_largest_document_costs_little_memory() -> None:
    body = b"<xml>" + b"<a>" * 100 + b"x" * (LARGEST_BODY - 1000)
    tracemalloc.start()
    for _ in range(20):
        with pytest.raises(Unreadable):
            fields_of(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_no_secret_and_no_words_of_a_consumer_are_logged(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    li = office.platform.follower()
    li.say("我的身份证号是三一零")
    requests.post(office.platform.webhook, data=b"<xml>secret words</xml>", timeout=30)
    channel = office.site.app.extensions["weiquan.wechat"]
    with suppress(ApiRefused):
        channel.api.get("menu/get")
    assert any("token" in call.path for call in office.platform.record.calls)
    logged = caplog.text
    assert "身份证" not in logged
    assert "secret words" not in logged
    assert TOKEN not in logged
    assert SECRET not in logged
    assert "access_token=" not in logged
    assert "weiquan" in logged, "something was logged to look at"
