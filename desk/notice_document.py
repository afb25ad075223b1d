"""A notice as the sheet of paper an office sends: DOCX."""

from __future__ import annotations

import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from . import wording
from .notices import Notice

MARGIN = Cm(2.8)
FONTS = "letter_fonts"


def docx_of(notice: Notice, *, addressee: str) -> bytes:
    """Return the notice as a DOCX file, addressed to `addressee` ('' for none)."""
    document = Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    _font(document.styles["Normal"], wording.say(FONTS, "body"), 16)
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(head.add_run(notice.title), wording.say(FONTS, "title"), 22)
    number = document.add_paragraph(notice.number)
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if addressee:
        document.add_paragraph(wording.say("letter", "addressee").format(name=addressee))
    lines = notice.text.splitlines()
    signed = _signature_begins(lines)
    for place, line in enumerate(lines):
        paragraph = document.add_paragraph(line)
        if place >= signed:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        else:
            paragraph.paragraph_format.first_line_indent = Pt(32)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _signature_begins(lines: list[str]) -> int:
    """The last two lines, the office and the day, stand on the right when the letter has a body above."""
    return len(lines) - 2 if len(lines) > 3 else len(lines)


def _font(styled: object, name: str, points: int) -> None:
    font = styled.font  # type: ignore[attr-defined]
    font.name, font.size = name, Pt(points)
    font.element.rPr.rFonts.set(qn("w:eastAsia"), name)
