"""The command `demo`: fill the store, with a progress bar, and print who can sign in."""

from __future__ import annotations

from datetime import datetime, timezone

import yaml
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from desk import wording
from desk.errors import UsernameTaken
from desk.staff import Staff
from desk.store import Store
from knowledge.library import open_library
from settings import Settings

from . import content
from .filling import Size, StoreNotEmpty, fill
from .office import Office

WORDS = content.FOLDER / "terminal.yml"


def run(store: Store, settings: Settings, *, seed: int, size: Size) -> int:
    """Fill the store and print the accounts; 1 when it holds tickets or a name is taken."""
    words, console = yaml.safe_load(WORDS.read_text("utf-8")), Console()
    office = Office(
        store=store,
        library=open_library(settings.library_path, vectors=settings.vectors_dir),
        library_path=settings.library_path,
        evidence_dir=settings.evidence_dir,
        content=content.load(),
        until=datetime.now(timezone.utc).replace(microsecond=0),
        seed=seed,
    )
    try:
        with Progress(console=console) as bar:
            task = bar.add_task(words["filling"], total=1.0)
            made = fill(office, size, lambda part: bar.update(task, completed=part))
    except StoreNotEmpty:
        console.print(words["not_empty"])
        return 1
    except UsernameTaken as error:
        console.print(words["taken"].format(username=error))
        return 1
    console.print(_accounts(made, words))
    console.print(words["done"])
    return 0


def _accounts(made: list[tuple[Staff, str]], words: dict[str, str]) -> Table:
    table = Table(title=words["title"])
    for column in ("username", "password", "name", "role"):
        table.add_column(words[column])
    for member, password in made:
        roles = "、".join(wording.say("roles", role.value) for role in member.roles)
        table.add_row(member.username, password, member.name, roles)
    return table
