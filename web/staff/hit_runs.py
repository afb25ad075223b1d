"""Hit tests of whole sheets: uploaded, tried in the background, kept, compared with the run before, downloaded."""

from __future__ import annotations

import importlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import hit_runs, releases
from desk.errors import ReleaseNotFound, SheetRefused
from desk.hit_runs import Asked, Line, Run
from desk.staff import Permission

from .. import sheets
from ..answers import success
from ..background import background
from ..curation.service import Curation, curation
from ..errors import FileRefused, LibraryAway, sentence
from ..parts import Parts, parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..wording import say, section
from . import staff
from .access import me, needs
from .hits import understood

PAGE = 100
VERDICTS = ("hit", "among", "wrong", "missed")
CONFUSIONS = 12
WIDTHS = (6, 60, 26, 10, 26, 8, 26, 8)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Judged:
    """A question of a run with its verdict ('' until tried, 'unknown' where the sheet names no case of ours)."""

    line: Line
    verdict: str
    was: str = ""

    @property
    def moved(self) -> int:
        """1 when it went better than in the run before, -1 when worse, else 0."""
        if self.was not in VERDICTS or self.verdict not in VERDICTS:
            return 0
        step = VERDICTS.index(self.was) - VERDICTS.index(self.verdict)
        return (step > 0) - (step < 0)


@staff.get("/hits/runs")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def hit_run_list() -> str:
    """List the runs and offer a new one."""
    return render_template(
        "staff/hits.html",
        view="runs",
        runs=hit_runs.latest(parts().store),
        now=datetime.now(timezone.utc),
        release=parts().titles.release(),
    )


@staff.post("/hits/runs")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def begin_hit_run() -> BaseResponse:
    """Take a sheet of questions with the case each should find, and try it in the background."""
    upload = request.files.get("file")
    name = clean(upload.filename or "")[:120] if upload else ""
    if upload is None or not name:
        flash(say("exchange.refused.none"), "error")
        return redirect(url_for(".hit_run_list"))
    try:
        asked = _asked(sheets.read_sheet(name, upload.read()))
        id = hit_runs.begin(parts().store, asked, name=name, by=me().id, alone=_alone())
    except (FileRefused, SheetRefused) as error:
        flash(sentence(error.code), "error")
        return redirect(url_for(".hit_run_list"))
    _start(id)
    return redirect(url_for(".hit_run_page", run_id=id))


@staff.get("/hits/runs/<int:run_id>")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def hit_run_page(run_id: int) -> str:
    """Show a run: how far it is, its figures, what was taken for what, what moved since the run before."""
    run = hit_runs.get(parts().store, min(run_id, LARGEST_ID))
    earlier = _compared(run)
    judged = _judged(run, earlier)
    only = request.args.get("only", "")
    offset = whole_number("offset", largest=hit_runs.MOST)
    shown = [row for row in judged if _fits(row, only)]
    return render_template(
        "staff/hit_run.html",
        run=run,
        earlier=earlier,
        against=earlier.id if earlier is not None and earlier.pinned else None,
        previous=_previous(run),
        counts=Counter(row.verdict for row in judged),
        gained=sum(row.moved > 0 for row in judged),
        lost=sum(row.moved < 0 for row in judged),
        confusions=_confusions(judged),
        rows=shown[offset : offset + PAGE],
        only=only,
        found=len(shown),
        offset=offset,
        page=PAGE,
        stopped=run.stopped(datetime.now(timezone.utc)) and not background().busy(_job(run.id)),
        title_of=parts().titles.of,
        verdict_words=lambda code: section("hits")["verdicts"].get(code, ""),
        version=_version(run, earlier),
    )


@staff.get("/hits/runs/<int:run_id>/changes")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def hit_run_changes(run_id: int) -> Response:
    """Answer when the run has got further than `version`, or after `wait` seconds."""
    known, wait = request.args.get("version", ""), whole_number("wait", largest=25)

    def look() -> str | None:
        run = hit_runs.get(parts().store, min(run_id, LARGEST_ID))
        version = _version(run, _compared(run))
        return version if version != known else None

    return success({"version": parts().pushes.wait_for(look, seconds=wait) or known})


@staff.post("/hits/runs/<int:run_id>/go-on")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def go_on_with_run(run_id: int) -> BaseResponse:
    """Go on with a run that was stopped in the middle."""
    run = hit_runs.get(parts().store, min(run_id, LARGEST_ID))
    if run.state == "running":
        _start(run.id)
    return redirect(url_for(".hit_run_page", run_id=run.id))


@staff.post("/hits/runs/<int:run_id>/again")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def run_again(run_id: int) -> BaseResponse:
    """Try the same sheet on the library as it is now."""
    run = hit_runs.get(parts().store, min(run_id, LARGEST_ID))
    id = hit_runs.again(parts().store, run.id, by=me().id, alone=_alone())
    _start(id)
    return redirect(url_for(".hit_run_page", run_id=id))


@staff.post("/hits/runs/<int:run_id>/previous")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def compare_with_previous(run_id: int) -> BaseResponse:
    """Try the same sheet on the release before the one of this run, and compare the two."""
    store = parts().store
    run = hit_runs.get(store, min(run_id, LARGEST_ID))
    release = _previous(run)
    if not release:
        flash(say("hits.no_previous"), "error")
        return redirect(url_for(".hit_run_page", run_id=run.id))
    known = hit_runs.on_release(store, run, release)
    id = known.id if known else hit_runs.again(store, run.id, by=me().id, alone=run.alone, release=release)
    if known is None or known.state == "running":
        _start(id)
    return redirect(url_for(".hit_run_page", run_id=run.id, against=id))


