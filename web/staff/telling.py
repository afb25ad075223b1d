"""Doing one thing for a member of staff and telling them how it went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect
from werkzeug.wrappers import Response

from desk import wording
from desk.errors import WorkRefused


def tell(action: Callable[[], Any], done: str, back: str) -> Response:
    """Do it and go `back`: with the words `done`, or with why it was refused."""
    try:
        action()
    except WorkRefused as error:
        flash(wording.say("work_rules", error.rule), "error")
    else:
        flash(done, "done")
    return redirect(back)
