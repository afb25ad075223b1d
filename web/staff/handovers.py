"""Handing a conversation on: to a colleague who accepts, directly to one on duty, or a supervisor steps in."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from desk import conversations, handover, whispers
from desk.errors import NotOwner, OfferClosed
from desk.staff import Permission

from ..parts import parts
from ..wording import say
from . import staff
from .access import me, needs
from .names import who
from .queue_desk import on_duty_besides


@staff.post("/conversations/<conversation_id>/hand-over")
@needs(Permission.CONVERSATION_TAKE)
def hand_conversation_over(conversation_id: str) -> Response:
    """Offer it to a colleague on duty, or with `how=direct` give it to them at once."""
    to = request.form.get("to", "")
    if to not in {person.id for person in on_duty_besides(me())}:
        flash(say("takeover.offers.not_on_duty"), "error")
        return _back(conversation_id)
    name = who(to)
    try:
        if request.form.get("how") == "direct":
            text = say("takeover.taken_by_colleague", name=name)
            conversations.hand_over(parts().store, conversation_id, staff=me().id, to=to, text=text)
            flash(say("takeover.offers.given", name=name), "done")
        else:
            handover.offer(parts().store, conversation_id, staff=me().id, to=to)
            flash(say("takeover.offers.sent", name=name), "done")
    except NotOwner:
        flash(say("staff.not_owner"), "error")
    return _back(conversation_id)


@staff.post("/offers/<int:offer_id>")
@needs(Permission.CONVERSATION_TAKE)
def answer_offer(offer_id: int) -> Response:
    """Accept or decline what a colleague offered."""
    store = parts().store
    try:
        if request.form.get("answer") == "accept":
            text = say("takeover.taken_by_colleague", name=who(me().id))
            found = handover.accept(store, offer_id, staff=me().id, text=text)
            flash(say("takeover.offers.accepted"), "done")
            return _back(found.id)
        handover.decline(store, offer_id, staff=me().id)
        flash(say("takeover.offers.declined"), "done")
    except (NotOwner, OfferClosed):
        flash(say("takeover.offers.closed"), "error")
    return redirect(url_for(".conversation_list"))


@staff.post("/conversations/<conversation_id>/withdraw-offer")
@needs(Permission.CONVERSATION_TAKE)
def withdraw_offer(conversation_id: str) -> Response:
    """Take the offer back."""
    try:
        handover.withdraw(parts().store, conversation_id, staff=me().id)
        flash(say("takeover.offers.withdrawn"), "done")
    except NotOwner:
        flash(say("staff.not_owner"), "error")
    return _back(conversation_id)


@staff.post("/conversations/<conversation_id>/step-in")
@needs(Permission.CONVERSATION_WATCH)
def step_in(conversation_id: str) -> Response:
    """A supervisor takes it from the colleague the page showed as its owner."""
    store = parts().store
    text = say("takeover.taken_by_colleague", name=who(me().id))
    try:
        with store.write():
            owner = request.form.get("owner", "")
            conversations.step_in(store, conversation_id, staff=me().id, owner=owner, text=text)
            whispers.whisper(store, conversation_id, say("takeover.step_in.whisper"), by=me().id)
        flash(say("takeover.step_in.done"), "done")
    except NotOwner:
        flash(say("staff.not_owner"), "error")
    return _back(conversation_id)


@staff.post("/conversations/<conversation_id>/requeue")
@needs(Permission.CONVERSATION_REQUEUE)
def requeue(conversation_id: str) -> Response:
    """A supervisor puts a conversation somebody left lying back into the queue."""
    text = say("takeover.requeued.told")
    conversations.requeue(parts().store, conversation_id, by=me().id, reason="staff_left", text=text)
    flash(say("takeover.requeued.done"), "done")
    return _back(conversation_id)


def _back(conversation_id: str) -> Response:
    return redirect(url_for(".conversation_page", conversation_id=conversation_id) + "#end")
