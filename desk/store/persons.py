"""Where persons are in the tables: what is taken out when one is erased, and what is sealed under which name.

Every table of the store is either listed in PLACES or named in WITHOUT_PERSONS; a test holds that,
so that a new table cannot be forgotten when somebody asks to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, and_, delete, func, insert, not_, select, update
from sqlalchemy.engine import Connection

from .tables import (
    access_tokens,
    consultations,
    conversations,
    erasures,
    evidence,
    evidence_marks,
    evidence_requests,
    followers,
    inbound,
    messages,
    notes,
    office_disputes,
    outbox,
    question_groups,
    staff,
    ticket_events,
    ticket_links,
    ticket_notices,
    ticket_questions,
    ticket_ratings,
    tickets,
    unanswered,
    utterance_labels,
    utterances,
    whispers,
)

CONVERSATION, TICKETS, FILES = "conversation", "tickets", "files"
QUESTION_GROUPS, UTTERANCES = "question_groups", "utterances"
ERASED = "erased_"  # begins the names of what has no person any more
Row = Mapping[str, Any]
Clean = Callable[[Any], Any]


@dataclass(frozen=True)
class Place:
    """Persons in one table, found by `by`, a column that holds what `of` says.

    `of`: the conversation, its tickets, its files, the groups its questions were put into, or what of it
    is labelled.
    `emptied` columns become '', `nulled` ones NULL, `renamed` ones a name made from the row's id; in
    `texts` (words or JSON) what tells of a person is starred out; `gone`: the whole row goes.
    """

    table: Table
    by: str
    emptied: tuple[str, ...] = ()
    nulled: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    gone: bool = False
    of: str = CONVERSATION


@dataclass(frozen=True)
class Sealed:
    """Sealed columns of one table: `places` names where each is sealed, from the row's key.

    `digests` are columns found by a keyed hash: column, sealed column it is made from.
    """

    table: Table
    key: str
    places: Mapping[str, str]
    digests: tuple[tuple[str, str], ...] = ()


PLACES = (
    Place(
        tickets,
        "number",
        emptied=(
            "name_sealed",
            "phone_sealed",
            "address_sealed",
            "phone_digest",
            "name_digest",
            "draft_digest",
            "agent_for",
        ),
        texts=("request", "story", "facts"),
        of=TICKETS,
    ),
    Place(ticket_events, "number", texts=("text",), of=TICKETS),
    Place(ticket_questions, "number", texts=("text", "answer"), of=TICKETS),
    Place(ticket_ratings, "number", texts=("text",), of=TICKETS),
    Place(ticket_notices, "number", texts=("title", "text"), of=TICKETS),
    Place(ticket_links, "number", texts=("reason", "before"), of=TICKETS),
    Place(ticket_links, "other", texts=("reason", "before"), of=TICKETS),
    Place(evidence_requests, "number", texts=("items", "words"), of=TICKETS),
    Place(notes, "number", texts=("text",), of=TICKETS),
    Place(consultations, "number", texts=("question", "minutes", "advice"), of=TICKETS),
    Place(office_disputes, "number", texts=("reason",), of=TICKETS),
    Place(whispers, "conversation_id", texts=("text",)),
    Place(messages, "conversation_id", texts=("body",)),
    Place(conversations, "id", renamed=("visitor",), texts=("last_text",)),
    Place(unanswered, "conversation_id", texts=("text", "decision")),
    Place(question_groups, "id", texts=("terms",), of=QUESTION_GROUPS),
    Place(utterance_labels, "utterance_id", gone=True, of=UTTERANCES),
    Place(utterances, "conversation_id", gone=True),
    Place(evidence_marks, "evidence_id", gone=True, of=FILES),
    Place(evidence, "conversation_id", gone=True),
    Place(followers, "conversation_id", gone=True),
    Place(
        inbound,
        "conversation_id",
        emptied=("sender",),
        renamed=("key",),
        nulled=("reply",),
        texts=("fields",),
    ),
    Place(outbox, "conversation_id", nulled=("parts",)),
)

# No consumer in them: ids, codes, counters, accounts and hours of staff, businesses and offices, or texts
# written for all (the library, canned texts), from which what tells of a person is taken as they are kept.
WITHOUT_PERSONS = frozenset(
    {
        "access_tokens",
        "attendance",
        "canned_texts",
        "case_texts",
        "channel_notes",
        "counters",
        "dispatches",
        "draft_changes",
        "draft_editors",
        "draft_notes",
        "draft_reviews",
        "drafts",
        "erasures",
        "group_matters",
        "group_members",
        "handlings",
        "history",
        "history_head",
        "hit_rows",
        "hit_runs",
        "invitations",
        "kept_questions",
        "law_editions",
        "law_work",
        "library_imports",
        "library_nodes",
        "library_state",
        "login_failures",
        "mentions",
        "model_moves",
        "model_runs",
        "offers",
        "offices",
        "presence",
        "queue_staff",
        "queue_told",
        "ratings",
        "release_cases",
        "release_runs",
        "releases",
        "roster_days",
        "saved_views",
        "shifts",
        "staff",
        "staff_sessions",
        "ticket_locks",
        "ticket_work",
    }
)

SEALED = (
    Sealed(
        tickets,
        "number",
        {
            "code_sealed": "ticket:{key}:code",
            "name_sealed": "ticket:{key}:name",
            "phone_sealed": "ticket:{key}:phone",
            "address_sealed": "ticket:{key}:address",
        },
        (("phone_digest", "phone_sealed"), ("name_digest", "name_sealed")),
    ),
    Sealed(staff, "id", {"totp_sealed": "staff:{key}:totp"}),
    Sealed(access_tokens, "account", {"token_sealed": "access_token:{key}"}),
)


def groups_of_questions(connection: Connection, conversation_id: str) -> Sequence[int]:
    """Return the groups that questions of this conversation were put into."""
    query = select(unanswered.c.group_id).where(
        unanswered.c.conversation_id == conversation_id, unanswered.c.group_id.isnot(None)
    )
    return connection.execute(query.distinct()).scalars().all()


def utterances_of(connection: Connection, conversation_id: str) -> Sequence[int]:
    """Return what of this conversation is kept to be labelled."""
    query = select(utterances.c.id).where(utterances.c.conversation_id == conversation_id)
    return connection.execute(query).scalars().all()


def clear(connection: Connection, place: Place, keys: Sequence[Any], clean: Clean) -> int:
    """Take the persons out of the rows of these keys; returns how many rows there were."""
    found = place.table.c[place.by].in_(list(keys))
    if place.gone:
        return connection.execute(delete(place.table).where(found)).rowcount
    primary = list(place.table.primary_key.columns)
    wanted = [*primary, *(place.table.c[name] for name in place.texts)]
    fixed = {**{name: "" for name in place.emptied}, **{name: None for name in place.nulled}}
    rows = connection.execute(select(*wanted).where(found)).mappings().all()
    for row in rows:
        texts = {name: clean(row[name]) for name in place.texts}
        names = {name: f"{ERASED}{row[primary[0].name]}" for name in place.renamed}
        same = and_(*(column == row[column.name] for column in primary))
        connection.execute(update(place.table).where(same).values(**fixed, **texts, **names))
    return len(rows)


def note_erasure(connection: Connection, conversation_id: str, reason: str, at: Any) -> None:
    """Remember that the bot must forget the conversation too."""
    known = connection.execute(
        select(erasures.c.conversation_id).where(erasures.c.conversation_id == conversation_id)
    ).first()
    values = {"reason": reason, "at": at, "bot_forgot_at": None}
    if known:
        change = update(erasures).where(erasures.c.conversation_id == conversation_id)
        connection.execute(change.values(**values))
    else:
        connection.execute(insert(erasures).values(conversation_id=conversation_id, **values))


def not_forgotten(connection: Connection, limit: int) -> Sequence[str]:
    """Return conversations the bot still remembers although their person is erased."""
    query = select(erasures.c.conversation_id).where(erasures.c.bot_forgot_at.is_(None))
    return connection.execute(query.order_by(erasures.c.at).limit(limit)).scalars().all()


def note_forgotten(connection: Connection, conversation_id: str, at: Any) -> None:
    change = update(erasures).where(erasures.c.conversation_id == conversation_id)
    connection.execute(change.values(bot_forgot_at=at))


def other_uses(connection: Connection, sha256: str) -> int:
    """Return how many files of the evidence have this content."""
    query = select(func.count()).select_from(evidence).where(evidence.c.sha256 == sha256)
    return int(connection.execute(query).scalar_one())


def stale_fields(connection: Connection, sealed: Sealed, current: str) -> int:
    """Return how many rows hold a value that the key named `current` has not sealed."""
    query = select(func.count()).select_from(sealed.table).where(_stale(sealed, current))
    return int(connection.execute(query).scalar_one())


def stale_rows(
    connection: Connection, sealed: Sealed, current: str, *, after: str, limit: int
) -> Sequence[Row]:
    """Return rows with such values whose key lies beyond `after`, by key."""
    key = sealed.table.c[sealed.key]
    columns = [key, *(sealed.table.c[name] for name in sealed.places)]
    query = select(*columns).where(_stale(sealed, current), key > after).order_by(key).limit(limit)
    return connection.execute(query).mappings().all()


def replace_sealed(connection: Connection, sealed: Sealed, before: Row, values: Row) -> bool:
    """Put the values in if nobody has changed the sealed columns meanwhile."""
    same = and_(*(sealed.table.c[name] == before[name] for name in sealed.places))
    change = update(sealed.table).where(sealed.table.c[sealed.key] == before[sealed.key], same)
    return connection.execute(change.values(**values)).rowcount == 1


def _stale(sealed: Sealed, current: str) -> Any:
    """Some column is neither empty nor sealed by the key of that name."""
    fresh = [
        (sealed.table.c[name] == "") | sealed.table.c[name].startswith(f"v2.{current}.", autoescape=True)
        for name in sealed.places
    ]
    return not_(and_(*fresh))
