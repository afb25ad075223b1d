"""A statute as published, split into its divisions (编, 章, 节), articles (条), paragraphs (款) and items (项, 目).

Nothing is lost: `StatuteText.plain` is the source again up to white space. How articles and their parts are
numbered and cited follows 立法技术规范（试行）（一）; 「第一百四十五条之一」 is written 145-1 here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from knowledge.citations import number_of

_NUMERAL = "[零〇○一二三四五六七八九十百千]+"
_HEAD = re.compile(
    rf"^(?P<head>[*_\s　]*第(?P<base>{_NUMERAL})条(?:之(?P<part>{_NUMERAL}))?[*_]*)(?=[\s　]|$)"
)
_DIVISION = re.compile(rf"^[#*\s　]*(?P<title>第{_NUMERAL}(?P<level>分编|编|章|节|目)(?:[\s　]+.*|$))")
_ANNEX = re.compile(r"^[#*\s　]*(?:附件|附录|附表)(?:[一二三四五六七八九十\d]*)(?:[:：\s　]|$)")
_ITEM = re.compile(rf"^[\s　]*[（(](?:{_NUMERAL})[)）]")
_SUBITEM = re.compile(r"^[\s　]*(?:\d{1,2}[.．、]|[（(]\d{1,2}[)）])")
_MARK = re.compile(r"^[#\s　]*")
_LEVELS = ("编", "分编", "章", "节", "目")


@dataclass(frozen=True)
class Item:
    """A 项 with its number as printed, and the 目 under it."""

    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """A 款 and its 项."""

    text: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Article:
    """A 条. `divisions`: the headings it stands under, outermost first; `lines`: its text as published."""

    number: str
    head: str
    divisions: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The article's words without its number, one line a paragraph or item."""
        return "\n".join(line.strip(" \t　") for line in self.lines if line.strip(" \t　"))

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Its 款; an item before any paragraph belongs to an empty first one."""
        found: list[tuple[str, list[tuple[str, list[str]]]]] = []
        for line in self.text.splitlines():
            if _ITEM.match(line):
                found = found or [("", [])]
                found[-1][1].append((line, []))
            elif _SUBITEM.match(line) and found and found[-1][1]:
                found[-1][1][-1][1].append(line)
            else:
                found.append((line, []))
        return tuple(
            Paragraph(text, tuple(Item(item, tuple(subitems)) for item, subitems in items))
            for text, items in found
        )


@dataclass(frozen=True)
class StatuteText:
    """`blocks` are all parts in the order printed: raw lines (title, preamble, headings, annex) and articles."""

    blocks: tuple[str | Article, ...] = field(repr=False)

    @property
    def articles(self) -> tuple[Article, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Article))

    @property
    def preamble(self) -> str:
        """What stands before the first heading or article that counts: title, history, promulgation."""
        lines = []
        for block in self.blocks:
            if isinstance(block, Article):
                break
            lines.append(block)
        return "\n".join(lines)

    @property
    def plain(self) -> str:
        """The source again, up to white space."""
        return "\n".join(
            block if isinstance(block, str) else block.head + "\n".join(block.lines) for block in self.blocks
        )

    def article(self, number: str) -> Article | None:
        return next((article for article in self.articles if article.number == number), None)


def split(text: str) -> StatuteText:
    """The parts of a statute's text. A line begins an article when its number follows the one before.

    A cross reference at the start of a line (第十条规定的…) is no article, nor is a line of a table of contents.
    """
    blocks: list[str | Article] = []
    divisions: list[tuple[str, str]] = []
    last = (0, 0)
    head, number, lines = "", "", [""]
    open_article = False

    def close() -> None:
        if open_article:
            blocks.append(Article(number, head, tuple(title for _, title in divisions), tuple(lines)))

    for line in text.splitlines():
        begun = _HEAD.match(line)
        if begun and _follows(_place(begun), last):
            close()
            last = _place(begun)
            number = f"{last[0]}" + (f"-{last[1]}" if last[1] else "")
            head, lines, open_article = begun["head"], [line[begun.end() :]], True
            continue
        division = _division(line, begun is not None)
        if division or _ANNEX.match(line):
            close()
            open_article = False
            blocks.append(line)
            if division:
                _enter(divisions, *division)
            continue
        if open_article:
            lines.append(line)
        else:
            blocks.append(line)
    close()
    return StatuteText(tuple(blocks))


def _place(begun: re.Match[str]) -> tuple[int, int]:
    base = number_of(begun["base"].replace("○", "零"))
    return base, number_of(begun["part"]) if begun["part"] else 0


def _follows(place: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether an article may come after another: the next number, its next 之…, or any later one of an excerpt."""
    return place > last and (place[1] == 0 or place[0] == last[0] or place[1] == 1)


def _division(line: str, is_article: bool) -> tuple[str, str] | None:
    """(level, title) of a heading line; Markdown headings without a number count as chapters."""
    numbered = _DIVISION.match(line)
    if numbered:
        return numbered["level"], re.sub(r"[\s　]+", " ", numbered["title"]).strip("* ")
    if line.lstrip().startswith("#") and not is_article:
        return "章", _MARK.sub("", line).strip()
    return None


def _enter(divisions: list[tuple[str, str]], level: str, title: str) -> None:
    """Step into a division: it ends those of its own level and below."""
    depth = _LEVELS.index(level)
    while divisions and _LEVELS.index(divisions[-1][0]) >= depth:
        divisions.pop()
    divisions.append((level, title))


def same_words(one: str, other: str) -> bool:
    """Whether two texts are equal up to white space."""
    return "".join(one.split()) == "".join(other.split())
