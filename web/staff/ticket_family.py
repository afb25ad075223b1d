"""A ticket's life beside its steps: told, reopened, merged, split, linked, contacted, leads."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import letters, notices, reopening, splitting, ticket_links, tickets, wording
from desk.errors import (
    DraftIncomplete,
    GroundRefused,
    LinkRefused,
    NoteRefused,
    NoticeRefused,
    ReopenRefused,
    SplitRefused,
    TicketNotFound,
)
from desk.letters import Letter
from desk.notice_document import docx_of
from desk.notices import Notice
from desk.splitting import Part
from desk.staff import Permission
from desk.store import Store
from desk.ticket import Step
from desk.tickets import Ticket, TicketKind

from ..errors import sentence
from ..parts import parts
from ..request_fields import clean
from ..ticket_progress import status_label
from ..wording import say
from . import staff
from .access import me, needs
from .letterhead import our_office
from .presence import presence_panel
from .ticket_access import may_advance, readable, to_advance

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ROWS = 3  # parts a letter can be split into on one page
SPLITTABLE = splitting.SPLITS_IN


@staff.get("/tickets/<number>/notices/new")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def compose_notice(number: str) -> str | Response:
    """Show a letter outside a step, such as the business's, to be edited and recorded."""
    ticket = to_advance(number)
    kind = clean(request.args.get("kind", ""))
    step = Step(ticket.status, ground=ticket.ground, office=ticket.office)
    try:
        letter = notices.proposed(parts().store, ticket.number, kind, step, our_office=our_office(ticket))
    except NoticeRefused:
        return _back(ticket, sentence("notice_refused"))
    return _notice_page(ticket, letter)


@staff.post("/tickets/<number>/notices/new")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def send_notice(number: str) -> str | Response | tuple[str, int]:
    """Send a letter, or record how its party was told."""
    ticket = to_advance(number)
    kind, text = clean(request.form.get("kind", "")), clean(request.form.get("text", ""))
    how = clean(request.form.get("how", ""))
    try:
        notices.send(parts().store, ticket.number, kind, text, how=how, by=me().id)
    except NoticeRefused as error:
        if error.rule == "kind":
            return _back(ticket, sentence("notice_refused"))
        flash(say(f"life.notice.refused.{error.rule}"), "error")
        entry = letters.texts().notices[kind]
        return _notice_page(ticket, Letter(kind, entry["party"], entry["title"], text)), 422
    return _done(ticket, "told")


@staff.get("/tickets/<number>/notices/<int:notice_id>.docx")
@needs(Permission.PERSONAL_READ)
def notice_file(number: str, notice_id: int) -> FileResponse:
    """Download a letter as DOCX, addressed by name; reading the consumer's name is recorded."""
    ticket = readable(number)
    store = parts().store
    found = notices.get(store, ticket.number, notice_id)
    addressee = ""
    if found.party == "consumer" and ticket.name:
        addressee = tickets.reveal(store, ticket.number, by=me().id, purpose="notice").name
    name = f"{ticket.number}-{found.id}.docx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return FileResponse(docx_of(found, addressee=addressee), mimetype=DOCX, headers=headers)


@staff.post("/tickets/<number>/reopen")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def reopen_ticket(number: str) -> Response:
    """Take an ended ticket up again, by the rule that allows it and with a reason."""
    ticket = to_advance(number)
    rule, text = clean(request.form.get("rule", "")), clean(request.form.get("text", ""))
    try:
        reopening.reopen(parts().store, ticket.number, rule, by=me().id, text=text)
    except ReopenRefused as error:
        return _back(ticket, sentence(error.code))
    except NoteRefused as error:
        return _back(ticket, say(f"life.reason.{error.rule}"))
    return _done(ticket, "reopened")


