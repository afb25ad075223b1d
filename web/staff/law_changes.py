"""Changed laws on the desk: editions taken in, and the cases each change sends back to somebody's table."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from desk import drafts, law_work, releases
from desk.errors import DraftExists, ReleaseRefused
from desk.staff import Permission
from knowledge.citations import article_words
from knowledge.errors import StatuteRefused
from knowledge.force import changed_since_review, off_air_from
from knowledge.library_file import LAWBOOK

from ..beijing import today
from ..curation.policy import policy
from ..curation.service import curation
from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..wording import say
from . import staff
from .access import me, needs
from .library_cases import CURATION
from .library_drafts import people

if TYPE_CHECKING:
    from knowledge.lawbook import Lawbook, Taken

FILES = frozenset({".docx", ".txt", ".md"})
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@staff.get("/library/laws")
@needs(*CURATION, Permission.LAW_IMPORT)
def law_changes() -> str:
    """List the work by its deadline, what has lost force already, and the editions held."""
    library = parts().titles.library()
    held = _lawbook().editions()
    editions: dict[str, list[Any]] = {}
    for edition in held:
        editions.setdefault(edition.law, []).append(edition)
    return render_template(
        "staff/library/laws.html",
        tab="laws",
        works=[_shown(work, library) for work in law_work.listed(parts().store)],
        done=[_shown(work, library) for work in law_work.listed(parts().store, done=True)[:20]],
        lapsed=_lapsed(library),
        editions=sorted(editions.items()),
        laws=sorted(((law.id, law.name) for law in library.laws.values()), key=lambda law: law[1])
        if library
        else [],
        law_name=lambda id: _law_name(library, id),
        today=today(),
        soon=today() + timedelta(days=7),
    )


@staff.post("/library/laws")
@needs(Permission.LAW_IMPORT)
def take_law_in() -> Response:
    """Take a statute file in; where an older edition is held, the cases to look at are listed at once."""
    library, file = parts().titles.library(), request.files.get("file")
    law, effective = clean(request.form.get("law", ""))[:80], clean(request.form.get("effective", ""))[:10]
    if library is None or file is None or Path(file.filename or "").suffix.lower() not in FILES:
        flash(say("curation.laws.unreadable"), "error")
        return redirect(url_for(".law_changes"))
    if effective and not DAY.fullmatch(effective):
        effective = ""
    try:
        taken = _take(file, library, law=law, effective=effective)
    except StatuteRefused as refused:
        flash(_refusal(refused, law=law, effective=effective), "error")
        return redirect(url_for(".law_changes"))
    words = {"title": taken.title, "day": taken.effective, "articles": taken.articles, "added": taken.added}
    flash(say("curation.done.law_taken", **words), "done")
    older = [
        edition.effective for edition in _lawbook().editions(taken.law) if edition.effective < taken.effective
    ]
    if older:
        _compare(taken.law, older[-1], taken.effective)
    return redirect(url_for(".law_changes"))


@staff.post("/library/laws/compare")
@needs(Permission.LAW_IMPORT)
def compare_editions() -> Response:
    """Compare two editions held and list the cases that cite what changed."""
    law, old, new = (clean(request.form.get(name, ""))[:80] for name in ("law", "old", "new"))
    days = {edition.effective for edition in _lawbook().editions(law)}
    if not {old, new} <= days or old >= new:
        flash(say("curation.laws.two_editions"), "error")
    else:
        _compare(law, old, new)
    return redirect(url_for(".law_changes"))


@staff.post("/library/laws/work/<int:work_id>/draft")
@needs(Permission.CASE_EDIT)
def draft_for_law(work_id: int) -> Response:
    """Begin a draft of the case, or go on with the one it has."""
    store, work = parts().store, law_work.get(parts().store, min(work_id, LARGEST_ID))
    number = releases.current(store)
    document = releases.document(store, number, work.case_id)
    source = {"kind": "law", "law": work.law, "effective": work.effective}
    try:
        draft_id = drafts.create(store, document, by=me().id, source=source, base_release=number)
    except DraftExists as error:
        draft_id = error.draft_id
    law_work.link(store, work.id, draft_id, by=me().id)
    return redirect(url_for(".edit_draft", draft_id=draft_id))


@staff.post("/library/laws/work/<int:work_id>/done")
@needs(*CURATION)
def finish_law_work(work_id: int) -> Response:
    """Close an item, with a reason when the case stays as it is."""
    note = clean(request.form.get("note", ""))
    law_work.finish(parts().store, min(work_id, LARGEST_ID), by=me().id, note=note)
    flash(say("curation.done.work_done"), "done")
    return redirect(url_for(".law_changes"))


def _lawbook() -> Lawbook:
    from knowledge.lawbook import Lawbook  # its readers load slowly, and few pages need them

    return Lawbook(parts().settings.library_path.with_name(LAWBOOK))


def _take(file: FileStorage, library: Any, **options: Any) -> Taken:
    from knowledge.statute_files import read_statute

    suffix = Path(file.filename or "").suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{clean(Path(file.filename or '').stem)[:80] or 'law'}{suffix}"
        file.save(path)
        return _lawbook().take(read_statute(path), library.laws, **options)


def _refusal(refused: StatuteRefused, *, law: str, effective: str) -> str:
    """Say what to do about a refused file, as far as its reason tells."""
    for sign, words in (("--law", "which_law"), ("--effective", "which_day"), ("--replace", "other_words")):
        if sign in refused.reason:
            return say(f"curation.laws.{words}")
    return say("curation.laws.unreadable")


def _compare(law: str, old: str, new: str) -> None:
    """Write down the cases that cite what differs between two editions."""
    from knowledge import impact  # compares texts with a library that is slow to load

    library, book = parts().titles.library(), _lawbook()
    excerpt = next(edition.excerpt for edition in book.editions(law) if edition.effective == new)
    changes = impact.compare(book.articles(law, old), book.articles(law, new), excerpt=excerpt)
    by_case: dict[str, list[dict[str, Any]]] = {}
    for work in impact.work(law, changes, library.cases()):
        by_case.setdefault(work.case, []).append(
            {
                "old": work.change.old,
                "new": work.change.new,
                "change": work.change.change.value,
                "outcomes": list(work.outcomes),
                "only_basis": work.only_basis,
            }
        )
    works = [(case_id, found, _due(library, law, new, found)) for case_id, found in by_case.items()]
    made = law_work.make(parts().store, law, new, works, by=me().id)
    flash(say("curation.done.work_made", count=made) if works else say("curation.done.work_none"), "done")
    gone = [change.old for change in changes if change.change is impact.Change.REMOVED]
    moved = {
        change.old: change.new for change in changes if change.old and change.new not in ("", change.old)
    }
    if gone or moved:
        law_work.register(parts().store, law, new, gone=gone, moved=moved, by=me().id)
        _release()


def _release() -> None:
    """Make a release that knows the edition, so that what lost force is marked and leaves the air in time."""
    try:
        curation().publisher.begin([], by=me().id, laws=True)
    except ReleaseRefused:
        flash(say("curation.done.work_later"), "done")
    else:
        flash(say("curation.done.work_release"), "done")


def _due(library: Any, law: str, effective: str, changes: list[dict[str, Any]]) -> date:
    """By when: the law's grace period where an outcome rests on a lost article alone, else the policy's days."""
    begins = max(date.fromisoformat(effective), today())
    if any(change["only_basis"] and change["change"] != "changed" for change in changes):
        grace = date.fromisoformat(effective) + timedelta(days=library.laws[law].grace_days)
        return max(grace, today())
    return begins + timedelta(days=policy().law_days)


def _shown(work: law_work.LawWork, library: Any) -> dict[str, Any]:
    return {
        "work": work,
        "law": _law_name(library, work.law),
        "title": parts().titles.of(work.case_id),
        "changes": [_told(change) for change in work.changes],
        "by": people(work.done_by) if work.done_by else "",
    }


def _told(change: Mapping[str, Any]) -> dict[str, Any]:
    moved = change["new"] and change["new"] != change["old"]
    return {
        "old": article_words(change["old"]),
        "new": article_words(change["new"]) if moved else "",
        "what": say(f"curation.law_changes.{change['change']}"),
        "only": change["only_basis"],
    }


def _lapsed(library: Any) -> list[dict[str, Any]]:
    """Cases of the release in use that cite what has lost force already, the next to leave the air first."""
    found = []
    for case in library.cases() if library else ():
        changed = changed_since_review(case, library.laws, today())
        off = off_air_from(case, library.laws)
        if changed or off:
            cited = [
                (_law_name(library, citation.law), article_words(citation.article), day)
                for citation, day in changed
            ]
            found.append({"id": case.id, "title": case.title, "off": off, "cited": cited})
    return sorted(found, key=lambda row: row["off"] or date.max)


def _law_name(library: Any, id: str) -> str:
    return str(library.laws[id].name) if library and id in library.laws else id
