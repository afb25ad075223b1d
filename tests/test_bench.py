"""The measuring programs at their smallest: they run on what is there, and their figures are what the rows say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import desk, evaluate, perturb, phrasings

ROWS = (
    {"kind": "consumer_question", "topic": "minors_consumption", "text": "孩子偷偷给游戏充了三千块，能退吗"},
    {"kind": "complaint", "topic": "prepaid_card", "text": "健身房关门跑路了，我的年卡还剩八个月没用"},
    {"kind": "out_of_scope_legal", "topic": None, "text": "公司拖欠我三个月工资，怎么要回来"},
    {"kind": "chitchat", "topic": None, "text": "今天天气真不错"},
)


@pytest.fixture(autouse=True)
def over_what_was_trained(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs read from the environment over which data folder they measure."""
    monkeypatch.setenv("WEIQUAN_HOME", str(trained))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    rows = [
        {"id": f"own-{n}", "gold_laws": [], "consumer": bool(row["topic"]), **row}
        for n, row in enumerate(ROWS)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_answers_are_counted_as_they_were_given(trained: Path, questions: Path, tmp_path: Path) -> None:
    told, figures = tmp_path / "predictions.jsonl", tmp_path / "figures.json"
    assert evaluate.main([str(questions), "--out", str(told), "--json", str(figures)]) == 0
    predictions = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    assert [row["id"] for row in predictions] == [f"own-{n}" for n in range(len(ROWS))]
    game, gym, wages, weather = predictions
    assert game["cases"][0]["topic"] == "minors_consumption"
    assert any("民法典" in citation for citation in game["basis"])
    assert gym["cases"][0]["topic"] == "prepaid_card"
    assert wages["decision"] == "refer"
    assert weather["decision"] == "smalltalk"
    ours = _read(figures)["all"]["ours"]
    assert (ours["consumer_rows"], ours["topic_first"], ours["answered"]) == (2, 1.0, 1.0)
    assert (ours["false_legal"], ours["false_smalltalk"]) == (0.0, 0.0)


def test_garbs_change_the_text_and_are_compared_with_it(
    trained: Path, questions: Path, tmp_path: Path
) -> None:
    assert perturb.main([str(questions), "--json", str(tmp_path / "garbs.json")]) == 0
    found = _read(tmp_path / "garbs.json")
    assert set(found) == set(perturb.GARBS)
    assert perturb.traditional("孩子给游戏充了钱") != "孩子给游戏充了钱"


def test_a_grown_library_holds_as_many_phrasings_as_were_wanted(trained: Path, tmp_path: Path) -> None:
    assert phrasings.main(["--sizes", "620", "--json", str(tmp_path / "sizes.json")]) == 0
    (row,) = _read(tmp_path / "sizes.json")
    assert row["phrasings"] == 620
    assert row["own_case_first"] > 0.3, "two lines of each case are there"
    assert 0 < row["p50_ms"] <= row["p95_ms"]


def test_every_page_of_a_small_desk_answers(tmp_path: Path) -> None:
    small = [
        "--tickets",
        "20000",
        "--messages",
        "40000",
        "--rounds",
        "2",
        "--json",
        str(tmp_path / "desk.json"),
    ]
    desk.main(small)  # whether it was quick enough is not asked of a machine that runs tests
    pages = _read(tmp_path / "desk.json")["pages"]
    assert len(pages) > 100
    assert all(page["median_ms"] > 0 for page in pages.values())
