"""Text in pieces WeChat takes: at most 2,048 bytes, ended at sentences, never inside a character or a link.

A character is what a reader takes for one: a flag, a family, a letter with its accents (extended grapheme
clusters, from the `regex` package).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

import regex

LONGEST_TEXT = 2048  # bytes of UTF-8
ENDS = (
    re.compile(r"\n\n+"),
    re.compile(r"\n"),
    re.compile(r"[。！？!?…][”’」』）)]*"),
    re.compile(r"[；;]"),
    re.compile(r"[，,、：:]|\s"),
)
LINK = re.compile(r"<a\b[^>]*>.*?</a>|https?://[!-~]+", re.DOTALL)
CHARACTER = regex.compile(r"\X")
NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def size(text: str) -> int:
    """Return the bytes of `text`."""
    return len(text.encode("utf-8"))


def clean(text: str) -> str:
    """Return `text` without what XML cannot carry or would end its CDATA."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return NOT_XML.sub("", plain).replace("]]>", "]] >").strip()


def split(text: str, limit: int = LONGEST_TEXT) -> list[str]:
    """Return the pieces of `text`, each of at most `limit` bytes; a link is never cut."""
    whole = _Measured(text.strip())
    pieces, start = [], 0
    while whole.size_from(start) > limit:
        cut = whole.cut(start, limit)
        pieces.append(whole.text[start:cut].strip())
        start = cut
    return [piece for piece in (*pieces, whole.text[start:].strip()) if piece]


def shorten(text: str, limit: int) -> str:
    """Return `text`, or its beginning with an ellipsis, in at most `limit` bytes."""
    if size(text) <= limit:
        return text
    room = limit - size("…")
    return text[: _Measured(text).cut(0, room)].rstrip(" \n，,、；;：:") + "…" if room > 0 else ""


class _Measured:
    """A text with the bytes, the ends of characters and the links in it, all found once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._bytes = [0, *accumulate(size(sign) for sign in text)]  # before each place
        self._ends = [found.end() for found in CHARACTER.finditer(text)]
        self._may_end = frozenset(self._ends)
        links = [found.span() for found in LINK.finditer(text)]
        self._link_starts = [start for start, _ in links]
        self._link_ends = [end for _, end in links]

    def size_from(self, start: int) -> int:
        """Return the bytes from `start` on."""
        return self._bytes[-1] - self._bytes[start]

    def cut(self, start: int, limit: int) -> int:
        """Return where to end a piece of at most `limit` bytes, after a sentence if one ends late enough."""
        longest = self._longest(start, limit)
        inside = self._link_around(longest)
        if inside is not None and inside > start:
            longest = inside
        for end in ENDS:
            for place in reversed([found.end() for found in end.finditer(self.text, start, longest)]):
                if place - start < (longest - start) // 2:
                    break
                if place in self._may_end and self._link_around(place) is None:
                    return place
        return longest

    def _longest(self, start: int, limit: int) -> int:
        """Return the last end of a character within `limit` bytes; a monstrous character is parted."""
        most = bisect_right(self._bytes, self._bytes[start] + limit) - 1
        whole = self._ends[place - 1] if (place := bisect_right(self._ends, most)) else 0
        return whole if whole > start else max(start + 1, most)

    def _link_around(self, place: int) -> int | None:
        """Return where the link begins that `place` lies within, None for none."""
        link = bisect_right(self._link_starts, place - 1) - 1
        return self._link_starts[link] if link >= 0 and place < self._link_ends[link] else None
