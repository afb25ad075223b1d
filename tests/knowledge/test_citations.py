from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citations import Citation, article_words, label, number_of, numeral, parse, plain
from knowledge.content import law_from
from tests.knowledge.folders import CIVIL_CODE

LAWS = {"civil-code": law_from(CIVIL_CODE)}


@pytest.mark.parametrize(
    ("article", "words"),
    [
        ("145", "第一百四十五条"),
        ("1010", "第一千零一十条"),
        ("145-1", "第一百四十五条之一"),
        ("10", "第十条"),
        ("12", "第十二条"),
        ("110", "第一百一十条"),
        ("1001", "第一千零一条"),
        ("1260", "第一千二百六十条"),
        ("101", "第一百零一条"),
    ],
)
def test_an_article_is_named_as_statutes_print_it(article: str, words: str) -> None:
    assert article_words(article) == words


@given(st.integers(min_value=1, max_value=9999))
def test_a_numeral_reads_back_as_its_number(number: int) -> None:
    assert number_of(numeral(number)) == number


@given(st.integers(min_value=1, max_value=1260))
def test_a_label_is_found_again_in_a_text(article: int) -> None:
    cited = Citation("civil-code", str(article))
    assert parse(f"根据{label(cited, LAWS)}，可以退款", LAWS) == [cited]


def test_labels_have_brackets_and_plain_names_do_not() -> None:
    cited = Citation("civil-code", "586", 2)
    assert label(cited, LAWS) == "《民法典》第五百八十六条第二款"
    assert plain(cited, LAWS) == "民法典第五百八十六条"


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        (
            "民法典第五百七十七条、第一千零一十条和第145条之一",
            ["577", "1010", "145-1"],
        ),  # one name, several articles
        ("《中华人民共和国民法典》第五条第一款", ["5"]),  # the full title is the same law
        ("合同第五条约定", []),  # a contract's article is no statute
        ("民法典规定得很清楚，但是合同写着第五条不退", []),  # a name far away does not count
    ],
)
def test_citations_are_parsed_out_of_text(text: str, articles: list[str]) -> None:
    assert [cited.article for cited in parse(text, LAWS)] == articles


def test_a_law_outside_the_register_keeps_its_written_name() -> None:
    assert parse("《反洗钱法》第三条", LAWS) == [Citation("反洗钱法", "3")]


def test_there_is_no_article_zero() -> None:
    with pytest.raises(ValueError, match="1 to 9999"):
        numeral(0)
