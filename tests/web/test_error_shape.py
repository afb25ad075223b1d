"""Every error, wherever it comes from, is said in one shape and in plain Chinese."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

import desk.errors
import web.errors
from web.wording import section

from .site import Site


def _all(base: type[Exception]) -> Iterator[type[Exception]]:
    for child in base.__subclasses__():
        yield child
        yield from _all(child)


KINDS = sorted({*_all(desk.errors.DeskError), *_all(web.errors.WebError)}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_error_has_a_sentence(kind: type[Exception]) -> None:
    code = kind.code
    if issubclass(kind, web.errors.BotFailed):
        assert code in section("staff")["reasons"], f"web/wording.yml: staff.reasons lacks {code}"
        return
    assert code in section("errors") or code == "web_error", f"web/wording.yml: errors lacks {code}"


def test_every_listed_desk_code_exists() -> None:
    known = {kind.code for kind in _all(desk.errors.DeskError)}
    assert set(web.errors.DESK_STATUS) <= known


def test_every_api_route_answers_nonsense_in_one_shape(site: Site) -> None:
    for rule in site.app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        path = rule.rule.replace("<number>", "nonsense").replace("<evidence_id>", "e_nonsense")
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            answer = requests.request(
                method, f"{site.url}{path}", data=b"\x00{", headers={"Content-Type": "text/x"}
            )
            body = answer.json()
            if answer.status_code == 200:
                assert body.get("ok") is True or "openapi" in body
                continue
            assert set(body) == {"ok", "error", "message", "status"}, (method, path, body)
            assert body["ok"] is False, (method, path, body)
            assert body["status"] == answer.status_code < 500, (method, path, body)


@pytest.mark.parametrize("path", ["/api/nothing", "/api/chat/", "/api/tickets/"])
def test_an_unknown_api_address_is_told_as_json(site: Site, path: str) -> None:
    answer = requests.get(f"{site.url}{path}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_an_unknown_page_is_told_as_a_page(site: Site) -> None:
    answer = requests.get(f"{site.url}/nothing")
    assert answer.status_code == 404
    assert "没有找到" in answer.text
    assert "<h1>" in answer.text


def test_an_unexpected_error_tells_nothing_of_the_inside(site: Site) -> None:
    site.bot.script = lambda turn: {
        "replies": [{"kind": "text", "text": "x", "choices": []}],
        "decision": None,
    }
    site.app.view_functions["health.alive"] = _breaks
    answer = requests.get(f"{site.url}/healthz")
    assert answer.status_code == 500
    assert answer.json()["error"] == "unexpected"
    assert "secret" not in answer.text


def _breaks() -> str:
    raise RuntimeError("secret detail")


def test_pages_carry_strict_headers(site: Site) -> None:
    for path in ("/", "/tickets", "/staff/login", "/api/openapi.json", "/static/chat/main.js"):
        headers = requests.get(f"{site.url}{path}").headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


def test_pages_hold_no_inline_script_or_style(site: Site) -> None:
    for path in ("/", "/tickets", "/staff/login"):
        text = requests.get(f"{site.url}{path}").text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick" not in text
        for tag in text.split("<script")[1:]:
            assert 'type="application/json"' in tag.split(">")[0] or "src=" in tag.split(">")[0]
