"""`python server.py wechat setup`: checks the values against WeChat, puts the menu there, says what is wrong."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

from desk.access_tokens import SharedToken
from desk.conversation_rows import now
from desk.duty import Duty, HoursRefused
from desk.store import Store
from settings import Settings

from ..wording import say, section
from . import menu as menus
from . import notices
from .api import Api
from .errors import ApiRefused, ApiSilent

NO_MENU = 46003
NO_KF = 65400
SECONDS = 6


@dataclass(frozen=True)
class Finding:
    """One line of the check: `good` True, False, or None for advice."""

    good: bool | None
    text: str


def run(settings: Settings, store: Store, out: Callable[[str], None] = print) -> int:
    """Check everything and print it line by line; 0 when the account is on the air."""
    faults = 0
    for finding in check(settings, store):
        mark = {True: "✓", False: "✗", None: "·"}[finding.good]
        out(f"{mark} {finding.text}")
        faults += finding.good is False
    out(say("wechat_setup.fine" if not faults else "wechat_setup.faults", count=faults))
    return 1 if faults else 0


def check(settings: Settings, store: Store) -> Iterator[Finding]:
    """Yield what is right and wrong, in the order in which it is to be mended."""
    missing = _missing(settings)
    yield from missing
    if any(finding.good is False for finding in missing):
        return
    api = Api(
        settings.wechat_app_id,
        settings.wechat_app_secret,
        settings.wechat_api_base,
        lambda fetch: SharedToken(store, settings.wechat_app_id, f"setup:{secrets.token_hex(4)}", fetch, now),
    )
    try:
        api.get("get_api_domain_ip")
    except (ApiRefused, ApiSilent) as error:
        yield _refused("token", error)
        return
    yield _good("token")
    yield from _webhook(settings)
    yield from _menu(settings, api)
    yield from _right(settings, api)
    yield from _notices(settings, api)


def _missing(settings: Settings) -> list[Finding]:
    found = []
    for name in ("wechat_app_id", "wechat_app_secret", "wechat_token"):
        if not getattr(settings, name):
            found.append(Finding(False, say("wechat_setup.missing", variable=name.upper())))
    key = settings.wechat_aes_key
    if not key:
        found.append(Finding(None, say("wechat_setup.plain")))
    elif not _is_aes_key(key):
        found.append(Finding(False, say("wechat_setup.aes_key", length=len(key))))
    if not 3 <= len(settings.wechat_token) <= 32 or not settings.wechat_token.isalnum():
        found.append(Finding(False, say("wechat_setup.token_shape")))
    try:
        Duty.read(settings.duty_hours)
    except HoursRefused:
        found.append(Finding(False, say("wechat_setup.hours", hours=settings.duty_hours)))
    return found or [_good("values")]


def _is_aes_key(key: str) -> bool:
    try:
        return len(key) == 43 and len(base64.b64decode(key + "=", validate=True)) == 32
    except binascii.Error:
        return False


def _webhook(settings: Settings) -> Iterator[Finding]:
    """Ask our own webhook from outside, as WeChat does when the address is saved."""
    if not settings.public_url:
        yield Finding(False, say("wechat_setup.no_public_url"))
        return
    if not settings.public_url.startswith("https://"):
        yield Finding(None, say("wechat_setup.not_https", url=settings.public_url))
    timestamp, nonce, echo = str(int(time.time())), secrets.token_hex(5), secrets.token_hex(8)
    joined = "".join(sorted([settings.wechat_token, timestamp, nonce]))
    query = {"timestamp": timestamp, "nonce": nonce, "echostr": echo}
    query["signature"] = hashlib.sha1(joined.encode()).hexdigest()
    address = f"{settings.public_url}/wechat"
    try:
        answer = requests.get(address, params=query, timeout=SECONDS)
    except requests.RequestException as error:
        yield Finding(False, say("wechat_setup.unreachable", url=address, detail=type(error).__name__))
        return
    if answer.status_code == 200 and answer.text == echo:
        yield Finding(True, say("wechat_setup.webhook", url=address))
    else:
        yield Finding(False, say("wechat_setup.wrong_answer", url=address, status=answer.status_code))


def _menu(settings: Settings, api: Api) -> Iterator[Finding]:
    try:
        menu = menus.load(settings.home)
    except menus.MenuRefused as error:
        yield Finding(False, say("wechat_setup.menu_file", detail=error))
        return
    if not settings.public_url and any(_pages(menu)):
        yield Finding(False, say("wechat_setup.menu_needs_url"))
        return
    try:
        api.post("menu/create", menu.for_wechat(settings.public_url))
        kept = api.get("menu/get")["menu"]["button"]
    except (ApiRefused, ApiSilent, KeyError, TypeError) as error:
        yield _refused("menu", error)
        return
    yield Finding(True, say("wechat_setup.menu", names="、".join(str(button["name"]) for button in kept)))


def _pages(menu: menus.Menu) -> Iterator[bool]:
    for _, content in menu.rows:
        for button in content if isinstance(content, tuple) else (content,):
            yield bool(button.page)


def _right(settings: Settings, api: Api) -> Iterator[Finding]:
    """Find out whether the account may send customer-service messages, without sending one."""
    if settings.wechat_customer_service == "no":
        yield Finding(None, say("wechat_setup.no_service_chosen"))
        return
    try:
        api.get("customservice/getkflist")
    except ApiRefused as refused:
        if refused.errcode not in (NO_KF,):
            yield Finding(None, say("wechat_setup.no_service", errcode=refused.errcode))
            return
    except ApiSilent as silent:
        yield _refused("service", silent)
        return
    yield _good("service")


def _notices(settings: Settings, api: Api) -> Iterator[Finding]:
    fields = notices.load_fields(settings.home)
    if settings.wechat_template:
        listed = _listed(api, "template/get_all_private_template", "template_list", "template_id")
        yield _notice(settings.wechat_template, listed, fields.get("template", {}), "template")
    if settings.wechat_subscription:
        yield Finding(None, say("wechat_setup.subscription", id=settings.wechat_subscription))
    if not settings.wechat_template and not settings.wechat_subscription:
        yield Finding(None, say("wechat_setup.no_notices"))


def _notice(id: str, listed: dict[str, str] | Exception, fields: dict[str, str], sort: str) -> Finding:
    if isinstance(listed, Exception):
        return _refused(sort, listed)
    if id not in listed:
        return Finding(False, say("wechat_setup.unknown_template", id=id))
    absent = [name for name in fields if f"{{{{{name}.DATA}}}}" not in listed[id].replace(" ", "")]
    if absent:
        return Finding(False, say("wechat_setup.template_fields", id=id, fields="、".join(absent)))
    return Finding(True, say("wechat_setup.template", id=id))


def _listed(api: Api, path: str, name: str, id: str) -> dict[str, str] | Exception:
    try:
        found: list[dict[str, Any]] = api.get(path).get(name) or []
    except (ApiRefused, ApiSilent) as error:
        return error
    return {str(row.get(id, "")): str(row.get("content", "")) for row in found}


def _good(what: str) -> Finding:
    return Finding(True, say(f"wechat_setup.good.{what}"))


def _refused(what: str, error: Exception) -> Finding:
    """Say what a refusal means to the operator."""
    if isinstance(error, ApiRefused):
        meanings = section("wechat_setup")["meanings"]
        meaning = meanings.get(error.errcode, say("wechat_setup.unknown_code", detail=error))
        return Finding(False, f"{say(f'wechat_setup.bad.{what}')} {meaning}")
    return Finding(False, f"{say(f'wechat_setup.bad.{what}')} {say('wechat_setup.silent', detail=error)}")
