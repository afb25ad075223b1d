"""Training a candidate in a process of its own, one at a time: ordered, watched, cancelled, its result kept."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

from desk import model_runs, serving_model
from desk.errors import DeskError
from desk.model_runs import Run
from knowledge import training_lines
from settings import ROOT, Settings

from ..supervision import die_with_parent
from .layer import Layer

log = logging.getLogger("weiquan.nlu")

QUIET = {"PYTHONWARNINGS": "ignore", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
ALIVE_EVERY = 5.0
TAIL = 60  # lines of what a failed run printed
KEPT = 4  # runs whose files stay


@dataclass
class Said:
    """What a run printed: its result, and the end of everything else."""

    result: dict[str, Any] | None = None
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))


class Trainer:
    """Carries runs out in threads of its own. `command` starts the process; the order's path goes behind it."""

    def __init__(
        self, store: Any, settings: Settings, command: Sequence[str] = ("-m", "bot.candidate")
    ) -> None:
        self._store = store
        self._settings = settings
        self._command = list(command)
        self._threads: list[threading.Thread] = []

    def begin(self, layer: Layer, *, by: str) -> Run:
        """Start to train with these lines beside the program's own; ModelRefused while another run is on."""
        used = serving_model.in_use(self._settings.model_dir)
        run = model_runs.start(self._store, lines=len(layer.lines), base=used.name if used else "", by=by)
        order = self._ordered(run, layer, used)
        thread = threading.Thread(target=self._guarded, args=(run.id, order), name="training", daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()
        return run

    def folder(self, run_id: int) -> Path:
        """Return where the files of a run lie."""
        return self._settings.nlu_dir / "runs" / str(run_id)

    def candidate(self, run: Run) -> Path | None:
        """Return the model a run made, None when it is not (or no longer) on this machine."""
        path = self.folder(run.id) / run.candidate
        return path if run.candidate and path.is_file() else None

    def join(self, seconds: float) -> None:
        """Wait for the threads to end, as far as they do in time."""
        for thread in self._threads:
            thread.join(seconds)

    def _ordered(self, run: Run, layer: Layer, used: Path | None) -> Path:
        folder = self.folder(run.id)
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            rmtree(old, ignore_errors=True)
        (folder / "labelled.yml").write_text(
            training_lines.write(layer.lines, "labelled on the desk"), "utf-8"
        )
        (folder / "held.yml").write_text(training_lines.write(layer.held, "kept aside"), "utf-8")
        order = folder / "order.json"
        said = {
            "layer": str(folder / "labelled.yml"),
            "held": str(folder / "held.yml"),
            "target": str(folder),
            "base": str(used) if used else "",
        }
        order.write_text(json.dumps(said), "utf-8")
        return order

    def _guarded(self, run_id: int, order: Path) -> None:
        try:
            self._carry_out(run_id, order)
        except DeskError as error:
            log.error("training %s: %s", run_id, error.code)
        except Exception as error:  # a thread's fault would otherwise be seen by nobody
            log.exception("training %s: %s", run_id, type(error).__name__)
            model_runs.fail(self._store, run_id, type(error).__name__)

    def _carry_out(self, run_id: int, order: Path) -> None:
        ended = threading.Event()
        with subprocess.Popen(
            [sys.executable, *self._command, str(order)],
            cwd=ROOT,
            env={**os.environ, **QUIET, "WEIQUAN_HOME": str(self._settings.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            preexec_fn=die_with_parent,
        ) as child:
            watch = threading.Thread(target=self._watch, args=(run_id, child, ended), daemon=True)
            watch.start()
            try:
                said = self._listen(run_id, child, order.with_name("log.txt"))
            finally:
                ended.set()
        if child.returncode == 0 and said.result is not None:
            name = Path(said.result["model"]).name
            model_runs.finish(self._store, run_id, name, said.result["report"])
        else:
            model_runs.fail(self._store, run_id, "\n".join(said.tail) or f"exit {child.returncode}")

    def _listen(self, run_id: int, child: subprocess.Popen[str], kept: Path) -> Said:
        said = Said()
        with kept.open("w", encoding="utf-8") as file:
            for line in child.stdout or ():
                file.write(line)
                told = _read(line)
                if "stage" in told:
                    done, total = int(told.get("done", 0)), int(told.get("total", 0))
                    model_runs.progress(self._store, run_id, str(told["stage"]), done, total)
                elif "result" in told:
                    said.result = told["result"]
                else:
                    said.tail.append(line.rstrip())
        return said

    def _watch(self, run_id: int, child: subprocess.Popen[str], ended: threading.Event) -> None:
        """Show life, and end the process of a run that was cancelled, wherever that was done."""
        while not ended.wait(ALIVE_EVERY):
            try:
                if not model_runs.alive(self._store, run_id):
                    self._end(child)
                    return
            except DeskError as error:
                log.warning("training %s cannot show life: %s", run_id, error.code)

    def _end(self, child: subprocess.Popen[str]) -> None:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()


def _read(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
