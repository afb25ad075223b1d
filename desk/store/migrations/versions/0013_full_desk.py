"""A desk with a million tickets: the queue stands on the ticket, and every list is read from one index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Words

revision = "0013"
down_revision = "0012"

GONE = {
    "kind_id",
    "kind_status_id",
    "kind_due_on_id",
    "kind_target_on_id",
    "phone_digest",
    "name_digest",
    "handling_office_id",
    "merchant_key",
    "assigned_to_id",
}
WHOLE = {
    "newest": ("kind", "id", "handling_office"),
    "status": ("kind", "status", "id", "handling_office"),
    "person": ("assigned_to", "id", "kind", "handling_office", "status"),
    "merchant": ("merchant_key", "id", "kind", "handling_office", "created_at", "topic"),
    "phone": ("phone_digest", "id"),
    "name": ("name_digest", "id", "kind", "handling_office"),
}
OPEN = {
    "work": (
        *("kind", "due_on", "id", "status", "handling_office", "queue", "assigned_to"),
        *("topic", "region_code", "amount", "urged"),
    ),
    "load": ("assigned_to", "kind", "due_on", "id", "status", "handling_office"),
    "problem": (
        *("kind", "merchant_key", "topic", "case_id", "phone_digest", "created_at"),
        *("status", "handling_office", "number", "merchant_name"),
    ),
}
DATED = {"due": "due_on", "target": "target_on"}


def upgrade() -> None:
    """Move the queue to the ticket and make the indices anew."""
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("queue", Words, nullable=False, server_default=""))
    skill = "(SELECT skill FROM ticket_work WHERE ticket_work.number = tickets.number)"
    op.execute(f"UPDATE tickets SET queue = {skill} WHERE number IN (SELECT number FROM ticket_work)")
    op.drop_index("ix_ticket_work_office_skill", "ticket_work")
    for column in ("office", "skill"):  # not in a batch: that would copy the table
        op.drop_column("ticket_work", column)
    for name in sorted(GONE):
        op.drop_index(f"ix_tickets_{name}", "tickets")
    for name, columns in WHOLE.items():
        op.create_index(f"ix_tickets_{name}", "tickets", list(columns))
    for name, columns in OPEN.items():
        _few(name, columns, "status <> 'closed'")
    for name, day in DATED.items():
        _few(name, ("kind", day, "id", "assigned_to", "status", "handling_office"), f"{day} IS NOT NULL")
    op.drop_index("ix_mentions_staff_id_note_id", "mentions")
    op.create_index("ix_mentions_staff_id_seen_at_note_id", "mentions", ["staff_id", "seen_at", "note_id"])


def _few(name: str, columns: tuple[str, ...], where: str) -> None:
    op.create_index(
        f"ix_tickets_{name}",
        "tickets",
        list(columns),
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
