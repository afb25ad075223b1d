"""Channel-neutral messages as what WeChat can show, in as few messages as there may be. Pure.

A part is one WeChat message: `{"type": "text", "content"}`, `{"type": "news", "title", "description",
"url"}` or `{"type": "menu", "head", "items": [{"id", "content"}], "tail"}`. The first part of a passive
reply is never a menu, which WeChat allows as a customer-service message only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from ..beijing import long_date
from ..wording import say, section
from .splitting import LONGEST_TEXT, clean, shorten, size, split

LONGEST_TITLE = 64  # characters WeChat shows of an article's title
LONGEST_DESCRIPTION = 360  # bytes shown below it on a phone
LONGEST_LEAD = 120  # bytes of text before a card that go into its article
MOST_ITEMS = 10
Part = dict[str, Any]


class Links(Protocol):
    """Signed addresses of our pages."""

    def answer(self, message_id: int) -> str:
        """Return the page of one answer."""

    def talk(self, message_id: int) -> str:
        """Return the conversation, opened at that message."""

    def file(self, message_id: int) -> str:
        """Return the file of that message, and nothing else."""

    def notice(self, message_id: int) -> str:
        """Return the page that asks whether a notice may be sent, '' for none."""

    def absolute(self, path: str) -> str:
        """Return a path of ours as an address."""


class Said(Protocol):
    """A stored message: id, kind and body."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Composed:
    """The parts to send in order, and the choices they offer."""

    parts: tuple[Part, ...]
    offered: tuple[dict[str, str], ...] = ()


@dataclass
class _Blocks:
    """What there is to show, before it is fitted."""

    items: list[Part] = field(default_factory=list)
    choices: tuple[dict[str, str], ...] = ()
    choices_of: int = 0

    def text(self, text: str) -> None:
        plain = clean(text)
        if not plain:
            return
        last = self.items[-1] if self.items else None
        if last is not None and last["type"] == "text":
            last["content"] = f"{last['content']}\n\n{plain}"
        else:
            self.items.append({"type": "text", "content": plain})

    def article(self, title: str, description: str, url: str) -> None:
        lead = ""
        if (
            self.items
            and self.items[-1]["type"] == "text"
            and size(self.items[-1]["content"]) <= LONGEST_LEAD
        ):
            lead = self.items.pop()["content"] + "\n"
        shown = shorten(clean(lead + description), LONGEST_DESCRIPTION)
        self.items.append(
            {"type": "news", "title": clean(title)[:LONGEST_TITLE], "description": shown, "url": url}
        )


def compose(
    messages: Sequence[Said], *, slots: int, passive: bool, menus: bool, links: Links, by_name: str = ""
) -> Composed:
    """Return `messages` as at most `slots` parts; what does not fit is behind a link in the last one."""
    blocks = _blocks(messages, links)
    if not blocks.items and not blocks.choices:
        return Composed(())
    for with_menu in (True, False) if menus else (False,):
        parts = _laid_out(blocks, with_menu=with_menu, passive=passive)
        if len(parts) <= slots:
            return Composed(tuple(parts), blocks.choices)
    return Composed(tuple(_squeezed(blocks, slots, links.talk(messages[0].id))), blocks.choices)


def _blocks(messages: Sequence[Said], links: Links) -> _Blocks:
    blocks = _Blocks()
    for message in messages:
        _show(blocks, message, links)
    for message in reversed(messages):
        offered = _choices(message.body)
        if offered:
            blocks.choices, blocks.choices_of = offered, message.id
            break
    return blocks


