"""wechatpy as an independent reader: it accepts all we emit, and we read all of its kinds of message."""

from __future__ import annotations

import time

import pytest
import xmltodict
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.events import EVENT_TYPES
from wechatpy.messages import MESSAGE_TYPES
from wechatpy.parser import parse_message as parse
from wechatpy.replies import deserialize_reply

from tests.wechat_platform.signatures import signature
from web.wechat.envelope import Envelope
from web.wechat.parsing import fields_of, message_of
from web.wechat.replies import passive_xml, service_json

from .office import AES_KEY, APP_ID, TOKEN

PARTS = {
    "text": {"type": "text", "content": '能退。<a href="https://a.example">看</a> & “引号” 😀'},
    "news": {"type": "news", "title": "题", "description": "说明", "url": "https://a.example/1"},
    "transfer": {"type": "transfer"},
}


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_wechatpy_reads_our_passive_replies(part: dict) -> None:
    xml = passive_xml(part, to="oPerson", account="gh_1", at=1700000000)
    if (
        part["type"] == "news"
    ):  # its reader of replies stumbles over a single article; its XML reader does not
        assert xmltodict.parse(xml)["xml"]["Articles"]["item"]["Title"] == "题"
        return
    reply = deserialize_reply(xml)
    assert reply.source == "gh_1"
    assert reply.target == "oPerson"
    if part["type"] == "text":
        assert reply.content == part["content"]


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_wechatpy_opens_what_we_seal(part: dict) -> None:
    xml = passive_xml(part, to="oPerson", account="gh_1", at=1700000000)
    sealed = Envelope(app_id=APP_ID, token=TOKEN, aes_key=AES_KEY, now=time.time).close(xml)
    fields = fields_of(sealed.encode())
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    opened = crypto.decrypt_message(sealed, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])
    assert opened == xml


def test_we_open_what_wechatpy_seals() -> None:
    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    timestamp = str(int(time.time()))
    sealed = crypto.encrypt_message(text_of("text", "<Content>你好</Content>"), "nonce1", timestamp)
    fields = fields_of(sealed.encode())
    query = {"timestamp": timestamp, "nonce": "nonce1", "encrypt_type": "aes"}
    query["msg_signature"] = fields["MsgSignature"]
    query["signature"] = signature(TOKEN, timestamp, "nonce1")
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{fields['Encrypt']}</Encrypt></xml>".encode()
    opened = Envelope(app_id=APP_ID, token=TOKEN, aes_key=AES_KEY, now=time.time).open(query, body)
    assert opened.message.fields["Content"] == "你好"


def text_of(kind: str, inside: str) -> str:
    return (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oPerson]]></FromUserName>"
        f"<CreateTime>1700000000</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}"
        "<MsgId>1234567890123456</MsgId></xml>"
    )


INSIDE = (
    "<PicUrl><![CDATA[https://p.example/1]]></PicUrl><MediaId><![CDATA[m1]]></MediaId><Format>amr</Format>"
    "<Recognition><![CDATA[说的话]]></Recognition><ThumbMediaId><![CDATA[t1]]></ThumbMediaId><Content>文字</Content>"
    "<Location_X>30.7</Location_X><Location_Y>121.3</Location_Y><Scale>16</Scale><Label><![CDATA[金山区]]></Label>"
    "<Title>题</Title><Description>说明</Description><Url>https://u.example</Url>"
)


@pytest.mark.parametrize("kind", sorted(set(MESSAGE_TYPES) - {"unknown"}))
def test_every_message_of_wechatpy_is_read_alike(kind: str) -> None:
    xml = text_of(kind, INSIDE)
    theirs, ours = parse(xml), message_of(fields_of(xml.encode()))
    assert ours.kind == theirs.type == kind
    assert (ours.sender, ours.account, ours.created) == (theirs.source, theirs.target, 1700000000)
    assert ours.key == f"m:{theirs.id}"


EVENTS = sorted(name.removeprefix("event_") if isinstance(name, str) else str(name) for name in EVENT_TYPES)


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_of_wechatpy_is_read(event: str) -> None:
    inside = (
        f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[K]]></EventKey><Ticket><![CDATA[T]]></Ticket>"
    )
    xml = text_of("event", inside).replace("<MsgId>1234567890123456</MsgId>", "")
    ours = message_of(fields_of(xml.encode()))
    assert ours.event == event.lower()
    assert ours.key == f"e:oPerson:1700000000:{event.lower()}:K"
    assert parse_message(xml) is not None


def test_menu_messages_have_the_fields_tencent_names() -> None:
    menu = {"type": "menu", "head": "选", "items": [{"id": "1.0", "content": "甲"}], "tail": "。"}
    body = service_json(menu, to="o1")
    assert body["msgtype"] == "msgmenu"
    assert set(body["msgmenu"]) == {"head_content", "list", "tail_content"}
