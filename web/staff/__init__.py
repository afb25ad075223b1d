"""The staff desk: one blueprint, closed to everyone unless a route says who may enter."""

from __future__ import annotations

from flask import Blueprint

from .access import staff_only
from .sections import navigation

staff = Blueprint("staff", __name__, url_prefix="/staff")
staff.before_request(staff_only)
staff.context_processor(navigation)

from . import (  # noqa: E402  (they add their routes)
    account,  # noqa: F401
    books,  # noqa: F401
    canned_texts,  # noqa: F401
    chat_tools,  # noqa: F401
    complaints,  # noqa: F401
    consents,  # noqa: F401
    consultations,  # noqa: F401
    conversations,  # noqa: F401
    deliveries,  # noqa: F401
    dispatch,  # noqa: F401
    exchange,  # noqa: F401
    followup,  # noqa: F401
    groups,  # noqa: F401
    handovers,  # noqa: F401
    history_pages,  # noqa: F401
    hit_runs,  # noqa: F401
    hits,  # noqa: F401
    labelling,  # noqa: F401
    law_changes,  # noqa: F401
    library_cases,  # noqa: F401
    library_drafts,  # noqa: F401
    library_releases,  # noqa: F401
    library_reviews,  # noqa: F401
    materials,  # noqa: F401
    members,  # noqa: F401
    mentions,  # noqa: F401
    models_page,  # noqa: F401
    personal_data,  # noqa: F401
    presence,  # noqa: F401
    questions,  # noqa: F401
    queue_desk,  # noqa: F401
    rosters,  # noqa: F401
    second_factor,  # noqa: F401
    suggestions,  # noqa: F401
    to_ticket,  # noqa: F401
    work,  # noqa: F401
)