def _choices(body: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    found = [
        choice for choice in body.get("choices") or () if isinstance(choice, Mapping) and choice.get("label")
    ]
    return tuple(
        {"label": clean(str(choice["label"])), "value": str(choice.get("value", ""))} for choice in found
    )


def _show(blocks: _Blocks, message: Said, links: Links) -> None:
    body = message.body
    if message.kind == "evidence" and body.get("evidence"):
        blocks.text(say("wechat.file", name=body["evidence"].get("name", ""), url=links.file(message.id)))
        return
    blocks.text(str(body.get("text") or ""))
    if body.get("ticket_news"):
        blocks.text(say("wechat.progress", url=links.talk(message.id)))
    if body.get("link"):
        blocks.text(say("wechat.see", url=links.talk(int(body["link"]))))
    if message.kind == "card" and body.get("card"):
        _show_card(blocks, body["card"], links.answer(message.id))
    elif message.kind == "summary" and body.get("summary"):
        _show_summary(blocks, body["summary"], links.talk(message.id))
    elif message.kind == "ticket" and body.get("ticket"):
        _show_ticket(blocks, body["ticket"], links, links.notice(message.id))


def _show_card(blocks: _Blocks, card: Mapping[str, Any], url: str) -> None:
    strength = section("page")["strength"].get(str(card.get("strength") or ""))
    label = f"【{strength['label']}】" if strength else ""
    blocks.article(str(card.get("title") or say("wechat.answer")), label + str(card.get("answer") or ""), url)


def _show_summary(blocks: _Blocks, summary: Mapping[str, Any], url: str) -> None:
    empty = section("page")["summary"]["empty"]
    lines = [f"{line.get('label', '')}：{line.get('value') or empty}" for line in summary.get("lines") or ()]
    warnings = [f"※ {warning}" for warning in summary.get("warnings") or ()]
    warnings += [str(summary["note"])] if summary.get("note") else []
    title = f"【{summary.get('title') or ''}】"
    blocks.text("\n".join([title, *lines, *warnings]) + "\n" + say("wechat.correct", url=url))


def _show_ticket(blocks: _Blocks, ticket: Mapping[str, Any], links: Links, ask_url: str) -> None:
    words = section("page")["ticket"]
    lines = [f"【{words['title']}】", f"{words['number']}：{ticket.get('number', '')}"]
    lines.append(f"{words['code']}：{ticket.get('code', '')}")
    if ticket.get("accept_by"):
        lines.append(f"{words['accept_by']}：{_day(str(ticket['accept_by']))}")
    lines += [str(ticket.get("text") or ""), words["keep"]]
    if ticket.get("status_url"):
        lines.append(say("wechat.progress", url=links.absolute(str(ticket["status_url"]))))
    if ask_url:
        lines.append(say("wechat.ask_notice", url=ask_url))
    blocks.text("\n".join(line for line in lines if line))


def _day(text: str) -> str:
    """Return an ISO date in words, anything else as it is."""
    try:
        return long_date(date.fromisoformat(text))
    except ValueError:
        return text


def _laid_out(blocks: _Blocks, *, with_menu: bool, passive: bool) -> list[Part]:
    """Return the parts without regard to how many there may be."""
    parts: list[Part] = []
    for item in blocks.items:
        if item["type"] == "text":
            parts += [{"type": "text", "content": piece} for piece in split(item["content"])]
        else:
            parts.append(item)
    if not blocks.choices:
        return parts
    last = parts[-1] if parts else None
    head = last["content"] if last is not None and last["type"] == "text" else ""
    if with_menu and _fits_menu(blocks, head) and not (passive and len(parts) <= (1 if head else 0)):
        if head:
            parts.pop()
        return [*parts, _menu(blocks, head)]
    listed = _listed(blocks, bare=bool(head))
    if head and size(f"{head}\n\n{listed}") <= LONGEST_TEXT:
        return [*parts[:-1], {"type": "text", "content": f"{head}\n\n{listed}"}]
    return [*parts, *({"type": "text", "content": piece} for piece in split(listed))]


def _fits_menu(blocks: _Blocks, head: str) -> bool:
    shown = head + "".join(choice["label"] for choice in blocks.choices)
    return len(blocks.choices) <= MOST_ITEMS and size(shown) < LONGEST_TEXT - 200


def _menu(blocks: _Blocks, head: str) -> Part:
    items = [
        {"id": f"{blocks.choices_of}.{place}", "content": choice["label"]}
        for place, choice in enumerate(blocks.choices)
    ]
    return {
        "type": "menu",
        "head": head or say("wechat.next"),
        "items": items,
        "tail": say("wechat.or_write"),
    }


def _listed(blocks: _Blocks, *, bare: bool) -> str:
    rows = [f"{place}. {choice['label']}" for place, choice in enumerate(blocks.choices, start=1)]
    begin = [] if bare else [say("wechat.next")]
    return "\n".join([*begin, *rows, say("wechat.by_number")])


def _squeezed(blocks: _Blocks, slots: int, more_url: str) -> list[Part]:
    """Return everything as text; when even that is too much, its beginning and the link to the rest."""
    texts = []
    for item in blocks.items:
        if item["type"] == "text":
            texts.append(item["content"])
        else:
            whole = say("wechat.whole_answer", url=item["url"])
            texts.append(f"【{item['title']}】\n{item['description']}\n{whole}")
    listed = _listed(blocks, bare=False) if blocks.choices else ""
    pieces = split("\n\n".join([*texts, listed] if listed else texts))
    if len(pieces) <= slots:
        return [{"type": "text", "content": piece} for piece in pieces]
    tail = "\n\n".join(part for part in (say("wechat.rest", url=more_url), listed) if part)
    if size(tail) > LONGEST_TEXT // 2:
        tail = say("wechat.rest", url=more_url)
    last = shorten(pieces[slots - 1], LONGEST_TEXT - size(tail) - 2)
    kept = [*pieces[: slots - 1], f"{last}\n\n{tail}"]
    return [{"type": "text", "content": piece} for piece in kept]
