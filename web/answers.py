"""The one shape of every JSON answer."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify


def success(data: Any, *, status: int = 200) -> Response:
    """Answer `{"ok": true, "data": …}`."""
    response = jsonify({"ok": True, "data": data})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def failure(code: str, message: str, status: int, *, data: Any = None) -> Response:
    """Answer `{"ok": false, "error": code, "message": Chinese sentence, "status": n}`.

    `data` adds what was found out all the same, as for /readyz.
    """
    answer = {"ok": False, "error": code, "message": message, "status": status}
    response = jsonify(answer if data is None else {**answer, "data": data})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
