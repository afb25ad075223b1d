"""How hard a text is to read: its length, its longest sentence, and lawyers' words that nobody explains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from knowledge.wording import jargon

ANSWER = 300  # Chinese characters before unfolding
SENTENCE = 60
EXPLAINED_WITHIN = 4  # how soon behind a word its explanation must begin, in characters
_HAN = re.compile(r"[\u4e00-\u9fff]")
_END = re.compile(r"[。！？；!?;\n]+")
_EXPLAINS = re.compile(r"[（(：]|，?(?:也就是|就是|即|意思是)")


def length(text: str) -> int:
    """Chinese characters; figures and signs do not count."""
    return len(_HAN.findall(text))


def long_sentences(text: str) -> Iterator[str]:
    """Sentences of more than SENTENCE Chinese characters."""
    yield from (sentence for sentence in _END.split(text) if length(sentence) > SENTENCE)


def unexplained(text: str) -> Iterator[tuple[str, str]]:
    """(word, what to say instead) for each of lawyers' words that nothing behind explains."""
    for found in _pattern().finditer(text):
        behind = text[found.end() : found.end() + EXPLAINED_WITHIN + 3]
        explains = _EXPLAINS.search(behind)
        if not explains or explains.start() > EXPLAINED_WITHIN:
            yield found[0], jargon()[found[0]]


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    words: Mapping[str, str] = jargon()
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
