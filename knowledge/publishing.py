"""Publishing: the content folder checked, linked, indexed and written as one library file.

The file is written whole by sqlite-utils and put in place atomically; knowledge.library reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import sqlite_utils

from knowledge import content, corpus, index, library, training, vectors
from knowledge.errors import ContentRefused
from knowledge.library_file import KINDS, released
from knowledge.linking import check_links
from knowledge.reading import Raw, lay_editions, lay_over, read_folder, read_registers
from knowledge.training import Before, LeftOut
from knowledge.words import DICTIONARY, tokens

FORMAT = 12  # raise when what build() writes changes, so that old files are built again
LEARNING = (
    "features",
    "figures",
    "full_text",
    "fusion",
    "index",
    "learned",
    "training",
    "varieties",
    "vectors",
    "words",
)  # code that decides what is learned
Editions = Mapping[str, Sequence[Mapping[str, Any]]]  # law → editions as in its file
EXAMPLES = Path(__file__).resolve().parent.parent / "data" / "nlu"


def read_content(source: Path, *, law_texts: Path | None = None) -> Raw:
    """All content, sound and linked. Raises ContentRefused with every mistake found."""
    return _sound(read_folder(source), law_texts)


def _sound(raw: Raw, law_texts: Path | None) -> Raw:
    raw.problems += check_links(raw, law_texts=law_texts)
    if raw.problems:
        raise ContentRefused(sorted(raw.problems, key=lambda problem: (problem.file, problem.line)))
    return raw


def build(
    source: Path,
    target: Path,
    *,
    law_texts: Path | None = None,
    vectors: Path | None = None,
    examples: Path | None = EXAMPLES,
    dictionary: Path | None = DICTIONARY,
    fit: bool = False,
    overlay: Mapping[str, Any] | None = None,
    editions: Editions | None = None,
    after: int = 0,
) -> int:
    """Write the library file and return its release number; the same content keeps its number.

    `overlay`: cases written elsewhere that stand in place of the files', None for one taken out; `editions`: of laws,
    noted elsewhere; `after`: the highest release number given elsewhere, which new content comes after.

    `law_texts`: folder of statutes to verify citations with; `vectors`: spaCy pipeline folder; `examples`:
    Rasa's NLU folder; `dictionary`: jieba words; `fit`: learn the ranking anew even where what the release before
    learned still fits. Raises ContentRefused; then the old file stays untouched.
    """
    raw = read_folder(source)
    lay_over(raw, overlay or {})
    lay_editions(raw, editions or {})
    made = _Making(_sound(raw, law_texts), vectors, examples, dictionary)
    before = released(target)
    if before and before["recipe"] == made.recipe and not fit:
        return int(before["number"])
    number = int(before["number"]) if before else 0
    if not before or before["digest"] != made.digest:
        number = max(number, after) + 1
    made.write(target, number, None if fit else _learned_before(target, before))
    return number


def build_release(
    source: Path,
    cases: Mapping[str, Any],
    target: Path,
    *,
    number: int,
    before: Path | None = None,
    editions: Editions | None = None,
    law_texts: Path | None = None,
    vectors: Path | None = None,
    examples: Path | None = EXAMPLES,
    dictionary: Path | None = DICTIONARY,
) -> None:
    """Write the file of release `number`: these cases over the registers of `source`.

    `before`: the library file whose learning may be gone on from. Raises ContentRefused.
    """
    raw = read_registers(source)
    lay_over(raw, cases)
    lay_editions(raw, editions or {})
    made = _Making(_sound(raw, law_texts), vectors, examples, dictionary)
    made.write(target, number, _learned_before(before, released(before)) if before else None)


class _Making:
    """Checked content on its way into a file."""

    def __init__(
        self, raw: Raw, vectors: Path | None, examples: Path | None, dictionary: Path | None
    ) -> None:
        self._data = {"cases": raw.cases, **{kind: getattr(raw, kind) for kind in KINDS}}
        self._others = corpus.example_rows(examples, frozenset(raw.topics))
        self._vectors = vectors
        self._dictionary = dictionary
        self.digest = _digest(self._data)
        lines = [[row.text, row.topic] for row in self._others]
        self.recipe = _digest([FORMAT, self.digest, lines, _stamp(vectors), _text(dictionary), _code()])

    def write(self, target: Path, number: int, before: Before | None) -> None:
        """Put the file in place whole."""
        release = {
            "number": number,
            "digest": self.digest,
            "recipe": self.recipe,
            "format": FORMAT,
            "code": _code(),
            "built_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "cases": len(self._data["cases"]),
        }
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            write(partial, self._data, release, self._others, self._vectors, self._dictionary, before)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _digest(data: Any) -> str:
    return hashlib.sha256(
        json.dumps(data, ensure_ascii=False, sort_keys=True, default=str).encode()
    ).hexdigest()


def _stamp(folder: Path | None) -> str:
    keys = folder / vectors.KEYS if folder else None
    return hashlib.sha256(keys.read_bytes()).hexdigest() if keys and keys.exists() else ""


def _text(file: Path | None) -> str:
    return file.read_text(encoding="utf-8") if file and file.exists() else ""


def _code() -> str:
    """What the modules that measure and learn look like: another code is another recipe."""
    here = Path(__file__).resolve().parent
    files = [*(here / f"{name}.py" for name in LEARNING), here / "varieties.yml"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _learned_before(target: Path, before: Mapping[str, Any] | None) -> Before | None:
    """What the release before had learned, unless its file was written by another version."""
    if not before or before["format"] != FORMAT or before["code"] != _code():
        return None
    connection = sqlite3.connect(f"file:{target}?mode=ro", uri=True)
    try:
        blobs: dict[str, bytes] = dict(connection.execute("SELECT name, data FROM search_index"))
        rows, fitted_on = (np.frombuffer(blobs[name], dtype=np.uint64) for name in ("rows", "fitted_on"))
        return Before(index.load(blobs["index"]), rows, fitted_on)
    except (sqlite3.DatabaseError, KeyError, ValueError):
        return None
    finally:
        connection.close()


def write(
    path: Path,
    data: Mapping[str, Any],
    release: Mapping[str, Any],
    others: list[index.Row],
    folder: Path | None,
    dictionary: Path | None,
    before: Before | None = None,
) -> None:
    """Write a library file of checked content: `data` by kind and id, `release` its one row, `others` example lines."""
    path.unlink(missing_ok=True)
    cases = [content.case_from(raw) for raw in data["cases"].values()]
    lines = index.case_lines(cases)
    words = [tokens(row.text, dictionary) for row in lines.held]
    more = [" ".join(tokens(row.text, dictionary)) for row in lines.more]
    database = sqlite_utils.Database(path)
    try:
        database.table("release").insert(dict(release))
        for kind in ("cases", *KINDS):
            entries = (
                {"id": id, "data": json.dumps(entry, ensure_ascii=False)} for id, entry in data[kind].items()
            )
            database.table(kind).insert_all(entries, pk="id", columns={"id": str, "data": str})
        _write_lines(database, "lines", lines.held, [" ".join(cut) for cut in words])
        _write_lines(database, "more_lines", lines.more, more)
        trained = training.train(
            cases,
            sorted(data["topics"]),
            others,
            vectors.load(folder),
            dictionary,
            database.conn,
            before,
            words,
            more,
        )
        learned = {
            "index": index.dump(trained.index),
            "fusion": json.dumps(trained.index.fusion).encode(),
            "rows": trained.rows.tobytes(),
            "fitted_on": trained.fitted_on.tobytes(),
        }
        blobs = ({"name": name, "data": blob} for name, blob in learned.items())
        database.table("search_index").insert_all(blobs, pk="name", columns={"name": str, "data": bytes})
    finally:
        database.close()


def _write_lines(
    database: sqlite_utils.Database, table: str, rows: list[index.Row], words: list[str]
) -> None:
    """Searchable lines and their full-text index over jieba tokens (`words`, by spaces)."""
    lines = (
        {"id": i, "case_id": row.case, "kind": row.kind.value, "text": row.text, "tokens": cut}
        for i, (row, cut) in enumerate(zip(rows, words, strict=True), start=1)
    )
    columns = {"id": int, "case_id": str, "kind": str, "text": str, "tokens": str}
    database.table(table).insert_all(lines, pk="id", columns=columns)
    if rows:
        database.table(table).enable_fts(["tokens"], tokenize="unicode61 remove_diacritics 0")


def leave_one_out(
    path: Path, *, vectors: Path | None = None, dictionary: Path | None = DICTIONARY, every: int = 1
) -> list[LeftOut]:
    """How the library answers its own ask lines with each left out: the figure a release must not worsen."""
    held = library.Release(path, vectors, dictionary)
    cases = list(held.cases.values())
    return list(
        training.leave_one_out(cases, held.index, held.connection, held.vectors, dictionary, every=every)
    )
