"""Conversations, tickets, evidence, staff, history and the WeChat channel."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from ..types import Cents, Json, Moment, RowId, Words
from .naming import metadata

# In the words of the partial indices: a planner uses one only where the query says literally the same.
NOT_CLOSED = text("status <> 'closed'")

conversations = Table(
    "conversations",
    metadata,
    Column("id", Words, primary_key=True),
    Column("channel", Words, nullable=False),
    Column("visitor", Words, nullable=False),
    Column("owner", Words, nullable=False),  # bot | queue | staff:<id>
    Column("waiting_since", Moment),  # since when it has been in the queue
    Column("reason", Words, nullable=False),  # why it left the bot
    Column("bot_may_finish", Boolean, nullable=False),  # the bot itself asked for a person in this turn
    Column("bot_since", RowId, nullable=False),  # last message before staff gave it back to the bot
    Column("topic", Words, nullable=False),
    Column("case_id", Words, nullable=False),
    Column("last_text", Words, nullable=False),  # beginning of what the consumer said last
    Column("last_message_id", RowId, nullable=False),
    Column("unread", Integer, nullable=False),  # consumer messages no member of staff has seen
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("handling_office", Words, nullable=False, server_default="local"),
    Index("ix_conversations_handling_office_updated_at", "handling_office", "updated_at"),
    Index("ix_conversations_owner_waiting_since", "owner", "waiting_since"),
    Index("ix_conversations_channel_visitor", "channel", "visitor"),
    Index("ix_conversations_updated_at", "updated_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("author", Words, nullable=False),  # consumer | bot | staff | system
    Column("kind", Words, nullable=False),
    Column("body", Json, nullable=False),
    Column("by", Words),  # id of the member of staff
    Column("client_id", Words),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "client_id"),
    Index("ix_messages_conversation_id_id", "conversation_id", "id"),
    sqlite_autoincrement=True,
)


def _of_open(name: str, *columns: str) -> Index:
    """An index of the few tickets that are not closed; a query says so with `NOT_CLOSED`."""
    return Index(name, *columns, sqlite_where=NOT_CLOSED, postgresql_where=NOT_CLOSED)


def _of_dated(name: str, day: str, *more: str) -> Index:
    """An index of the few tickets that have this day."""
    has_one = text(f"{day} IS NOT NULL")
    columns = ("kind", day, "id", "assigned_to", "status", "handling_office", *more)
    return Index(name, *columns, sqlite_where=has_one, postgresql_where=has_one)


unanswered = Table(
    "unanswered",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("text", Words, nullable=False),
    Column("decision", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Column("handled_by", Words),
    Column("handled_at", Moment),
    Column("case_id", Words, nullable=False),  # the case that answers it now
    Column("kind", Words, nullable=False, server_default="missed"),  # desk.unanswered.Kind
    Column("reason", Words, nullable=False, server_default=""),  # code of why it was no good
    Column("assigned_to", Words, nullable=False, server_default=""),
    Column("outcome", Words, nullable=False, server_default=""),  # desk.unanswered.Outcome
    Column("group_id", RowId),  # question_groups.id; NULL until grouped
    Index("ix_unanswered_handled_at_id", "handled_at", "id"),
    Index("ix_unanswered_group_id", "group_id"),
    Index("ix_unanswered_conversation_id", "conversation_id"),
    sqlite_autoincrement=True,
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, nullable=False, unique=True),
    Column("kind", Words, nullable=False),  # complaint | report, never both (Order 121, art. 9)
    Column("code_sealed", Words, nullable=False),
    Column("code_failures", Integer, nullable=False),
    Column("code_locked_until", Moment),
    Column("status", Words, nullable=False),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("name_sealed", Words, nullable=False),
    Column("phone_sealed", Words, nullable=False),
    Column("address_sealed", Words, nullable=False),
    Column("phone_digest", Words, nullable=False),
    Column("region_code", Words, nullable=False),
    Column("merchant_name", Words, nullable=False),
    Column("merchant_address", Words, nullable=False),
    Column("merchant_key", Words, nullable=False),  # name without spaces and case, for grouping
    Column("request", Words, nullable=False),
    Column("story", Words, nullable=False),
    Column("amount", Cents),  # hundredths of a yuan
    Column("happened_on", Date),
    Column("topic", Words, nullable=False),
    Column("case_id", Words, nullable=False),
    Column("facts", Json, nullable=False),
    Column("flags", Json, nullable=False),  # what the admissibility check found when it was filed
    Column("agent_for", Words, nullable=False),
    Column("draft_digest", Words, nullable=False),
    Column("assigned_to", Words, nullable=False),
    Column("office", Words, nullable=False),  # where it was transferred
    Column("ground", Words, nullable=False),  # why it was refused or the mediation ended
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("accept_by", Date),
    Column("mediate_by", Date),
    Column("notify_by", Date),
    Column("lead_check_by", Date),
    Column("due_on", Date),  # the clock that is running now
    Column("urged", Integer, nullable=False),
    Column("handling_office", Words, nullable=False, server_default="local"),  # whose ticket it is
    Column("name_digest", Words, nullable=False, server_default=""),
    Column("target_on", Date),  # the nearest internal target that is not met
    Column("merged_into", Words, nullable=False, server_default=""),  # the ticket that stands for this one
    Column("queue", Words, nullable=False, server_default=""),  # skill of its office's queue; '' for none
    CheckConstraint("kind IN ('complaint', 'report')", name="kind"),
    # What a list is narrowed to stands in its index, so that only the tickets of the page are read.
    Index("ix_tickets_newest", "kind", "id", "handling_office"),
    Index("ix_tickets_status", "kind", "status", "id", "handling_office"),
    Index("ix_tickets_person", "assigned_to", "id", "kind", "handling_office", "status"),
    Index("ix_tickets_merchant", "merchant_key", "id", "kind", "handling_office", "created_at", "topic"),
    Index("ix_tickets_phone", "phone_digest", "id"),
    Index("ix_tickets_name", "name_digest", "id", "kind", "handling_office"),
    Index("ix_tickets_conversation_id_id", "conversation_id", "id"),
    _of_dated("ix_tickets_due", "due_on"),
    _of_dated("ix_tickets_target", "target_on", "due_on"),
    _of_open("ix_tickets_queue", "handling_office", "queue", "kind", "status", "assigned_to", "due_on"),
    _of_open(
        *("ix_tickets_work", "kind", "due_on", "id", "status", "handling_office", "queue", "assigned_to"),
        *("topic", "region_code", "amount", "urged"),
    ),
    _of_open("ix_tickets_load", "assigned_to", "kind", "due_on", "id", "status", "handling_office"),
    _of_open(
        *("ix_tickets_problem", "kind", "merchant_key", "topic", "case_id", "phone_digest", "created_at"),
        *("status", "handling_office", "number", "merchant_name"),
    ),
    sqlite_autoincrement=True,
)

ticket_events = Table(
    "ticket_events",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("event", Words, nullable=False),
    Column("from_status", Words, nullable=False),
    Column("to_status", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Json, nullable=False),  # codes only: ground, office, reason
    Column("text", Words, nullable=False),  # what was written: a supplement, a reason in words
    Index("ix_ticket_events_number_id", "number", "id"),
    sqlite_autoincrement=True,
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Words, primary_key=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("number", Words, ForeignKey("tickets.number")),
    Column("name", Words, nullable=False),
    Column("type", Words, nullable=False),
    Column("size", RowId, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("original_sha256", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("added_by", Words, nullable=False, server_default="consumer"),  # consumer, or a staff id
    Index("ix_evidence_conversation_id", "conversation_id"),
    Index("ix_evidence_number", "number"),
    Index("ix_evidence_sha256", "sha256"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Words, primary_key=True),
    Column("username", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("roles", Json, nullable=False),
    Column("password_hash", Words, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("epoch", Integer, nullable=False),  # grows when older sessions must end
    Column("created_at", Moment, nullable=False),
    Column("last_login_at", Moment),
    Column("offices", Json, nullable=False, server_default=text("'[\"local\"]'")),
    Column("totp_sealed", Words, nullable=False, server_default=""),  # '' for one who has no second factor
    Column(
        "totp_step", RowId, nullable=False, server_default="0"
    ),  # of the last code taken, so that none works twice
    Column("recovery", Json, nullable=False, server_default=text("'[]'")),  # hashes of unused recovery codes
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("username", Words, primary_key=True),  # whether or not such an account exists
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("locked_until", Moment),
)

history = Table(
    "history",
    metadata,
    Column("seq", RowId, primary_key=True, autoincrement=False),
    Column("event", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("detail", Json, nullable=False),
    Column("prev_hash", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Index("ix_history_subject_seq", "subject", "seq"),
    Index("ix_history_by_seq", "by", "seq"),
    Index("ix_history_event_seq", "event", "seq"),
    Index("ix_history_at", "at", "event", "by", "seq"),
)

history_head = Table(
    "history_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", RowId, nullable=False),
    Column("hash", Words, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", RowId, nullable=False),
)

followers = Table(
    "followers",
    metadata,
    Column("openid", Words, primary_key=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("following", Boolean, nullable=False),
    Column("message_at", Moment),  # the consumer's last message, which opened a window
    Column("message_left", Integer, nullable=False),  # what may still be sent in that window
    Column("tap_at", Moment),  # the last menu tap, follow or scan
    Column("tap_left", Integer, nullable=False),
    Column("offered", Json, nullable=False),  # the choices shown last: [{label, value}]
    Column("scene", Words, nullable=False),  # code of the station or merchant whose QR code was scanned
    Column("region", Words, nullable=False),  # region code of the last place sent
    Column("accepted", Json, nullable=False),  # notices the consumer agreed to: {template id: how many}
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_followers_conversation_id", "conversation_id"),
)

inbound = Table(
    "inbound",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("key", Words, nullable=False, unique=True),  # MsgId, or sender, time and event
    Column("proof", Words, nullable=False),  # digest of the signature it came with
    Column("sender", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("fields", Json, nullable=False),
    Column("conversation_id", Words, ForeignKey("conversations.id")),
    Column("message_id", RowId),  # the consumer message it became
    Column("state", Words, nullable=False),  # received | done
    Column("route", Words, nullable=False),  # '' | passive | service | next | none
    Column("reply", Json),  # what the passive reply says
    Column("claimed_by", Words, nullable=False),
    Column("claimed_until", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("handed_at", Moment),  # when the passive reply left this machine
    Index("ix_inbound_state_claimed_until", "state", "claimed_until"),
    Index("ix_inbound_proof", "proof"),
    Index("ix_inbound_route_handed_at", "route", "handed_at"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("messages", Json, nullable=False),  # ids of the messages it delivers, in order
    Column("inbound_id", RowId),  # the message it answers
    Column("state", Words, nullable=False),  # waiting | next | sent | doubtful | failed | dropped | joined
    Column("parts", Json),  # as composed for the channel; NULL until then
    Column("done", Integer, nullable=False),  # parts delivered
    Column("attempted", Integer, nullable=False),  # the part whose sending has begun, -1 for none
    Column("joined_to", RowId),
    Column("claimed_by", Words, nullable=False),
    Column("claimed_until", Moment),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ix_outbox_state_due_at", "state", "due_at"),
    Index("ix_outbox_conversation_id_id", "conversation_id", "id"),
    sqlite_autoincrement=True,
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("account", Words, primary_key=True),
    Column("token_sealed", Words, nullable=False),
    Column("expires_at", Moment),
    Column("refreshing_by", Words, nullable=False),
    Column("refreshing_until", Moment),
)

channel_notes = Table(
    "channel_notes",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Json, nullable=False),
    Column("at", Moment, nullable=False),
)
