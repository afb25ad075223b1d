"""The inbox: questions without a good answer, in groups that mean the same, each closed in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import question_groups, unanswered
from desk import staff as accounts
from desk.errors import DraftError, StaffNotFound, UnansweredNotFound
from desk.question_groups import Found, Group
from desk.staff import Permission
from desk.unanswered import Kind, Outcome, Unanswered

from ..answers import success
from ..background import background
from ..parts import Parts, parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..wording import say, section
from . import staff
from .access import me, needs
from .drafting import draft_of_new_case, draft_with_phrasings, provisional_id
from .names import name_of
from .transcript import matter

PAGE = 50
GROUPS_SHOWN = 60
MEMBERS_SHOWN = 300
JOB = "questions"


@staff.get("/questions")
@needs(Permission.UNANSWERED_READ)
def question_list() -> str:
    """Show the groups of open questions, the largest first; new questions are grouped in the background."""
    kind = _kind()
    if parts().titles.release() is None:
        return question_items()
    if question_groups.waiting(parts().store):
        _regroup()
    version = _version()  # before all else: what ends while the page is made shows as a change
    frame = _frame(kind)
    found = question_groups.groups(parts().store, kind=kind)
    return render_template(
        "staff/questions.html",
        view="groups",
        groups=found[:GROUPS_SHOWN],
        more=max(0, len(found) - GROUPS_SHOWN),
        grouped_at=question_groups.grouped_at(parts().store),
        version=version,
        **frame,
    )


@staff.get("/questions/changes")
@needs(Permission.UNANSWERED_READ)
def question_list_changes() -> Response:
    """Answer when the groups differ from `version`, or after `wait` seconds."""
    known, wait = request.args.get("version", ""), whole_number("wait", largest=25)

    def look() -> str | None:
        version = _version()
        return version if version != known else None

    return success({"version": parts().pushes.wait_for(look, seconds=wait) or known})


@staff.get("/questions/list")
@needs(Permission.UNANSWERED_READ)
def question_items() -> str:
    """List single questions, newest first: those that wait, or those dealt with."""
    kind, handled = _kind(), bool(request.args.get("handled"))
    before = whole_number("before", largest=LARGEST_ID) or None
    found = unanswered.unanswered(parts().store, handled=handled, kind=kind, limit=PAGE, before_id=before)
    return render_template(
        "staff/questions.html",
        view="handled" if handled else "items",
        rows=_rows(found),
        older=found[-1].id if len(found) == PAGE else None,
        **_frame(kind),
    )


@staff.get("/questions/groups/<int:group_id>")
@needs(Permission.UNANSWERED_READ)
def question_group(group_id: int) -> str:
    """Show one group: its questions, the cases nearest to them, and the ways to close it."""
    store = parts().store
    group = question_groups.group(store, min(group_id, LARGEST_ID))
    members = unanswered.unanswered(store, group_id=group.id, limit=MEMBERS_SHOWN)
    return render_template(
        "staff/question_group.html",
        group=group,
        rows=_rows(members),
        near=_near(group.typical),
        cases=_cases(),
        **_words(),
    )


@staff.post("/questions/settle")
@needs(Permission.UNANSWERED_HANDLE)
def settle_questions() -> BaseResponse:
    """Close the questions chosen, with a draft, a case, or as not ours or noise; or take them on oneself."""
    ids = sorted({int(id) for id in request.form.getlist("id") if id.isascii() and id.isdigit()})
    step = "attach" if request.form.get("attach") else request.form.get("step", "")
    back = _back()
    if not ids:
        flash(say("inbox.none_chosen"), "error")
        return redirect(back)
    try:
        return redirect(STEPS.get(step, _no_step)(ids) or back)
    except UnansweredNotFound:
        flash(say("inbox.gone"), "error")
    except DraftError:
        flash(say("inbox.draft_busy"), "error")
    return redirect(back)


@staff.post("/questions/<int:question_id>/reopen")
@needs(Permission.UNANSWERED_HANDLE)
def reopen_question(question_id: int) -> BaseResponse:
    """Put a question back into the inbox."""
    unanswered.reopen(parts().store, min(question_id, LARGEST_ID), by=me().id)
    flash(say("inbox.reopened"), "done")
    return redirect(url_for(".question_items", handled=1))


@staff.post("/questions/regroup")
@needs(Permission.UNANSWERED_READ)
def regroup_questions() -> BaseResponse:
    """Group all open questions anew."""
    _regroup()
    flash(say("inbox.regrouping"), "done")
    return redirect(url_for(".question_list"))


# --- steps ------------------------------------------------------------------------------------------


def _take(ids: list[int]) -> None:
    unanswered.assign(parts().store, ids, to=me().id, by=me().id)
    flash(say("inbox.taken"), "done")


def _release(ids: list[int]) -> None:
    unanswered.assign(parts().store, ids, to="", by=me().id)
    flash(say("inbox.released"), "done")


def _close(outcome: Outcome, ids: list[int], *, case_id: str = "") -> int:
    return unanswered.settle(parts().store, ids, outcome, by=me().id, case_id=case_id)


def _not_ours(ids: list[int]) -> None:
    flash(say("inbox.closed", count=_close(Outcome.NOT_OURS, ids)), "done")


def _noise(ids: list[int]) -> None:
    flash(say("inbox.closed", count=_close(Outcome.NOISE, ids)), "done")


def _draft(ids: list[int]) -> str:
    """A new case begins with the questions' words; both or neither."""
    with parts().store.write():
        texts = _texts(ids)
        terms = [term for term in request.form.getlist("term") if clean(term)][:5]
        source = {"kind": "questions", "ids": ids}
        draft_id = draft_of_new_case(texts, number=ids[0], terms=terms, source=source)
        _close(Outcome.DRAFT, ids, case_id=provisional_id(ids[0]))
    flash(say("inbox.drafted", count=len(texts)), "done")
    return url_for(".edit_draft", draft_id=draft_id)


