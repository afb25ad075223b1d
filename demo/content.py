"""What the demo is made of: demo/*.yml, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FOLDER = Path(__file__).parent
TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "minItems": 1, "items": TEXT}
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "people": {
        "type": "object",
        "additionalProperties": False,
        "required": ["office", "staff", "surnames", "given", "streets", "region"],
        "properties": {
            "office": TEXT,
            "surnames": TEXTS,
            "given": TEXTS,
            "streets": TEXTS,
            "region": {"type": "object", "required": ["name", "code"]},
            "staff": {
                "type": "array",
                "minItems": 6,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["username", "name", "roles", "queues"],
                    "properties": {
                        "username": TEXT,
                        "name": TEXT,
                        "roles": TEXTS,
                        "queues": {"type": "array", "items": TEXT},
                        "topics": TEXTS,
                        "week": {
                            "type": "array",
                            "items": {"type": "integer", "minimum": 1, "maximum": 7},
                        },
                    },
                },
            },
        },
    },
    "merchants": {
        "type": "object",
        "additionalProperties": False,
        "required": ["merchants"],
        "properties": {
            "merchants": {
                "type": "array",
                "minItems": 2,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["name", "street", "topics", "weight"],
                    "properties": {
                        "name": TEXT,
                        "street": TEXT,
                        "topics": TEXTS,
                        "weight": {"type": "integer", "minimum": 0},
                        "habit": TEXT,
                        "rise": {"type": "boolean"},
                        "closing": {"type": "boolean"},
                    },
                },
            }
        },
    },
    "stories": {
        "type": "object",
        "additionalProperties": False,
        "required": ["topics"],
        "properties": {
            "topics": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["stories"],
                    "properties": {
                        "hot": {"type": "boolean"},
                        "stories": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["case", "from", "to", "story", "request"],
                                "properties": {
                                    "case": TEXT,
                                    "from": {"type": "integer"},
                                    "to": {"type": "integer"},
                                    "story": TEXT,
                                    "request": TEXT,
                                },
                            },
                        },
                    },
                },
            }
        },
    },
    "sentences": {"type": "object", "required": ["bot", "staff", "gaps", "closing", "reports"]},
}


@dataclass(frozen=True)
class Content:
    """The four files: people and streets, businesses, stories by topic, sentences."""

    people: Mapping[str, Any]
    merchants: tuple[Mapping[str, Any], ...]
    topics: Mapping[str, Mapping[str, Any]]
    sentences: Mapping[str, Any]


def load() -> Content:
    """Return the content of demo/*.yml; ValidationError names what in it cannot be."""
    read = {name: _checked(name) for name in SCHEMAS}
    told = set(read["stories"]["topics"])
    for merchant in read["merchants"]["merchants"]:
        unknown = set(merchant["topics"]) - told
        if unknown:
            raise jsonschema.ValidationError(f"{merchant['name']}: no stories about {sorted(unknown)}")
    return Content(
        read["people"],
        tuple(read["merchants"]["merchants"]),
        read["stories"]["topics"],
        read["sentences"],
    )


def _checked(name: str) -> Any:
    held = yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
    jsonschema.validate(held, SCHEMAS[name])
    return held
