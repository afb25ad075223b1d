"""Reviewed data of the desk: YAML files beside the code, each held to a schema in desk/schemas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FOLDER = Path(__file__).resolve().parent
FILES = ("canned", "labelling", "model_gate", "urgency", "waiting")


class DataRefused(ValueError):
    """The file does not fit its schema; the message names the place."""


@cache
def load(name: str) -> dict[str, Any]:
    """Return desk/<name>.yml, checked against desk/schemas/<name>.json; DataRefused."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
    check(name, data)
    return data


def load_all() -> None:
    """Read every file now, so that a mistake stops the start and not somebody's work; DataRefused."""
    for name in FILES:
        load(name)


def check(name: str, data: Any) -> None:
    """Return if `data` fits the schema called `name`; DataRefused."""
    schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_text("utf-8"))
    error = jsonschema.exceptions.best_match(jsonschema.Draft7Validator(schema).iter_errors(data))
    if error is not None:
        raise DataRefused(f"{name}.yml, {error.json_path}: {error.message}")
