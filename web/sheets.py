"""Sheets people upload and download: XLSX and CSV as rows of text, never as formulas."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence

from .errors import FileRefused

MOST_ROWS = 20_000
MOST_COLUMNS = 20
LARGEST = 80 * 2**20  # bytes of a workbook unpacked


def read_sheet(name: str, data: bytes) -> list[list[str]]:
    """Return the rows of the first sheet as text, empty ones left out; FileRefused for what is none."""
    if name.lower().endswith(".xlsx"):
        rows = _read_workbook(data)
    elif name.lower().endswith(".csv"):
        rows = _read_csv(data)
    else:
        raise FileRefused("sheet_form")
    return [_trimmed(row) for row in rows if any(row)]


def write_workbook(rows: Iterable[Sequence[object]], widths: Sequence[int]) -> bytes:
    """Return an XLSX with one sheet, its first row fixed; text stays text whatever it begins with."""
    from openpyxl import Workbook  # slow to import, and rarely needed
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(["" if value is None else value for value in row])
    for row_cells in sheet.iter_rows():
        for cell in row_cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str):
                cell.data_type = "s"
                cell.quotePrefix = cell.value.startswith(("=", "+", "-", "@"))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + column)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read_workbook(data: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as held:
            if sum(info.file_size for info in held.infolist()) > LARGEST:
                raise FileRefused("file_refused")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        return [[_text(value) for value in row] for row in rows]
    except FileRefused:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, TypeError, SyntaxError) as error:
        raise FileRefused("file_refused") from error


def _read_csv(data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            rows = list(csv.reader(io.StringIO(text, newline="")))
        except csv.Error as error:
            raise FileRefused("file_refused") from error
        return [[cell.strip() for cell in row[:MOST_COLUMNS]] for row in rows[:MOST_ROWS]]
    raise FileRefused("file_refused")


def _trimmed(row: list[str]) -> list[str]:
    """The row without the empty cells behind its last text."""
    last = max(i for i, cell in enumerate(row) if cell)
    return row[: last + 1]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
