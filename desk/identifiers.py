"""Names for things: unguessable ids and the short codes people type."""

from __future__ import annotations

import secrets


def new_id(prefix: str) -> str:
    """Return `<prefix>_` and 32 hexadecimal digits nobody can guess."""
    return f"{prefix}_{secrets.token_hex(16)}"


def new_code() -> str:
    """Return six random digits, the code that goes with a ticket number."""
    return f"{secrets.randbelow(1_000_000):06d}"
