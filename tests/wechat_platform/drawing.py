"""Messages and menus drawn in text for a terminal."""

from __future__ import annotations

import unicodedata
from typing import Any

from tests.wechat_platform.replies import Article
from tests.wechat_platform.seen import Seen

WIDTH = 56


def width(text: str) -> int:
    """Columns on a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def folded(text: str, columns: int) -> list[str]:
    """Lines no wider than that."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for character in paragraph:
            if width(line + character) > columns:
                lines.append(line)
                line = ""
            line += character
        lines.append(line)
    return lines


def boxed(lines: list[str]) -> list[str]:
    inside = [part for line in lines for part in folded(line, WIDTH)]
    rows = [f"│ {line}{' ' * (WIDTH - width(line))} │" for line in inside]
    return ["┌" + "─" * (WIDTH + 2) + "┐", *rows, "└" + "─" * (WIDTH + 2) + "┘"]


def _card(article: Article) -> list[str]:
    lines = [article.title]
    if article.description:
        lines += ["", article.description]
    if article.url:
        lines += ["", f"▸ {article.url}"]
    return boxed(lines)


def drawn(seen: Seen, label: str) -> str:
    """One message as the person sees it, under the label of its kind."""
    lines = [f"── {label}"]
    if seen.choices:
        rows = [words for _, words in seen.choices]
        for line in seen.text.split("\n"):
            lines.append(f"   [{rows.index(line) + 1}] {line}" if line in rows else line)
    elif seen.text:
        lines += seen.text.split("\n")
    for article in seen.articles:
        lines += _card(article)
    if seen.media_id:
        lines += boxed([f"{seen.message_type} {seen.media_id[:24]}…"])
    return "\n".join(lines)


def drawn_menu(menu: dict[str, Any]) -> str:
    """The bar at the bottom, one line per button, with what /tap takes."""
    lines = []
    for button in menu["button"]:
        nested = button.get("sub_button") or []
        lines.append(f"≡ {button['name']}" + ("" if nested else f"   {_target(button)}"))
        lines += [f"   · {leaf['name']}   {_target(leaf)}" for leaf in nested]
    return "\n".join(lines)


def _target(button: dict[str, Any]) -> str:
    return str(button.get("key") or button.get("url") or "")
