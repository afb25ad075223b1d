"""Reading a statute file as offices publish it: Markdown, plain text, or DOCX (flk.npc.gov.cn gives DOCX)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.citations import number_of
from knowledge.errors import StatuteRefused
from knowledge.statute_text import StatuteText, split

SUFFIXES = (".md", ".txt", ".docx")
LARGEST = 20 * 2**20  # bytes
_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.DOTALL)
_FIELD = re.compile(r"^(\w+):\s*(.*)$", re.MULTILINE)
_DAY = re.compile(
    r"([\d一二三四五六七八九○〇零]{4})年([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})日"
)
_FROM = re.compile(r"自\s*(.{8,14}?日)\s*起\s*(?:施行|实施|生效)")
_AT_ONCE = re.compile(r"自(?:公布|发布|颁布|通过)之日起(?:施行|实施|生效)")
_FROM_HEAD = re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日)\s*(?:施行|起施行)")


@dataclass(frozen=True)
class StatuteFile:
    """A file read: its title, the days it names (ISO, '' when it names none), its text."""

    path: Path
    title: str
    effective: str
    adopted: str
    excerpt: bool
    text: StatuteText
    source: str


def read_statute(path: Path) -> StatuteFile:
    """Read and split one file. Raises StatuteRefused: no such kind, too large, unreadable, or no article in it."""
    if path.suffix.lower() not in SUFFIXES:
        raise StatuteRefused(
            path, f"cannot read {path.suffix or 'a file without suffix'}; give {', '.join(SUFFIXES)}"
        )
    if not path.is_file():
        raise StatuteRefused(path, "no such file")
    if path.stat().st_size > LARGEST:
        raise StatuteRefused(path, f"larger than {LARGEST // 2**20} MB; a statute is a few hundred kB")
    raw = _docx(path) if path.suffix.lower() == ".docx" else _text(path)
    front = _FRONT.match(raw)
    fields = {key: value.strip("'\" ") for key, value in _FIELD.findall(front[1])} if front else {}
    body = raw[front.end() :] if front else raw
    text = split(body)
    if not text.articles:
        raise StatuteRefused(
            path, "no article found; articles begin with 第…条 and a space at the start of a line"
        )
    adopted = _iso(fields.get("version_date", "")) or _adopted(text)
    return StatuteFile(
        path=path,
        title=fields.get("title") or _title(body),
        effective=_iso(fields.get("effective_date", "")) or _effective(text, adopted),
        adopted=adopted,
        excerpt="EXCERPT" in fields.get("status", "").upper() or "节选" in path.stem,
        text=text,
        source=body,
    )


def _text(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StatuteRefused(path, "neither UTF-8 nor GB 18030; save it as UTF-8")


def _docx(path: Path) -> str:
    from docx import Document  # only an import reads DOCX
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise StatuteRefused(path, f"not a DOCX file ({error})") from error
    lines = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines += block.text.splitlines() or [""]
    return "\n".join(lines)


def _title(body: str) -> str:
    lines = (re.sub(r"[\s　]+", "", line).strip("#*") for line in body.splitlines())
    return next((line for line in lines if line), "")


def _effective(text: StatuteText, adopted: str) -> str:
    """The day in 自…起施行 of the last article, else of the preamble; '' where an amendment came after that day.

    An amended law still names the day its first edition came into force: then only the operator knows the day.
    """
    for part in (text.articles[-1].text, text.preamble):
        found = _FROM.search(part) or _FROM_HEAD.search(part)
        if found:
            day = _iso(found[1])
            return day if day >= adopted else ""
        if _AT_ONCE.search(part):
            return adopted
    return ""


def _adopted(text: StatuteText) -> str:
    """The latest day the preamble names: the edition's own adoption or amendment."""
    return max((_iso(found[0]) for found in _DAY.finditer(text.preamble)), default="")


def _iso(written: str) -> str:
    """ISO day of 2026-04-15, 2026年4月15日 or 二○二六年四月十五日; '' when there is none."""
    plain = re.match(r"\d{4}-\d{2}-\d{2}$", written)
    if plain:
        return written
    found = _DAY.search(written)
    if not found:
        return ""
    year = (
        found[1]
        if found[1].isdigit()
        else "".join(
            str("零一二三四五六七八九".find(s.replace("○", "零").replace("〇", "零"))) for s in found[1]
        )
    )
    try:
        return date(int(year), number_of(found[2]), number_of(found[3])).isoformat()
    except ValueError:
        return ""
