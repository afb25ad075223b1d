"""The lines every model is measured with: all acts, topics and doors there are, and nothing anybody trains on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml

from desk import reviewed
from desk.utterances import digest_of
from knowledge import training_lines
from web.nlu.layer import GOLDEN, LINES, act_names

ROOT = Path(__file__).resolve().parents[1]
INTENTS = yaml.safe_load((ROOT / "bot" / "domain" / "intents.yml").read_text("utf-8"))
NO_TEXT = {"choose", "evidence", "returned"}


def test_every_act_one_can_label_is_an_intent_of_the_bot_and_the_other_way_round():
    assert set(act_names()) == set(INTENTS["intents"]) - NO_TEXT


def test_entities_one_can_mark_are_entities_of_the_bot():
    assert set(reviewed.load("labelling")["entities"]) <= set(INTENTS["entities"])


def test_golden_lines_stand_in_no_training_data():
    known = {digest_of(line.text) for line in training_lines.read_folder(LINES)}
    for path in (ROOT / "knowledge" / "cases").rglob("*.yml"):
        known |= {
            digest_of(str(line)) for line in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["ask"]
        }
    taught = [line.text for line in training_lines.golden(GOLDEN) if digest_of(line.text) in known]
    assert not taught, "write them in other words"


def test_golden_lines_cover_every_act_and_topic():
    lines = training_lines.golden(GOLDEN)
    topics = yaml.safe_load((ROOT / "knowledge" / "topics.yml").read_text("utf-8"))
    doors = yaml.safe_load((ROOT / "knowledge" / "referrals.yml").read_text("utf-8"))
    assert {line.act for line in lines} == set(act_names())
    assert {line.topic for line in lines if line.act == "ask"} == set(topics)
    assert {line.topic for line in lines if line.act == "refer"} <= set(doors)
    twice = [digest for digest, count in Counter(digest_of(line.text) for line in lines).items() if count > 1]
    assert not twice
