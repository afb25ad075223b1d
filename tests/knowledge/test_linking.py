from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import ContentRefused
from knowledge.linking import check_links
from knowledge.publishing import read_content
from knowledge.reading import read_folder
from tests.knowledge.folders import (
    CIVIL_CODE,
    OFFICES,
    REFERRALS,
    STEPS,
    TOPICS,
    TOPUP,
    deposit,
    topup,
    write_folder,
)


def _outcomes(**changes: Any) -> list[dict[str, Any]]:
    first, *rest = copy.deepcopy(TOPUP["outcomes"])
    return [{**first, **changes}, *rest]


def _facts(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(TOPUP["facts"]), **changes}


SPOILED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown topic": ({"topic": "live_shows"}, "no topic 'live_shows'"),
    "unknown office": ({"office": "ministry"}, "no office 'ministry'"),
    "unknown step": ({"steps": ["dance"]}, "no step 'dance'"),
    "unknown related case": ({"related": ["nothing-like-it"]}, "no other case 'nothing-like-it'"),
    "related to itself": ({"related": ["minor-game-topup"]}, "no other case"),
    "unknown law": (
        {"outcomes": _outcomes(basis=[{"law": "space-law", "article": 1}])},
        "no law 'space-law'",
    ),
    "article past the end": (
        {"outcomes": _outcomes(basis=[{"law": "civil-code", "article": 1261}])},
        "has 1260 articles, not 1261",
    ),
    "undeclared fact in when": (
        {"outcomes": _outcomes(when={"childs_age": {"lt": 8}})},
        "'childs_age' is no fact",
    ),
    "choice that does not exist": (
        {"outcomes": _outcomes(when={"registered_as": "爷爷"})},
        "'爷爷' is no choice",
    ),
    "text compared with a number fact": ({"outcomes": _outcomes(when={"child_age": "小"})}, "is no number"),
    "order of a choice": ({"outcomes": _outcomes(when={"registered_as": {"lt": 3}})}, "lt compares numbers"),
    "fact nobody uses": ({"facts": _facts(colour={"ask": "什么颜色？"})}, "fact 'colour' is used by no"),
    "unreachable outcome": (
        {
            "outcomes": [
                _outcomes()[0],
                {**_outcomes(when={"child_age": {"lt": 5}})[0], "id": "under-five"},
                _outcomes()[2],
            ],
            "facts": {k: v for k, v in TOPUP["facts"].items() if k != "registered_as"},
        },
        "'under-five' is unreachable",
    ),
    "no when above the last": (
        {"outcomes": [_outcomes()[2], _outcomes()[0], {**_outcomes()[2], "id": "z"}]},
        "everything below is unreachable",
    ),
    "last outcome conditional": ({"outcomes": _outcomes()[:2]}, "the last outcome must hold always"),
    "outcome id twice": (
        {"outcomes": [_outcomes()[0], {**_outcomes()[1], "id": "under-eight"}, _outcomes()[2]]},
        "used twice",
    ),
    "amount typed by hand": (
        {"remedy": {"rule": "refund", "amount": 3000}},
        "amounts are computed, never typed",
    ),
    "answer too long": ({"outcomes": _outcomes(answer="退钱。" * 151)}, "answer has 302 characters"),
    "sentence too long": (
        {"outcomes": _outcomes(answer="退" * 61)},
        "more than 60 characters; cut it in two",
    ),
    "unverified article alone": (
        {"outcomes": _outcomes(basis=[{"law": "civil-code", "article": 20, "unverified": True}])},
        "an unverified citation never stands alone",
    ),
    "local rule of a national law": (
        {"local": [{"law": "local-nowhere", "article": 1, "says": "当地另有规定，可以多退一些钱。"}]},
        "no law 'local-nowhere'",
    ),
    "unknown remedy rule": (
        {"remedy": {"rule": "refund_all", "amount": "amount"}},
        "no remedy rule 'refund_all'",
    ),
    "remedy without its fact": ({"remedy": {"rule": "refund"}}, "refund needs amount"),
    "remedy of an undeclared fact": ({"remedy": {"rule": "refund", "amount": "paid"}}, "'paid' is no fact"),
    "remedy of a date": ({"remedy": {"rule": "refund", "amount": "purchase_date"}}, "must be of type money"),
    "unknown deadline rule": ({"deadlines": [{"rule": "some_day"}]}, "no deadline rule 'some_day'"),
    "deadline from an amount": (
        {"deadlines": [{"rule": "limitation_three_years", "from": "amount"}]},
        "must be of type date",
    ),
    "place in say without a fact": (
        {"steps": [{"step": "negotiate", "say": "订单{order}请退款"}]},
        "{order} is no fact",
    ),
    "hear of no choice": (
        {"facts": _facts(registered_as={**TOPUP["facts"]["registered_as"], "hear": {"爷爷": ["爷爷的"]}})},
        "'爷爷' is no choice",
    ),
    "hear for two choices": (
        {
            "facts": _facts(
                registered_as={
                    **TOPUP["facts"]["registered_as"],
                    "hear": {"孩子": ["身份证"], "家长": ["身份证"]},
                }
            )
        },
        "stands for two choices",
    ),
    "hear of one character": (
        {"facts": _facts(registered_as={**TOPUP["facts"]["registered_as"], "hear": {"孩子": ["娃"]}})},
        "heard in any text",
    ),
    "too few ask lines": ({"ask": TOPUP["ask"][:5]}, "add more"),
    "misspelt key": ({"sumary": "…"}, "correct its spelling"),
    "empty evidence": ({"evidence": []}, "add more"),
    "unknown strength": ({"outcomes": _outcomes(strength="certain")}, "use one of the values listed"),
    "title too long": ({"title": "字" * 23}, "shorten it"),
    "id not the file name": ({"id": "minor-topup"}, ""),
}


