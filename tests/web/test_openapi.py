"""The OpenAPI file tells the truth: every route is in it, and schemathesis finds no answer that breaks it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import DataGenerationMethod

from web.health import OPENAPI

from .site import Site

# /readyz says 503 when a part is missing, and here there is no library; that is its answer, not a fault.
NO_5XX = schemathesis.checks.not_a_server_error
DOCUMENT: dict[str, Any] = json.loads(OPENAPI.read_text("utf-8"))
TAKES_NOTHING = {"/healthz", "/readyz", "/api/openapi.json", "/api/chat/tickets"}
OPERATIONS = sorted(
    (method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods
)

FIT, UNFIT = DataGenerationMethod.positive, DataGenerationMethod.negative
TRIALS = [
    (method, path, way)
    for method, path in OPERATIONS
    for way in (FIT, UNFIT)
    if way is FIT or path not in TAKES_NOTHING
]


def test_every_api_route_is_described(site: Site) -> None:
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") or rule.rule in ("/healthz", "/readyz")
    }
    assert served == set(OPERATIONS)


def test_the_file_is_served(site: Site) -> None:
    assert requests.get(f"{site.url}/api/openapi.json").json() == DOCUMENT


@pytest.fixture
def api(site: Site) -> Any:
    return schemathesis.from_dict(DOCUMENT, base_url=site.url, validate_schema=True)


@pytest.mark.parametrize(("method", "path", "way"), TRIALS, ids=[f"{m} {p} {w.name}" for m, p, w in TRIALS])
def test_schemathesis_finds_no_broken_answer(
    site: Site, api: Any, method: str, path: str, way: DataGenerationMethod
) -> None:
    visitor = site.visitor()
    strategy = api[path][method].as_strategy(data_generation_method=way)
    checks = [check for check in schemathesis.checks.ALL_CHECKS if path != "/readyz" or check is not NO_5XX]

    @settings(
        max_examples=25 if way is FIT else 12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def no_broken_answer(case: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {visitor.token}"}
        case.call_and_validate(checks=checks, timeout=40, params=_short_wait(case))

    no_broken_answer()


def _short_wait(case: Any) -> dict[str, Any] | None:
    """Let a long poll be short: what is tried is the answer, not our patience."""
    wait = (case.query or {}).get("wait")
    if isinstance(wait, int) and 1 < wait <= 25:
        case.query["wait"] = 0
    return None
