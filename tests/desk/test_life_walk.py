"""Anything staff and consumers may do to tickets, in any order, on the real store: what always holds."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from desk import history, notices, reopening, splitting, targets, ticket_links, tickets
from desk.course import course_of
from desk.deadlines import deadlines_of
from desk.errors import DeskError, GroundRefused, LinkRefused, NoticeRefused, TransitionRefused
from desk.splitting import Part
from desk.store import Store, open_store
from desk.ticket import (
    FAILURE_GROUNDS,
    REFUSAL_GROUNDS,
    REPORT_REFUSAL_GROUNDS,
    Step,
    TicketKind,
    TicketStatus,
)
from tests.databases import migrated_postgresql, migrated_sqlite
from tests.factories import NOW, SECRET, make_conversation, make_ticket

S = TicketStatus
DAY = timedelta(days=1)
PEOPLE = (("王小明", "13812341234", "卫清路 1 号 101 室"), ("李阿香", "13987654321", "学府路 9 号 202 室"))
STORY = "办了年卡，三个月后门店关门，电话没人接，余额不退。"
REASON = "家人把单子填错了，请按原来的办"
LETTER = "您好：您的投诉我们已经看过，决定如下。"
DEEDS = (
    "accepted",
    "closed",
    "failed",
    "mediating",
    "paused",
    "refused",
    "merge",
    "unmerge",
    "reopen",
    "split",
)


class Desk(RuleBasedStateMachine):
    """A desk with a few tickets; `self.known` is what each should be."""

    url = ""
    done: ClassVar[set[str]] = set()
    numbers: Bundle[str] = Bundle("numbers")

    @initialize()
    def open(self) -> None:
        self.store: Store = open_store(self.url, secret_key=SECRET)
        self.at = NOW
        self.known: dict[str, tuple[str, str]] = {}
        self.codes: dict[str, str] = {}
        self.talks = [make_conversation(self.store, channel=channel).id for channel in ("h5", "wechat")]

    def teardown(self) -> None:
        if hasattr(self, "store"):
            assert history.verify(self.store).ok
            self.store.close()

    @rule(target=numbers, who=st.integers(0, 1), kind=st.sampled_from(["complaint", "complaint", "report"]))
    def file(self, who: int, kind: str) -> str:
        name, phone, address = PEOPLE[who]
        talk = self.talks[who]
        ticket = make_ticket(
            self.store, conversation_id=talk, at=self.at, name=name, phone=phone, address=address,
            kind=kind, story=f"{STORY}{len(self.known)}", request="" if kind == "report" else "退还余额",
        )  # fmt: skip
        self.known[ticket.number] = (ticket.status.value, "")
        self.codes[ticket.number] = ticket.code
        return ticket.number

    @rule(days=st.integers(1, 30))
    def wait(self, days: int) -> None:
        self.at += days * DAY

    @rule(number=numbers, way=st.integers(0, 20), with_letter=st.booleans())
    def advance(self, number: str, way: int, with_letter: bool) -> None:
        ticket = tickets.get(self.store, number)
        ways = sorted(ticket.next_statuses, key=lambda status: status.value)
        if not ways:
            with pytest.raises(TransitionRefused):
                tickets.advance(self.store, number, S.ACCEPTED, by="s_a", at=self.at)
            return
        step = _step(ticket.kind, ways[way % len(ways)], way)
        try:
            if with_letter:
                notices.decide(self.store, number, step, by="s_a", our_office="本局", at=self.at)
            else:
                given = {name: getattr(step, name) for name in ("ground", "office", "reason", "rule", "text")}
                tickets.advance(self.store, number, step.to, by="s_a", at=self.at, **given)
        except GroundRefused as refused:
            _is_one_of(refused.needs, "sixty_days")
        except NoticeRefused as refused:
            _is_one_of(refused.rule, "kind")
        else:
            self.known[number] = (step.to.value, "")

    @rule(number=numbers, end=st.sampled_from([S.PAUSED, S.SETTLED, S.FAILED, S.WITHDRAWN, S.MEDIATING]))
    def mediate(self, number: str, end: TicketStatus) -> None:
        """Take an open complaint through its mediation to a pause or an end."""
        for to in (S.ACCEPTED, S.MEDIATING, end):
            ticket = tickets.get(self.store, number)
            if to in ticket.next_statuses and ticket.kind is TicketKind.COMPLAINT:
                ground = "party_absent" if to is S.FAILED else ""
                reason = "examination" if to is S.PAUSED else ""
                tickets.advance(self.store, number, to, by="s_a", at=self.at, ground=ground, reason=reason)
                self.known[number] = (to.value, "")
                self.done.add(to.value)

    @rule(number=numbers, choice=st.integers(0, 5))
    def reopen(self, number: str, choice: int) -> None:
        ended = [one for one in sorted(self.known) if reopening.rules_for(self.store, one, at=self.at)]
        number = ended[choice % len(ended)] if ended and choice else number
        rules = reopening.rules_for(self.store, number, at=self.at)
        if not rules:
            with pytest.raises(DeskError):
                reopening.reopen(self.store, number, "sent_back", by="s_a", text=REASON, at=self.at)
            return
        chosen = rules[choice % len(rules)]
        again = reopening.reopen(self.store, number, chosen.code, by="s_a", text=REASON, at=self.at)
        assert again.status is chosen.to
        self.done.add("reopen")
        self.known[number] = (chosen.to.value, "")

    @rule(number=numbers, ground=st.sampled_from(["not_competent", "not_found", "papers_missing"]))
    def refuse(self, number: str, ground: str) -> None:
        ticket = tickets.get(self.store, number)
        grounds = REPORT_REFUSAL_GROUNDS if ticket.kind is TicketKind.REPORT else REFUSAL_GROUNDS
        if S.REFUSED in ticket.next_statuses and ground in grounds:
            tickets.advance(self.store, number, S.REFUSED, by="s_a", at=self.at, ground=ground)
            self.known[number] = (S.REFUSED.value, "")

    @rule(number=numbers, into=numbers, pick=st.integers(0, 9), part_again=st.booleans())
    def merge(self, number: str, into: str, pick: int, part_again: bool) -> None:
        alike = self._alike(number)
        into = alike[pick % len(alike)] if alike and pick else into
        clocks = [tickets.get(self.store, one) for one in (number, into)]
        try:
            stays = ticket_links.merge(self.store, number, into, by="s_a", reason=REASON, at=self.at)
        except LinkRefused:
            return
        if stays.kind is TicketKind.COMPLAINT:
            assert stays.accept_by == min(ticket.accept_by for ticket in clocks)
        self.known[number] = ("closed", into)
        self.done.add("merge")
        if part_again:
            self._part(number)
            assert tickets.get(self.store, number) == replace(clocks[0], updated_at=self.at)

    @rule(pick=st.integers(0, 9))
    def unmerge(self, pick: int) -> None:
        merged = [number for number, (_, into) in sorted(self.known.items()) if into]
        if not merged:
            return
        self._part(merged[pick % len(merged)])

    def _part(self, number: str) -> None:
        [link] = [one.id for one in ticket_links.links(self.store, number) if one.role == "into"]
        try:
            back = ticket_links.unmerge(self.store, link, by="s_a", at=self.at)
        except LinkRefused as refused:
            _is_one_of(refused.rule, "late", "moved_on")
            return
        self.done.add("unmerge")
        events = tickets.events(self.store, back.number)
        assert back.status.value == self._before_merge(events)
        self.known[back.number] = (back.status.value, "")

    @rule(
        target=numbers,
        number=numbers,
        kinds=st.lists(st.sampled_from(list(TicketKind)), min_size=1, max_size=2),
    )
    def split(self, number: str, kinds: list[TicketKind]) -> Any:
        before = tickets.get(self.store, number)
        if len(self.known) > 12:
            return multiple()
        parts = [
            Part(merchant_name=f"第{n}家店", request="退款 30 元", kind=kind) for n, kind in enumerate(kinds)
        ]
        try:
            made = splitting.split(self.store, number, parts, by="s_a", reason=REASON, at=self.at)
        except DeskError:
            assert tickets.get(self.store, number) == before
            return multiple()
        self.done.add("split")
        for ticket in made:
            self.known[ticket.number] = (ticket.status.value, "")
            if ticket.kind is before.kind is TicketKind.COMPLAINT:
                assert ticket.accept_by == before.accept_by
        return multiple(*(ticket.number for ticket in made))

    @rule(number=numbers, other=numbers)
    def relate(self, number: str, other: str) -> None:
        try:
            ticket_links.relate(self.store, number, other, by="s_a", reason=REASON, at=self.at)
        except LinkRefused as refused:
            _is_one_of(refused.rule, "self", "kinds", "twice")

    @rule(number=numbers, step=st.sampled_from(["find", "extend", "close"]))
    def lead(self, number: str, step: str) -> None:
        tickets.mark_lead(self.store, number, step, by="s_a", at=self.at)

    @rule(number=numbers)
    def tell_the_business(self, number: str) -> None:
        kind = "accepted_merchant"
        if tickets.get(self.store, number).kind is TicketKind.COMPLAINT:
            notices.send(self.store, number, kind, LETTER, how="letter", by="s_a", at=self.at)

    @invariant()
    def nothing_is_lost_and_everything_is_as_it_should_be(self) -> None:
        for number, (status, into) in getattr(self, "known", {}).items():
            ticket = tickets.get(self.store, number)
            assert (ticket.status.value, ticket.merged_into) == (status, into)
            self.done.add(status)
            if into:
                assert not tickets.get(self.store, into).merged_into, "a merged ticket stands for nobody"
            if number in self.codes:
                assert tickets.by_number(self.store, number, self.codes[number]).number == number

    @invariant()
    def the_clocks_are_the_recomputed_ones(self) -> None:
        for number in getattr(self, "known", {}):
            ticket = tickets.get(self.store, number)
            events = tickets.events(self.store, number)
            kept = {name: getattr(ticket, name) for name in deadlines_of(ticket.kind, []).__dict__}
            assert kept == deadlines_of(ticket.kind, events).__dict__
            course = course_of(ticket.kind, events)
            asked = {"topic": ticket.topic, "office": ticket.office}
            assert ticket.target_on == targets.nearest(course, targets.policy(), **asked)

    @invariant()
    def the_history_holds_nothing_personal(self) -> None:
        if not getattr(self, "known", None):
            return
        written = json.dumps(
            [(event.event, event.subject, event.by, event.detail) for event in history.newest(self.store)],
            ensure_ascii=False,
        )
        for personal in (*PEOPLE[0], *PEOPLE[1], STORY, REASON, LETTER, "退还余额", "第0家店"):
            assert personal not in written

    def _alike(self, number: str) -> list[str]:
        """Return the open tickets of the same kind and consumer."""
        ticket = tickets.get(self.store, number)
        return [
            other
            for other in sorted(self.known)
            if other != number
            and (found := tickets.get(self.store, other)).kind is ticket.kind
            and found.conversation_id == ticket.conversation_id
            and found.status in ticket_links.FAR
        ]

    @staticmethod
    def _before_merge(events: list[Any]) -> str:
        return str(
            next(event.from_status for event in reversed(events) if event.event == "ticket:merge:into")
        )


def _is_one_of(found: str, *expected: str) -> None:
    assert found in expected


def _step(kind: TicketKind, to: TicketStatus, way: int) -> Step:
    refusals = REPORT_REFUSAL_GROUNDS if kind is TicketKind.REPORT else REFUSAL_GROUNDS
    grounds = {S.REFUSED: sorted(refusals), S.FAILED: sorted(FAILURE_GROUNDS)}.get(to, [""])
    return Step(
        to,
        ground=grounds[way % len(grounds)],
        office="金山区市场监督管理局" if to is S.TRANSFERRED else "",
        reason=["examination", "recusal"][way % 2] if to is S.PAUSED else "",
        text=LETTER,
        rule="business_place" if to is S.TRANSFERRED else "",
    )


def walk(url: str, *, walks: int, steps: int, start: int) -> set[str]:
    """Walk from the seed `start`, and return which states and deeds were met on the way."""
    machine = type("Walk", (Desk,), {"url": url, "done": set()})
    run_state_machine_as_test(
        seed(start)(machine),
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine.done


def test_whatever_is_done_holds_on_sqlite() -> None:
    """Walk until every deed was met: a walk that never gets there proves nothing."""
    left = set(DEEDS)
    for start in range(24):
        with tempfile.TemporaryDirectory() as folder:
            left -= walk(migrated_sqlite(Path(folder) / "walk.db"), walks=10, steps=25, start=start)
        if not left:
            return
    pytest.fail(f"never met: {sorted(left)}")


def test_whatever_is_done_holds_on_postgresql() -> None:
    with migrated_postgresql() as address:
        walk(address, walks=8, steps=20, start=0)
