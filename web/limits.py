"""How often a visitor or an address may ask. Counted in memory, or in Redis when there is one."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from .parts import parts
from .visitors import rate_key

NEW_VISITORS = "240 per minute"
READS = "600 per minute"
UPLOADS = "30 per minute"
HANDOFFS = "20 per minute"
WRONG_CODES = "10 per minute; 60 per hour"
WRONG_CODES_PER_TICKET = "30 per hour"
LOGINS = "20 per minute"


def address() -> str:
    """Name the address a request comes from."""
    return f"ip:{request.remote_addr}"


def ticket_number() -> str:
    """Name the ticket a request asks about, so that one number cannot be tried from many addresses."""
    views = request.view_args or {}
    return f"ticket:{str(views.get('number') or request.form.get('number', ''))[:40]}"


def message_rate() -> str:
    """Return the rate of messages the operator set."""
    return parts().settings.message_rate


limiter = Limiter(key_func=rate_key, strategy="fixed-window")


def register(app: Flask, redis_url: str) -> None:
    """Make the limits hold in `app`."""
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or "memory://"
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(redis_url)
    limiter.init_app(app)
