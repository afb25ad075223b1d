"""How a printed book is set in Word: page, type, contents with page numbers, running heads. No content here."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Book
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

SONG, HEI, KAI = "宋体", "黑体", "楷体"
INK, SOFT = RGBColor(0x1A, 0x1A, 0x1A), RGBColor(0x59, 0x59, 0x59)
WIDTH = Cm(15.6)  # of the text
ROOM = Pt(4)


def new_book(title: str) -> Book:
    """An empty A5-like book on A4 with its styles; fields are brought up to date when it is opened."""
    book = Document()
    book.core_properties.title = title
    book.core_properties.author = ""
    section = book.sections[0]
    section.page_height, section.page_width = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2.7)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.4)
    _style(book, "Normal", SONG, 11, space=3, line=1.45)
    _style(book, "Title", HEI, 30, space=12, center=True)
    _style(book, "Subtitle", KAI, 15, space=8, center=True)
    _style(book, "Heading 1", HEI, 20, space=18, center=True)
    _style(book, "Heading 2", HEI, 15, space=8, before=16)
    _style(book, "Heading 3", HEI, 11.5, space=2, before=9)
    for level, indent in ((1, 0.0), (2, 0.7)):
        style = book.styles.add_style(f"Contents {level}", 1)
        style.base_style = book.styles["Normal"]
        style.paragraph_format.left_indent = Cm(indent)
        style.paragraph_format.space_after = Pt(1 if level == 2 else 3)
        style.paragraph_format.space_before = Pt(0 if level == 2 else 8)
        style.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        _font(style, HEI if level == 1 else SONG, 11.5 if level == 1 else 10.5)
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    book.settings.element.append(update)
    return book


def _style(
    book: Book,
    name: str,
    font: str,
    size: float,
    *,
    space: float,
    before: float = 0,
    line: float = 1.25,
    center: bool = False,
) -> None:
    style = book.styles[name]
    _font(style, font, size)
    style.font.color.rgb = INK
    style.font.bold = False
    style.font.italic = False
    layout = style.paragraph_format
    layout.space_after, layout.space_before, layout.line_spacing = Pt(space), Pt(before), line
    if center:
        layout.alignment = WD_ALIGN_PARAGRAPH.CENTER
    borders = style.element.pPr.find(qn("w:pBdr")) if style.element.pPr is not None else None
    if borders is not None:
        style.element.pPr.remove(borders)


def _font(style: Any, name: str, size: float) -> None:
    style.font.name, style.font.size = "Times New Roman", Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for side in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(side), None)
    fonts.set(qn("w:eastAsia"), name)


def line(book: Book, text: str = "", style: str = "") -> Paragraph:
    """A paragraph at the end of the book, in the style of that name; python-docx's own way is slow in a long one."""
    held = OxmlElement("w:p")
    book.element.body[-1].addprevious(held)
    paragraph = Paragraph(held, book._body)
    if style:
        held.get_or_add_pPr().get_or_add_pStyle().val = style.replace(" ", "")
    if text:
        paragraph.add_run(text)
    return paragraph


def chapter(book: Book, text: str, mark: str) -> None:
    """A chapter begins on a page of its own."""
    _marked(line(book, text, "Heading 1"), mark).paragraph_format.page_break_before = True


def entry(book: Book, text: str, mark: str) -> None:
    heading = _marked(line(book, text, "Heading 2"), mark)
    heading.paragraph_format.keep_with_next = True


def part(book: Book, text: str) -> None:
    line(book, text, "Heading 3").paragraph_format.keep_with_next = True


def body(book: Book, text: str, *, indent: bool = True) -> Paragraph:
    """A paragraph of running text, its first line indented by two characters."""
    paragraph = line(book, text)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(22)
    return paragraph


def aside(book: Book, text: str) -> Paragraph:
    """A paragraph in the italic of Chinese print, for quoted words and comments."""
    paragraph = line(book)
    run = paragraph.add_run(text)
    _east(run, KAI)
    paragraph.paragraph_format.left_indent = Cm(0.8)
    return paragraph


