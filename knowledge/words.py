"""Words of a text: our own jieba tokenizer (never the global one, which is not ours) with our dictionary."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from pathlib import Path

import jieba

from knowledge.figures import normal
from knowledge.varieties import standard

jieba.setLogLevel(logging.WARNING)
DICTIONARY = Path(__file__).resolve().parent.parent / "bot" / "dictionary" / "words.txt"
_STOP_WORDS = (
    "的 了 是 我 你 他 她 它 们 我们 他们 在 就 都 也 还 和 跟 与 及 很 吗 呢 吧 啊 呀 嘛 哦 把 被 给 让 对 这 那 这个 那个 "
    "一个 上 下 里 去 来 说 要 会 能 有 没 不 人 怎么 怎么办 什么 请问 您 您好 你好 谢谢 因为 所以 但是 然后 现在 可以"
)
STOP = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[\w]+", re.UNICODE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"[。！？!?；;\n]+|(?<=[，,])")


@lru_cache(maxsize=4)
def _tokenizer(dictionary: Path | None, stamp: int) -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    if dictionary is not None:
        tokenizer.load_userdict(str(dictionary))
    tokenizer.initialize()
    return tokenizer


def tokenizer(dictionary: Path | None = DICTIONARY) -> jieba.Tokenizer:
    """The one tokenizer of this process for that user dictionary (a missing file means none); 70 MB, so shared."""
    if dictionary is None or not dictionary.exists():
        return _tokenizer(None, 0)
    return _tokenizer(dictionary, dictionary.stat().st_mtime_ns)


def folded(text: str) -> str:
    """Half-width, lower case, simplified, standard words, no spaces, figures as 0: what n-grams are taken of."""
    return _SPACE.sub("", _NUMBER.sub("0", standard(normal(text))))


def tokens(text: str, dictionary: Path | None = DICTIONARY) -> list[str]:
    """Words for search: long words also in their parts, no punctuation, no stop words, figures left out."""
    plain = _NUMBER.sub(" ", standard(normal(text)))
    cut = tokenizer(dictionary).lcut_for_search(plain)
    return [word for word in cut if _WORD.fullmatch(word) and word not in STOP]


def segments(text: str, width: int = 60) -> list[str]:
    """A long text in pieces of about `width` characters, cut between sentences or clauses; the first piece first."""
    pieces: list[str] = []
    for part in _SENTENCE.split(text):
        part = part.strip()
        if not part:
            continue
        if pieces and len(pieces) > 1 and len(pieces[-1]) + len(part) <= width:
            pieces[-1] += part
        else:
            pieces += [part[i : i + 2 * width] for i in range(0, len(part), 2 * width)]
    return pieces
