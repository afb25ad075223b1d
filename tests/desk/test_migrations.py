"""Migrations: one head, the tables they make are the tables we use, and starting at once is safe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from desk import conversations
from desk.errors import StoreUnavailable
from desk.store import Store, migrate, open_store
from desk.store.tables import metadata
from tests.factories import SECRET, make_conversation

ROOT = Path(__file__).resolve().parents[2]


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    return ScriptDirectory.from_config(config)


def is_ours(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
    full_text = (
        "ticket_words"  # a virtual table with tables of its own on SQLite, one of its kind on PostgreSQL
    )
    return not (name or "").startswith(("sqlite_", full_text, f"ix_{full_text}"))


def test_there_is_one_head_and_the_code_expects_it() -> None:
    assert scripts().get_heads() == [migrate.HEAD]


def test_revisions_are_numbered_in_order() -> None:
    revisions = [script.revision for script in scripts().walk_revisions()][::-1]
    assert revisions == [f"{n:04d}" for n in range(1, len(revisions) + 1)]


def test_the_migrated_tables_are_the_tables_in_use(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        differences = compare_metadata(context, metadata)
    assert not differences, f"make a migration for: {differences}"


def test_the_indices_of_counting_can_be_taken_back_and_made_again(empty_database_url: str) -> None:
    store = open_store(empty_database_url, secret_key=SECRET)
    id = make_conversation(store).id
    made = indices_of_tickets(store)
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0014")
    assert set(made) - set(indices_of_tickets(store)) == {"ix_tickets_queue"}
    assert "due_on" not in indices_of_tickets(store)["ix_tickets_target"]
    store.close()
    again = open_store(empty_database_url, secret_key=SECRET)
    assert indices_of_tickets(again) == made
    assert conversations.get(again, id).id == id
    again.close()


def indices_of_tickets(store: Store) -> dict[str, list[str]]:
    return {index["name"]: index["column_names"] for index in inspect(store.engine).get_indexes("tickets")}


def test_opening_again_changes_nothing(empty_database_url: str) -> None:
    first = open_store(empty_database_url, secret_key=SECRET)
    id = make_conversation(first).id
    first.close()
    second = open_store(empty_database_url, secret_key=SECRET)
    assert make_conversation(second).id != id
    second.close()


def test_a_database_of_a_newer_program_is_left_alone(empty_database_url: str) -> None:
    store = open_store(empty_database_url, secret_key=SECRET)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreUnavailable, match="newer"):
        open_store(empty_database_url, secret_key=SECRET)


def test_four_processes_may_start_at_once(empty_database_url: str) -> None:
    code = "import sys; from desk.store import open_store; open_store(sys.argv[1]).check()"
    starting = [
        subprocess.Popen([sys.executable, "-c", code, empty_database_url], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in starting:
        _, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint.decode()