@pytest.mark.parametrize(("changes", "message"), SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_case_is_refused_with_its_place(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    source = write_folder(
        tmp_path, deposit(), deposit(id="other-deposit", ask=[line + "呀" for line in deposit()["ask"]])
    )
    spoiled = topup(**changes)
    file = write_folder(tmp_path, spoiled) / "cases" / spoiled["topic"] / f"{spoiled['id']}.yml"
    if spoiled["id"] != "minor-game-topup":
        file = file.rename(file.with_name("minor-game-topup.yml"))
    with pytest.raises(ContentRefused) as refused:
        read_content(source)
    told = [
        problem
        for problem in refused.value.problems
        if file.name in problem.file and message in problem.message
    ]
    assert told, f"expected {message!r} in:\n{refused.value}"
    assert told[0].line >= 1
    assert ("; " in told[0].message) or (": " in told[0].message), "every mistake says what to do"


def test_the_line_told_is_where_the_mistake_stands(tmp_path: Path) -> None:
    source = write_folder(tmp_path, topup(office="ministry", related=[]), deposit())
    with pytest.raises(ContentRefused) as refused:
        read_content(source)
    (problem,) = refused.value.problems
    text = (tmp_path / problem.file).read_text(encoding="utf-8").splitlines()
    assert "office: ministry" in text[problem.line - 1]


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        (
            {"topics": {**TOPICS, "housing": {"title": "买房", "about": "房", "office": "ministry"}}},
            "no office 'ministry'",
        ),
        ({"referrals": {"labour": {**REFERRALS["labour"], "doors": ["nobody"]}}}, "no office 'nobody'"),
        (
            {
                "steps": {
                    **STEPS,
                    "court": {**STEPS["court"], "basis": [{"law": "civil-code", "article": 2000}]},
                }
            },
            "1260 articles",
        ),
        ({"civil_code": {**CIVIL_CODE, "gists": {1300: "没有这一条的说明"}}}, "1260 articles"),
        ({"offices": {"market_regulation": {"name": "市场监管", "fone": 1}}}, "spelling"),
        (
            {"civil_code": {**CIVIL_CODE, "editions": [{"effective": "2031-01-01", "articles": 1260}]}},
            "not in force",
        ),
        ({"offices": {**OFFICES, "x": {"phone": "1"}}}, "'name' is a required property"),
    ],
)
def test_a_spoiled_register_is_refused(whole: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ContentRefused, match=message):
        read_content(write_folder(tmp_path, **whole))


def test_the_same_line_in_two_cases_is_refused(tmp_path: Path) -> None:
    ask = [*deposit()["ask"], TOPUP["ask"][0] + "？"]
    with pytest.raises(ContentRefused, match=r"the same ask line stands in .*:\d+; reword one"):
        read_content(write_folder(tmp_path, topup(), deposit(ask=ask)))


def test_broken_yaml_is_told_with_its_line_and_hides_nothing_else(tmp_path: Path) -> None:
    source = write_folder(tmp_path, topup(related=[]), deposit(office="ministry"))
    broken = source / "cases" / "minors_consumption" / "broken.yml"
    broken.write_text("id: broken\ntitle: 甲: 乙\n", encoding="utf-8")
    with pytest.raises(ContentRefused) as refused:
        read_content(source)
    told = {(Path(problem.file).name, problem.line) for problem in refused.value.problems}
    assert ("broken.yml", 2) in told
    assert any(name == "deposit-not-returned.yml" for name, _ in told)


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / "offices.yml").unlink()
    with pytest.raises(ContentRefused, match=r"offices\.yml:1: is missing"):
        read_content(folder)


def test_a_cited_article_must_stand_in_the_statute_when_it_is_held(tmp_path: Path) -> None:
    source = write_folder(tmp_path)
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "民法典.md").write_text(
        "---\ntitle: x\n---\n第二十条 甲\n第五百七十七条 乙\n第五百八十七条 丙\n", encoding="utf-8"
    )
    problems = list(check_links(read_folder(source), law_texts=texts, on=date(2026, 11, 21)))
    assert problems
    assert all(
        "第一百四十五条 is not in the text" in problem.message
        for problem in problems
        if "cases" in problem.file
    )


def test_a_sound_folder_has_no_problems(folder: Path) -> None:
    assert read_content(folder).problems == []
