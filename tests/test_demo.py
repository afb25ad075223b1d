"""The demo office: the same from the same seed, whole or not at all, and every page of the desk opens over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import requests

from demo import content
from demo.filling import Size, StoreNotEmpty, fill
from demo.office import Office
from desk import agreement, conversations, history, labels, tickets, utterances
from desk.roles import Role
from desk.store import Store
from desk.ticket import TicketKind
from desk.utterances import State
from knowledge.library import open_library
from tests.factories import make_store, make_ticket
from tests.web.site import CSRF, Site
from web.nlu import layer

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=timezone.utc)  # a Friday afternoon in Beijing
SMALL = Size(conversations=22, tickets=12)
ENDS = ("/logout", ".docx", ".csv", "/download")


@pytest.fixture(scope="module")
def library(trained: Path) -> Path:
    return trained / "library.db"


def office(store: Store, library: Path, folder: Path, *, seed: int = 7) -> Office:
    return Office(
        store=store,
        library=open_library(library),
        library_path=library,
        evidence_dir=folder / "evidence",
        content=content.load(),
        until=NOW,
        seed=seed,
    )


def told(store: Store) -> list[Any]:
    """What a reader of the desk sees, without ids."""
    found = [ticket for kind in TicketKind for ticket in tickets.list_tickets(store, kind=kind, limit=200)]
    rows = [
        (t.number, t.status, t.name, t.merchant_name, t.story, t.amount, t.created_at, t.due_on)
        for t in found
    ]
    talks = sorted(
        tuple((m.author, m.body.get("text"), m.at) for m in conversations.messages(store, talk.id))
        for talk in conversations.recent(store, limit=200)
    )
    return [sorted(rows), talks]


@pytest.fixture
def filled(tmp_path: Path, library: Path) -> Iterator[tuple[Store, list[Any]]]:
    store = make_store(tmp_path)
    yield store, fill(office(store, library, tmp_path), SMALL, lambda part: None)
    store.close()


def test_the_same_seed_makes_the_same_office_and_another_seed_another(filled, tmp_path, library):
    store, _ = filled
    again, other = make_store(_folder(tmp_path, "again")), make_store(_folder(tmp_path, "other"))
    fill(office(again, library, tmp_path), SMALL, lambda part: None)
    fill(office(other, library, tmp_path, seed=8), SMALL, lambda part: None)
    assert told(again) == told(store)
    assert told(other) != told(store)


def test_the_office_has_everybody_and_what_was_asked_for(filled):
    store, made = filled
    roles = {role for member, _ in made for role in member.roles}
    assert roles == set(Role)
    assert len({password for _, password in made}) == len(made) == 12
    complaints = tickets.list_tickets(store, limit=200)
    reports = tickets.list_tickets(store, kind=TicketKind.REPORT, limit=200)
    assert len(complaints) + len(reports) >= SMALL.tickets - 1
    assert {talk.reason for talk in conversations.waiting(store)} >= {"consumer_asked", "distress"}
    assert history.verify(store).ok


def test_what_was_not_heard_rightly_is_labelled_by_two_and_partly_settled(tmp_path, library):
    store = make_store(tmp_path)
    made = office(store, library, tmp_path)
    fill(made, Size(conversations=90, tickets=55), lambda part: None)
    counts = utterances.count_by_state(store)
    assert counts[State.AGREED] > counts[State.DIFFERS] + counts[State.DECIDED] > 0
    assert counts[State.DECIDED]
    assert counts[State.OPEN]
    one, other = made.with_role(Role.CURATOR)
    assert utterances.count_to_label(store, one.id)
    assert utterances.count_to_label(store, other.id)
    measured = agreement.measure(labels.given_pairs(store))
    assert 0.5 < measured.topic.share < 1
    acts = layer.act_names()
    for line in utterances.settled(store):
        read = labels.of_json(line.gold)
        assert read.act in acts
        assert read.act != "ask" or read.topic in made.library.topics
    reasons = {reason for line in utterances.listed(store, list(State), limit=500) for reason in line.reasons}
    assert {"act_unsure", "topic_unsure", "missed"} <= reasons
    assert history.verify(store).ok
    store.close()


def test_a_store_that_holds_a_ticket_is_left_alone(tmp_path, library):
    store = make_store(tmp_path)
    make_ticket(store)
    before = history.head(store)
    with pytest.raises(StoreNotEmpty):
        fill(office(store, library, tmp_path), SMALL, lambda part: None)
    assert history.head(store) == before


def test_a_demo_that_breaks_off_leaves_nothing(tmp_path, library):
    store = make_store(tmp_path)
    before = history.head(store)

    def gives_up(part: float) -> None:
        if part > 0.97:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(office(store, library, tmp_path), SMALL, gives_up)
    assert history.head(store) == before
    assert not conversations.recent(store)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_page_of_the_desk_opens_for_every_role(role, site):
    """Each page that links lead to, two clicks deep, is there for whom it is linked."""
    running, passwords = site
    username, password = passwords[role]
    http = _signed_in(running, username, password)
    seen: set[str] = set()
    wanted = {"/staff/"}
    for _ in range(3):
        for path in sorted(wanted - seen):
            answer = http.get(running.url + path)
            assert answer.status_code == 200, f"{role.value}: {path} answers {answer.status_code}"
            wanted |= _links(answer.text, wanted)
            seen.add(path)
    assert len(seen) > 3


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, library: Path) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("demo-site")
    (home / "library.db").write_bytes(library.read_bytes())
    running = Site(home)
    made = fill(office(running.store, library, home), SMALL, lambda part: None)
    yield running, {member.roles[0]: (member.username, password) for member, password in made}
    running.close()


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def _signed_in(running: Site, username: str, password: str) -> Any:
    http = requests.Session()
    page = http.get(f"{running.url}/staff/login").text
    fields = {"csrf_token": CSRF.search(page)[1], "username": username, "password": password}
    assert "/staff/login" not in http.post(f"{running.url}/staff/login", data=fields).url
    return http


def _links(page: str, known: set[str]) -> set[str]:
    """The pages a page links to; of many of one kind the first three."""
    found = [path for path in re.findall(r'href="(/staff/[^"?#]*)', page) if not path.endswith(ENDS)]
    kinds: dict[str, int] = {}
    for path in known:
        kinds[_kind(path)] = kinds.get(_kind(path), 0) + 1
    chosen = set()
    for path in dict.fromkeys(found):
        if path not in known and kinds.get(_kind(path), 0) < 3:
            kinds[_kind(path)] = kinds.get(_kind(path), 0) + 1
            chosen.add(path)
    return chosen


def _kind(path: str) -> str:
    return re.sub(r"WQ[\d-]+|[a-z]_[0-9a-f]{8,}|\d+|library/cases/[^/]+", "*", path)
