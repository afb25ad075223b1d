"""WeChat's API: wechatpy's client with our shared token, and answers sorted into refused and silent."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from desk.access_tokens import Fetched, SharedToken
from desk.errors import TokenUnavailable

from .errors import ApiRefused, ApiSilent

log = logging.getLogger("weiquan.wechat.api")

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0
BAD_TOKEN = frozenset({40001, 40014, 42001})
SYSTEM_BUSY = frozenset({-1, 50001})
CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
LARGEST_CHUNK = 64 * 1024


class _Client(WeChatClient):
    """wechatpy's client; the token is ours."""

    def __init__(self, app_id: str, secret: str, base: str) -> None:
        self.given_token = ""
        super().__init__(app_id, secret, timeout=(CONNECT_SECONDS, ANSWER_SECONDS), auto_retry=False)
        self.API_BASE_URL = f"{base}/cgi-bin/"
        self._http.mount("http://", HTTPAdapter(pool_connections=4, pool_maxsize=32))
        self._http.mount("https://", HTTPAdapter(pool_connections=4, pool_maxsize=32))

    @property
    def access_token(self) -> str:
        return self.given_token


class Api:
    """Calls to WeChat for one account. `shared` makes the token shared between processes."""

    def __init__(
        self,
        app_id: str,
        secret: str,
        base: str,
        shared: Callable[[Callable[[bool], Fetched]], SharedToken],
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._base = base
        self._client = _Client(app_id, secret, base)
        self._token = shared(self._fetch_token)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call `cgi-bin/<path>`; ApiRefused with WeChat's number, ApiSilent when there is no answer."""
        return self._with_token(lambda token: _json(self._client.post(path, data=body, params=_with(token))))

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """Call `cgi-bin/<path>` with parameters."""
        return self._with_token(lambda token: _json(self._client.get(path, params=_with(token, params))))

    def download(self, media_id: str, *, limit: int) -> bytes:
        """Return a temporary media file; ApiRefused, ApiSilent, OverflowError when larger than `limit`."""

        def fetch(token: str) -> Any:
            params = _with(token, {"media_id": media_id})
            with self._client._http.get(
                f"{self._base}/cgi-bin/media/get",
                params=params,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                stream=True,
            ) as response:
                if response.status_code != 200:
                    raise ApiSilent(f"status {response.status_code}", maybe_done=False)
                if "json" in response.headers.get("Content-Type", "") or "text/plain" in response.headers.get(
                    "Content-Type", ""
                ):
                    return self._client._handle_result(response)
                return _limited(response, limit)

        found = self._with_token(fetch)
        if not isinstance(found, bytes):
            raise ApiSilent("no file came", maybe_done=False)
        return found

    def oauth_openid(self, code: str) -> str:
        """Return who opened the page; ApiRefused for a code that is used up or not WeChat's."""
        params = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        url = f"{self._base}/sns/oauth2/access_token"
        data = self._answered(lambda: self._client._http.get(url, params=params, timeout=ANSWER_SECONDS))
        return str(data.get("openid", ""))

    def _with_token(self, call: Callable[[str], Any]) -> Any:
        """Call with the shared token; a token WeChat no longer takes is replaced once."""
        token = self._current()
        try:
            return self._guarded(lambda: call(token))
        except ApiRefused as refused:
            if refused.errcode not in BAD_TOKEN:
                raise
            log.info("token refused with %s, replaced", refused.errcode)
        token = self._current(bad=token)
        return self._guarded(lambda: call(token))

    def _current(self, *, bad: str = "") -> str:
        try:
            return self._token.replace(bad) if bad else self._token.current()
        except (TokenUnavailable, ApiSilent) as error:  # without a token the call itself was never made
            raise ApiSilent(str(error), maybe_done=False) from error

    def _fetch_token(self, force: bool) -> Fetched:
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        url = f"{self._base}/cgi-bin/stable_token"
        timeout = (CONNECT_SECONDS, ANSWER_SECONDS)
        data = self._answered(lambda: self._client._http.post(url, json=body, timeout=timeout))
        if not data.get("access_token"):
            raise ApiSilent("no token came", maybe_done=False)
        return Fetched(str(data["access_token"]), timedelta(seconds=int(data.get("expires_in", 7200))))

    def _answered(self, call: Callable[[], requests.Response]) -> dict[str, Any]:
        return self._guarded(lambda: _json(self._client._handle_result(call())))

    def _guarded(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except WeChatClientException as error:
            if error.errcode is None:
                raise ApiSilent("HTTP error", maybe_done=True) from None
            raise ApiRefused(int(error.errcode), str(error.errmsg)[:120]) from None
        except (requests.ConnectTimeout, requests.exceptions.InvalidURL) as error:
            raise ApiSilent(type(error).__name__, maybe_done=False) from None
        except requests.ConnectionError as error:
            raise ApiSilent(type(error).__name__, maybe_done=not _never_connected(error)) from None
        except requests.RequestException as error:
            raise ApiSilent(type(error).__name__, maybe_done=True) from None


def _json(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):  # wechatpy hands on what it cannot read
        raise ApiSilent("the answer is not JSON", maybe_done=True)
    return data


def _never_connected(error: requests.ConnectionError) -> bool:
    """Tell whether the request cannot have been carried; a connection cut off later may have."""
    cause: Any = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    if isinstance(cause, SSLError):
        cause = cause.args[0] if cause.args else None
        return isinstance(cause, ssl.SSLError) and not isinstance(cause, CUT_OFF)
    return isinstance(cause, NewConnectionError)


def _with(token: str, params: dict[str, str] | None = None) -> dict[str, str]:
    return {**(params or {}), "access_token": token}


def _limited(response: requests.Response, limit: int) -> bytes:
    """Return the body, read no further than `limit`."""
    found = bytearray()
    for chunk in response.iter_content(LARGEST_CHUNK):
        found += chunk
        if len(found) > limit:
            raise OverflowError(f"more than {limit} bytes")
    return bytes(found)
