"""The page a form was sent from, to go back there with what was written on it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request


def came_from(otherwise: str) -> str:
    """Return the staff page of ours on which the form was sent; `otherwise` when the browser does not say.

    An address that is only sent to, and so cannot be opened again, is none either.
    """
    told = urlsplit(request.referrer or "")
    ours = told.netloc == request.host and told.path.startswith("/staff/")
    if not ours or not current_app.url_map.bind("").test(told.path, "GET"):
        return otherwise
    return told._replace(scheme="", netloc="", fragment="").geturl()