@staff.get("/hits/runs/<int:run_id>/download")
@needs(Permission.CASE_EDIT, Permission.CASE_REVIEW)
def download_run(run_id: int) -> BaseResponse:
    """Send the run as a workbook."""
    run = hit_runs.get(parts().store, min(run_id, LARGEST_ID))
    words, title_of = section("hits"), parts().titles.of
    rows: list[Sequence[object]] = [words["columns"]]
    for row in _judged(run, _compared(run)):
        found = (row.line.found or [])[:2]
        cells: list[object] = [row.line.line, row.line.text, title_of(row.line.expected)]
        cells.append(words["verdicts"].get(row.verdict, ""))
        for hit in found:
            cells += [title_of(hit["case"]), hit["score"]]
        cells += [""] * (8 - len(cells))
        rows.append([*cells, words["verdicts"].get(row.was, "")])
    name = say("hits.file", id=run.id)
    data = io.BytesIO(sheets.write_workbook(rows, (*WIDTHS, 10)))
    return send_file(data, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")


# --- reading a sheet ----------------------------------------------------------------------------------


def _asked(rows: Sequence[Sequence[str]]) -> list[Asked]:
    """The questions of a sheet: by its headings where it has them, else its first two columns."""
    question, expected, first = _columns(rows[0] if rows else [])
    cases = _cases()
    return [Asked(_cell(row, question), _case_of(_cell(row, expected), cases)) for row in rows[first:]]


def _columns(heads: Sequence[str]) -> tuple[int, int, int]:
    """(column of questions, column of cases, first row of questions)."""
    words = section("hits")["headings"]
    questions = [i for i, head in enumerate(heads) if any(word in head for word in words["question"])]
    cases = [i for i, head in enumerate(heads) if any(word in head for word in words["case"])]
    if questions and cases and questions[0] != cases[0] and max(map(len, heads)) <= 20:
        return questions[0], cases[0], 1
    return 0, 1, 0


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _cases() -> dict[str, str]:
    library = parts().titles.opened()
    return {name: case.id for case in library.cases() for name in (case.id, case.title)}


def _case_of(given: str, cases: dict[str, str]) -> str:
    """The id of the case a cell names; '' for a question that is none of ours; an unknown name as it stands."""
    if given in section("hits")["headings"]["none"]:
        return ""
    return cases.get(given, given)


# --- trying and judging -------------------------------------------------------------------------------


def _start(id: int) -> None:
    """Try in the background, with the bot's word on the topic unless the run is of the library alone."""
    held: Parts = parts()
    run = hit_runs.get(held.store, id)
    curating = curation()
    asked = run.release if run.pinned else None
    library = held.titles.opened() if asked is None else None

    def work() -> None:
        found = library if asked is None else _library_of(held, curating, asked)
        release = held.titles.release if asked is None else lambda: asked
        hit_runs.carry_on(held.store, id, lambda text: _tried(held, found, run, text), release)

    background().start(_job(id), work)


def _tried(held: Parts, library: Any, run: Run, text: str) -> hit_runs.Tried:
    heard = None if run.alone else understood(held.bot, text)
    ranking = library.search(text, topics=heard.topics if heard else None)
    return ranking.decision.value, [
        {"case": hit.case_id, "score": round(hit.score, 3)} for hit in ranking.hits
    ]


def _library_of(held: Parts, curating: Curation, number: int) -> Any:
    """Open the file of a release, built again from the store where this machine does not keep it."""
    release = releases.get(held.store, number)
    if not curating.follower.ready(number, release.digest):
        raise LibraryAway(str(number))
    return held.titles.another(curating.files.kept(number))


def _previous(run: Run) -> int:
    """The release before the one this run is of; 0 when there is none, or the run is itself one to compare with."""
    if run.pinned or not run.release:
        return 0
    try:
        return releases.get(parts().store, run.release).base
    except ReleaseNotFound:
        return 0


def _compared(run: Run) -> Run | None:
    """The run this one is shown beside: the one asked for, of the same sheet, else the last before it."""
    wanted = whole_number("against", largest=LARGEST_ID)
    if wanted:
        found = hit_runs.get(parts().store, wanted)
        return found if found.sheet == run.sheet and found.id != run.id else None
    return hit_runs.before(parts().store, run)


def _job(id: int) -> str:
    return f"hit run {id}"


def _alone() -> bool:
    return request.form.get("alone") == "yes"


def _judged(run: Run, earlier: Run | None) -> list[Judged]:
    verdict = importlib.import_module("knowledge.hits").verdict
    known = {case.id for case in parts().titles.opened().cases()}

    def judge(line: Line) -> str:
        if line.decision is None:
            return ""
        if line.expected and line.expected not in known:
            return "unknown"
        return str(verdict(line.expected, line.decision, [hit["case"] for hit in line.found or []]).value)

    was = (
        {}
        if earlier is None
        else {line.line: judge(line) for line in hit_runs.lines(parts().store, earlier.id)}
    )
    return [
        Judged(line, judge(line), was.get(line.line, "")) for line in hit_runs.lines(parts().store, run.id)
    ]


def _fits(row: Judged, only: str) -> bool:
    if only in ("gained", "lost"):
        return row.moved == (1 if only == "gained" else -1)
    return not only or row.verdict == only


def _confusions(judged: Sequence[Judged]) -> list[tuple[str, str, int]]:
    """(right case, case taken for it, how often), the most frequent first."""
    taken = Counter(
        (row.line.expected, row.line.found[0]["case"])
        for row in judged
        if row.verdict == "wrong" and row.line.found
    )
    return [(right, other, count) for (right, other), count in taken.most_common(CONFUSIONS)]


def _version(run: Run, other: Run | None = None) -> str:
    return f"{run.state}:{run.done}" + (f"|{other.state}:{other.done}" if other else "")
