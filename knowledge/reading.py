"""Reading the content folder: every file read first, each checked against its schema, mistakes told with their line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from knowledge.errors import Problem
from knowledge.wording import HERE

WHOLE = ("topics", "offices", "referrals", "steps")  # one file with many entries by id
TODO = {
    "required": "add it",
    "additionalProperties": "take it out or correct its spelling",
    "enum": "use one of the values listed",
    "minItems": "add more",
    "maxItems": "take some out",
    "uniqueItems": "take the double out",
    "maxLength": "shorten it",
    "minLength": "write it",
    "pattern": "write it in the form shown",
    "type": "correct its form",
    "oneOf": "see knowledge/schemas for the forms allowed",
    "anyOf": "see knowledge/schemas for the forms allowed",
}


@dataclass
class Raw:
    """Plain data of all files, and where each entry came from. `origins` is (kind, id) → file."""

    root: Path
    cases: dict[str, Any] = field(default_factory=dict)
    laws: dict[str, Any] = field(default_factory=dict)
    topics: dict[str, Any] = field(default_factory=dict)
    offices: dict[str, Any] = field(default_factory=dict)
    referrals: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Any] = field(default_factory=dict)
    origins: dict[tuple[str, str], Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, kind: str, id: str, path: Sequence[str | int] = ()) -> tuple[str, int]:
        """(file, line) of an entry or of a part of it; of one that is in no file, its kind and id."""
        file = self.origins.get((kind, id))
        if file is None:
            return f"{kind}/{id}", 1
        return self.shown(file), line_of(file, path if kind in ("cases", "laws") else [id, *path])

    def shown(self, file: Path) -> str:
        """The file as an editor knows it, from the folder above the content root."""
        try:
            return str(file.relative_to(self.root.parent))
        except ValueError:
            return str(file)

    def report(self, kind: str, id: str, path: Sequence[str | int], message: str) -> None:
        self.problems.append(Problem(*self.place(kind, id, path), message))


@lru_cache(maxsize=1)
def schemas() -> Mapping[str, jsonschema.Draft7Validator]:
    """Validators by name: case, law, topics, offices, referrals, steps."""
    return {
        path.stem: jsonschema.Draft7Validator(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted((HERE / "schemas").glob("*.json"))
    }


@lru_cache(maxsize=256)
def _with_lines(file: Path, stamp: int) -> Any:
    try:
        return YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except YAMLError:
        return None


def line_of(file: Path, path: Sequence[str | int]) -> int:
    """The 1-based line where the part of a YAML file at `path` stands; the nearest part above it if it is missing."""
    node, line = _with_lines(file, file.stat().st_mtime_ns), 1
    for key in path:
        try:
            lines: Any = node.lc
            position = lines.key(key) if isinstance(node, Mapping) else lines.item(key)
            line, node = position[0] + 1, node[key]
        except (KeyError, IndexError, AttributeError, TypeError):
            break
    return line


def load_yaml(file: Path) -> Any:
    """Plain data of a YAML file; its dates as ISO text."""
    return plain_data(YAML(typ="safe").load(file.read_text(encoding="utf-8")))


def plain_data(data: Any) -> Any:
    """What YAML holds as what JSON can hold: days become ISO text."""
    if isinstance(data, dict):
        return {key: plain_data(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain_data(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


def _parse(raw: Raw, file: Path) -> Any:
    """The file's data, or None with a problem reported."""
    try:
        data = load_yaml(file)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = (
            f"not readable as YAML: {error.problem}; quote texts that hold ': ' or begin with a special sign"
        )
        raw.problems.append(Problem(raw.shown(file), mark.line + 1 if mark else 1, what))
    except (YAMLError, UnicodeDecodeError) as error:
        raw.problems.append(Problem(raw.shown(file), 1, f"not readable: {error}; save it as UTF-8 YAML"))
    else:
        if isinstance(data, dict):
            return data
        raw.problems.append(
            Problem(raw.shown(file), 1, "holds no entries; it must be a mapping of keys to values")
        )
    return None


def schema_errors(schema: str, data: Any) -> Iterator[jsonschema.ValidationError]:
    """What the schema finds wrong, of alternatives the one that came furthest."""
    for error in schemas()[schema].iter_errors(data):
        yield (
            max(error.context, key=lambda e: len(e.absolute_path), default=error) if error.context else error
        )


