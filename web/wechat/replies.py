"""Parts as WeChat takes them: the XML of a passive reply, the JSON of a customer-service message."""

from __future__ import annotations

from typing import Any

from wechatpy.replies import ArticlesReply, BaseReply, TextReply, TransferCustomerServiceReply

from .rendering import Part

ACKNOWLEDGED = "success"


def passive_xml(part: Part, *, to: str, account: str, at: int) -> str:
    """Return the XML of a passive reply."""
    common = {"source": account, "target": to, "time": at}
    reply: BaseReply
    if part["type"] == "transfer":
        reply = TransferCustomerServiceReply(**common)
    elif part["type"] == "news":
        reply = ArticlesReply(**common)
        article = {name: part[name] for name in ("title", "description", "url")}
        reply.add_article({**article, "image": part.get("picture", "")})
    else:
        reply = TextReply(content=part["content"], **common)
    xml: str = reply.render()
    return xml


def service_json(part: Part, *, to: str) -> dict[str, Any]:
    """Return the body of message/custom/send."""
    if part["type"] == "news":
        article = {name: part[name] for name in ("title", "description", "url")}
        article["picurl"] = part.get("picture", "")
        return {"touser": to, "msgtype": "news", "news": {"articles": [article]}}
    if part["type"] == "menu":
        menu = {"head_content": part["head"], "list": part["items"], "tail_content": part["tail"]}
        return {"touser": to, "msgtype": "msgmenu", "msgmenu": menu}
    return {"touser": to, "msgtype": "text", "text": {"content": part["content"]}}
