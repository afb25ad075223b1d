"""Releases on the desk: reviewed drafts go out together, tried first; one tap goes back to an older release."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import drafts, kept_questions, release_runs, release_signing, releases, reviews
from desk.drafts import State
from desk.errors import ReleaseRefused
from desk.release_runs import Run
from desk.release_signing import Unsigned
from desk.staff import Permission

from ..answers import success
from ..beijing import clock
from ..curation import telling
from ..curation.service import curation
from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..wording import say, section
from . import staff
from .access import me, needs
from .library_cases import CURATION
from .library_drafts import people
from .names import name_of

SHOWN_RUNS = 8
MOST_NAMED = 3


@staff.get("/library/releases")
@needs(*CURATION)
def release_list() -> str:
    """Show what can go out, the run that is on with its progress or its losses, and all releases."""
    store = parts().store
    release_runs.bury(store)
    waiting = drafts.listed(store, [State.REVIEWED, State.SCHEDULED])
    run = release_runs.open_run(store)
    return render_template(
        "staff/library/releases.html",
        tab="releases",
        waiting=[(draft, people(draft.updated_by)) for draft in waiting],
        run=run,
        run_titles=[draft.title for draft in release_runs.chosen(store, run)] if run else [],
        ended=[
            found for found in release_runs.runs(store, limit=SHOWN_RUNS) if run is None or found.id != run.id
        ],
        version=_version(),
        releases=releases.listed(store),
        served=releases.current(store),
        nodes=releases.nodes(store),
        kept=kept_questions.kept(store),
        title_of=parts().titles.of,
        case_titles=_case_titles(),
        people=people,
        label=telling.label,
        levels=section("curation")["levels"],
        reasons=section("curation")["reasons"],
        most=parts().settings.trial_questions,
    )


@staff.get("/library/releases/changes")
@needs(*CURATION)
def release_changes() -> Response:
    """Tell the page whether anything it shows has changed."""
    return success({"version": _version()})


@staff.post("/library/releases")
@needs(Permission.CASE_PUBLISH)
def publish_drafts() -> Response:
    """Start a run with the drafts ticked."""
    chosen = [clean(id)[:80] for id in request.form.getlist("draft")][:200]
    return _tried("started", lambda: curation().publisher.begin(chosen, by=me().id))


@staff.post("/library/releases/runs/<int:run_id>/sign")
@needs(Permission.CASE_PUBLISH)
def sign_run(run_id: int) -> Response:
    """Answer for the losses of a refused run; then it goes out."""
    note = clean(request.form.get("note", ""))

    def sign() -> None:
        curation().publisher.go_on(
            release_runs.sign(parts().store, min(run_id, LARGEST_ID), by=me().id, note=note)
        )

    return _tried("signed", sign)


@staff.post("/library/releases/runs/<int:run_id>/abandon")
@needs(Permission.CASE_PUBLISH)
def abandon_run(run_id: int) -> Response:
    """Give a refused run up."""
    run = min(run_id, LARGEST_ID)
    return _tried("abandoned", lambda: release_runs.abandon(parts().store, run, by=me().id))


@staff.post("/library/releases/<int:release>/use")
@needs(Permission.CASE_PUBLISH)
def use_release(release: int) -> Response:
    """Serve another release from now on."""
    chosen = min(release, LARGEST_ID)
    return _tried("rolled", lambda: releases.roll(parts().store, chosen, by=me().id), number=chosen)


@staff.post("/library/questions/kept")
@needs(*CURATION)
def keep_question() -> Response:
    """Keep a question every release must go on answering with one case."""
    text, case_id = clean(request.form.get("text", ""))[:400], clean(request.form.get("case_id", ""))[:120]
    library = parts().titles.library()
    if text and library and case_id in {case.id for case in library.cases()}:
        kept_questions.keep(parts().store, text, case_id, by=me().id)
        flash(say("curation.done.kept"), "done")
    else:
        flash(say("curation.refused.id"), "error")
    return redirect(url_for(".release_list"))


@staff.post("/library/questions/kept/<int:question_id>/drop")
@needs(*CURATION)
def drop_kept_question(question_id: int) -> Response:
    """Ask it no more."""
    kept_questions.drop(parts().store, min(question_id, LARGEST_ID), by=me().id)
    flash(say("curation.done.unkept"), "done")
    return redirect(url_for(".release_list"))


@staff.context_processor
def library_news() -> dict[str, Any]:
    """Give the pages of curators what was to be published at its time and could not, and what waits for a signature."""
    return {"missed_drafts": lambda: reviews.missed(parts().store), "unsigned_release": _unsigned}


def _unsigned() -> dict[str, Any] | None:
    """The release that waits for a signature, in words; looked up once for a page."""
    if "unsigned_release" not in g:
        found = release_signing.unsigned(parts().store)
        g.unsigned_release = None if found is None else _in_words(found)
    told: dict[str, Any] | None = g.unsigned_release
    return told


def _in_words(found: Unsigned) -> dict[str, Any]:
    words = section("curation")["unsigned"]
    names = [name_of(member) for member in found.signers]
    waits_for = words["or"].join(names[:MOST_NAMED]) or words["nobody"]
    if len(names) > MOST_NAMED:
        waits_for = say("curation.unsigned.many", names=waits_for, count=len(names))
    run = say(
        "curation.unsigned.run",
        number=found.run.number,
        titles="、".join(found.titles) or words["laws"],
        since=clock(found.since),
        who=waits_for,
    )
    held = "、".join(draft.title for draft in found.held)
    return {
        "run": run,
        "held": say("curation.unsigned.held", titles=held) if held else "",
        "mine": found.asks(me().id),
        "held_ids": {draft.id for draft in found.held},
    }


def _tried(done: str, step: Any, **values: object) -> Response:
    try:
        step()
    except ReleaseRefused as error:
        flash(say(f"curation.refused.{error.rule}"), "error")
    else:
        flash(say(f"curation.done.{done}", **values), "done")
    return redirect(url_for(".release_list"))


def _case_titles() -> list[tuple[str, str]]:
    library = parts().titles.library()
    return [(case.id, case.title) for case in library.cases()] if library else []


def _version() -> str:
    store = parts().store
    run: Run | None = release_runs.open_run(store)
    newest = release_runs.runs(store, limit=1)
    on = f"{run.id}.{run.state.value}.{run.stage}.{run.done}" if run else "none"
    nodes = ".".join(str(node.release) for node in releases.nodes(store))
    return f"{on}-{newest[0].id if newest else 0}-{releases.current(store)}-{nodes}"
