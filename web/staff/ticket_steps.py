"""A ticket's next step on the desk: what is to be decided, by when and on which article, and the letter."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import articles, dispatch, letters, notices, targets, wording
from desk.competence import Route
from desk.course import ENDS_MEDIATION, Course, course_of
from desk.deadlines import BOTH
from desk.errors import GroundRefused, NoticeRefused, TransitionRefused
from desk.letters import Letter
from desk.staff import Permission
from desk.ticket import (
    FAILURE_GROUNDS,
    PAUSE_REASONS,
    REFUSAL_GROUNDS,
    REPORT_REFUSAL_GROUNDS,
    Step,
    check_step,
)
from desk.tickets import Ticket, TicketEvent, TicketKind, TicketStatus

from ..beijing import today
from ..errors import sentence
from ..parts import parts
from ..request_fields import clean
from ..wording import say, section
from . import staff
from .access import me, needs
from .agenda import target_words
from .due import due_words
from .letterhead import our_office
from .presence import presence_panel
from .ticket_access import may_advance, to_advance

GRAVE = frozenset({TicketStatus.REFUSED, TicketStatus.FAILED, TicketStatus.WITHDRAWN})
DISTRIBUTED = "report_distributed"
FIELDS = ("ground", "office", "reason", "rule")


@staff.get("/tickets/<number>/step")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def compose_step(number: str) -> str | Response:
    """Show the letter that goes with a step, filled from the ticket, to be edited before it is sent."""
    ticket = to_advance(number)
    step = _step(request.args)
    if step is None:
        return _back(ticket, sentence("transition_refused"))
    try:
        check_step(ticket.number, ticket.kind, ticket.status, step)
    except (TransitionRefused, GroundRefused) as error:
        return _back(ticket, sentence(error.code))
    kind = _letter_kind(ticket, step)
    if not kind:
        return _back(ticket, sentence("transition_refused"))
    letter = notices.proposed(parts().store, ticket.number, kind, step, our_office=our_office(ticket))
    return _compose_page(ticket, step, letter)


@staff.post("/tickets/<number>/step")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def take_step(number: str) -> str | Response | tuple[str, int]:
    """Take the step and send its letter; the letter comes back when a place in it is not filled."""
    ticket = to_advance(number)
    step = _step(request.form)
    if step is None:
        return _back(ticket, sentence("transition_refused"))
    kind, office = _letter_kind(ticket, step), our_office(ticket)
    try:
        notices.decide(parts().store, ticket.number, step, by=me().id, our_office=office, kind=kind)
    except (TransitionRefused, GroundRefused) as error:
        return _back(ticket, _refusal(error))
    except NoticeRefused as error:
        if error.rule == "kind":
            return _back(ticket, sentence("transition_refused"))
        flash(say(f"life.notice.refused.{error.rule}"), "error")
        title = letters.texts().notices[kind]["title"]
        return _compose_page(ticket, step, Letter(kind, "consumer", title, step.text)), 422
    flash(say("life.sent"), "done")
    return redirect(url_for(".ticket_page", number=ticket.number))


def steps_panel(ticket: Ticket, events: list[TicketEvent]) -> dict[str, Any]:
    """Return what the ticket page shows about the next step."""
    course = course_of(ticket.kind, events)
    return {
        "now": _now(ticket, course),
        "now_owed": course.ended_on is not None and not course.told >= BOTH,
        "periods": _periods(ticket, course),
        "targets": _targets(ticket, course),
        "moves": _moves(ticket) if may_advance(ticket) else [],
        "article_words": articles.named,
        "to_contact": _to_contact(ticket, course),
        "lead_runs": course.lead_on is not None,
        "may_advance": may_advance(ticket),
    }


def _letter_kind(ticket: Ticket, step: Step) -> str:
    """Return the letter of the step, '' for none; a report that goes to an office below ours is distributed."""
    kinds = letters.kinds_for(ticket.kind, step.to)
    if ticket.kind is TicketKind.REPORT and step.to is TicketStatus.TRANSFERRED:
        found = dispatch.of(parts().store, ticket.number)
        if found.route is Route.BELOW and found.office_name == step.office:
            return DISTRIBUTED
    return kinds[0] if kinds else ""


def has_letter(ticket: Ticket, to: str) -> bool:
    """Tell whether the step goes out with a letter."""
    return to in {status.value for status in TicketStatus} and bool(
        letters.kinds_for(ticket.kind, TicketStatus(to))
    )


def _refusal(error: TransitionRefused | GroundRefused) -> str:
    if isinstance(error, GroundRefused) and error.needs == "sixty_days":
        return say("life.sixty_days")
    return sentence(error.code)


def _step(given: Any) -> Step | None:
    found = {name: clean(given.get(name, ""))[:80] for name in FIELDS}
    try:
        to = TicketStatus(clean(given.get("to", "")))
    except ValueError:
        return None
    return Step(to, **found, text=clean(given.get("text", "")))


def _back(ticket: Ticket, words: str) -> Response:
    flash(words, "error")
    return redirect(url_for(".ticket_page", number=ticket.number))


def _compose_page(ticket: Ticket, step: Step, letter: Letter) -> str:
    given = {"to": step.to.value, **{name: getattr(step, name) for name in FIELDS}}
    fields = {name: value for name, value in given.items() if value}
    return render_template(
        "staff/life/letter.html",
        ticket=ticket,
        letter=letter,
        open_places=letters.unfilled(letter.text),
        action=url_for(".take_step", number=ticket.number, **fields),
        fields=fields,
        ways=(),
        button=say("life.notice.decide", step=move_label(ticket, step.to)),
        grave=step.to in GRAVE,
        channel_words=say("life.notice.to_chat"),
        **presence_panel(ticket.number),
    )


def move_label(ticket: Ticket, to: TicketStatus) -> str:
    """Return what a step is called for this kind of ticket."""
    reports = section("life")["report_moves"] if ticket.kind is TicketKind.REPORT else {}
    return str(reports.get(to.value) or say(f"staff.moves.{to.value}"))


def _now(ticket: Ticket, course: Course) -> dict[str, str]:
    if ticket.status.value in ENDS_MEDIATION and (course.ended_on is None or course.told >= BOTH):
        told: dict[str, str] = section("life")["now_told"]
        return told
    group = "now_merged" if ticket.merged_into else f"now_{ticket.kind.value}"
    found: dict[str, str] = section("life")[group].get(ticket.status.value) or {}
    return found


def _periods(ticket: Ticket, course: Course) -> list[dict[str, Any]]:
    """Return the periods of the law, the one that runs now marked."""
    found = []
    for name in ("accept_by", "mediate_by", "notify_by", "lead_check_by"):
        day = getattr(ticket, name)
        if day is None:
            continue
        runs = day == ticket.due_on or (name == "lead_check_by" and ticket.kind is TicketKind.COMPLAINT)
        clock = due_words(day) if runs else None
        stopped = name == "mediate_by" and course.examining
        words = say(f"life.periods.{ticket.kind.value}.{name}")
        found.append({"words": words, "day": day, "clock": clock, "stopped": stopped})
    return found


def _targets(ticket: Ticket, course: Course) -> list[dict[str, Any]]:
    return [
        {"words": say(f"life.targets.{one.key}"), "day": one.day, "clock": target_words(one.day)}
        for one in _running(ticket, course)
    ]


def _to_contact(ticket: Ticket, course: Course) -> bool:
    open_still = any(target.key == "first_contact" for target in _running(ticket, course))
    return open_still and may_advance(ticket)


def _running(ticket: Ticket, course: Course) -> list[targets.Target]:
    return targets.running(course, targets.policy(), topic=ticket.topic, office=ticket.office)


def _moves(ticket: Ticket) -> list[dict[str, Any]]:
    """Return the next states on offer, each with the codes its ground or reason is chosen from."""
    refusals = REPORT_REFUSAL_GROUNDS if ticket.kind is TicketKind.REPORT else REFUSAL_GROUNDS
    grounds = {TicketStatus.REFUSED: refusals, TicketStatus.FAILED: FAILURE_GROUNDS}
    if ticket.mediate_by is None or today() <= ticket.mediate_by:
        grounds[TicketStatus.FAILED] = {
            code: article for code, article in FAILURE_GROUNDS.items() if code != "sixty_days"
        }
    moves = []
    for status in TicketStatus:
        if status not in ticket.next_statuses:
            continue
        reasons = PAUSE_REASONS if status is TicketStatus.PAUSED else {}
        moves.append(
            {
                "to": status.value,
                "label": move_label(ticket, status),
                "letter": has_letter(ticket, status.value),
                "grounds": [
                    (code, wording.say("grounds", code), articles.named(article))
                    for code, article in grounds.get(status, {}).items()
                ],
                "reasons": [(code, wording.say("reasons", code)) for code in reasons],
                "rules": _rules(ticket) if status is TicketStatus.TRANSFERRED else [],
                "needs_office": status is TicketStatus.TRANSFERRED,
                "grave": status in GRAVE,
            }
        )
    return moves


def _rules(ticket: Ticket) -> list[tuple[str, str, str]]:
    if ticket.kind is TicketKind.REPORT:
        return []
    rules = letters.texts().rules
    return [(code, rule["words"], articles.named(rule["article"])) for code, rule in rules.items()]
