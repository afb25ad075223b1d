"""Headers that keep the pages to themselves: nothing from other hosts, no inline script, no frames."""

from __future__ import annotations

from flask import Flask, Response, g
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect

from settings import Settings

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

# What someone uploaded never runs as a page of ours.
SANDBOX = "default-src 'none'; sandbox"

# What a page that needs another host's script opens for it.
OPENED = frozenset({"script-src", "connect-src", "img-src"})

csrf = CSRFProtect()


def register(app: Flask, settings: Settings) -> None:
    """Set headers and cookies of `app`. HTTPS is the front server's; a cookie follows the request's scheme."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="weiquan_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 64 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        MAX_FORM_PARTS=20,
    )
    app.after_request(_sandboxed)  # registered before Talisman, so it runs after it
    Talisman(
        app,
        force_https=False,
        strict_transport_security=False,
        session_cookie_secure=False,
        session_cookie_http_only=True,
        session_cookie_samesite="Lax",
        content_security_policy=POLICY,
        frame_options="DENY",
        referrer_policy="same-origin",
        permissions_policy={"camera": "(self)", "microphone": "()", "geolocation": "()"},
    )
    csrf.init_app(app)


def sandbox(response: Response) -> Response:
    """Mark an answer as something uploaded, to be shown and never run."""
    g.content_policy = SANDBOX
    return response


def with_scripts_of(host: str) -> None:
    """Let the page being made load scripts of one other host and speak to it."""
    allowed = {name: f"{value} https://{host}" for name, value in POLICY.items() if name in OPENED}
    g.content_policy = "; ".join(f"{name} {value}" for name, value in {**POLICY, **allowed}.items())


def _sandboxed(response: Response) -> Response:
    if g.get("content_policy"):
        response.headers["Content-Security-Policy"] = g.content_policy
    return response
