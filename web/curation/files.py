"""The library files of this machine: one for each release kept, and the one in use, which is a link to it."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Any

from desk.releases import content_digest
from knowledge.library_file import entries, released

NAME = re.compile(r"library-(\d{6})\.db")


class Files:
    """`in_use` is the library file every process of this machine reads; `folder` keeps one file for each release."""

    def __init__(self, in_use: Path) -> None:
        self.in_use = in_use
        self.folder = in_use.with_name("releases")
        self._seen: tuple[tuple[int, int, int], tuple[int, str]] | None = None

    def kept(self, number: int) -> Path:
        """Return where the file of a release is kept, whether or not it is there."""
        return self.folder / f"library-{number:06d}.db"

    def using(self) -> tuple[int, str]:
        """Return number and content digest of the file in use, (0, '') without one that can be read."""
        try:
            found = self.in_use.stat()
        except OSError:
            return 0, ""
        identity = found.st_ino, found.st_mtime_ns, found.st_size
        if self._seen is None or self._seen[0] != identity:
            self._seen = identity, _content(self.in_use)
        return self._seen[1]

    def cases(self) -> dict[str, Any]:
        """Return the case documents of the file in use."""
        return entries(self.in_use, "cases")

    def holds(self, number: int, digest: str) -> bool:
        """Tell whether the file of that release is kept here, with that content."""
        return _content(self.kept(number)) == (number, digest)

    def use(self, number: int) -> None:
        """Put the kept file of a release in use, whole and at once."""
        link = self.in_use.with_name(f".{self.in_use.name}.{secrets.token_hex(4)}")
        try:
            os.link(self.kept(number), link)
            link.replace(self.in_use)
        finally:
            link.unlink(missing_ok=True)

    def keep(self, number: int) -> None:
        """Keep the file in use as that of a release."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(self.in_use, self.kept(number))

    def prune(self, most: int, needed: set[int]) -> None:
        """Forget the oldest files beyond `most`; `needed` ones stay."""
        found = sorted(path for path in self.folder.glob("*.db") if NAME.fullmatch(path.name))
        spare = [path for path in found if int(path.stem[-6:]) not in needed]
        for path in spare[: max(len(found) - most, 0)]:
            path.unlink(missing_ok=True)


def _content(path: Path) -> tuple[int, str]:
    row = released(path)
    return (int(row["number"]), content_digest(entries(path, "cases"))) if row else (0, "")