def item(book: Book, strong: str, text: str, number: str = "·") -> None:
    """An entry of a list with a hanging sign: its name, then what is said of it."""
    paragraph = line(book)
    paragraph.paragraph_format.left_indent = Cm(0.8)
    paragraph.paragraph_format.first_line_indent = Cm(-0.6)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(0.8))
    if number:
        paragraph.add_run(f"{number}\t")
    if strong:
        _east(paragraph.add_run(strong + ("　" if text else "")), HEI)
    paragraph.add_run(text)


def table(book: Book, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    """A table with a shaded head that is repeated on every page; `widths` in centimetres."""
    made = book._body.add_table(1, len(heads), WIDTH)  # not the book's own way, which is slow in a long one
    made.style = book.styles["Table Grid"]
    made.autofit = False
    for cell, head in zip(made.rows[0].cells, heads, strict=True):
        _fill(cell, head, HEI)
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "EDF3EF")
        cell._tc.get_or_add_tcPr().append(shade)
    repeat = OxmlElement("w:tblHeader")
    made.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in rows:
        held = made.add_row()
        whole = OxmlElement("w:cantSplit")
        held._tr.get_or_add_trPr().append(whole)
        for cell, text in zip(held.cells, row, strict=True):
            _fill(cell, text, SONG)
    for row in made.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    line(book).paragraph_format.space_after = Pt(0)


def _fill(cell: Any, text: str, font: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = 1.2
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = ROOM
    run = paragraph.add_run(text)
    run.font.size = Pt(10)
    _east(run, font)


def contents(book: Book, rows: Sequence[tuple[int, str, str]]) -> None:
    """The contents: (level, text, mark) a row, each with the number of its page, which Word works out."""
    for level, text, mark in rows:
        paragraph = line(book, style=f"Contents {level}")
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), mark)
        run = paragraph.add_run(f"{text}\t")
        link.append(run._r)
        paragraph._p.append(link)
        _field(paragraph, f"PAGEREF {mark} \\h")


def page_numbers(book: Book, head: str, foot: str) -> None:
    """A new section for the text: its pages are counted from one, with a running head and the number at the foot."""
    section = book.add_section(WD_SECTION.NEW_PAGE)
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    section._sectPr.append(numbering)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    top = section.header.paragraphs[0]
    _small(top.add_run(head))
    top.alignment = WD_ALIGN_PARAGRAPH.CENTER
    bottom = section.footer.paragraphs[0]
    bottom.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, _, after = foot.partition("{page}")
    _small(bottom.add_run(before))
    _field(bottom, "PAGE")
    _small(bottom.add_run(after))


def new_page(book: Book) -> None:
    line(book).add_run().add_break(WD_BREAK.PAGE)


def space(book: Book, points: float) -> None:
    line(book).paragraph_format.space_after = Pt(points)


def _small(run: Run) -> None:
    run.font.size = Pt(9)
    run.font.color.rgb = SOFT
    _east(run, SONG)


def _east(run: Run, font: str) -> None:
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _field(paragraph: Paragraph, code: str) -> None:
    for kind in ("begin", "instr", "separate", "result", "end"):
        run = paragraph.add_run()
        if kind == "instr":
            held = OxmlElement("w:instrText")
            held.set(qn("xml:space"), "preserve")
            held.text = f" {code} "
            run._r.append(held)
        elif kind != "result":
            sign = OxmlElement("w:fldChar")
            sign.set(qn("w:fldCharType"), kind)
            if kind == "begin":
                sign.set(qn("w:dirty"), "true")
            run._r.append(sign)


def _marked(paragraph: Paragraph, mark: str) -> Paragraph:
    number = str(zlib.crc32(mark.encode()) % 10**8)
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for sign in (start, end):
        sign.set(qn("w:id"), number)
    start.set(qn("w:name"), mark)
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)
    return paragraph
