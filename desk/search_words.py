"""What a ticket is found by: its story, request, merchant and places, cut so that any piece of a word is found. Pure.

Chinese is cut into overlapping pairs of characters, as search engines do for it: a dictionary would cut the
same word differently in a sentence and in a search. Letters and digits stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

SEARCHED = ("merchant_name", "merchant_address", "request", "story")
MOST_KEPT = 3000  # pieces of one ticket
MOST_ASKED = 16  # pieces of one search
LONE = re.compile(r"[a-z0-9]+|.", re.DOTALL)


def of_ticket(row: Mapping[str, Any], *more: str) -> list[str]:
    """Return the pieces a ticket's row (and what was added to it) is found by, each once."""
    texts = [str(row[name]) for name in SEARCHED] + list(more)
    return _distinct(piece for text in texts for piece in _pieces(text))[:MOST_KEPT]


def of_search(text: str) -> list[str]:
    """Return the pieces of what somebody looks for; all must be found, the last perhaps only begun."""
    return _distinct(_pieces(text))[:MOST_ASKED]


def _pieces(text: str) -> Iterator[str]:
    for run in re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold()):
        parts = LONE.findall(run)
        for at, part in enumerate(parts):
            whole = part.isascii()
            paired = at + 1 < len(parts) and not whole and not parts[at + 1].isascii()
            if paired:
                yield part + parts[at + 1]
            elif whole or at == 0 or parts[at - 1].isascii():
                yield part


def _distinct(pieces: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(pieces))
