"""The account's menu, from menu.yml (or the office's own file in the data folder)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("menu.yml")
OWN_FILE = "wechat_menu.yml"
PAGES = {"chat": "/wechat/chat", "tickets": "/tickets"}
MOST_BUTTONS, MOST_BELOW = 3, 5
LONGEST_NAME, LONGEST_NAME_BELOW, LONGEST_KEY = 16, 60, 128  # bytes


class MenuRefused(ValueError):
    """The menu file holds what WeChat does not take; the message says what and where."""


@dataclass(frozen=True)
class Button:
    """One button. `key` of a tap, or `page` opened; `text` and `choice` are said, `reply` answered."""

    name: str
    key: str = ""
    text: str = ""
    choice: str = ""
    page: str = ""
    reply: str = ""


@dataclass(frozen=True)
class Menu:
    """Buttons as (name, its own button or those below it)."""

    rows: tuple[tuple[str, Button | tuple[Button, ...]], ...]
    replies: Mapping[str, str]

    def button(self, key: str) -> Button | None:
        """Return the button of a key, None for one the menu does not have (any more)."""
        for _, content in self.rows:
            for button in content if isinstance(content, tuple) else (content,):
                if key and button.key == key:
                    return button
        return None

    def for_wechat(self, address: str) -> dict[str, Any]:
        """Return the body of menu/create; pages are under `address`."""
        return {"button": [_row(name, content, address) for name, content in self.rows]}


def load(home: Path) -> Menu:
    """Read the office's own menu if there is one, else ours; MenuRefused."""
    own = home / OWN_FILE
    path = own if own.exists() else FILE
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        rows = tuple(_read_row(row) for row in raw["buttons"])
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise MenuRefused(f"{path.name}: {type(error).__name__} {error}") from error
    if not 1 <= len(rows) <= MOST_BUTTONS:
        raise MenuRefused(f"{path.name}: one to {MOST_BUTTONS} buttons, not {len(rows)}")
    replies = {str(name): str(text) for name, text in (raw.get("replies") or {}).items()}
    menu = Menu(rows, replies)
    for _, content in rows:
        for button in content if isinstance(content, tuple) else (content,):
            if button.reply and button.reply not in replies:
                raise MenuRefused(f"{path.name}: {button.name} names no reply {button.reply!r}")
    return menu


def _read_row(raw: Mapping[str, Any]) -> tuple[str, Button | tuple[Button, ...]]:
    name = _short(str(raw["name"]), LONGEST_NAME)
    if "buttons" not in raw:
        return name, _read_button(raw, LONGEST_NAME)
    below = tuple(_read_button(inner, LONGEST_NAME_BELOW) for inner in raw["buttons"])
    if not 1 <= len(below) <= MOST_BELOW:
        raise MenuRefused(f"{name}: one to {MOST_BELOW} buttons below, not {len(below)}")
    return name, below


def _read_button(raw: Mapping[str, Any], longest: int) -> Button:
    button = Button(**{name: str(value) for name, value in raw.items()})
    _short(button.name, longest)
    if button.page:
        if button.page not in PAGES:
            raise MenuRefused(f"{button.name}: page is one of {', '.join(PAGES)}")
    elif not button.key or len(button.key.encode()) > LONGEST_KEY:
        raise MenuRefused(f"{button.name}: needs a key of at most {LONGEST_KEY} bytes, or a page")
    return button


def _short(name: str, longest: int) -> str:
    if not 0 < len(name.encode()) <= longest:
        raise MenuRefused(f"{name}: a name has at most {longest} bytes ({longest // 3} characters)")
    return name


def _row(name: str, content: Button | tuple[Button, ...], address: str) -> dict[str, Any]:
    if isinstance(content, tuple):
        return {"name": name, "sub_button": [_button(button, address) for button in content]}
    return _button(content, address)


def _button(button: Button, address: str) -> dict[str, Any]:
    if button.page:
        return {"type": "view", "name": button.name, "url": f"{address}{PAGES[button.page]}"}
    return {"type": "click", "name": button.name, "key": button.key}
