"""Having a release's file built by a process of its own, so that pages never wait for it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from settings import ROOT, Settings

log = logging.getLogger("weiquan.curation")

QUIET = {"PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class Built:
    """What came of an order: whether there is a file, the trial's report, or why the content was refused."""

    done: bool = False
    report: dict[str, Any] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Workshop:
    """Where releases are built from: the registers' folder and what search learns from."""

    settings: Settings
    source: Path = ROOT / "knowledge"
    plain: bool = False  # without example lines and dictionary, as small test libraries are

    def build(
        self,
        target: Path,
        number: int,
        cases: Mapping[str, Any],
        *,
        told: Callable[[str, int, int], None],
        **trial: Any,
    ) -> Built:
        """Build the file of a release and try it (`trial`: see knowledge.candidate.Order); `told(stage, done, total)`."""
        vectors = self.settings.vectors_dir
        order = {
            "source": str(self.source),
            "target": str(target),
            "number": number,
            "cases": dict(cases),
            "before": str(self.settings.library_path) if self.settings.library_path.exists() else "",
            "law_texts": str(self.settings.law_texts) if self.settings.law_texts.is_dir() else "",
            "vectors": str(vectors) if vectors.exists() else "",
            "plain": self.plain,
            **trial,
        }
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8", dir=target.parent) as file:
            json.dump(order, file, ensure_ascii=False)
            file.flush()
            return self._run(Path(file.name), told)

    def _run(self, order: Path, told: Callable[[str, int, int], None]) -> Built:
        built, complaint = None, deque[str](maxlen=8)
        with subprocess.Popen(
            [sys.executable, "-m", "knowledge", "candidate", str(order)],
            cwd=ROOT,
            env={**os.environ, **QUIET},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as child:
            for line in child.stdout or ():
                said = _read(line)
                if not said:
                    complaint.append(line.rstrip())
                if "stage" in said:
                    told(said["stage"], said.get("done", 0), said.get("total", 0))
                elif "result" in said:
                    built = Built(True, said["result"]["report"])
                elif "refused" in said:
                    built = Built(refused=said["refused"])
        if built is None:
            log.error("release not built: %s", " | ".join(complaint))
            return Built(refused=[{"case": "", "path": [], "said": ""}])
        return built


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
