"""Two editions compared: what changed, what moved, and which cases must be read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.__main__ import main
from knowledge.content import case_from
from knowledge.impact import Change, compare, work
from knowledge.statute_files import read_statute
from tests.knowledge.folders import TOPUP, topup, write_folder

LAWS = Path(__file__).resolve().parents[2].parent / "shared" / "laws"
needs_laws = pytest.mark.skipif(not LAWS.is_dir(), reason="no statute texts beside the project")


def _articles(name: str) -> dict[str, str]:
    return {article.number: article.text for article in read_statute(LAWS / name).text.articles}


def _compared(old: str, new: str) -> dict[str, tuple[Change, str]]:
    changes = compare(_articles(f"superseded/{old}.md"), _articles(f"{new}.md"), excerpt="节选" in new)
    return {change.old: (change.change, change.new) for change in changes if change.old}


@needs_laws
def test_the_food_safety_amendment_changed_five_articles_and_no_more() -> None:
    compared = _compared("食品安全法", "食品安全法")
    assert {old for old, (change, _) in compared.items() if change is not Change.SAME} == {
        "41",
        "81",
        "82",
        "124",
        "132",
    }


@needs_laws
def test_renumbered_rules_of_the_competition_law_are_found_again() -> None:
    compared = _compared("反不正当竞争法", "反不正当竞争法")
    assert compared["8"] == (Change.CHANGED_AND_MOVED, "9")  # false advertising
    assert compared["9"] == (Change.MOVED, "10")
    assert compared["10"] == (Change.CHANGED_AND_MOVED, "11")  # prize sales


@needs_laws
def test_the_complaint_rules_of_2026_are_found_behind_their_old_numbers() -> None:
    compared = _compared("市场监督管理投诉举报处理暂行办法", "市场监督管理投诉举报处理办法")
    assert {old: compared[old][1] for old in ("7", "9", "12", "14", "15", "21")} == {
        "7": "9",  # a complaint is no report
        "9": "10",  # what a complaint must hold
        "12": "13",  # competence
        "14": "15",  # seven working days
        "15": "16",  # grounds of refusal
        "21": "23",  # end of mediation
    }


@needs_laws
def test_an_excerpt_removes_nothing() -> None:
    compared = _compared("仲裁法", "仲裁法2025修订_节选")
    assert Change.REMOVED not in {change for change, _ in compared.values()}
    assert compared["16"] == (Change.CHANGED_AND_MOVED, "27")  # what an arbitration agreement is


def test_every_case_that_cites_a_changed_article_is_listed_and_no_other() -> None:
    old = {"19": "甲" * 30, "145": "乙丙丁" * 20, "157": "戊己" * 20}
    new = {"19": "甲" * 30, "146": "乙丙丁" * 20, "157": "戊己" * 12 + "庚辛" * 8}
    basis = {"a": ["19"], "b": ["145"], "c": ["19", "157"]}
    cases = [
        case_from(
            topup(
                id=id,
                outcomes=[
                    {**TOPUP["outcomes"][-1], "basis": [{"law": "civil-code", "article": n} for n in numbers]}
                ],
            )
        )
        for id, numbers in basis.items()
    ]
    found = {w.case: (w.change.change, w.only_basis) for w in work("civil-code", compare(old, new), cases)}
    assert found == {"b": (Change.MOVED, True), "c": (Change.CHANGED, False)}
    assert list(work("other-law", compare(old, new), cases)) == []


def test_the_command_compares_files_and_writes_what_the_register_should_say(tmp_path: Path) -> None:
    source = write_folder(tmp_path, topup())
    long = "未成年人的事由家长决定，家长不同意的不算数，商家应当退钱，这是为了保护孩子。"
    (tmp_path / "旧.txt").write_text(
        f"法\n第十九条　{long}\n第二十条　要删的一条，说的是别的事情。", encoding="utf-8"
    )
    (tmp_path / "新.txt").write_text(f"法\n第二十一条　{long}", encoding="utf-8")
    out = tmp_path / "impact.json"
    given = ["impact", "civil-code", str(tmp_path / "旧.txt"), str(tmp_path / "新.txt")]
    assert (
        main([*given, "--source", str(source), "--book", str(tmp_path / "laws.db"), "--json", str(out)]) == 0
    )
    assert json.loads(out.read_text(encoding="utf-8"))["register"] == {"gone": ["20"], "moved": {"19": "21"}}
    assert (
        main(["impact", "civil-code", "2001-01-01", "2021-01-01", "--book", str(tmp_path / "none.db")]) == 1
    )