@staff.post("/tickets/<number>/merge")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def merge_ticket(number: str) -> Response:
    """Merge this ticket into another one of the same consumer; the page of the one that stays follows."""
    ticket, other = to_advance(number), _other()
    if other is None:
        return _back(ticket, say("life.no_such_ticket"))
    reason = clean(request.form.get("reason", ""))
    try:
        stays = ticket_links.merge(parts().store, ticket.number, other.number, by=me().id, reason=reason)
    except LinkRefused as error:
        return _back(ticket, say(f"life.link.refused.{error.rule}"))
    return _done(stays, "merged")


@staff.post("/tickets/<number>/relate")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def relate_ticket(number: str) -> Response:
    """Link this ticket with another one."""
    ticket, other = to_advance(number), _other()
    if other is None:
        return _back(ticket, say("life.no_such_ticket"))
    reason = clean(request.form.get("reason", ""))
    try:
        ticket_links.relate(parts().store, ticket.number, other.number, by=me().id, reason=reason)
    except LinkRefused as error:
        return _back(ticket, say(f"life.link.refused.{error.rule}"))
    return _done(ticket, "linked")


@staff.post("/tickets/<number>/links/<int:link_id>/undo")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def undo_link(number: str, link_id: int) -> Response:
    """Take a merge or a link of this ticket back."""
    ticket = to_advance(number)
    store = parts().store
    link = next((one for one in ticket_links.links(store, ticket.number) if one.id == link_id), None)
    if link is None:
        return _back(ticket, say("life.link.refused.gone"))
    try:
        if link.role == "related":
            ticket_links.unrelate(store, link_id, by=me().id)
        else:
            ticket_links.unmerge(store, link_id, by=me().id)
    except LinkRefused as error:
        return _back(ticket, say(f"life.link.refused.{error.rule}"))
    return _done(ticket, "unlinked")


@staff.get("/tickets/<number>/split")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def split_page(number: str) -> str:
    """Show the form that splits one letter into several tickets."""
    return _split_page(to_advance(number), {})


@staff.post("/tickets/<number>/split")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def split_ticket(number: str) -> str | Response | tuple[str, int]:
    """Split the matters written down off this ticket."""
    ticket = to_advance(number)
    try:
        given = [_part(str(n)) for n in range(1, ROWS + 1)]
        wanted = [part for part in given if part is not None]
        made = splitting.split(
            parts().store,
            ticket.number,
            wanted,
            rest=_part("0"),
            by=me().id,
            reason=clean(request.form.get("why", "")),
        )
    except InvalidOperation:
        flash(say("life.split.refused.amount"), "error")
    except SplitRefused as error:
        flash(say(f"life.split.refused.{error.rule}"), "error")
    except DraftIncomplete as error:
        flash(say("life.split.refused.incomplete", missing=_missing(error)), "error")
    else:
        flash(say("life.split.done", numbers=say("life.and").join(part.number for part in made)), "done")
        return redirect(url_for(".ticket_page", number=ticket.number))
    return _split_page(ticket, request.form), 422


@staff.post("/tickets/<number>/contact")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def contact_consumer(number: str) -> Response:
    """Record that the consumer was reached."""
    ticket = to_advance(number)
    try:
        tickets.record_contact(parts().store, ticket.number, clean(request.form.get("how", "")), by=me().id)
    except (GroundRefused, NoteRefused) as error:
        return _back(ticket, sentence(error.code))
    return _done(ticket, "contacted")


@staff.post("/tickets/<number>/lead")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def lead_of_ticket(number: str) -> Response:
    """Find, extend or close a lead of unlawful conduct seen in this matter (art. 27)."""
    ticket = to_advance(number)
    try:
        tickets.mark_lead(parts().store, ticket.number, clean(request.form.get("step", "")), by=me().id)
    except GroundRefused as error:
        return _back(ticket, sentence(error.code))
    return _done(ticket, "lead")


