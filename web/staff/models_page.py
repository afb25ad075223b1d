"""The model on the desk: trained with the labelled lines, compared with the one in use, put in use, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import model_runs, serving_model
from desk.errors import ModelRefused
from desk.model_gate import FIGURES, SETS
from desk.model_runs import READY, Run, RunState
from desk.staff import Permission

from ..answers import success
from ..nlu import switching
from ..nlu.trainer import Trainer
from ..parts import Parts, parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..wording import say, section
from . import staff
from .access import me, needs
from .labelling import exported, meaning_words
from .names import who

KEY = "weiquan.trainer"
MODELS = (Permission.MODEL_TRAIN, Permission.MODEL_PROMOTE)


def trainer() -> Trainer:
    """Return what trains for the application that serves this request."""
    whole: Parts = current_app.extensions["weiquan"]
    held: Trainer = current_app.extensions.setdefault(KEY, Trainer(whole.store, whole.settings))
    return held


@staff.get("/models")
@needs(*MODELS)
def model_page() -> str:
    """Show the model in use, what was trained, and what was put in use when."""
    model_runs.bury(parts().store)
    switching.look(parts())
    folder = parts().settings.model_dir
    used = serving_model.in_use(folder)
    runs = model_runs.latest(parts().store)
    return render_template(
        "staff/labelling/models.html",
        used=used.name if used else "",
        earlier=switching.earlier_model(folder),
        runs=runs,
        on=next((run for run in runs if run.state is RunState.WORKING), None),
        moves=model_runs.moves(parts().store),
        version=_version(),
        now=datetime.now(timezone.utc),
        **_words(),
    )


@staff.get("/models/changes")
@needs(*MODELS)
def model_changes() -> Response:
    """Answer when something of the page differs from `version`, or after `wait` seconds."""
    known, wait = request.args.get("version", ""), whole_number("wait", largest=25)

    def look() -> str | None:
        version = _version()
        return version if version != known else None

    return success({"version": parts().pushes.wait_for(look, seconds=wait) or known})


@staff.post("/models/runs")
@needs(Permission.MODEL_TRAIN)
def begin_training() -> BaseResponse:
    """Train a candidate with everything that is settled now."""
    return _tried("started", lambda: trainer().begin(exported(by=me().id), by=me().id))


@staff.get("/models/runs/<int:run_id>")
@needs(*MODELS)
def model_run_page(run_id: int) -> str:
    """Show a candidate beside the model it was compared with, line by line."""
    model_runs.bury(parts().store)
    run = model_runs.get(parts().store, min(run_id, LARGEST_ID))
    used = serving_model.in_use(parts().settings.model_dir)
    return render_template(
        "staff/labelling/model_run.html",
        run=run,
        sets=[(name, run.report.get(name)) for name in SETS],
        figures=FIGURES,
        ready=run.state in READY,
        in_use=bool(used and used.name == run.candidate),
        stale=bool(used and used.name != run.base and used.name != run.candidate),
        here=trainer().candidate(run) is not None,
        own=run.started_by == me().id,
        version=_version(),
        now=datetime.now(timezone.utc),
        **_words(),
    )


@staff.post("/models/runs/<int:run_id>/cancel")
@needs(Permission.MODEL_TRAIN)
def cancel_training(run_id: int) -> BaseResponse:
    """End a training that is under way."""
    run = model_runs.get(parts().store, min(run_id, LARGEST_ID))
    return _tried("cancelled", lambda: model_runs.cancel(parts().store, run.id, by=me().id), run)


@staff.post("/models/runs/<int:run_id>/sign")
@needs(Permission.MODEL_PROMOTE)
def sign_losses(run_id: int) -> BaseResponse:
    """Answer for what became worse."""
    run = model_runs.get(parts().store, min(run_id, LARGEST_ID))
    note = clean(request.form.get("note", ""))
    return _tried("signed", lambda: model_runs.sign(parts().store, run.id, by=me().id, note=note), run)


@staff.post("/models/runs/<int:run_id>/promote")
@needs(Permission.MODEL_PROMOTE)
def promote_model(run_id: int) -> BaseResponse:
    """Put a candidate in use."""
    run = model_runs.get(parts().store, min(run_id, LARGEST_ID))
    return _tried("promoted", lambda: switching.promote(parts(), run, trainer().candidate(run), by=me().id))


@staff.post("/models/back")
@needs(Permission.MODEL_PROMOTE)
def use_earlier_model() -> BaseResponse:
    """Put the model before in use again."""
    return _tried("back", lambda: switching.use_earlier(parts(), by=me().id))


def _tried(done: str, step: Callable[[], object], run: Run | None = None) -> BaseResponse:
    try:
        step()
    except ModelRefused as error:
        flash(say(f"models.refused.{error.rule}"), "error")
    else:
        flash(say(f"models.done.{done}"), "done")
    return redirect(url_for(".model_run_page", run_id=run.id) if run else url_for(".model_page"))


def _version() -> str:
    switching.look(parts())
    runs, moves = model_runs.latest(parts().store)[:1], model_runs.moves(parts().store)[:1]
    on = ":".join(f"{run.id}.{run.state.value}.{run.stage}.{run.done}" for run in runs)
    return f"{on}-{':'.join(f'{move.id}.{move.state}' for move in moves)}"


def _words() -> dict[str, Any]:
    words = section("models")
    return {
        "who": who,
        "state_name": lambda state: words["states"][state.value],
        "stage_name": lambda stage: words["stages"].get(stage, stage),
        "figure_name": lambda code: words["figures"][code],
        "set_name": lambda code: words["sets"][code],
        "move_words": lambda move: words["moves"][move.state],
        "kind_words": lambda move: words["kinds"][move.kind],
        **meaning_words(),
    }
