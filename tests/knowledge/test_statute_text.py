"""Statutes as published are split exactly: every part numbered, nothing lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.errors import StatuteRefused
from knowledge.statute_files import read_statute
from knowledge.statute_text import same_words, split

LAWS = Path(__file__).resolve().parents[2].parent / "shared" / "laws"
FILES = [
    file
    for file in sorted(LAWS.rglob("*.md"))
    if "cases" not in file.parts and re.search(r"^articles: \d+", file.read_text(encoding="utf-8"), re.M)
]

SAMPLE = """示范市消费规定

（2020年1月2日通过　2024年5月6日修正）

目　录
第一章　总则
第二章　责任

第一章　总则

第一条　为了示范，制定本规定。

第二条　有下列情形之一的，适用本规定：

（一）买东西；

（二）接受服务，包括：

1．修理；

2．运输。

前款规定不适用于赠与。

第二条之一　本条是后加的。
第一条规定的目的，在这里也成立。

第二章　责任

第一节　退货

第三条　商家应当退货。

第十条所称商家，包括网店。

第四条　本规定自2024年7月1日起施行。

附件：格式
第一条　这一行属于附件。
"""


@pytest.mark.skipif(not FILES, reason="no statute texts beside the project")
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_published_file_is_split_into_as_many_articles_as_it_states_and_loses_nothing(
    file: Path,
) -> None:
    stated = re.search(r"^articles: (\d+)", file.read_text(encoding="utf-8"), re.M)
    read = read_statute(file)
    assert stated
    assert len(read.text.articles) == int(stated[1])
    assert same_words(read.text.plain, read.source)
    assert len({article.number for article in read.text.articles}) == len(read.text.articles)


def test_articles_paragraphs_items_and_divisions_are_told_apart() -> None:
    text = split(SAMPLE)
    assert [article.number for article in text.articles] == ["1", "2", "2-1", "3", "4"]
    second = text.article("2")
    assert second is not None
    assert len(second.paragraphs) == 2
    assert [item.text for item in second.paragraphs[0].items] == ["（一）买东西；", "（二）接受服务，包括："]
    assert second.paragraphs[0].items[1].items == ("1．修理；", "2．运输。")
    third = text.article("3")
    assert third is not None
    assert third.divisions == ("第二章 责任", "第一节 退货")
    assert text.articles[0].divisions == ("第一章 总则",)


def test_cross_references_tables_of_contents_and_annexes_are_no_articles() -> None:
    text = split(SAMPLE)
    inserted, third, last = text.article("2-1"), text.article("3"), text.article("4")
    assert inserted
    assert inserted.text.endswith("第一条规定的目的，在这里也成立。")
    assert third
    assert third.text.endswith("第十条所称商家，包括网店。")
    assert last
    assert last.text == "本规定自2024年7月1日起施行。"
    assert same_words(text.plain, SAMPLE)


def test_a_docx_reads_like_the_text_it_was_made_of(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    for line in SAMPLE.splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / "规定.docx"))
    (tmp_path / "规定.txt").write_text(SAMPLE, encoding="gb18030")
    word, plain = read_statute(tmp_path / "规定.docx"), read_statute(tmp_path / "规定.txt")
    assert [a.text for a in word.text.articles] == [a.text for a in plain.text.articles]
    assert (word.title, word.adopted, word.effective) == ("示范市消费规定", "2024-05-06", "2024-07-01")
    assert same_words(word.text.plain, SAMPLE)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"%PDF", "give .md, .txt, .docx"),
        ("a.md", "没有条文".encode(), "no article found"),
        ("a.docx", b"PK\x03\x04 broken", "not a DOCX file"),
        ("a.txt", b"\xff\xfe\x00\x81\x81\xff", "UTF-8"),
    ],
    ids=["other kind", "no article", "broken docx", "no encoding"],
)
def test_a_file_that_is_no_statute_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StatuteRefused, match=re.escape(reason)):
        read_statute(tmp_path / name)


def test_an_amended_law_that_names_only_its_first_day_leaves_the_day_to_the_operator(tmp_path: Path) -> None:
    file = tmp_path / "法.txt"
    file.write_text(
        "某法\n（2018年3月1日修正）\n第一条　总则。\n第二条　本法自1999年1月1日起施行。", encoding="utf-8"
    )
    assert read_statute(file).effective == ""
    file.write_text(
        "某规定\n（2018年3月1日公布）\n第一条　总则。\n第二条　本规定自公布之日起施行。", encoding="utf-8"
    )
    assert read_statute(file).effective == "2018-03-01"
