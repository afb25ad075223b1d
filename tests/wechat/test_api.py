"""Our calls to WeChat: what is refused, what is silent, and what of the silent may have arrived."""

from __future__ import annotations

import json
import ssl
from datetime import timedelta

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, SSLError

from desk.access_tokens import Fetched
from settings import SettingRefused
from tests.wechat_platform.scripted_webhook import Asked, serving
from web.wechat.api import Api, _never_connected
from web.wechat.envelope import Envelope
from web.wechat.errors import ApiRefused, ApiSilent

from .office import APP_ID, SECRET, TOKEN


class Straight:
    """A token asked for anew each time."""

    def __init__(self, fetch) -> None:
        self._fetch = fetch

    def current(self) -> str:
        found: Fetched = self._fetch(False)
        assert found.lasts > timedelta(0)
        return found.value


def api(url: str) -> Api:
    return Api(APP_ID, SECRET, url.removesuffix("/wechat"), Straight)


def token_or(answer: bytes):
    def answering(asked: Asked) -> bytes:
        return json.dumps({"access_token": "t", "expires_in": 7200}).encode() if _is_token(asked) else answer

    return answering


def _is_token(asked: Asked) -> bool:
    return b"client_credential" in asked.body


@pytest.mark.parametrize("answer", ["<html>login</html>", "", "[]", "0"])
def test_an_answer_that_is_not_json_may_have_been_sent(answer: str) -> None:
    with serving(token_or(answer.encode())) as there, pytest.raises(ApiSilent) as silent:
        api(there.url).post("message/custom/send", {})
    assert silent.value.maybe_done


@pytest.mark.parametrize("answer", ["<html>login</html>", "{}"])
def test_without_a_token_nothing_was_sent(answer: str) -> None:
    with serving(lambda asked: answer.encode()) as there, pytest.raises(ApiSilent) as silent:
        api(there.url).post("message/custom/send", {})
    assert not silent.value.maybe_done
    assert all(_is_token(asked) for asked in there.asked)


def test_a_refused_secret_is_a_refusal() -> None:
    with serving(lambda asked: b'{"errcode": 40125}') as there, pytest.raises(ApiRefused) as refused:
        api(there.url).post("message/custom/send", {})
    assert refused.value.errcode == 40125


def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    with pytest.raises(ApiSilent) as silent:
        Api(APP_ID, SECRET, "http://127.0.0.1:9", lambda fetch: _Fixed()).post("message/custom/send", {})  # type: ignore[arg-type]
    assert not silent.value.maybe_done


class _Fixed:
    def current(self) -> str:
        return "t"


CAUSES = [
    (MaxRetryError(None, "/", NewConnectionError(None, "refused")), True),
    (MaxRetryError(None, "/", SSLError(ssl.SSLCertVerificationError("bad certificate"))), True),
    (MaxRetryError(None, "/", SSLError(ssl.SSLEOFError("cut off"))), False),
    (ProtocolError("Connection aborted."), False),
]


@pytest.mark.parametrize(("cause", "never"), CAUSES)
def test_only_what_never_connected_was_not_sent(cause: Exception, never: bool) -> None:
    assert _never_connected(requests.ConnectionError(cause)) is never


@pytest.mark.parametrize("key", ["short", "!" * 43, "x"])
def test_a_bad_key_is_a_sentence(key: str) -> None:
    with pytest.raises(SettingRefused, match="WECHAT_AES_KEY"):
        Envelope(app_id=APP_ID, token=TOKEN, aes_key=key, now=lambda: 0.0)
