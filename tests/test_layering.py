"""The arrows between the packages, held over the syntax trees (docs/architecture.md draws them)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = {"actions", "bench", "bot", "demo", "desk", "insight", "knowledge", "server", "settings", "web"}
MAY_IMPORT = {
    "knowledge": set(),
    "desk": {"settings"},
    "insight": {"desk", "settings"},
    "actions": {"desk", "knowledge", "settings"},
    "bot": {"actions", "desk", "knowledge", "settings"},
    "web": {"insight", "desk", "knowledge", "settings"},
    "demo": {"desk", "knowledge", "settings"},
    "server": {"demo", "web", "desk", "knowledge", "settings"},
    "settings": set(),
}
ONLY_IN = {
    "rasa": {"bot", "actions"},
    "rasa_sdk": {"bot", "actions"},
    "tensorflow": set(),
    "flask": {"web", "server"},
    "sqlalchemy": {"bench", "bot", "desk"},
    "sqlite_utils": {"knowledge"},
}
BADLY_NAMED = {"utils", "util", "helpers", "helper", "common", "misc", "models", "views"}


def sources(package: str) -> Iterator[Path]:
    single = ROOT / f"{package}.py"
    if single.exists():
        yield single
    yield from sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names a file imports from elsewhere."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_package_imports_only_what_it_may(package):
    for path in sources(package):
        strangers = imported(path) & OURS - MAY_IMPORT[package] - {package}
        assert not strangers, f"{path.relative_to(ROOT)} imports {sorted(strangers)}"


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_an_outside_library_stays_in_its_layer(library):
    for package in sorted(OURS - ONLY_IN[library] - {"bench"}):
        for path in sources(package):
            assert library not in imported(path), f"{path.relative_to(ROOT)} imports {library}"


def test_sql_is_written_in_the_store_and_the_library_only():
    for package in sorted(OURS - {"knowledge", "bot"}):
        for path in sources(package):
            if "desk/store" in path.as_posix():
                continue
            assert "sqlite3" not in imported(path), f"{path.relative_to(ROOT)} opens a database"


def test_every_module_is_named_after_its_subject_and_stays_one_subject_long():
    for package in sorted(OURS):
        for path in sources(package):
            assert path.stem not in BADLY_NAMED, f"{path.relative_to(ROOT)} is named after a kind of thing"
            lines = path.read_text("utf-8").count("\n")
            assert lines <= 450, f"{path.relative_to(ROOT)} has {lines} lines: more than one subject?"


def test_actions_stay_flat():
    """A subpackage named like a top-level package would stop the action executor."""
    assert not [path for path in (ROOT / "actions").iterdir() if path.is_dir() and path.name != "__pycache__"]
