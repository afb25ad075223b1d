"""The account's own affairs: tokens, menu, scene codes, people, media, network checks."""

from __future__ import annotations

import secrets
import socket
from typing import Any
from urllib.parse import quote, urlsplit

from tests.wechat_platform.account import Account
from tests.wechat_platform.api import Answer, ApiRequest, FileAnswer, endpoint
from tests.wechat_platform.menus import check_menu
from tests.wechat_platform.refusals import Refused

SCENE_LIFETIME_MOST = 2_592_000
LARGEST_PERMANENT_SCENE = 100_000
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "audio/amr": "amr"}
CALLBACK_ADDRESSES = ["127.0.0.1", "101.226.103.0/25", "183.3.234.145"]


def _who_asks(account: Account, app_id: str, secret: str) -> None:
    if account.ip_refused:
        raise Refused(40164)
    if not app_id:
        raise Refused(41002)
    if app_id != account.app_id:
        raise Refused(40013)
    if not secret:
        raise Refused(41004)
    if not secrets.compare_digest(secret.encode(), account.app_secret.encode()):
        raise Refused(40125)


@endpoint("*", "/cgi-bin/token", needs_token=False)
def access_token(account: Account, request: ApiRequest) -> Answer:
    if request.query.get("grant_type") != "client_credential":
        raise Refused(40002)
    _who_asks(account, request.query.get("appid", ""), request.query.get("secret", ""))
    token = account.tokens.ordinary()
    return {"access_token": token.value, "expires_in": token.left(account.clock.now())}


@endpoint("POST", "/cgi-bin/stable_token", needs_token=False)
def stable_access_token(account: Account, request: ApiRequest) -> Answer:
    body = request.json()
    if body.get("grant_type") != "client_credential":
        raise Refused(40002)
    _who_asks(account, str(body.get("appid", "")), str(body.get("secret", "")))
    token = account.tokens.stable(body.get("force_refresh") is True)
    return {"access_token": token.value, "expires_in": token.left(account.clock.now())}


@endpoint("GET", "/cgi-bin/ticket/getticket")
def page_ticket(account: Account, request: ApiRequest) -> Answer:
    if request.query.get("type") not in ("jsapi", "wx_card"):
        raise Refused(40035, "type")
    ticket = account.tokens.page_ticket()
    return {
        "errcode": 0,
        "errmsg": "ok",
        "ticket": ticket.value,
        "expires_in": ticket.left(account.clock.now()),
    }


@endpoint("POST", "/cgi-bin/menu/create")
def create_menu(account: Account, request: ApiRequest) -> Answer:
    menu = request.json(escapes="refuse")
    check_menu(menu)
    account.menu = menu
    return {}


@endpoint("GET", "/cgi-bin/menu/get")
def get_menu(account: Account, request: ApiRequest) -> Answer:
    if account.menu is None:
        raise Refused(46003)
    return {"menu": account.menu}


@endpoint("GET", "/cgi-bin/menu/delete")
def delete_menu(account: Account, request: ApiRequest) -> Answer:
    account.menu = None
    return {}


@endpoint("POST", "/cgi-bin/qrcode/create")
def create_scene_code(account: Account, request: ApiRequest) -> Answer:
    body = request.json()
    action = str(body.get("action_name", ""))
    if action not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
        raise Refused(40052)
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise Refused(40053)
    permanent = action.startswith("QR_LIMIT")
    if action.endswith("STR_SCENE"):
        name = scene.get("scene_str")
        if not isinstance(name, str) or not 1 <= len(name) <= 64:
            raise Refused(40053)
    else:
        number = scene.get("scene_id")
        most = LARGEST_PERMANENT_SCENE if permanent else 2**32 - 1
        if not isinstance(number, int) or not 1 <= number <= most:
            raise Refused(40053)
        name = str(number)
    ticket = "gQ" + secrets.token_urlsafe(60)
    account.scenes[ticket] = name
    answer: dict[str, Any] = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{quote(ticket[:22])}"}
    if not permanent:
        answer["expire_seconds"] = min(int(body.get("expire_seconds", 60)), SCENE_LIFETIME_MOST)
    return answer


