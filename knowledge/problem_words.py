"""What the check found, said to an editor on a page (problem_words.yml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema
from ruamel.yaml import YAML

from knowledge.errors import Problem
from knowledge.reading import schema_errors
from knowledge.wording import HERE


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Any]:
    held: Mapping[str, Any] = YAML(typ="safe").load((HERE / "problem_words.yml").read_text("utf-8"))
    return held


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(entry["match"]), entry["say"]) for entry in _words()["messages"]]


def in_chinese(problem: Problem) -> str:
    """A mistake or remark of the check as an editor reads it; a general sentence for one that nobody worded."""
    for pattern, said in _patterns():
        found = pattern.search(problem.message)
        if found:
            return str(said).format(**found.groupdict())
    return str(_words()["other"])


def schema_problems(document: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """(path, sentence) of everything the schema of a case does not accept, in the order of the paths."""
    found = {_told(error): None for error in schema_errors("case", document)}
    return sorted(found, key=lambda problem: [str(step) for step in problem[0]])


def _told(error: jsonschema.ValidationError) -> tuple[tuple[str | int, ...], str]:
    path = list(error.absolute_path)
    if error.validator == "required":
        named = re.match(r"'([^']+)' is a required property", error.message)
        path += [named[1]] if named else []
    if error.validator == "additionalProperties":
        named = re.search(r"'([^']+)' (?:was|were) unexpected", error.message)
        path += [named[1]] if named else []
    limit = error.validator_value if isinstance(error.validator_value, (int, str)) else ""
    kind = "empty" if error.instance == "" else str(error.validator)
    said = _words()["schema"].get(kind, _words()["other"])
    return tuple(path), str(said).format(limit=limit)
