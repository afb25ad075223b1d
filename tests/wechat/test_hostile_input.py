"""Hostile input at the webhook: no 500, no unbounded memory, no effect without a signature."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

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
    envelope = Envelope(app_id=APP_ID, token=TOKEN, aes_key=AES_KEY, now=time.time)
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
    try:
        opened = envelope.open(query, body)
    except Unreadable:
        return
    assert opened.message.sender


@given(
    body=st.one_of(documents(), st.binary(max_size=3000)),
    query=PARAMETERS,
    method=st.sampled_from(["POST", "GET", "PUT"]),
    signed=st.booleans(),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_webhook_never_answers_500_and_nothing_unsigned_has_an_effect(
    office: Office, body: bytes, query: dict[str, str], method: str, signed: bool
) -> None:
    if signed:
        timestamp = str(int(time.time()))
        query = {**query, "timestamp": timestamp, "nonce": "n", "signature": signature(TOKEN, timestamp, "n")}
    answer = requests.request(method, office.platform.webhook, params=query, data=body, timeout=10)
    assert answer.status_code in (200, 400, 403, 405, 413), answer.status_code
    if answer.status_code == 200:
        assert signed
        assert method == "GET", "the account has a key: nothing plain is taken"
    with office.store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM inbound").scalar() == 0


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
    requests.post(office.platform.webhook, data=b"<xml>secret words</xml>", timeout=5)
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
    assert Path(__file__).exists()