def _attach(ids: list[int]) -> None:
    """The questions' words go into a draft of the case that answers them."""
    case_id = _case_named(clean(request.form.get("attach") or request.form.get("case", ""))[:120])
    if case_id is None:
        flash(say("inbox.no_case"), "error")
        return
    with parts().store.write():
        draft_with_phrasings(case_id, _texts(ids), source={"kind": "questions", "ids": ids})
        count = _close(Outcome.CASE, ids, case_id=case_id)
    flash(say("inbox.attached", count=count, title=parts().titles.of(case_id)), "done")


def _answered(ids: list[int]) -> None:
    """A case answers them as it is; nothing is added to it."""
    case_id = _case_named(clean(request.form.get("case", ""))[:120])
    if case_id is None:
        flash(say("inbox.no_case"), "error")
        return
    flash(say("inbox.closed", count=_close(Outcome.CASE, ids, case_id=case_id)), "done")


def _no_step(ids: list[int]) -> None:
    flash(say("inbox.no_step"), "error")


STEPS: dict[str, Callable[[list[int]], str | None]] = {
    "take": _take,
    "release": _release,
    "draft": _draft,
    "attach": _attach,
    "answered": _answered,
    "not_ours": _not_ours,
    "noise": _noise,
}

# --- small parts ------------------------------------------------------------------------------------


def _texts(ids: Sequence[int]) -> list[str]:
    texts = unanswered.texts(parts().store, ids)
    return [texts[id] for id in ids if id in texts]


def _case_named(given: str) -> str | None:
    """The id of a case given by id or title; None when the library has neither."""
    found = {case.id: case.title for case in parts().titles.opened().cases()}
    if given in found:
        return given
    return next((id for id, title in found.items() if title == given), None)


def _cases() -> list[Any]:
    return sorted(parts().titles.opened().cases(), key=lambda case: (case.topic, case.title))


def _near(text: str) -> list[tuple[str, str, int]]:
    """The cases nearest to a text: id, title, per cent."""
    hits = parts().titles.opened().search(text).hits[:3] if text else ()
    return [(hit.case_id, hit.title, round(100 * hit.score)) for hit in hits]


def _rows(found: Sequence[Unanswered]) -> list[dict[str, Any]]:
    names = _names({one.assigned_to for one in found} | {one.handled_by or "" for one in found})
    return [
        {
            "question": one,
            "matter": matter(one.decision, parts().titles),
            "owner": names.get(one.assigned_to, ""),
            "by": names.get(one.handled_by or "", ""),
            "case": parts().titles.of(one.case_id),
        }
        for one in found
    ]


def _names(ids: set[str]) -> dict[str, str]:
    names = {}
    for id in ids - {""}:
        try:
            names[id] = name_of(accounts.get(parts().store, id))
        except StaffNotFound:
            names[id] = say("staff.owner.staff")
    return names


def _frame(kind: str) -> dict[str, Any]:
    counts = unanswered.count_by_kind(parts().store)
    return {
        "kind": kind,
        "kinds": [(code.value, counts.get(code.value, 0)) for code in Kind],
        "waiting": sum(counts.values()),
        "grouping": background().busy(JOB),
        "handled": False,
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        "kind_words": lambda code: say(f"inbox.kinds.{code}"),
        "reason_of": lambda code: section("page")["rating"]["reasons"].get(code, code),
        "outcome_words": lambda code: say(f"inbox.outcomes.{code or 'done'}"),
        "owners_of": lambda group: "、".join(_owners(group)),
    }


def _owners(group: Group) -> list[str]:
    return list(_names(set(group.owners)).values())


def _kind() -> str:
    given = request.args.get("kind", "")
    return given if given in {code.value for code in Kind} else ""


def _back() -> str:
    """The page the form stood on: a group while it holds anything, else the list."""
    given = request.form.get("group", "")
    if given.isascii() and given.isdigit() and int(given) <= LARGEST_ID:
        return url_for(".after_settling", group_id=int(given))
    return url_for(".question_items")


@staff.get("/questions/groups/<int:group_id>/after")
@needs(Permission.UNANSWERED_READ)
def after_settling(group_id: int) -> BaseResponse:
    """Go back to the group if anything of it is open, else to the list of groups."""
    held = {group.id for group in question_groups.groups(parts().store)}
    if group_id in held:
        return redirect(url_for(".question_group", group_id=group_id))
    return redirect(url_for(".question_list"))


def _version() -> str:
    at = question_groups.grouped_at(parts().store)
    return (
        f"{at.timestamp() if at else 0}:{unanswered.count_unanswered(parts().store)}:{background().busy(JOB)}"
    )


def _regroup() -> None:
    """Group in the background; without a library there is nothing to group by."""
    held: Parts = parts()
    library = held.titles.opened()

    def grouping(texts: Sequence[str]) -> list[Found]:
        return [Found(one.members, one.typical, one.terms) for one in library.clusters(texts)]

    background().start(JOB, lambda: question_groups.regroup(held.store, grouping))
