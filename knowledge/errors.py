"""Everything that can go wrong with the library.

KnowledgeError
├── ContentRefused     the content files hold mistakes; nothing was built
├── LibraryMissing     there is no library file at that path
├── LibraryDamaged     the file there is not a library we can read
├── NotInLibrary       no case, law, office … has that id
├── StatuteRefused     a statute file cannot be read, or no law of the register is its
├── ExchangeRefused    a file brought in is no library, sheet or case we can read
├── RuleUnknown        a remedy or deadline names a rule that does not exist
└── VectorsMissing     the word vectors' data file is not installed
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One mistake in a content file: where it is, what is wrong and what to do. `path` leads to it in the entry."""

    file: str
    line: int
    message: str
    path: tuple[str | int, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class KnowledgeError(Exception):
    """Base of all errors of this package."""

    code = "knowledge_error"


class ContentRefused(KnowledgeError):
    """The content files hold mistakes; `problems` lists every one found."""

    code = "content_refused"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"{len(self.problems)} problem(s) in the library's content:\n{lines}")


class LibraryMissing(KnowledgeError):
    """There is no library file yet."""

    code = "library_missing"

    def __init__(self, path: Path) -> None:
        super().__init__(f"no library at {path}; make one with: python -m knowledge build --target {path}")
        self.path = path


class LibraryDamaged(KnowledgeError):
    """The file exists but is not a library this program can read."""

    code = "library_damaged"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is not a usable library ({reason}); build it again")
        self.path = path


class NotInLibrary(KnowledgeError):
    """Nothing of that kind has that id."""

    code = "not_in_library"

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"no {kind} {id!r} in the library")
        self.kind = kind
        self.id = id


class StatuteRefused(KnowledgeError):
    """A statute file cannot be taken in; the message says why and what to do."""

    code = "statute_refused"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class ExchangeRefused(KnowledgeError):
    """`reason` says why: unknown_form, unreadable, not_a_library, newer, nothing_found, too_large; `place` where."""

    code = "exchange_refused"

    def __init__(self, reason: str, place: str) -> None:
        super().__init__(f"{reason}: {place}" if place else reason)
        self.reason = reason
        self.place = place


class RuleUnknown(KnowledgeError):
    """A remedy or deadline names a rule that nobody wrote."""

    code = "rule_unknown"

    def __init__(self, kind: str, rule: str, known: Iterable[str]) -> None:
        super().__init__(f"no {kind} rule {rule!r}; known: {', '.join(sorted(known))}")
        self.rule = rule


class VectorsMissing(KnowledgeError):
    """The package that carries the word vectors is not installed."""

    code = "vectors_missing"

    def __init__(self) -> None:
        super().__init__("no word vectors: install synonyms==3.10.2 (only its data file is read)")
