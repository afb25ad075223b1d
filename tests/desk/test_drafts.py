"""Drafts: every version can be had back, nobody overwrites anybody, one open draft for a case."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk import drafts, history, releases, reviews, unanswered
from desk.drafts import State
from desk.errors import (
    DraftClosed,
    DraftConflict,
    DraftExists,
    DraftNotFound,
    DraftRefused,
    ReviewRefused,
)
from desk.store import Store
from desk.store.types import storable
from desk.unanswered import Outcome
from knowledge.reading import schemas
from tests.factories import make_conversation

CASE = {"id": "a-case", "title": "一个案例", "ask": ["一", "二"], "facts": {"b": 1, "a": 2}}
FIELDS = st.dictionaries(
    st.sampled_from(["title", "ask", "facts", "office", "comment"]),
    st.one_of(st.text(max_size=4), st.lists(st.text(max_size=3), max_size=3), st.none()),
    max_size=4,
)


def begun(store: Store, **change: object) -> str:
    return drafts.create(store, {**CASE, **change}, by="s_one")


def test_a_draft_comes_back_as_it_was_written_in_its_order(store: Store) -> None:
    draft = drafts.get(store, begun(store))
    assert draft.document == CASE
    assert list((draft.document or {})["facts"]) == ["b", "a"]
    assert (draft.version, draft.state, draft.title) == (1, State.WRITING, "一个案例")


def test_a_case_has_one_open_draft(store: Store) -> None:
    first = begun(store)
    with pytest.raises(DraftExists) as refused:
        begun(store)
    assert refused.value.draft_id == first
    drafts.drop(store, first, by="s_one")
    assert begun(store) != first


def test_a_save_that_comes_too_late_changes_nothing_and_shows_both_sides(store: Store) -> None:
    id = begun(store)
    drafts.save(store, id, {**CASE, "title": "甲改的", "office": "x"}, version=1, by="s_one")
    with pytest.raises(DraftConflict) as late:
        drafts.save(store, id, {**CASE, "title": "乙改的", "ask": ["三"]}, version=1, by="s_two")
    clashes = {clash.field: clash for clash in late.value.clashes}
    assert late.value.version == 2
    assert late.value.by == "s_one"
    assert clashes["title"].both
    assert (clashes["title"].base, clashes["title"].mine, clashes["title"].theirs) == (
        "一个案例",
        "乙改的",
        "甲改的",
    )
    assert not clashes["ask"].both
    assert not clashes["office"].both
    assert drafts.get(store, id).document == {**CASE, "title": "甲改的", "office": "x"}


def test_of_many_who_save_at_once_exactly_one_wins(store: Store) -> None:
    id = begun(store)
    won, lost = [], []

    def write(n: int) -> None:
        try:
            won.append(drafts.save(store, id, {**CASE, "title": f"第{n}人"}, version=1, by=f"s_{n}").title)
        except DraftConflict:
            lost.append(n)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    assert drafts.get(store, id).title == won[0]
    assert len({change.version for change in drafts.changes(store, id, after=1)}) == 1


def test_saving_the_same_makes_no_version_but_another_order_does(store: Store) -> None:
    id = begun(store)
    assert drafts.save(store, id, CASE, version=1, by="s_one").version == 1
    turned = {**CASE, "facts": {"a": 2, "b": 1}}
    assert drafts.save(store, id, turned, version=1, by="s_one").version == 2


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FIELDS, max_size=6))
def test_every_version_can_be_had_back(sqlite_store: Store, saves: list[dict[str, object]]) -> None:
    id = drafts.create(sqlite_store, {**CASE, "id": f"c-{datetime.now().timestamp()}"}, by="s_one")
    draft = drafts.get(sqlite_store, id)
    written = {1: draft.document}
    for fields in saves:
        document = {"id": draft.case_id, **fields}
        version = max(written)
        made = drafts.save(sqlite_store, id, document, version=version, by="s_one")
        written[made.version] = storable(document)
    for version, document in written.items():
        assert drafts.document_at(sqlite_store, id, version) == document


def test_what_no_database_keeps_is_left_out_before_versions_are_compared(store: Store) -> None:
    id = begun(store)
    assert drafts.save(store, id, {**CASE, "title": "一\x00"}, version=1, by="s_one").version == 2
    assert drafts.get(store, id).title == "一"
    assert drafts.document_at(store, id, 2) == {**CASE, "title": "一"}
    assert drafts.save(store, id, {**CASE, "title": "一\x00\x00"}, version=2, by="s_one").version == 2


def test_phrasings_are_added_once(store: Store) -> None:
    id = begun(store)
    drafts.append(store, id, "ask", ["二", "三", "三"], by="s_one")
    assert (drafts.get(store, id).document or {})["ask"] == ["一", "二", "三"]
    with pytest.raises(DraftRefused):
        drafts.append(store, id, "title", ["x"], by="s_one")


def test_editors_see_each_other_until_they_leave(store: Store) -> None:
    id, now = begun(store), datetime.now(timezone.utc)
    assert drafts.present(store, id, by="s_one", at=now) == []
    assert drafts.present(store, id, by="s_two", at=now) == ["s_one"]
    assert drafts.present(store, id, by="s_one", at=now + timedelta(seconds=20)) == ["s_two"]
    assert drafts.present(store, id, by="s_two", at=now + timedelta(seconds=60)) == []
    drafts.present(store, id, by="s_one", at=now)
    drafts.leave(store, id, by="s_one")
    assert drafts.present(store, id, by="s_two", at=now) == []


@pytest.mark.parametrize(
    "document",
    [{}, {"id": ""}, {"id": 3}, {"id": "x", "n": float("nan")}, {"id": "x", "t": "字" * 300_000}],
    ids=["no id", "empty id", "number as id", "no JSON", "too large"],
)
def test_what_is_no_document_is_refused(store: Store, document: dict[str, object]) -> None:
    with pytest.raises(DraftRefused):
        drafts.create(store, document, by="s_one")


def test_a_dropped_draft_takes_no_more_words(store: Store) -> None:
    id = begun(store)
    drafts.drop(store, id, by="s_one")
    with pytest.raises(DraftClosed):
        drafts.save(store, id, CASE, version=1, by="s_one")
    with pytest.raises(DraftNotFound):
        drafts.get(store, "d_none")


def test_the_history_names_fields_and_never_words(store: Store) -> None:
    id = begun(store)
    drafts.save(store, id, {**CASE, "title": "改成这样"}, version=1, by="s_one")
    events = history.of(store, id)
    assert [event.event for event in events] == ["draft:document:create", "draft:document:save"]
    assert events[1].detail == {"version": 2, "fields": ["title"]}


NEW = "new-question-7"


def test_a_case_begun_from_questions_gets_an_id_before_it_is_submitted(store: Store) -> None:
    id = begun(store, id=NEW)
    talk = make_conversation(store).id
    question = unanswered.record_unanswered(store, talk, "无人机炸机了保险不赔")
    unanswered.settle(store, [question], Outcome.DRAFT, by="s_one", case_id=NEW)
    assert drafts.get(store, id).provisional
    with pytest.raises(ReviewRefused, match="provisional"):
        reviews.submit(store, id, by="s_one")
    named = drafts.rename(store, id, "drone-insurance", by="s_two")
    assert (named.case_id, named.version, named.updated_by) == ("drone-insurance", 2, "s_two")
    assert [(one.field, one.before, one.after) for one in drafts.changes(store, id, after=1)] == [
        ("id", NEW, "drone-insurance")
    ]
    assert [one.case_id for one in unanswered.unanswered(store, handled=True)] == ["drone-insurance"]
    assert reviews.submit(store, id, by="s_one").state is State.SUBMITTED
    with pytest.raises(DraftClosed):
        drafts.rename(store, id, "another", by="s_one")


@pytest.mark.parametrize(
    ("case_id", "rule"),
    [
        ("Drone", "id_shape"),
        ("无人机", "id_shape"),
        ("drone--x", "id_shape"),
        ("-drone", "id_shape"),
        ("drone\n", "id_shape"),
        ("a" * 61, "id_shape"),
        ("", "id"),
        ("new-question-8", "provisional"),
        ("published", "id_taken"),
    ],
)
def test_an_id_that_is_none_or_not_free_is_refused(store: Store, case_id: str, rule: str) -> None:
    releases.adopt(store, 1, {"published": {"id": "published", "title": "有了"}})
    id = begun(store, id=NEW)
    with pytest.raises(DraftRefused) as refused:
        drafts.rename(store, id, case_id, by="s_one")
    assert refused.value.rule == rule
    assert drafts.get(store, id).case_id == NEW


def test_an_id_another_draft_has_is_refused_and_a_published_one_stays(store: Store) -> None:
    releases.adopt(store, 1, {"published": {"id": "published", "title": "有了"}})
    id, other = begun(store, id=NEW), begun(store, id="drone-insurance")
    with pytest.raises(DraftExists) as refused:
        drafts.rename(store, id, "drone-insurance", by="s_one")
    assert refused.value.draft_id == other
    with pytest.raises(DraftRefused, match="id_fixed"):
        drafts.rename(store, begun(store, id="published"), "renamed", by="s_one")


def test_an_id_is_what_the_schema_of_cases_says() -> None:
    assert schemas()["case"].schema["properties"]["id"]["pattern"] == f"^{drafts.CASE_ID.pattern}$"
