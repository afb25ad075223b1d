"""Questions the library had no answer to, for those who write cases."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import conversations
from desk.staff import Permission

from ..parts import parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..wording import say
from . import staff
from .access import me, needs
from .transcript import matter

PAGE = 50


@staff.get("/questions")
@needs(Permission.UNANSWERED_READ)
def question_list() -> str:
    """List what people asked and got no answer to, newest first."""
    handled = bool(request.args.get("handled"))
    before = whole_number("before", largest=LARGEST_ID) or None
    found = conversations.unanswered(parts().store, handled=handled, limit=PAGE, before_id=before)
    rows = [{"question": question, "matter": matter(question.decision, parts().titles)} for question in found]
    return render_template(
        "staff/questions.html",
        rows=rows,
        handled=handled,
        waiting=conversations.count_unanswered(parts().store),
        older=found[-1].id if len(found) == PAGE else None,
    )


@staff.post("/questions/<int:question_id>/handled")
@needs(Permission.UNANSWERED_HANDLE)
def handle_question(question_id: int) -> Response:
    """Note that the question has been dealt with, perhaps by a case."""
    case_id = clean(request.form.get("case_id", ""))[:120]
    conversations.handle_unanswered(parts().store, min(question_id, LARGEST_ID), by=me().id, case_id=case_id)
    flash(say("staff.handled"), "done")
    return redirect(url_for(".question_list"))
