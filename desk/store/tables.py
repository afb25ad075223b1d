"""The tables of the desk. The migrations make them; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)

from .types import Cents, Json, Moment, RowId, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    Index("ix_unanswered_handled_at_id", "handled_at", "id"),
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
    CheckConstraint("kind IN ('complaint', 'report')", name="kind"),
    Index("ix_tickets_kind_id", "kind", "id"),
    Index("ix_tickets_kind_status_id", "kind", "status", "id"),
    Index("ix_tickets_kind_due_on_id", "kind", "due_on", "id"),
    Index("ix_tickets_conversation_id_id", "conversation_id", "id"),
    Index("ix_tickets_phone_digest", "phone_digest"),
    Index("ix_tickets_merchant_key", "merchant_key"),
    Index("ix_tickets_assigned_to_id", "assigned_to", "id"),
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
