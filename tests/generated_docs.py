"""The generated parts of docs/: `make docs` writes them, tests/test_docs.py checks them."""

from __future__ import annotations

from pathlib import Path

import settings

ROOT = Path(__file__).resolve().parents[1]
SETTINGS_PAGE = ROOT / "docs" / "settings.md"


def settings_page() -> str:
    rows = "\n".join(
        f"| `{row.variable}` | {f'`{row.default}`' if row.default else '–'} | {row.help} |"
        for row in settings.SETTINGS.values()
    )
    return (
        "# Settings\n\nRead from the environment once, when a process starts. This page is written by `make docs`.\n\n"
        f"| variable | default | what it does |\n|---|---|---|\n{rows}\n"
    )


if __name__ == "__main__":
    SETTINGS_PAGE.write_text(settings_page(), "utf-8")