@endpoint("GET", "/cgi-bin/user/info")
def person_info(account: Account, request: ApiRequest) -> Answer:
    person = account.followers.get(request.query.get("openid", ""))
    if person is None:
        raise Refused(40003)
    if not person.following:
        return {"subscribe": 0, "openid": person.openid}
    return {
        "subscribe": 1,
        "openid": person.openid,
        "language": request.query.get("lang", "zh_CN"),
        "subscribe_time": person.subscribed_at,
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": "ADD_SCENE_QR_CODE" if person.scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(person.scene) if person.scene.isdigit() else 0,
        "qr_scene_str": "" if person.scene.isdigit() else person.scene,
    }


@endpoint("POST", "/cgi-bin/media/upload")
def upload_medium(account: Account, request: ApiRequest) -> Answer:
    if request.upload is None:
        raise Refused(41005)
    kind = request.query.get("type", "")
    media_id, at = account.media.accept(kind, request.upload.content, request.upload.content_type)
    return {"type": kind, "thumb_media_id" if kind == "thumb" else "media_id": media_id, "created_at": at}


@endpoint("GET", "/cgi-bin/media/get")
def fetch_medium(account: Account, request: ApiRequest) -> Answer:
    media_id = request.query.get("media_id", "")
    medium = account.media.find(media_id)
    if medium.kind == "video":
        return {"video_url": f"{account.api_base}/mmvideo/{media_id}"}
    return FileAnswer(
        medium.content, medium.content_type, f"{media_id}.{EXTENSIONS.get(medium.content_type, 'bin')}"
    )


@endpoint("GET", "/cgi-bin/media/get/jssdk")
def fetch_voice(account: Account, request: ApiRequest) -> Answer:
    media_id = request.query.get("media_id", "")
    medium = account.media.find(media_id)
    if medium.content_type != "voice/speex":
        raise Refused(40007)
    return FileAnswer(medium.content, medium.content_type, f"{media_id}.speex")


@endpoint("GET", "/cgi-bin/get_api_domain_ip")
@endpoint("GET", "/cgi-bin/getcallbackip")
def platform_addresses(account: Account, request: ApiRequest) -> Answer:
    return {"ip_list": CALLBACK_ADDRESSES}


@endpoint("POST", "/cgi-bin/callback/check")
def check_callback(account: Account, request: ApiRequest) -> Answer:
    """Whether the webhook's host answers; the platform here is always "CAP"."""
    request.json()
    parts = urlsplit(account.webhook or "")
    loss = "100%"
    if parts.hostname:
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            with socket.create_connection((parts.hostname, port), timeout=1):
                loss = "0%"
        except OSError:
            loss = "100%"
    host = parts.hostname or "0.0.0.0"
    return {
        "dns": [{"ip": host, "real_operator": "CAP"}],
        "ping": [{"ip": host, "from_operator": "CAP", "package_loss": loss, "time": "1.0ms"}],
    }


@endpoint("POST", "/cgi-bin/clear_quota")
def clear_daily_calls(account: Account, request: ApiRequest) -> Answer:
    if request.json().get("appid") != account.app_id:
        raise Refused(40013)
    account.daily_calls.clear()
    return {}


@endpoint("GET", "/cgi-bin/customservice/getkflist")
def list_agents(account: Account, request: ApiRequest) -> Answer:
    return {
        "kf_list": [
            {"kf_account": name, "kf_nick": name.partition("@")[0], "kf_id": str(1001 + index)}
            for index, name in enumerate(account.kf_accounts)
        ]
    }


@endpoint("GET", "/cgi-bin/customservice/getonlinekflist")
def list_agents_on_duty(account: Account, request: ApiRequest) -> Answer:
    return {
        "kf_online_list": [
            {"kf_account": name, "status": 1, "kf_id": str(1001 + index), "accepted_case": 0}
            for index, name in enumerate(account.kf_accounts)
        ]
    }
