"""Is it alive, is it ready, and what can it be asked (the OpenAPI file)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response

from desk.errors import DeskError

from .answers import failure, success
from .bot_connection import BotFailed
from .errors import sentence
from .parts import parts

health = Blueprint("health", __name__)
OPENAPI = Path(__file__).with_name("openapi.json")


@health.get("/healthz")
def alive() -> Response:
    """Answer as long as the web process runs."""
    return success({"alive": True})


@health.get("/readyz")
def ready() -> Response:
    """Tell for each part whether it can work; 503 unless all can."""
    checks = {"bot": _bot(), "store": _store(), "library": _library()}
    if all(check["ready"] for check in checks.values()):
        return success({"ready": True, **checks})
    return failure("not_ready", sentence("not_ready"), 503, data={"ready": False, **checks})


@health.get("/api/openapi.json")
def openapi() -> Response:
    """Return the description of the JSON API."""
    return Response(OPENAPI.read_bytes(), mimetype="application/json")


def _bot() -> dict[str, Any]:
    started = time.monotonic()
    try:
        data = parts().bot.ready()
    except BotFailed as error:
        return {"ready": False, "reason": error.code}
    return {
        "ready": True,
        "model": str(data.get("model", "")),
        "milliseconds": round(1000 * (time.monotonic() - started), 1),
    }


def _store() -> dict[str, Any]:
    try:
        with parts().store.write():
            pass  # beginning to write is what a read-only or locked database refuses
    except DeskError as error:
        return {"ready": False, "reason": error.code}
    return {"ready": True}


def _library() -> dict[str, Any]:
    release = parts().titles.release()
    return {"ready": release is not None, "release": release}
