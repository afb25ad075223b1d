"""Whether both sides agree to mediation and to its being entrusted (Order 121, art. 18 and 19); on record, dated.

Mediation is held with the consent of the complainant and of the business. The complainant gives theirs when they
file after having been told so; what each side says later is recorded by staff, and the last word counts. Tickets
that are split or merged take along what was answered in the same matter: the consumer's always, a business's to a
ticket about the same one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .course import RELEASED
from .errors import WorkRefused
from .store import Store, Tx
from .ticket import OPEN, TicketEvent, TicketKind, TicketStatus
from .ticket_rows import Row, event_at_rest, events_of, happened, locked, now

RECORDED = "ticket:consent:record"
CONSUMER, MERCHANT = PARTIES = ("consumer", "merchant")
MEDIATION, ENTRUSTING = MATTERS = ("mediation", "entrusting")
ARTICLES = {MEDIATION: "18", ENTRUSTING: "19"}
AGREED, DECLINED = ANSWERS = ("agreed", "declined")
FILING = "filing"
WAYS = ("phone", "chat", "letter", "in_person", "online")


@dataclass(frozen=True)
class Consent:
    """What one party answered to one matter: `how` is one of WAYS or filing, `by` a staff id or the consumer.

    `from_ticket` is the ticket it was answered on when that was another one, split or merged with this.
    """

    party: str
    matter: str
    answer: str
    how: str
    by: str
    at: datetime
    from_ticket: str = ""


def record(
    store: Store,
    number: str,
    *,
    party: str,
    matter: str,
    answer: str,
    how: str,
    by: str,
    at: datetime | None = None,
) -> None:
    """Keep what a party of an open complaint answered. WorkRefused: consent_unknown, consent_closed."""
    known = party in PARTIES and matter in MATTERS and answer in ANSWERS and how in WAYS
    if not known:
        raise WorkRefused("consent_unknown")
    with store.write() as tx:
        row = locked(tx, number)
        if row["kind"] != TicketKind.COMPLAINT.value or TicketStatus(row["status"]) not in OPEN:
            raise WorkRefused("consent_closed")
        given = {"party": party, "matter": matter, "answer": answer, "how": how}
        happened(tx, row, event_at_rest(row, RECORDED, by=by, at=at or now(), **given))


def of_filing(row: Row, *, by: str, at: datetime) -> TicketEvent:
    """Return the event of a complainant who filed after having been told that this is to agree to mediation."""
    given = {"party": CONSUMER, "matter": MEDIATION, "answer": AGREED, "how": FILING}
    return event_at_rest(row, RECORDED, by=by, at=at, **given)


def inherit(tx: Tx, row: Row, origin: Row, *, by: str, at: datetime) -> Row:
    """Take over what was answered on `origin` and not later on this complaint, as it was said; returns its row then.

    A business's answer only goes along to a complaint about the same business.
    """
    if not row["kind"] == origin["kind"] == TicketKind.COMPLAINT.value:
        return row
    same_business = row["merchant_key"] == origin["merchant_key"]
    known = given(events_of(tx, row["number"]))
    for key, consent in given(events_of(tx, origin["number"])).items():
        if consent.party == MERCHANT and not same_business:
            continue
        if key not in known or known[key].at < consent.at:
            row = happened(tx, row, _inherited(row, origin["number"], consent, by=by, at=at))
    return row


def _inherited(row: Row, number: str, consent: Consent, *, by: str, at: datetime) -> TicketEvent:
    given = {name: getattr(consent, name) for name in ("party", "matter", "answer", "how")}
    said = {"said_by": consent.by, "said_at": consent.at.isoformat()}
    return event_at_rest(row, RECORDED, by=by, at=at, **given, **said, from_ticket=number)


def given(events: Iterable[TicketEvent]) -> dict[tuple[str, str], Consent]:
    """Return the last answer of each party to each matter, from a ticket's events, oldest first.

    What came with a duplicate goes with it when the merge is taken back.
    """
    found: list[Consent] = []
    for event in events:
        if event.event == RECORDED:
            found.append(_of_event(event))
        elif event.event == RELEASED:
            found = [consent for consent in found if consent.from_ticket != event.detail["number"]]
    return {(consent.party, consent.matter): consent for consent in found}


def _of_event(event: TicketEvent) -> Consent:
    detail = {name: str(value) for name, value in event.detail.items()}
    said = (detail["party"], detail["matter"], detail["answer"], detail["how"])
    if not detail.get("from_ticket"):
        return Consent(*said, event.by, event.at)
    return Consent(*said, detail["said_by"], datetime.fromisoformat(detail["said_at"]), detail["from_ticket"])