def family_panel(ticket: Ticket) -> dict[str, Any]:
    """Return what the ticket page shows of letters sent, reopening and tickets that belong together."""
    store = parts().store
    told = notices.told(store, ticket.number)
    return {
        "notices": told,
        "letters_due": _letters_due(ticket, told) if may_advance(ticket) else [],
        "reopen_rules": reopening.rules_for(store, ticket.number) if may_advance(ticket) else [],
        "links": _links(store, ticket),
        "may_split": ticket.status in SPLITTABLE and may_advance(ticket),
        "may_merge": ticket.status in ticket_links.FAR and may_advance(ticket),
        "may_relate": may_advance(ticket),
    }


def _links(store: Store, ticket: Ticket) -> list[dict[str, Any]]:
    found = []
    for link in ticket_links.links(store, ticket.number):
        try:
            other = tickets.get(store, link.number)
        except TicketNotFound:
            continue  # another office's
        if other.kind is TicketKind.REPORT and not me().can(Permission.REPORT_READ):
            continue
        found.append(
            {
                "link": link,
                "other": other,
                "label": status_label(other),
                "role": say(f"life.link.roles.{link.role}"),
                "undo": link.role in ("related", "merged", "into") and may_advance(ticket),
            }
        )
    return found


def _letters_due(ticket: Ticket, told: list[Notice]) -> list[dict[str, Any]]:
    """Return the letters that belong to the state the ticket is in and were not sent yet, first of all."""
    sent = {notice.kind for notice in told}
    found = []
    for kind in letters.kinds_for(ticket.kind, ticket.status):
        entry = letters.texts().notices[kind]
        party = say(f"life.parties.{entry['party']}")
        found.append({"kind": kind, "title": entry["title"], "party": party, "sent": kind in sent})
    return found


def _notice_page(ticket: Ticket, letter: Letter) -> str:
    ways = [(way, say(f"life.ways.{way}")) for way in notices.WAYS[letter.party]]
    return render_template(
        "staff/life/letter.html",
        ticket=ticket,
        letter=letter,
        open_places=letters.unfilled(letter.text),
        action=url_for(".send_notice", number=ticket.number, kind=letter.kind),
        fields={"kind": letter.kind},
        ways=ways,
        button=say("life.notice.record"),
        grave=False,
        channel_words=say(f"life.notice.to_{letter.party}"),
        **presence_panel(ticket.number),
    )


def _split_page(ticket: Ticket, given: Any) -> str:
    return render_template(
        "staff/life/split.html", ticket=ticket, given=given, rows=range(1, ROWS + 1), kinds=_kinds()
    )


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, wording.say("kinds", kind.value)) for kind in TicketKind]


def _part(place: str) -> Part | None:
    """Return the part written down in one row of the form, None when the row is empty."""
    given = {
        name: clean(request.form.get(f"{name}_{place}", ""))
        for name in ("merchant_name", "merchant_address", "request", "story", "amount")
    }
    if not any(given.values()):
        return None
    amount = Decimal(re.sub(r"[^\d.]", "", given.pop("amount"))) if given["amount"] else given.pop("amount")
    kind = clean(request.form.get(f"kind_{place}", "")) or TicketKind.COMPLAINT.value
    if kind not in {one.value for one in TicketKind}:
        kind = TicketKind.COMPLAINT.value
    return Part(**given, amount=amount or None, kind=TicketKind(kind))  # type: ignore[arg-type]


def _missing(error: DraftIncomplete) -> str:
    return "".join(wording.section("findings").get(finding.code, "") for finding in error.findings)


def _other() -> Ticket | None:
    number = clean(request.form.get("other", "")).upper()[:40]
    found = tickets.list_tickets(parts().store, number=number, limit=1) if number else []
    if not found and number and me().can(Permission.REPORT_READ):
        found = tickets.list_tickets(parts().store, kind=TicketKind.REPORT, number=number, limit=1)
    return found[0] if found and found[0].number == number else None


def _back(ticket: Ticket, words: str) -> Response:
    flash(words, "error")
    return redirect(url_for(".ticket_page", number=ticket.number))


def _done(ticket: Ticket, what: str) -> Response:
    flash(say(f"life.done.{what}"), "done")
    return redirect(url_for(".ticket_page", number=ticket.number))
