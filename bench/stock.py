"""A stock Rasa set-up for comparison: DIET, `rasa run` and `rasa run actions` over HTTP, our own actions.

The same acts, rules and actions as ours, so that both do the same work; jieba, bag-of-words features and
DIET as Rasa's documentation sets them up for Chinese. Trained once and kept in the data folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench import running

EXAMPLES = 25  # per act: what the measurements of stock Rasa were made with
EPOCHS = 20  # training time only; the cost of a turn does not depend on it
CONFIG = {
    "recipe": "default.v1",
    "assistant_id": "stock",
    "language": "zh",
    "pipeline": [
        {"name": "JiebaTokenizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": EPOCHS},
        {"name": "FallbackClassifier", "threshold": 0.3},
    ],
    "policies": [{"name": "MemoizationPolicy"}, {"name": "RulePolicy"}],
}


def project(home: Path) -> Path:
    """Write (and train, when what it learns from changed) the stock project; returns its folder."""
    folder = home / "bench" / "stock"
    data, config = yaml.safe_dump(_examples(), allow_unicode=True), yaml.safe_dump(CONFIG)
    sources = [data, config, *(path.read_text("utf-8") for path in _ours())]
    mark = hashlib.sha256("".join(sources).encode()).hexdigest()
    stamp = folder / "trained"
    if stamp.exists() and stamp.read_text() == mark:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("data", "domain", "models"):
        (folder / part).mkdir(parents=True)
    (folder / "config.yml").write_text(config)
    (folder / "data" / "nlu.yml").write_text(data, "utf-8")
    for path in _ours():
        kind = "domain" if path.parent.name == "domain" else "data"
        shutil.copy2(path, folder / kind / path.name)
    command = [
        sys.executable,
        "-m",
        "rasa",
        "train",
        "--domain",
        "domain",
        "--data",
        "data",
        "--out",
        "models",
        "--quiet",
    ]
    environment = {**os.environ, **running.QUIET, "PYTHONPATH": str(running.ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise running.NotReady(f"stock Rasa did not train:\n{(done.stdout + done.stderr)[-3000:]}")
    stamp.write_text(mark)
    return folder


def _ours() -> list[Path]:
    root = running.ROOT
    folders = (root / "bot" / "domain", root / "data" / "rules", root / "data" / "stories")
    return [path for folder in folders for path in sorted(folder.glob("*.yml"))]


def _examples() -> dict[str, object]:
    """At most EXAMPLES lines of each act; the matter behind the slash is dropped, stock Rasa has no use for it."""
    lines: dict[str, list[str]] = {}
    for path in sorted((running.ROOT / "data" / "nlu").rglob("*.yml")):
        for block in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            if "intent" in block:
                texts = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
                lines.setdefault(block["intent"].split("/")[0], []).extend(texts)
    draw = random.Random(7)
    chosen = {act: draw.sample(texts, min(EXAMPLES, len(texts))) for act, texts in sorted(lines.items())}
    return {
        "version": "3.1",
        "nlu": [
            {"intent": act, "examples": "".join(f"- {text}\n" for text in texts)}
            for act, texts in chosen.items()
        ],
    }


@contextlib.contextmanager
def stock_rasa(folder: Path, home: Path) -> Iterator[running.Running]:
    """`rasa run` and `rasa run actions` as two processes; ready when the model answers."""
    port, actions_port = running.free_port(), running.free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        yaml.safe_dump({"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}})
    )
    credentials = folder / "credentials.yml"
    credentials.write_text("rest:\n")
    rasa = [sys.executable, "-m", "rasa", "run"]
    commands = (
        [*rasa, "actions", "--actions", "actions", "--port", str(actions_port)],
        [*rasa, "--model", str(folder / "models"), "--endpoints", str(endpoints), "--credentials", str(credentials),
         "--port", str(port), "--enable-api", "--interface", "127.0.0.1"],
    )  # fmt: skip
    env = {"WEIQUAN_HOME": str(home), "DATABASE_URL": "", "REDIS_URL": "", "PYTHONPATH": str(running.ROOT)}
    with running.launched(commands, f"http://127.0.0.1:{port}/status", env=env, patience=180) as started:
        yield started
