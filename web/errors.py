"""What can go wrong at the edge, and the one place that turns errors into answers.

WebError
├── BadRequest              400  the body or a parameter cannot be read
│   ├── InvalidJson         400
│   └── InvalidField        422  readable, but not what the field takes
│       └── EmptyMessage    422
├── MessageTooLong          413
├── NotIdentified           401  no visitor token, or one we did not sign
├── ForeignOrigin           403  a cookie came with another site's Origin
├── NotFound                404
├── SignInNeeded            401  staff pages
├── NotPermitted            403  staff pages
├── EntryOver               410  a conversation of WeChat was opened in this browser, and its time is over
├── TurnTaken               503  the conversation is still busy with an earlier message; try again
├── LibraryAway             503  there is no library to read yet
├── FileRefused             422  an uploaded file that cannot be read; `reason` is shown
└── BotFailed               (never shown: the turn goes to the queue)
    ├── BotUnreachable
    │   └── BotAway             nothing listens there now; it may be starting again
    ├── BotRefused
    └── BotSaidNothing
"""

from __future__ import annotations

import logging

from flask import Flask, Response, redirect, render_template, request, url_for
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from desk.errors import DeskError, StoreError

from .answers import failure
from .whence import came_from
from .wording import section

log = logging.getLogger("weiquan.web")


class WebError(Exception):
    """Base of the errors of this package; `code` is stable, `status` is HTTP's."""

    code = "web_error"
    status = 500


class BadRequest(WebError):
    code = "bad_request"
    status = 400


class InvalidJson(BadRequest):
    code = "invalid_json"


class InvalidField(BadRequest):
    """A field holds what it does not take; `field` names it."""

    code = "invalid_field"
    status = 422

    def __init__(self, field: str) -> None:
        super().__init__(f"field {field} refused")
        self.field = field


class EmptyMessage(InvalidField):
    code = "empty_message"

    def __init__(self) -> None:
        super().__init__("text")


class MessageTooLong(WebError):
    code = "message_too_long"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"message longer than {limit}")
        self.limit = limit


class NotIdentified(WebError):
    code = "not_identified"
    status = 401


class ForeignOrigin(WebError):
    code = "foreign_origin"
    status = 403


class NotFound(WebError):
    code = "not_found"
    status = 404


class SignInNeeded(WebError):
    code = "sign_in_needed"
    status = 401


class NotPermitted(WebError):
    code = "not_permitted"
    status = 403


class EntryOver(WebError):
    """Not taken for a stranger: what is written next would go into another conversation unnoticed."""

    code = "entry_over"
    status = 410


class TurnTaken(WebError):
    code = "turn_taken"
    status = 503


class LibraryAway(WebError):
    code = "library_away"
    status = 503


class FileRefused(WebError):
    """An uploaded file cannot be taken; `reason` is a key of `errors`."""

    code = "file_refused"
    status = 422

    def __init__(self, reason: str = "file_refused") -> None:
        super().__init__(reason)
        self.code = reason


class BotFailed(WebError):
    """The bot gave no usable answer; the conversation goes to the queue."""

    code = "bot_failed"
    status = 502


class BotUnreachable(BotFailed):
    code = "bot_unreachable"


class BotAway(BotUnreachable):
    """No connection, or one cut off: the bot process is down or starting."""


class BotRefused(BotFailed):
    code = "bot_refused"


class BotSaidNothing(BotFailed):
    code = "bot_said_nothing"


