"""Whole conversations over HTTP against the running system; the scripts are in scripts.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conversations.consumer import Consumer

SCRIPTS = yaml.safe_load(Path(__file__).with_name("scripts.yml").read_text("utf-8"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script["title"].replace(" ", "-"))
def test_a_consumer_is_led_to_the_answer(system, script):
    consumer = Consumer(system.url)
    for number, step in enumerate(script["steps"], 1):
        if "say" in step:
            consumer.says(step["say"])
        if "tap" in step:
            consumer.taps(step["tap"])
        if "pick" in step:
            pick(consumer, step["pick"])
        check(consumer, step, f"{script['title']}, step {number}")


def pick(consumer: Consumer, case_id: str) -> None:
    """Tap the case if the assistant offered several; else it must have taken it up by itself."""
    for reply in consumer.last:
        for choice in reply.get("choices") or []:
            if choice["value"] == f"case:{case_id}":
                consumer.says(choice["label"], choice["value"])
                return
    offered = [choice["value"] for reply in consumer.last for choice in reply.get("choices") or []]
    assert not any(value.startswith("case:") for value in offered), f"{case_id} is not among {offered}"


def check(consumer: Consumer, step: dict[str, Any], where: str) -> None:
    words = consumer.words()
    for word in step.get("see", []):
        assert word in words, f"{where}: {word!r} is missing in:\n{words}"
    for word in step.get("not", []):
        assert word not in words, f"{where}: {word!r} must not appear in:\n{words}"
    if "case" in step:
        assert consumer.card()["case"] == step["case"], where
    for article in step.get("articles", []):
        cited = [row["label"].replace("《", "").replace("》", "") for row in consumer.card()["basis"]]
        assert article in cited, f"{where}: {article} is not among {cited}"
    if "amount" in step:
        assert consumer.card()["remedy"]["amount"] == step["amount"], where
    if "owner" in step:
        assert consumer.owner == step["owner"], where
