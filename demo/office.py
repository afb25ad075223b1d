"""What every life of the demo shares: the store, the library, the staff, the content, and chance from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from desk.roles import Role
from desk.staff import Staff
from desk.store import Store
from knowledge.library import Library

from .content import Content


@dataclass
class Office:
    """The office being filled. `until` is the moment its year ends, which is now.

    `meant` is what consumers' openings are about: by the digest of the line, a topic.
    """

    store: Store
    library: Library
    library_path: Path
    evidence_dir: Path
    content: Content
    until: datetime
    seed: int
    staff: Mapping[str, Staff] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)

    def chance(self, name: str) -> Random:
        """Return the chance of one life: the same seed and name give the same."""
        return Random(f"{self.seed}:{name}")

    def with_role(self, *roles: Role) -> list[Staff]:
        """Return the staff with one of these roles, as they stand in people.yml."""
        return [member for member in self.staff.values() if set(roles) & set(member.roles)]

    def colleague(self, rng: Random) -> Staff:
        """Return somebody who handles complaints."""
        return rng.choice(self.with_role(Role.OFFICER, Role.MEDIATOR))

    @property
    def words(self) -> Mapping[str, Any]:
        return self.content.sentences
