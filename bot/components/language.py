"""The Chinese spaCy pipeline of the bot, with jieba words of our own dictionary.

spaCy's own jieba segmenter uses jieba's process-wide dictionary, so that one user's words change
everyone's segmentation (RASA.md, trap 2). Here a segmenter over our own instance takes its place; the
instance is the one the library's search uses, since a second would cost another 70 MB.
"""

from __future__ import annotations

import functools
from pathlib import Path

import spacy
from jieba import Tokenizer as Jieba
from spacy.lang.zh import ChineseTokenizer
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.errors import ContentRefused
from knowledge.words import tokenizer as shared_jieba

WORDS = Path(__file__).resolve().parents[1] / "dictionary" / "words.txt"
MOST_STRINGS = 200_000
"""spaCy remembers every word it has seen; past this many a fresh vocabulary is taken."""


class OwnSegmenter(ChineseTokenizer):
    """spaCy's Chinese tokenizer over a jieba instance that is not the process-wide one."""

    def __init__(self, vocab: Vocab, jieba: Jieba) -> None:
        super().__init__(vocab, segmenter="char")
        self.jieba = jieba

    def __call__(self, text: str) -> Doc:
        """Words whose concatenation is exactly `text`: no space is added or lost."""
        if len(self.vocab.strings) > MOST_STRINGS:
            self.vocab = spacy.blank("zh").vocab
        words = [word for word in self.jieba.cut(text, HMM=True) if word]
        return Doc(self.vocab, words=words, spaces=[False] * len(words))


@functools.lru_cache(maxsize=2)
def open_language(words: Path = WORDS) -> Language:
    """Blank Chinese spaCy with our segmenter; raises ContentRefused when the word list is missing."""
    if not words.exists():
        raise ContentRefused(f"no word list {words}")
    language = spacy.blank("zh")
    language.tokenizer = OwnSegmenter(language.vocab, shared_jieba(words))
    return language
