"""A ticket's life: links between tickets, notices, internal targets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables of links and notices, and two columns on tickets."""
    with op.batch_alter_table("tickets") as tickets:
        tickets.add_column(sa.Column("target_on", sa.Date()))
        tickets.add_column(sa.Column("merged_into", Words, nullable=False, server_default=""))
    op.create_index("ix_tickets_kind_target_on_id", "tickets", ["kind", "target_on", "id"])
    _links()
    _notices()


def _ticket(table: str, name: str) -> sa.Column:
    return sa.Column(name, Words, sa.ForeignKey("tickets.number", name=f"fk_{table}_{name}"), nullable=False)


def _links() -> None:
    op.create_table(
        "ticket_links",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("kind", Words, nullable=False),
        _ticket("ticket_links", "number"),
        _ticket("ticket_links", "other"),
        sa.Column("reason", Words, nullable=False),
        sa.Column("before", Json),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("undone_by", Words, nullable=False, server_default=""),
        sa.Column("undone_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_links"),
        sa.CheckConstraint("kind IN ('merged', 'split', 'related')", name="ck_ticket_links_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_links_number", "ticket_links", ["number"])
    op.create_index("ix_ticket_links_other", "ticket_links", ["other"])


def _notices() -> None:
    op.create_table(
        "ticket_notices",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        _ticket("ticket_notices", "number"),
        sa.Column("kind", Words, nullable=False),
        sa.Column("party", Words, nullable=False),
        sa.Column("how", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("message_id", RowId),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_notices"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_notices_number_id", "ticket_notices", ["number", "id"])
