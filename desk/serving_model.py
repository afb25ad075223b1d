"""Which of the trained models is in use: named by a small file beside them, replaced in one step.

The bot follows it (bot/follower.py), training names the one it made, the desk the one a reviewer chose.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "serving.json"
SUFFIX = ".tar.gz"
LAYER = ".nlu.yml"


@dataclass(frozen=True)
class Serving:
    """`model` and the one `before` by file name; `content` is the program's content they were chosen under."""

    model: str
    before: str = ""
    content: str = ""


def read(folder: Path) -> Serving | None:
    """Return what the file says; None where there is none, or it is no such file."""
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
        return Serving(str(said["model"]), str(said.get("before") or ""), str(said.get("content") or ""))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def choose(folder: Path, serving: Serving) -> None:
    """Have this model used from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, prefix=".serving-", delete=False
    ) as file:
        json.dump(asdict(serving), file)
    os.replace(file.name, folder / FILE)  # noqa: PTH105  (one step, over what is there)


def in_use(folder: Path) -> Path | None:
    """Return the model to serve: the one named, else the one before it, else the latest; None without any."""
    named = read(folder)
    for name in (named.model, named.before) if named else ():
        if name and (folder / name).is_file():
            return folder / name
    models = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
    return models[-1] if models else None


def layer_of(model: Path) -> Path:
    """Return where the lines labelled on the desk lie that a model was trained with; there may be none."""
    return model.with_name(model.name.removesuffix(SUFFIX) + LAYER)
