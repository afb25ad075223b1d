"""Checking a custom menu the way `/cgi-bin/menu/create` does."""

from __future__ import annotations

from typing import Any

from tests.wechat_platform.refusals import Refused

MOST_BUTTONS = 3
MOST_SUB_BUTTONS = 5
NAME_BYTES = 16
SUB_NAME_BYTES = 60
KEY_BYTES = 128
URL_BYTES = 1024
KEYED = {
    "click",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
}
NEEDED = {
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
# The same fault has its own code on each level.
CODES = {
    "type": (40017, 40024),
    "name": (40018, 40025),
    "key": (40019, 40026),
    "url": (40020, 40027),
}


def _refuse(flaw: str, sub: bool) -> Refused:
    return Refused(CODES[flaw][sub])


def _size(value: object) -> int:
    return len(value.encode()) if isinstance(value, str) else 0


def _check_button(button: object, sub: bool) -> None:
    if not isinstance(button, dict):
        raise Refused(47001)
    if not 0 < _size(button.get("name")) <= (SUB_NAME_BYTES if sub else NAME_BYTES):
        raise _refuse("name", sub)
    nested = button.get("sub_button")
    if nested:
        if sub:
            raise Refused(40023)
        if not isinstance(nested, list) or len(nested) > MOST_SUB_BUTTONS:
            raise Refused(40023)
        for inner in nested:
            _check_button(inner, sub=True)
        return
    kind = button.get("type")
    if kind in KEYED:
        if not 0 < _size(button.get("key")) <= KEY_BYTES:
            raise _refuse("key", sub)
    elif kind in NEEDED:
        for name in NEEDED[kind]:
            if not button.get(name):
                raise _refuse("url" if name == "url" else "key", sub)
        url = button.get("url")
        if url is not None and (_size(url) > URL_BYTES or not str(url).startswith(("http://", "https://"))):
            raise _refuse("url", sub) if _size(url) > URL_BYTES else Refused(40055)
    else:
        raise _refuse("type", sub)


def check_menu(menu: dict[str, Any]) -> None:
    """Refused with the code of the first flaw."""
    buttons = menu.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise Refused(40016)
    for button in buttons:
        _check_button(button, sub=False)


def leaves(menu: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The buttons a person can tap."""
    return [
        leaf for button in (menu or {}).get("button", []) for leaf in (button.get("sub_button") or [button])
    ]
