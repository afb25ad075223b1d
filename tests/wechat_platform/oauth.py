"""Page authorisation: the page that sends the person back with a code, and the exchange of the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from tests.wechat_platform.account import Account
from tests.wechat_platform.api import ApiRequest, endpoint
from tests.wechat_platform.refusals import Refused

ORDER = ["appid", "redirect_uri", "response_type", "scope", "state"]
SCOPES = {"snsapi_base", "snsapi_userinfo"}
PERSON_PARAMETER = "simulated_openid"


@dataclass(frozen=True)
class Authorised:
    location: str


@dataclass(frozen=True)
class AuthorisationRefused:
    """A page of WeChat's own instead of ours."""

    words: str


def _refusal(account: Account, given: dict[str, str], order: list[str]) -> str:
    if order != [name for name in ORDER if name in order]:
        return "链接参数顺序不对"
    if given.get("appid") != account.app_id:
        return "AppID 参数错误 10013"
    back = urlsplit(given.get("redirect_uri", ""))
    if back.scheme not in ("http", "https") or not back.hostname:
        return "redirect_uri 参数错误 10003"
    if account.oauth_domain is not None and back.hostname != account.oauth_domain:
        return "redirect_uri域名与后台配置不一致 10003"
    if given.get("response_type") != "code":
        return "response_type 参数错误 10016"
    if given.get("scope") not in SCOPES:
        return "Scope 参数错误或没有 Scope 权限 10005"
    return ""


def authorise(
    account: Account, query: list[tuple[str, str]], openid: str | None
) -> Authorised | AuthorisationRefused:
    """Where the person's browser goes next. WeChat's link is matched strictly, so the order counts."""
    given = dict(query)
    openid = openid or given.get(PERSON_PARAMETER)
    order = [name for name, _ in query if name not in (PERSON_PARAMETER, "connect_redirect", "forcePopup")]
    words = _refusal(account, given, order)
    if words:
        return AuthorisationRefused(words)
    if openid is None or openid not in account.followers:
        return AuthorisationRefused("请在微信客户端打开链接")
    code = account.tokens.new_code(openid, given["scope"])
    back = urlsplit(given["redirect_uri"])
    extra = urlencode([("code", code), ("state", given.get("state", ""))], quote_via=quote)
    location = urlunsplit(back._replace(query=f"{back.query}&{extra}" if back.query else extra))
    return Authorised(location)


@endpoint("*", "/sns/oauth2/access_token", needs_token=False)
def exchange_code(account: Account, request: ApiRequest) -> dict[str, Any]:
    given = request.query
    if given.get("appid") != account.app_id:
        raise Refused(40013)
    if given.get("secret") != account.app_secret:
        raise Refused(40125)
    if given.get("grant_type") != "authorization_code":
        raise Refused(40002)
    if not given.get("code"):
        raise Refused(41008)
    code = account.tokens.use_code(given["code"])
    return {
        "access_token": account.tokens.session_token(),
        "expires_in": 7200,
        "refresh_token": account.tokens.session_token(),
        "openid": code.openid,
        "scope": code.scope,
    }


def query_in_order(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)
