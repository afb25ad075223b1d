"""Hanging the channel on the application, when the account's values are set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from desk.conversation_rows import now as present

from .. import security
from ..parts import Parts
from .channel import Channel, configured
from .pages import webhook  # with the pages on it
from .webhook import KEY, receive


def register(app: Flask, parts: Parts, *, now: Callable[[], datetime] = present) -> None:
    """Serve /wechat and send its messages; without an account nothing is there."""
    if not configured(parts.settings):
        return
    channel = Channel(parts, now=now)
    app.extensions[KEY] = channel
    security.csrf.exempt(receive)  # signed by WeChat instead
    app.register_blueprint(webhook)
    channel.start()


def stop(app: Flask) -> None:
    """Stop the channel's threads, if it has any."""
    channel = app.extensions.get(KEY)
    if channel is not None:
        channel.stop()
