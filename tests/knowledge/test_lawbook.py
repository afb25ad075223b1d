"""Official texts taken in: found again word by word, never overwritten in silence, quoted in answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge import publishing
from knowledge.__main__ import main
from knowledge.content import law_from
from knowledge.errors import StatuteRefused
from knowledge.lawbook import Lawbook
from knowledge.library import LAWBOOK, open_library
from knowledge.statute_files import read_statute
from tests.knowledge.folders import write_folder

LAW = {
    "id": "civil-code",
    "title": "中华人民共和国民法典",
    "name": "民法典",
    "editions": [{"effective": "2021-01-01", "articles": 1260}],
    "gists": {19: "八岁以上"},
}
LAWS = {"civil-code": law_from(LAW)}
TEXT = (
    "中华人民共和国民法典\n第十九条　甲的原话。\n第二十条　乙的原话。\n第二十一条　本法自2021年1月1日起施行。"
)


def _file(folder: Path, text: str = TEXT, name: str = "民法典.txt") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_an_article_taken_in_is_quoted_as_published_for_the_edition_in_force(tmp_path: Path) -> None:
    book = Lawbook(tmp_path / "laws.db")
    taken = book.take(read_statute(_file(tmp_path)), LAWS)
    assert (taken.law, taken.effective, taken.added, taken.registered) == (
        "civil-code",
        "2021-01-01",
        3,
        True,
    )
    assert book.quote(LAWS["civil-code"], "19", "2026-11-21") == "甲的原话。"
    assert book.quote(LAWS["civil-code"], "19", "2020-11-21") == ""
    assert book.quote(LAWS["civil-code"], "99", "2026-11-21") == ""


def test_taking_the_same_file_in_again_changes_nothing(tmp_path: Path) -> None:
    book = Lawbook(tmp_path / "laws.db")
    file = read_statute(_file(tmp_path))
    book.take(file, LAWS)
    assert book.take(file, LAWS).added == 0
    assert [held.articles for held in book.editions()] == [3]


def test_other_words_for_a_held_article_are_refused_until_replacing_is_asked_for(tmp_path: Path) -> None:
    book = Lawbook(tmp_path / "laws.db")
    book.take(read_statute(_file(tmp_path)), LAWS)
    other = read_statute(_file(tmp_path, TEXT.replace("甲的", "丙的"), "改.txt"))
    with pytest.raises(StatuteRefused, match=r"other words in 19.*--replace"):
        book.take(other, LAWS)
    assert book.articles("civil-code", "2021-01-01")["19"] == "甲的原话。"
    book.take(other, LAWS, replace=True)
    assert book.articles("civil-code", "2021-01-01")["19"] == "丙的原话。"


def test_a_file_of_no_known_law_or_without_a_day_says_what_to_add(tmp_path: Path) -> None:
    book = Lawbook(tmp_path / "laws.db")
    stranger = read_statute(_file(tmp_path, TEXT.replace("民法典", "陌生法")))
    with pytest.raises(StatuteRefused, match="--law ID"):
        book.take(stranger, LAWS)
    dateless = read_statute(_file(tmp_path, TEXT.replace("本法自2021年1月1日起施行", "没有日期")))
    with pytest.raises(StatuteRefused, match="--effective"):
        book.take(dateless, LAWS)
    assert not book.path.exists()
    book.take(dateless, LAWS, effective="2021-01-01")
    assert book.articles("civil-code", "2021-01-01")["20"] == "乙的原话。"


def test_the_commands_take_in_list_and_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, book = write_folder(tmp_path), tmp_path / "laws.db"
    places = ["--source", str(source), "--book", str(book)]
    assert main(["laws", "import", str(_file(tmp_path)), str(_file(tmp_path, "空", "空.md")), *places]) == 1
    told = capsys.readouterr()
    assert "3 articles, 3 new" in told.out
    assert "no article found" in told.err
    assert main(["laws", "show", "civil-code", "20", *places]) == 0
    assert "第二十条（2021-01-01 起施行）\n乙的原话。" in capsys.readouterr().out
    assert main(["laws", "list", *places]) == 0
    assert "civil-code" in capsys.readouterr().out


def test_a_library_quotes_the_texts_that_lie_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "library.db"
    publishing.build(write_folder(tmp_path), target, examples=None)
    library = open_library(target)
    assert library.quote("civil-code", "19", date(2026, 11, 21)) == ""
    Lawbook(tmp_path / LAWBOOK).take(read_statute(_file(tmp_path)), library.laws)
    assert library.quote("civil-code", "19", date(2026, 11, 21)) == "甲的原话。"
