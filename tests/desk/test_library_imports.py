"""Imports: nothing becomes a draft before somebody says so, and then once."""

from __future__ import annotations

import threading

import pytest

from desk import drafts, history, library_imports
from desk.errors import ImportNotFound
from desk.store import Store

CASES = [{"id": "case-one", "title": "一"}, {"id": "case-two", "title": "二"}]


def brought(store: Store) -> int:
    return library_imports.keep(store, name="库.zip", documents=CASES, report={"same": 3}, by="s_c")


def test_a_file_that_was_read_has_changed_nothing(store: Store) -> None:
    id = brought(store)
    assert drafts.listed(store, list(drafts.State)) == []
    found = library_imports.get(store, id)
    assert (found.name, found.report, found.taken_at) == ("库.zip", {"same": 3}, None)
    assert [one.id for one in library_imports.latest(store)] == [id]


def test_taking_it_in_makes_a_draft_of_every_case_once(store: Store) -> None:
    id = brought(store)
    taken = library_imports.take(store, id, by="s_c", base_release=4)
    assert len(taken.drafts) == 2
    assert {draft.case_id for draft in drafts.listed(store, [drafts.State.WRITING])} == {
        "case-one",
        "case-two",
    }
    assert drafts.get(store, taken.drafts[0]).source == {"kind": "import", "ids": [id]}
    with pytest.raises(ImportNotFound):
        library_imports.take(store, id, by="s_c")
    assert [event.event for event in history.of(store, str(id))] == [
        "library:import:read",
        "library:import:take",
    ]


def test_a_case_somebody_is_writing_is_passed_over_and_named(store: Store) -> None:
    drafts.create(store, CASES[0], by="s_other")
    taken = library_imports.take(store, brought(store), by="s_c")
    assert taken.busy == ("case-one",)
    assert len(taken.drafts) == 1


def test_two_who_take_it_in_at_once_make_its_drafts_once(store: Store) -> None:
    id, made = brought(store), []

    def take() -> None:
        try:
            made.append(library_imports.take(store, id, by="s_c"))
        except ImportNotFound:
            made.append(None)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one is None for one in made) == [False, True]
    assert len(drafts.listed(store, [drafts.State.WRITING])) == 2


def test_an_unknown_import_is_not_found(store: Store) -> None:
    for id in (0, 99, 2**70):
        with pytest.raises(ImportNotFound):
            library_imports.get(store, id)
