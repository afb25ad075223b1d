"""Text in pieces WeChat takes: at most 2,048 bytes, ended at sentences, never inside a character."""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 2048  # bytes of UTF-8
ENDS = (
    re.compile(r"\n\n+"),
    re.compile(r"\n"),
    re.compile(r"[。！？!?…][”’」』）)]*"),
    re.compile(r"[；;]"),
    re.compile(r"[，,、：:]|\s"),
)
LINK = re.compile(r"<a\b[^>]*>.*?</a>|https?://[!-~]+", re.DOTALL)
NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def size(text: str) -> int:
    """Return the bytes of `text`."""
    return len(text.encode("utf-8"))


def clean(text: str) -> str:
    """Return `text` without what XML cannot carry or would end its CDATA."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return NOT_XML.sub("", plain).replace("]]>", "]] >").strip()


def split(text: str, limit: int = LONGEST_TEXT) -> list[str]:
    """Return the pieces of `text`, each of at most `limit` bytes; a link is never cut."""
    pieces, rest = [], text.strip()
    while size(rest) > limit:
        cut = _cut(rest, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [piece for piece in (*pieces, rest) if piece]


def shorten(text: str, limit: int) -> str:
    """Return `text`, or its beginning with an ellipsis, in at most `limit` bytes."""
    if size(text) <= limit:
        return text
    room = limit - size("…")
    return text[: _cut(text, room)].rstrip(" \n，,、；;：:") + "…" if room > 0 else ""


def _cut(text: str, limit: int) -> int:
    """Return where to cut so that at most `limit` bytes stay, after a sentence if one ends late enough."""
    longest = _characters_within(text, limit)
    inside = [span for span in (found.span() for found in LINK.finditer(text)) if span[0] < longest < span[1]]
    if inside and inside[0][0] > 0:
        longest = inside[0][0]
    head = text[:longest]
    for end in ENDS:
        places = [found.end() for found in end.finditer(head) if not _in_link(text, found.end())]
        if places and places[-1] >= longest // 2:
            return places[-1]
    return longest


def _in_link(text: str, place: int) -> bool:
    return any(found.start() < place < found.end() for found in LINK.finditer(text))


def _characters_within(text: str, limit: int) -> int:
    """Return how many characters fit into `limit` bytes without parting a character from its marks."""
    count = len(text.encode("utf-8")[:limit].decode("utf-8", "ignore"))
    whole = count
    while whole > 1 and whole < len(text) and _belongs(text, whole):
        whole -= 1
    return whole if whole > 1 else max(1, count)


def _belongs(text: str, place: int) -> bool:
    """Tell whether the character at `place` is drawn together with the one before."""
    after, before = text[place], text[place - 1]
    return (
        unicodedata.combining(after) > 0
        or after in JOINERS
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
