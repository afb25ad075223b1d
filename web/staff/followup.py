"""Questions of consumers about their tickets, answered on the desk."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import ticket_questions, tickets
from desk.errors import QuestionRefused
from desk.staff import Permission

from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .ticket_access import may_read, to_advance


@staff.get("/tickets/questions")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
@in_one_read
def asked_list() -> str:
    """List the questions nobody answered yet, the oldest first."""
    waiting = ticket_questions.waiting(parts().store)
    about = tickets.several(parts().store, [question.number for question in waiting])
    return render_template(
        "staff/followup/asked.html",
        questions=[one for one in waiting if one.number in about and may_read(about[one.number])],
    )


@staff.post("/tickets/<number>/questions/<int:question_id>")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def answer_question(number: str, question_id: int) -> Response:
    """Answer a consumer's question."""
    ticket = to_advance(number)
    text = clean(request.form.get("text", ""))
    try:
        ticket_questions.answer(parts().store, ticket.number, min(question_id, LARGEST_ID), text, by=me().id)
    except QuestionRefused as error:
        flash(say(f"followup_page.refused.{error.rule}"), "error")
    else:
        flash(say("followup_page.answered"), "done")
    return redirect(url_for(".ticket_page", number=ticket.number) + "#asked")
