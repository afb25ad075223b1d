"""Reading the webhook's answer as strictly as WeChat does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

from tests.wechat_platform.refusals import Refused
from tests.wechat_platform.signatures import DecryptionFailed, MessageCipher, same

TEXT_BYTES = 2048
ARTICLES_TO_A_MESSAGE = 1
ARTICLES_TO_AN_EVENT = 8
MEDIA_KINDS = {"image": "Image", "voice": "Voice", "video": "Video"}


class BadAnswer(Exception):
    """An answer WeChat does not accept; the person would be told that the service is out of order."""


@dataclass(frozen=True)
class Article:
    title: str
    description: str
    url: str
    picurl: str


@dataclass(frozen=True)
class Reply:
    """A passive reply; `said` is what it amounts to for the reader."""

    message_type: str
    text: str = ""
    media_id: str = ""
    articles: tuple[Article, ...] = ()
    kf_account: str = ""
    raw: str = ""

    @property
    def said(self) -> tuple[object, ...]:
        return (self.message_type, self.text, self.media_id, self.articles, self.kf_account)


@dataclass(frozen=True)
class Expected:
    """Who must be answered, by whom, and how the answer may be wrapped."""

    openid: str
    account_id: str
    mode: str
    to_event: bool
    cipher: MessageCipher
    known_media: Callable[[str], object]


def _root(text: str) -> ElementTree.Element:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadAnswer("document type declaration")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadAnswer(f"not XML: {error}") from error
    if root.tag != "xml":
        raise BadAnswer(f"root element {root.tag!r}")
    return root


def _word(root: ElementTree.Element, name: str) -> str:
    found = root.findall(name)
    if len(found) != 1:
        raise BadAnswer(f"{name} {len(found)} times")
    return found[0].text or ""


def _number(root: ElementTree.Element, name: str) -> int:
    text = _word(root, name).strip()
    if not text.isdigit():
        raise BadAnswer(f"{name} is not a number")
    return int(text)


def _opened(text: str, expected: Expected) -> str:
    """The plain reply XML inside the answer."""
    root = _root(text)
    if root.find("Encrypt") is None:
        if expected.mode == "aes":
            raise BadAnswer("not encrypted")
        return text
    if expected.mode == "plain":
        raise BadAnswer("encrypted although the account uses plain mode")
    sealed = _word(root, "Encrypt")
    timestamp = _word(root, "TimeStamp").strip()
    _number(root, "TimeStamp")
    signed = expected.cipher.sign(timestamp, _word(root, "Nonce"), sealed)
    if not same(_word(root, "MsgSignature"), signed):
        raise BadAnswer("wrong MsgSignature")
    try:
        return expected.cipher.decrypt(sealed)
    except DecryptionFailed as error:
        raise BadAnswer(f"Encrypt: {error}") from error


def _text(root: ElementTree.Element) -> Reply:
    text = _word(root, "Content")
    if not text:
        raise BadAnswer("empty Content")
    if len(text.encode()) > TEXT_BYTES:
        raise BadAnswer(f"Content of {len(text.encode())} bytes")
    return Reply("text", text=text)


def _medium(root: ElementTree.Element, kind: str, expected: Expected) -> Reply:
    inside = root.find(MEDIA_KINDS[kind])
    if inside is None:
        raise BadAnswer(f"{MEDIA_KINDS[kind]} missing")
    media_id = _word(inside, "MediaId")
    try:
        expected.known_media(media_id)
    except Refused as error:
        raise BadAnswer(str(error)) from error
    return Reply(kind, media_id=media_id)


def _music(root: ElementTree.Element) -> Reply:
    inside = root.find("Music")
    if inside is None:
        raise BadAnswer("Music missing")
    return Reply("music", text=inside.findtext("Title") or "", media_id=_word(inside, "ThumbMediaId"))


def _news(root: ElementTree.Element, expected: Expected) -> Reply:
    count = _number(root, "ArticleCount")
    listed = root.find("Articles")
    items = [] if listed is None else listed.findall("item")
    if count != len(items) or not items:
        raise BadAnswer(f"ArticleCount {count}, {len(items)} articles")
    most = ARTICLES_TO_AN_EVENT if expected.to_event else ARTICLES_TO_A_MESSAGE
    if len(items) > most:
        raise BadAnswer(f"{len(items)} articles, at most {most}")
    articles = tuple(
        Article(
            _word(item, "Title"),
            item.findtext("Description") or "",
            _word(item, "Url"),
            item.findtext("PicUrl") or "",
        )
        for item in items
    )
    for article in articles:
        if not article.title or not article.url.startswith(("http://", "https://")):
            raise BadAnswer("article without title or address")
    return Reply("news", articles=articles)


def _transfer(root: ElementTree.Element) -> Reply:
    inside = root.find("TransInfo")
    return Reply("transfer_customer_service", kf_account="" if inside is None else _word(inside, "KfAccount"))


def read_answer(body: bytes, expected: Expected) -> Reply | None:
    """The reply in an answer; None for `success` and for an empty body. Otherwise BadAnswer."""
    if body in (b"", b"success"):
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadAnswer("not UTF-8") from error
    plain = _opened(text, expected)
    root = _root(plain)
    if _word(root, "ToUserName") != expected.openid:
        raise BadAnswer("ToUserName is another person")
    if _word(root, "FromUserName") != expected.account_id:
        raise BadAnswer("FromUserName is another account")
    _number(root, "CreateTime")
    kind = _word(root, "MsgType")
    if kind == "text":
        reply = _text(root)
    elif kind in MEDIA_KINDS:
        reply = _medium(root, kind, expected)
    elif kind == "music":
        reply = _music(root)
    elif kind == "news":
        reply = _news(root, expected)
    elif kind == "transfer_customer_service":
        reply = _transfer(root)
    else:
        raise BadAnswer(f"MsgType {kind!r}")
    return Reply(reply.message_type, reply.text, reply.media_id, reply.articles, reply.kf_account, plain)
