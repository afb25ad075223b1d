"""Carrying a run out: the candidate is built, tried, handed to every machine, and served."""

from __future__ import annotations

import logging
import threading
import time
from datetime import date
from typing import Any

from desk import kept_questions, law_work, release_runs, releases, reviews
from desk.drafts import Draft
from desk.errors import DeskError, ReleaseRefused
from desk.release_runs import SCHEDULER, Run, RunState

from ..beijing import here, today
from .building import Built, Workshop
from .files import Files
from .policy import policy

log = logging.getLogger("weiquan.curation")

TELL_EVERY = 0.4
ALIVE_EVERY = 10.0


class Publisher:
    """Works one run at a time in a thread of its own, tried with `questions` questions at most."""

    def __init__(self, store: Any, files: Files, workshop: Workshop, *, questions: int) -> None:
        self._store = store
        self._files = files
        self._workshop = workshop
        self._questions = questions
        self._threads: list[threading.Thread] = []

    def begin(self, draft_ids: list[str], *, by: str, laws: bool = False) -> Run:
        """Start a run with these drafts, or with none for a law that changed (`laws`); ReleaseRefused."""
        run = release_runs.start(self._store, draft_ids, by=by, laws=laws)
        self._in_background(lambda: self._carry_out(run), run.id)
        return run

    def go_on(self, run: Run) -> None:
        """Hand out and serve a run that somebody has just signed."""
        self._in_background(lambda: self._serve(run), run.id)

    def tick(self) -> None:
        """Bury dead runs, and start one with the drafts whose time has come."""
        release_runs.bury(self._store)
        due = release_runs.due_drafts(self._store)
        if due and release_runs.open_run(self._store) is None:
            try:
                self.begin([draft.id for draft in due], by=SCHEDULER)
            except ReleaseRefused as error:
                log.info("scheduled release waits: %s", error.rule)

    def join(self, seconds: float) -> None:
        """Wait for the threads to end, as far as they do in time."""
        for thread in self._threads:
            thread.join(seconds)

    def _in_background(self, work: Any, run_id: int) -> None:
        thread = threading.Thread(target=self._guarded, args=(work, run_id), name="release", daemon=True)
        self._threads = [*(t for t in self._threads if t.is_alive()), thread]
        thread.start()

    def _guarded(self, work: Any, run_id: int) -> None:
        ended = threading.Event()
        threading.Thread(
            target=self._breathe, args=(run_id, ended), name="release-alive", daemon=True
        ).start()
        try:
            work()
        except DeskError as error:
            log.error("run %s: %s", run_id, error.code)
            release_runs.fail(self._store, run_id, {"reason": getattr(error, "rule", error.code)})
        except Exception as error:  # a thread's fault would otherwise be seen by nobody
            log.exception("run %s: %s", run_id, type(error).__name__)
            release_runs.fail(self._store, run_id, {"reason": "unexpected"})
        finally:
            ended.set()

    def _breathe(self, run_id: int, ended: threading.Event) -> None:
        """Show that the run is alive, also while a long build says nothing."""
        while not ended.wait(ALIVE_EVERY):
            try:
                release_runs.alive(self._store, run_id)
            except DeskError as error:
                log.warning("run %s cannot show life: %s", run_id, error.code)

    def _carry_out(self, run: Run) -> None:
        cases, changed = self.plan(run)
        told = _Telling(self._store, run.id)
        built = self._workshop.build(
            self._files.kept(run.number),
            run.number,
            cases,
            told=told,
            changed=changed,
            editions=law_work.editions(self._store),
            kept=[list(pair) for pair in kept_questions.pairs(self._store)],
            most=self._questions,
        )
        if not built.done:
            release_runs.fail(self._store, run.id, {"reason": "content", "refused": built.refused})
            return
        report = {**_shortened(built), "changed": changed}
        tried = release_runs.tried(self._store, run.id, report, passed=bool(built.report.get("passed", True)))
        if tried.state is RunState.READY:
            self._serve(tried)

    def _serve(self, run: Run) -> None:
        cases, changed = self.plan(run)
        release_runs.progress(self._store, run.id, "hand_out")
        retired = [id for id, what in changed.items() if what == "retired"]
        release_runs.keep(self._store, run.id, cases, retired)
        self._wait_for_nodes(run)
        release_runs.publish(self._store, run.id)

    def _wait_for_nodes(self, run: Run) -> None:
        """Wait until every machine that shows life holds the file, so that all change over at once."""
        until = time.monotonic() + policy().hand_out_seconds
        while time.monotonic() < until:
            nodes = releases.nodes(self._store)
            ready = sum(node.prepared >= run.number for node in nodes)
            release_runs.progress(self._store, run.id, "hand_out", ready, len(nodes))
            if ready == len(nodes):
                return
            time.sleep(0.5)

    def plan(self, run: Run) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the documents of the release a run makes, and case id → added, changed or retired."""
        cases = releases.documents(self._store, run.base)
        changed = {}
        for draft in release_runs.chosen(self._store, run):
            known = draft.case_id in cases
            if draft.retire:
                if cases.pop(draft.case_id, None) is not None:
                    changed[draft.case_id] = "retired"
                continue
            changed[draft.case_id] = "changed" if known else "added"
            cases[draft.case_id] = self._stamped(draft)
        for case_id, document in cases.items():
            related = [id for id in document.get("related") or [] if id in cases]
            if related != (document.get("related") or []):
                cases[case_id] = {**document, "related": related}
        return cases, changed

    def _stamped(self, draft: Draft) -> dict[str, Any]:
        """The draft's document with the review it passed: when, by which group, with how many corrections."""
        document = dict(draft.document or {})
        approved = [step for step in reviews.verdicts(self._store, draft.id) if step.verdict == "approve"]
        on = here(approved[-1].at).date() if approved else today()
        corrected = sum(note.required for note in reviews.notes(self._store, draft.id))
        second = {"by": policy().second_reader, "on": on.isoformat(), "corrected": corrected}
        written = document.get("review") or {}
        review = {"by": written.get("by") or policy().second_reader, "on": on.isoformat()}
        document["review"] = {
            **review,
            "due": later(on, policy().review_months).isoformat(),
            "second": second,
        }
        return document


class _Telling:
    """Progress for the page, not oftener than people can see."""

    def __init__(self, store: Any, run_id: int) -> None:
        self._store = store
        self._run = run_id
        self._told = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if done in (0, total) or time.monotonic() - self._told > TELL_EVERY:
            release_runs.progress(self._store, self._run, stage, done, total)
            self._told = time.monotonic()


def later(day: date, months: int) -> date:
    """Return the same day some months on, or the last one of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(day)


def _shortened(built: Built) -> dict[str, Any]:
    """The report with lists a page can show; what is left out is counted."""
    most = 300
    report = dict(built.report)
    for name in ("gained", "lost"):
        report[f"{name}_count"] = len(report.get(name, ()))
        report[name] = list(report.get(name, ()))[:most]
    return report