# Codes of desk errors and the status each becomes; one that is not listed is a conflict.
DESK_STATUS = {
    "account_locked": 429,
    "delivery_not_found": 404,
    "canned_not_found": 404,
    "canned_unfilled": 422,
    "consultation_not_found": 404,
    "conversation_not_found": 404,
    "draft_incomplete": 422,
    "draft_not_found": 404,
    "draft_refused": 422,
    "evidence_empty": 422,
    "evidence_not_found": 404,
    "evidence_not_stored": 503,
    "evidence_too_large": 413,
    "erasure_refused": 409,
    "evidence_too_many": 409,
    "ground_refused": 422,
    "invitation_not_found": 404,
    "group_not_found": 404,
    "question_group_not_found": 404,
    "import_not_found": 404,
    "thumb_refused": 404,
    "run_not_found": 404,
    "sheet_refused": 422,
    "law_work_not_found": 404,
    "model_run_not_found": 404,
    "login_refused": 401,
    "message_refused": 422,
    "dispatch_refused": 422,
    "not_found": 404,
    "note_refused": 422,
    "notice_not_found": 404,
    "notice_refused": 422,
    "password_refused": 422,
    "roster_refused": 422,
    "personal_data_unreadable": 500,
    "second_factor_refused": 422,
    "split_refused": 422,
    "office_refused": 422,
    "question_refused": 422,
    "rating_refused": 422,
    "request_refused": 422,
    "release_not_found": 404,
    "staff_not_found": 404,
    "store_error": 503,
    "store_full": 503,
    "store_locked": 503,
    "store_read_only": 503,
    "store_unavailable": 503,
    "ticket_not_found": 404,
    "token_unavailable": 503,
    "too_many_tries": 429,
    "unanswered_not_found": 404,
    "unsupported_evidence": 415,
    "utterance_not_found": 404,
    "utterance_refused": 422,
    "view_not_found": 404,
    "work_refused": 422,
}
HTTP_CODES = {
    400: "bad_request",
    401: "not_identified",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_type",
    429: "too_many_requests",
}


def wants_json() -> bool:
    """Tell whether this request speaks to the JSON API rather than to a page."""
    path = request.path
    return path.startswith("/api/") or path in ("/healthz", "/readyz") or path.endswith("/changes")


def sentence(code: str, **values: object) -> str:
    """Return the sentence for an error code, or the general one."""
    known = section("errors")
    text = str(known.get(code, known["unexpected"]))
    return text.format(**values) if values else text


def register(app: Flask) -> None:
    """Make `app` answer every error in its one shape."""
    app.register_error_handler(WebError, _web_error)
    app.register_error_handler(DeskError, _desk_error)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _answer(code: str, status: int, **values: object) -> BaseResponse:
    if wants_json():
        return failure(code, sentence(code, **values), status)
    text = sentence(code, **values)
    frame = "staff/error.html" if request.path.startswith("/staff") else "error.html"
    return Response(render_template(frame, message=text, status=status, code=code), status=status)


def _web_error(error: WebError) -> BaseResponse:
    if isinstance(error, SignInNeeded) and not wants_json():
        asked = request.full_path.rstrip("?") if request.method == "GET" else came_from("")
        return redirect(url_for("staff.login", next=asked or None))
    if isinstance(error, MessageTooLong):
        return _answer(error.code, error.status, limit=error.limit)
    return _answer(error.code, error.status)


def _desk_error(error: DeskError) -> BaseResponse:
    if isinstance(error, StoreError):
        log.error("store failed: %s on %s", error.code, request.endpoint)
    return _answer(error.code, DESK_STATUS.get(error.code, 409))


def _too_many(error: RateLimitExceeded) -> BaseResponse:
    response = _answer("too_many_requests", 429)
    response.headers.setdefault(
        "Retry-After", str(int(error.limit.limit.get_expiry()) if error.limit else 60)
    )
    return response


def _csrf(error: CSRFError) -> BaseResponse:
    return _answer("form_expired", 400)


def _http_error(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    response = _answer(HTTP_CODES.get(status, "unexpected"), status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> BaseResponse:
    where = _innermost(error)
    log.error("unexpected %s on %s at %s", type(error).__name__, request.endpoint, where)
    return _answer("unexpected", 500)


def _innermost(error: Exception) -> str:
    """Name file and line of each frame, without values: those may be personal."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(frames[-6:])
