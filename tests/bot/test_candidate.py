"""A candidate over a small project: trained with labelled lines, measured beside the model in use, line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot import candidate, comparing
from desk import serving_model
from knowledge import training_lines
from knowledge.training_lines import TrainingLine
from settings import Settings

TAUGHT = [
    TrainingLine(text, "thanks")
    for text in ("劳驾费心啦", "让您费心啦", "真是劳驾了", "劳驾劳驾费心", "费心了啊")
]


@pytest.fixture(scope="module")
def made(
    model: Path, settings: Settings, sources: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("run")
    paid = TrainingLine("赔了我三千块", "affirm", "", ((3, 6, "money"),))
    (folder / "layer.yml").write_text(training_lines.write([*TAUGHT, paid], "x"), "utf-8")
    (folder / "held.yml").write_text(training_lines.write([TrainingLine("你好", "greet")], "x"), "utf-8")
    (folder / "golden.yml").write_text(
        "lines:\n- {text: 真是让您费心啦, act: thanks}\n- {text: 卡里还有五千块不给退, act: ask, topic: prepaid_card, "
        "marked: {五千块: money}}\n",
        "utf-8",
    )
    order = folder / "order.json"
    said = {name: str(folder / f"{name}.yml") for name in ("layer", "held", "golden")}
    order.write_text(json.dumps({**said, "target": str(folder), "base": str(model)}), "utf-8")
    return candidate.run(settings, candidate.read_order(order), sources)


def test_what_was_taught_is_heard_better_and_listed(made: dict[str, Any]) -> None:
    golden = made["report"]["golden"]
    assert golden["lines"] == 2
    assert [row["text"] for row in golden["better"]] == ["真是让您费心啦"]
    assert golden["better"][0]["now"]["act"] == "thanks"
    assert golden["worse"] == []
    assert golden["candidate"]["act_accuracy"] > golden["base"]["act_accuracy"]
    assert golden["candidate"]["topic_accuracy"] is not None
    assert golden["candidate"]["entity_f1"] == 1.0
    assert made["report"]["held"]["lines"] == 1


def test_the_candidate_keeps_its_lines_beside_it(made: dict[str, Any]) -> None:
    kept = serving_model.layer_of(Path(made["model"]))
    assert {line.text for line in TAUGHT} < {line.text for line in training_lines.read_file(kept)}


def test_progress_is_told_in_lines_of_json_and_no_sentence_is_printed(
    made: dict[str, Any], model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    candidate.tell("measure", done=1)
    candidate.reader(model)("我在东风路被骗了三千块")
    out, err = capfd.readouterr()
    assert json.loads(out.splitlines()[0]) == {"stage": "measure", "done": 1}
    assert "东风路" not in out + err


def heard(act: str, topic: str = "", *spans: tuple[int, int, str]) -> dict[str, Any]:
    return {
        "intent": {"name": act},
        "topic_ranking": [{"name": topic}],
        "entities": [{"start": s, "end": e, "entity": k} for s, e, k in spans],
    }


def test_better_and_worse_are_what_changed_and_nothing_else() -> None:
    lines = [
        TrainingLine("甲", "ask", "travel"),
        TrainingLine("乙", "greet"),
        TrainingLine("三千块", "inform", "", ((0, 3, "money"),)),
        TrainingLine("丁", "bye"),
    ]
    base = {
        "甲": heard("ask", "courier"),
        "乙": heard("greet"),
        "三千块": heard("inform"),
        "丁": heard("bye"),
    }
    now = {
        "甲": heard("ask", "travel"),
        "乙": heard("bye"),
        "三千块": heard("inform", "", (0, 3, "money")),
        "丁": heard("bye"),
    }
    found = comparing.compare(lines, base.__getitem__, now.__getitem__)
    assert [row["text"] for row in found["better"]] == ["甲", "三千块"]
    assert [row["text"] for row in found["worse"]] == ["乙"]
    assert found["base"]["act_accuracy"] == 1.0
    assert found["candidate"]["act_accuracy"] == 0.75
    assert (found["base"]["topic_accuracy"], found["candidate"]["topic_accuracy"]) == (0.0, 1.0)
    assert (found["base"]["entity_f1"], found["candidate"]["entity_f1"]) == (0.0, 1.0)
    assert comparing.compare([], None, now.__getitem__)["candidate"]["act_accuracy"] is None