def _schema_problems(raw: Raw, file: Path, schema: str, data: Any) -> Iterator[Problem]:
    for detail in schema_errors(schema, data):
        path = list(detail.absolute_path)
        where = ".".join(map(str, path)) or "the file"
        message = (
            detail.message
            if len(detail.message) < 200
            else detail.message[:80] + " … " + detail.message[-110:]
        )
        todo = TODO.get(str(detail.validator), "correct it")
        if "hear" in path and detail.validator == "minLength":
            todo = "a phrase of one character is heard in any text; write a longer one"
        if "remedy" in path and detail.validator == "type":
            todo = "amounts are computed, never typed: name the fact that holds it"
        yield Problem(raw.shown(file), line_of(file, path), f"{where}: {message}; {todo}")


def _take(raw: Raw, kind: str, schema: str, file: Path) -> None:
    """Read one file that is one entry (a case, a law)."""
    data = _parse(raw, file)
    if data is None:
        return
    problems = list(_schema_problems(raw, file, schema, data))
    raw.problems += problems
    if problems:
        return
    entries: dict[str, Any] = getattr(raw, kind)
    id = data["id"]
    if id != file.stem:
        raw.problems.append(
            Problem(
                raw.shown(file),
                line_of(file, ["id"]),
                f"id {id!r} is not the file name; make both {file.stem!r}",
            )
        )
    elif id in entries:
        other = raw.shown(raw.origins[kind, id])
        raw.problems.append(
            Problem(raw.shown(file), line_of(file, ["id"]), f"id {id!r} is also in {other}; rename one")
        )
    else:
        entries[id] = data
        raw.origins[kind, id] = file


def _take_whole(raw: Raw, kind: str, file: Path) -> None:
    """Read one file that holds all entries of a kind by id."""
    if not file.exists():
        raw.problems.append(
            Problem(raw.shown(file), 1, f"is missing; write it (see knowledge/schemas/{kind}.json)")
        )
        return
    data = _parse(raw, file)
    if data is None:
        return
    problems = list(_schema_problems(raw, file, kind, data))
    raw.problems += problems
    broken = {problem.message.split(".")[0] for problem in problems}
    for id, entry in data.items():
        if id not in broken and isinstance(entry, dict) and not any(m.startswith("the file") for m in broken):
            getattr(raw, kind)[id] = entry
            raw.origins[kind, id] = file


def read_registers(root: Path) -> Raw:
    """Laws, topics, offices, referrals and steps under `root`, without any case."""
    raw = Raw(root.resolve())
    for kind in WHOLE:
        _take_whole(raw, kind, raw.root / f"{kind}.yml")
    for file in sorted((raw.root / "laws").glob("*.yml")):
        _take(raw, "laws", "law", file)
    return raw


def read_folder(root: Path) -> Raw:
    """All content under `root`. Mistakes are collected in `problems`; what is sound is kept beside them."""
    raw = read_registers(root)
    for file in sorted((raw.root / "cases").rglob("*.yml")):
        _take(raw, "cases", "case", file)
    return raw


def lay_over(raw: Raw, documents: Mapping[str, Any]) -> None:
    """Put cases that are in no file in place of those that are; None takes a case out. Mistakes are reported."""
    for id, document in documents.items():
        raw.cases.pop(id, None)
        raw.origins.pop(("cases", id), None)
        if document is None:
            continue
        errors = list(schema_errors("case", document))
        for error in errors:
            path = tuple(error.absolute_path)
            where = ".".join(map(str, path)) or "the case"
            raw.problems.append(Problem(f"cases/{id}", 1, f"{where}: {error.message[:200]}", path))
        if not errors:
            raw.cases[id] = document


def lay_editions(raw: Raw, editions: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Add editions of laws that the files do not know yet; one they know stays as they have it."""
    for law, more in editions.items():
        if law in raw.laws:
            held = raw.laws[law]["editions"]
            known = {str(edition["effective"]) for edition in held}
            new = [dict(edition) for edition in more if edition["effective"] not in known]
            raw.laws[law] = {**raw.laws[law], "editions": [*held, *new]}
