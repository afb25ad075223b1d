"""What the account may send: customer-service messages, template notices, subscription notices."""

from __future__ import annotations

from typing import Any

from tests.wechat_platform.account import Account
from tests.wechat_platform.api import ApiRequest, endpoint
from tests.wechat_platform.follower import Follower
from tests.wechat_platform.refusals import Refused
from tests.wechat_platform.replies import Article
from tests.wechat_platform.seen import CUSTOMER_SERVICE, SUBSCRIPTION, TEMPLATE, Seen
from tests.wechat_platform.templates import Template

CONTENT_BYTES = 2048
TYPING_AFTER_MESSAGE = 30
TYPING_LASTS = 15


def _person(account: Account, body: dict[str, Any]) -> Follower:
    person = account.followers.get(str(body.get("touser", "")))
    if person is None:
        raise Refused(40003)
    return person


def _part(body: dict[str, Any], kind: str) -> dict[str, Any]:
    part = body.get(kind)
    if not isinstance(part, dict):
        raise Refused(40035, kind)
    return part


def _sized(text: object) -> str:
    if not isinstance(text, str) or not text:
        raise Refused(44004)
    if len(text.encode()) > CONTENT_BYTES:
        raise Refused(45002)
    return text


def _news(part: dict[str, Any]) -> tuple[Article, ...]:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refused(44003)
    if len(articles) > 1:
        raise Refused(45008)
    given = articles[0]
    if not isinstance(given, dict) or not given.get("title"):
        raise Refused(44003)
    url = str(given.get("url", ""))
    if not url.startswith(("http://", "https://")):
        raise Refused(40066)
    return (
        Article(str(given["title"]), str(given.get("description", "")), url, str(given.get("picurl", ""))),
    )


def _menu_message(part: dict[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    rows = part.get("list")
    if not isinstance(rows, list) or not rows:
        raise Refused(40035, "list")
    choices = []
    for row in rows:
        if not isinstance(row, dict) or not row.get("content") or row.get("id") in (None, ""):
            raise Refused(40035, "list")
        choices.append((str(row["id"]), str(row["content"])))
    lines = [part.get("head_content", ""), *(words for _, words in choices), part.get("tail_content", "")]
    return _sized("\n".join(str(line) for line in lines if line)), tuple(choices)


def _screen_message(account: Account, body: dict[str, Any]) -> Seen:
    """What the person will see; Refused for anything WeChat would not send."""
    kind = str(body.get("msgtype", ""))
    now = account.clock.now()
    if kind == "text":
        return Seen(CUSTOMER_SERVICE, kind, _sized(_part(body, kind).get("content")), at=now, raw=body)
    if kind in ("image", "voice"):
        media_id = str(_part(body, kind).get("media_id", ""))
        account.media.find(media_id)
        return Seen(CUSTOMER_SERVICE, kind, media_id=media_id, at=now, raw=body)
    if kind == "news":
        return Seen(CUSTOMER_SERVICE, kind, articles=_news(_part(body, kind)), at=now, raw=body)
    if kind == "msgmenu":
        text, choices = _menu_message(_part(body, kind))
        return Seen(CUSTOMER_SERVICE, kind, text, choices=choices, at=now, raw=body)
    raise Refused(40008)


@endpoint("POST", "/cgi-bin/message/custom/send", right="customer_service_allowed")
def send_customer_service(account: Account, request: ApiRequest) -> dict[str, Any]:
    body = request.json(escapes="literal")
    person = _person(account, body)
    sent_as = body.get("customservice")
    if sent_as is not None and (
        not isinstance(sent_as, dict) or sent_as.get("kf_account") not in account.kf_accounts
    ):
        raise Refused(65401)
    message = _screen_message(account, body)
    if not person.following:
        raise Refused(45015)
    account.customer_service.spend(person.openid)
    person.see(message)
    return {}


@endpoint("POST", "/cgi-bin/message/custom/typing", right="customer_service_allowed")
def show_typing(account: Account, request: ApiRequest) -> dict[str, Any]:
    body = request.json()
    person = _person(account, body)
    now = account.clock.now()
    command = body.get("command")
    if command == "CancelTyping":
        person.typing_until = 0.0
        return {}
    if command != "Typing":
        raise Refused(45072)
    if person.last_message_at is None or now - person.last_message_at > TYPING_AFTER_MESSAGE:
        raise Refused(45080)
    if person.typing_until > now:
        raise Refused(45081)
    person.typing_until = now + TYPING_LASTS
    return {}


def _number(account: Account) -> int:
    return account.new_message_number() % 10**10


@endpoint("POST", "/cgi-bin/message/template/send", right="templates_allowed")
def send_template(account: Account, request: ApiRequest) -> dict[str, Any]:
    body = request.json()
    person = _person(account, body)
    template = account.templates.find(body.get("template_id"), subscription=False)
    text = template.fill(body.get("data"))
    if not person.following:
        raise Refused(43004)
    number = _number(account)
    status = "failed:user block" if person.blocks_templates else "success"
    if not person.blocks_templates:
        person.see(_notice(account, TEMPLATE, template, text, str(body.get("url", "")), body))
    person.raise_event("TEMPLATESENDJOBFINISH", {"MsgID": number, "Status": status}, wait=False)
    return {"msgid": number}


@endpoint("POST", "/cgi-bin/message/subscribe/bizsend", right="subscriptions_allowed")
def send_subscription(account: Account, request: ApiRequest) -> dict[str, Any]:
    body = request.json()
    person = _person(account, body)
    template = account.templates.find(body.get("template_id"), subscription=True)
    text = template.fill(body.get("data"))
    account.acceptances.spend(person.openid, template.template_id)
    person.see(_notice(account, SUBSCRIPTION, template, text, str(body.get("page", "")), body))
    sent = {
        "TemplateId": template.template_id,
        "MsgID": str(_number(account)),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    person.raise_event("subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": [sent]}}, wait=False)
    return {}


def _notice(
    account: Account, kind: str, template: Template, text: str, url: str, body: dict[str, Any]
) -> Seen:
    article = Article(template.title, text, url, "")
    return Seen(kind, "notice", articles=(article,), at=account.clock.now(), raw=body)


@endpoint("GET", "/cgi-bin/template/get_all_private_template")
def list_templates(account: Account, request: ApiRequest) -> dict[str, Any]:
    return {
        "template_list": [
            {
                "template_id": template.template_id,
                "title": template.title,
                "primary_industry": "政府与公共事业",
                "deputy_industry": "行政",
                "content": template.content,
                "example": "",
            }
            for template in account.templates.listed(subscription=False)
        ]
    }


@endpoint("POST", "/cgi-bin/template/api_add_template")
def add_template(account: Account, request: ApiRequest) -> dict[str, Any]:
    short = str(request.json().get("template_id_short", ""))
    if not short:
        raise Refused(40037)
    template_id = f"{short}-{_number(account)}"
    account.templates.add(template_id, short, "{{thing1.DATA}}\n{{time2.DATA}}")
    return {"template_id": template_id}


@endpoint("POST", "/cgi-bin/template/del_private_template")
def remove_template(account: Account, request: ApiRequest) -> dict[str, Any]:
    account.templates.remove(request.json().get("template_id"))
    return {}


@endpoint("GET", "/wxaapi/newtmpl/gettemplate")
def list_subscription_templates(account: Account, request: ApiRequest) -> dict[str, Any]:
    return {
        "data": [
            {
                "priTmplId": template.template_id,
                "title": template.title,
                "content": template.content,
                "example": "",
                "type": 2,
            }
            for template in account.templates.listed(subscription=True)
        ]
    }
