"""The staff desk: one blueprint, closed to everyone unless a route says who may enter."""

from __future__ import annotations

from flask import Blueprint

from .access import staff_only
from .sections import navigation

staff = Blueprint("staff", __name__, url_prefix="/staff")
staff.before_request(staff_only)
staff.context_processor(navigation)

from . import account, complaints, conversations, deliveries, questions  # noqa: E402,F401  (they add their routes)
