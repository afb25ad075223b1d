"""The library out and in: what went out comes back to the byte, and nothing is written unread."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import __main__ as command
from knowledge import exchange, incoming
from knowledge.casebook import casebook
from knowledge.errors import ExchangeRefused
from knowledge.library_file import entries
from knowledge.publishing import build
from tests.knowledge.folders import deposit, topup, write_folder

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def held(folder: Path) -> exchange.Content:
    return exchange.from_folder(folder)


def empty(held: exchange.Content) -> exchange.Content:
    """The same library without its cases."""
    return {**held, "cases": {}}


def report(held: exchange.Content, *cases: dict) -> incoming.Report:
    return incoming.compare(held, {"cases": {case["id"]: case for case in cases}}, today=TODAY)


# --- out and in again -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["zip", "json"])
def test_what_was_exported_and_imported_exports_to_the_same_bytes(held, tmp_path, form) -> None:
    out = {"zip": lambda c: exchange.archive(exchange.yaml_files(c)), "json": exchange.as_json}[form]
    first = out(held)
    brought = exchange.read(f"library.{form}", first, held)
    target = tmp_path / "elsewhere" / "knowledge"
    incoming.write(incoming.compare({kind: {} for kind in held}, brought, today=TODAY), target)
    assert out(exchange.from_folder(target)) == first


def test_the_whole_real_library_survives_both_forms() -> None:
    held = exchange.from_folder(ROOT / "knowledge")
    files = exchange.yaml_files(held)
    assert exchange.yaml_files(exchange.read_files(files)) == files
    whole = exchange.as_json(held)
    assert exchange.as_json(exchange.read("a.json", whole, held)) == whole


def test_a_library_file_and_its_folder_export_alike(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "library.db", vectors=None, examples=None)
    assert exchange.as_json(exchange.from_library(tmp_path / "library.db")) == exchange.as_json(
        exchange.from_folder(folder)
    )
    assert set(entries(tmp_path / "library.db", "cases")) == {"minor-game-topup", "deposit-not-returned"}


text = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn")), max_size=30)
value = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(text, value, min_size=1, max_size=4))
def test_whatever_an_entry_says_is_read_back_from_its_yaml(entry) -> None:
    entry = {key: inner for key, inner in entry.items()} | {"id": "x"}
    written = exchange.as_yaml(entry)
    assert exchange.read("x.yml", written, {})["cases"]["x"] == entry
    assert exchange.as_yaml(exchange.read("x.yml", written, {})["cases"]["x"]) == written


@pytest.mark.parametrize(
    "words", ["2026-11-22", "1e3", "0o14", "on", "=1+1", "yes", "1_000", " 前后空格 ", "a: b", "~", "一\n二"]
)
def test_words_that_look_like_something_else_stay_words(words: str) -> None:
    assert (
        exchange.read("x.yml", exchange.as_yaml({"id": "x", "say": words}), {})["cases"]["x"]["say"] == words
    )


def test_the_archive_does_not_depend_on_when_it_was_made(held, monkeypatch) -> None:
    first = exchange.archive(exchange.yaml_files(held))
    monkeypatch.setattr("time.time", lambda: 2**31)
    assert exchange.archive(exchange.yaml_files(held)) == first


# --- the sheet -------------------------------------------------------------------------------------


def test_an_untouched_sheet_changes_nothing(held) -> None:
    found = incoming.compare(held, exchange.read("a.csv", exchange.as_csv(held), held), today=TODAY)
    assert (found.new, found.changed, found.refused, found.same) == ((), (), (), 2)


def test_a_sheet_changes_titles_and_phrasings_and_leaves_the_rest(held) -> None:
    sheet = exchange.as_csv(held).decode("utf-8-sig").replace("定金不退", "定金要不回来", 1)
    sheet = sheet.replace("定金能退吗", "定金能退吗\n下的定金还能要吗", 1)
    found = incoming.compare(held, exchange.read("a.csv", sheet.encode("gb18030"), held), today=TODAY)
    (changed,) = found.changed
    assert [one.field for one in changed.differences] == ["title", "ask"]
    assert changed.data["outcomes"] == held["cases"]["deposit-not-returned"]["outcomes"]
    assert "下的定金还能要吗" in changed.data["ask"]


def test_a_new_row_of_a_sheet_is_refused_because_it_answers_nothing(held) -> None:
    sheet = "编号,标题,主题\nnew-one,新的,deposit_earnest\n".encode()
    found = incoming.compare(held, exchange.read("a.csv", sheet, held), today=TODAY)
    assert found.new == ()
    assert ("outcomes",) in {refusal.path for refusal in found.refused}


def test_no_cell_of_the_sheet_acts_as_a_formula(folder: Path) -> None:
    write_folder(folder.parent, topup(comment='=HYPERLINK("http://x")'), deposit())
    held = exchange.from_folder(folder)
    sheet = exchange.as_csv(held)
    assert b"'=HYPERLINK" in sheet
    assert not incoming.compare(held, exchange.read("a.csv", sheet, held), today=TODAY).changed


# --- the report ------------------------------------------------------------------------------------


def test_the_report_tells_new_changed_and_same_apart(held) -> None:
    other = deposit(id="deposit-second", title="另一种定金", ask=[f"另外的问法{i}" for i in range(12)])
    found = report(held, topup(title="孩子充值退款"), deposit(), other)
    assert [one.id for one in found.new] == ["deposit-second"]
    assert [(one.id, [d.field for d in one.differences]) for one in found.changed] == [
        ("minor-game-topup", ["title"])
    ]
    assert found.same == 1
    assert not found.refused


@pytest.mark.parametrize(
    ("flaw", "path"),
    [
        ({"outcomes": []}, ("outcomes",)),
        ({"topic": "no_such"}, ("topic",)),
        ({"ask": ["定金能退吗", *(f"问法{i}" for i in range(12))]}, ("ask", 0)),
        ({"surprise": 1}, ("surprise",)),
    ],
    ids=["no outcomes", "unknown topic", "another case's line", "unknown field"],
)
def test_what_could_not_be_published_is_refused_with_its_place_and_a_sentence(held, flaw, path) -> None:
    found = report(
        held, topup(id="another-topup", title="别的充值", **flaw) if "ask" in flaw else topup(**flaw)
    )
    assert path in {refusal.path for refusal in found.refused}
    assert all(refusal.said for refusal in found.refused)
    assert not found.new
    assert not found.changed


def test_what_lies_in_any_folder_of_an_archive_is_found(held) -> None:
    files = {f"备份/knowledge/{path}": data for path, data in exchange.yaml_files(held).items()}
    assert exchange.read("a.zip", exchange.archive(files), held)["cases"].keys() == held["cases"].keys()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.exe", b"", "unknown_form"),
        ("a.zip", b"PK no zip", "unreadable"),
        ("a.zip", exchange.archive({"readme.txt": b"x"}), "nothing_found"),
        ("a.zip", exchange.archive({"cases/a/b.yml": b"- a list"}), "unreadable"),
        ("a.json", b"{", "unreadable"),
        ("a.json", b"[" * 100_000, "unreadable"),
        ("a.json", b"{}", "not_a_library"),
        ("a.json", json.dumps({"format": "weiquan-library", "version": 9}).encode(), "newer"),
        ("a.json", json.dumps({"format": "weiquan-library", "version": 1, "cases": []}).encode(), None),
        (
            "a.json",
            json.dumps({"format": "weiquan-library", "version": 1, "cases": [1]}).encode(),
            "not_a_library",
        ),
        ("a.csv", b"\xff\xfe\xff", "unreadable"),
        ("a.csv", "编号\n".encode(), "nothing_found"),
        ("a.yml", b"a: [", "unreadable"),
        ("a.yml", b"\xff", "unreadable"),
    ],
    ids=[
        "program",
        "no zip",
        "no yaml in it",
        "a list for a case",
        "half a json",
        "deep json",
        "other json",
        "newer version",
        "nothing in it",
        "cases as a list",
        "no text",
        "headings only",
        "broken yaml",
        "no utf-8",
    ],
)
def test_a_file_that_is_no_library_is_refused_with_the_reason(held, name, data, reason) -> None:
    if reason is None:
        assert exchange.read(name, data, held)["cases"] == {}
        return
    with pytest.raises(ExchangeRefused) as refused:
        exchange.read(name, data, held)
    assert refused.value.reason == reason


def test_an_archive_that_would_unpack_to_too_much_is_not_unpacked(held) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for i in range(7):
            bomb.writestr(f"cases/a/{i}.yml", b"0" * 10 * 2**20)
    with pytest.raises(ExchangeRefused, match="too_large"):
        exchange.read("a.zip", out.getvalue(), held)


# --- at the terminal -------------------------------------------------------------------------------


def test_the_terminal_exports_tells_and_writes(folder: Path, tmp_path: Path, capsys) -> None:
    away = tmp_path / "away"
    assert command.main(["export", str(away), "--source", str(folder)]) == 0
    file = next(away.rglob("deposit-not-returned.yml"))
    file.write_text(file.read_text("utf-8").replace("定金不退", "定金要不回来", 1), "utf-8")
    before = (folder / "cases/deposit_earnest/deposit-not-returned.yml").read_bytes()
    assert command.main(["import", str(away), "--source", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "changed  cases/deposit-not-returned" in said
    assert "title: 定金不退 → 定金要不回来" in said
    assert (folder / "cases/deposit_earnest/deposit-not-returned.yml").read_bytes() == before
    assert command.main(["import", str(away), "--source", str(folder), "--write"]) == 0
    assert exchange.from_folder(folder)["cases"]["deposit-not-returned"]["title"] == "定金要不回来"
    assert command.main(["export", str(tmp_path / "b.pdf"), "--source", str(folder)]) == 2


def test_a_case_that_moved_to_another_topic_moves_its_file(folder: Path, tmp_path: Path) -> None:
    held = exchange.from_folder(folder)
    found = report(held, deposit(topic="minors_consumption"))
    incoming.write(found, folder)
    files = sorted(path.relative_to(folder).as_posix() for path in (folder / "cases").rglob("*.yml"))
    assert files == [
        "cases/minors_consumption/deposit-not-returned.yml",
        "cases/minors_consumption/minor-game-topup.yml",
    ]


# --- the casebook ----------------------------------------------------------------------------------


def test_the_casebook_tells_every_case_by_topic_with_its_law_and_comment(held) -> None:
    quoted = {("civil-code", "20"): "不满八周岁的未成年人为无民事行为能力人……"}
    data = casebook(held, release=7, on=TODAY, quote=lambda law, article: quoted.get((law, article), ""))
    book = docx.Document(io.BytesIO(data))
    heads = [p.text for p in book.paragraphs if p.style.name == "Heading 1"]
    assert [head.split("　")[0] for head in heads] == ["第一章", "第二章", "附录"]
    whole = "\n".join(p.text for p in book.paragraphs)
    for told in (
        "第 7 版",
        "未成年人游戏充值退款",
        "《民法典》第二十条",
        "看证据。",
        "不满八周岁的未成年人为",
        "核实身份后及时退还",
    ):
        assert told in whole
    cells = [[cell.text for cell in row.cells] for row in book.tables[0].rows]
    assert cells[0] == ["情形", "意见", "把握"]
    flat = [cell for row in cells for cell in row]
    assert "孩子充值时几周岁：不到8岁" in flat or any(
        "不到8岁" in cell
        for table in book.tables
        for row in table.rows
        for cell in (c.text for c in row.cells)
    )


def test_the_contents_of_the_casebook_lead_to_bookmarks_that_exist(held) -> None:
    xml = docx.Document(io.BytesIO(casebook(held, on=TODAY))).element.xml
    marks = set(re.findall(r'bookmarkStart[^>]*w:name="([^"]+)"', xml))
    links = set(re.findall(r'w:hyperlink w:anchor="([^"]+)"', xml))
    pages = set(re.findall(r"PAGEREF (\S+)", xml))
    assert links
    assert links == pages
    assert links <= marks
    assert len(re.findall(r"bookmarkStart ", xml)) == len(set(re.findall(r'bookmarkStart w:id="(\d+)"', xml)))


def test_a_casebook_of_one_topic_holds_no_other(held) -> None:
    chosen = exchange.topics_of(held, ["deposit_earnest"])
    whole = "\n".join(p.text for p in docx.Document(io.BytesIO(casebook(chosen, on=TODAY))).paragraphs)
    assert "定金不退" in whole
    assert "游戏充值" not in whole
