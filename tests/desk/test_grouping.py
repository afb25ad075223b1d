"""Group disputes: what is suggested, what a person makes of it, and what article 12 asks for."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import group_matters, group_suggestions, history, tickets
from desk.errors import GroupNotFound, WorkRefused
from desk.grouping import Policy, Sighting, Threshold, detect, policy
from desk.store import Store
from desk.store import tickets as ticket_rows
from desk.tickets import TicketStatus
from tests.factories import NOW, make_staff, make_ticket

RULES = Policy(Threshold(3, 10), {"food_safety": Threshold(2, 5)}, 2)
DAY = date(2026, 11, 1)


def seen(
    number: int, consumer: int, day: int, *, merchant: str = "gym", topic: str = "prepaid_card"
) -> Sighting:
    return Sighting(
        f"WQ{number:04d}", merchant, merchant.upper(), topic, "", f"c{consumer}", DAY + timedelta(days=day)
    )


sightings = st.lists(
    st.builds(
        seen,
        st.integers(0, 10_000),
        st.integers(0, 6),
        st.integers(0, 40),
        merchant=st.sampled_from(["gym", "shop", ""]),
        topic=st.sampled_from(["prepaid_card", "food_safety", ""]),
    ),
    max_size=25,
    unique_by=lambda sighting: sighting.number,
)


def slowly(found: list[Sighting], rules: Policy) -> set[str]:
    """The definition itself: in some span of days that contains it there are enough people."""
    kept = set()
    for one in found:
        needed = rules.threshold(one.problem)
        for start in range(-60, 61):
            first = DAY + timedelta(days=start)
            last = first + timedelta(days=needed.days - 1)
            inside = [
                other
                for other in found
                if (other.merchant_key, other.problem) == (one.merchant_key, one.problem)
                and other.merchant_key
                and other.problem
                and first <= other.day <= last
            ]
            if one in inside and len({other.consumer for other in inside}) >= needed.consumers:
                kept.add(one.number)
                break
    return kept


@settings(max_examples=120, deadline=None)
@given(sightings)
def test_what_is_found_is_what_the_definition_says(found: list[Sighting]) -> None:
    clusters = detect(found, RULES)
    assert {number for cluster in clusters for number in cluster.numbers} == slowly(found, RULES)
    assert detect(reversed(found), RULES) == clusters


def test_one_person_complaining_ten_times_is_no_group() -> None:
    assert detect([seen(n, 1, n) for n in range(10)], RULES) == []


def test_people_without_a_number_to_call_are_not_counted() -> None:
    found = [seen(1, 1, 0), seen(2, 2, 1), Sighting("WQ9", "gym", "GYM", "prepaid_card", "", "", DAY)]
    assert detect(found, RULES) == []


@pytest.mark.parametrize(
    "flaw",
    [{"consumers": 1}, {"days": 0}, {"consumers": "5"}, {"surprise": 1}, {"topics": {"x": {"day": 3}}}],
    ids=["one person", "no days", "words", "unknown key", "unknown key of a topic"],
)
def test_a_policy_that_makes_no_sense_is_refused(flaw: dict) -> None:
    good = {"consumers": 5, "days": 30, "topics": {}, "representatives": 2}
    assert Policy.read(good).usual == Threshold(5, 30)
    with pytest.raises(ValueError, match="grouping"):
        Policy.read({**good, **flaw})


def test_the_policy_follows_article_twelve() -> None:
    assert policy().representatives == 2
    assert all(needed.consumers >= 2 for needed in policy().topics.values())


def file_gym(store: Store, people: int, *, first: datetime = NOW) -> list[str]:
    return [
        make_ticket(
            store,
            at=first + timedelta(days=n),
            name=f"王{'甲乙丙丁戊己庚辛壬癸'[n]}",
            phone=f"1381234{n:04d}",
            story=f"办了年卡第 {n} 个月门店关门，余额不退。",
        ).number
        for n in range(people)
    ]


def joint_group(store: Store, by: str, people: int = 4) -> str:
    numbers = file_gym(store, people)
    group = group_matters.confirm(store, numbers, by=by, at=NOW)
    for number in numbers:
        group_matters.set_consent(store, group.number, number, "agreed", by=by)
    group_matters.form_joint(store, group.number, by=by)
    return group.number


def test_a_cluster_is_suggested_until_it_is_judged_and_again_when_it_grows(store: Store) -> None:
    numbers = file_gym(store, 3)
    officer = make_staff(store).id
    at = NOW + timedelta(days=3)
    (found,) = group_suggestions.suggestions(store, at=at)
    assert found.cluster.numbers == tuple(numbers)
    assert found.cluster.consumers == 3
    group_matters.dismiss(store, found.cluster, reason="coincidence", by=officer, at=at)
    assert group_suggestions.suggestions(store, at=at) == []
    fourth = make_ticket(store, at=at, phone="13911110000", name="赵六").number
    (found,) = group_suggestions.suggestions(store, at=at)
    group = group_matters.confirm(store, found.cluster.numbers, by=officer, at=at)
    assert fourth in {member.ticket.number for member in group_matters.members(store, group.number)}
    assert group_suggestions.suggestions(store, at=at) == []
    fifth = make_ticket(store, at=at, phone="13911110001", name="钱七").number
    (found,) = group_suggestions.suggestions(store, at=at)
    assert found.group == group.number
    assert found.cluster.numbers == (fifth,)


def test_the_most_people_come_first_however_often_one_of_them_complains(store: Store) -> None:
    file_gym(store, 4)
    for n in range(9):
        make_ticket(
            store,
            at=NOW + timedelta(hours=n),
            phone="13911110000",
            merchant_name="某美容店",
            story=f"第{n}次去做美容，余额还是不退。",
        )
    for n in range(3):
        phone = f"1370000{n:04d}"
        make_ticket(
            store,
            at=NOW + timedelta(days=n),
            phone=phone,
            merchant_name="某美容店",
            story="门店关门了，卡里的余额不退。",
        )
    at = NOW + timedelta(days=5)
    both = group_suggestions.suggestions(store, at=at)
    assert [found.cluster.consumers for found in both] == [4, 4]
    assert [found.cluster.merchant_name for found in both] == ["好身材健身有限公司", "某美容店"]
    fifth = make_ticket(store, at=at, phone="13911110009", name="赵六").number
    (first,) = group_suggestions.suggestions(store, at=at, limit=1)
    assert first.cluster.consumers == 5
    assert fifth in first.cluster.numbers


def test_the_complaints_of_a_cluster_are_shown_masked_and_to_their_offices_only(store: Store) -> None:
    numbers = file_gym(store, 4)
    with store.write() as tx:
        ticket_rows.change_ticket(tx.connection, numbers[0], {"handling_office": "east"})
        ticket_rows.change_ticket(tx.connection, numbers[1], {"name_sealed": "v1.altered"})
    (found,) = group_suggestions.suggestions(store, at=NOW + timedelta(days=4))
    shown = group_suggestions.complaints_of(store, [found.cluster], limit=3)[found.cluster.numbers]
    assert [one.number for one in shown] == numbers[:3]
    assert [one.name for one in shown] == ["王*", "", "王*"]  # what cannot be opened does not hide the others
    east = group_suggestions.complaints_of(store.within({"east"}), [found.cluster], limit=3)
    assert [one.number for one in east[found.cluster.numbers]] == numbers[:1]
    assert group_suggestions.suggestions(store.within({"east"}), at=NOW + timedelta(days=4)) == []


def test_every_consumer_keeps_a_number_and_a_course_of_their_own(store: Store) -> None:
    officer = make_staff(store).id
    group = joint_group(store, officer)
    for member in group_matters.members(store, group):
        assert tickets.get(store, member.ticket.number).status is TicketStatus.RECEIVED
        assert "ticket:group:joint" in {event.event for event in tickets.events(store, member.ticket.number)}
        public = {step.event for step in tickets.timeline(store, member.ticket.number)}
        assert public == {"ticket:complaint:file"}


def test_who_declines_goes_on_alone_and_who_was_not_asked_stops_the_joint_complaint(store: Store) -> None:
    officer = make_staff(store).id
    numbers = file_gym(store, 4)
    group = group_matters.confirm(store, numbers, by=officer).number
    for number in numbers[:3]:
        group_matters.set_consent(store, group, number, "agreed", by=officer)
    with pytest.raises(WorkRefused, match="consent_unasked"):
        group_matters.form_joint(store, group, by=officer)
    group_matters.set_consent(store, group, numbers[3], "declined", by=officer)
    group_matters.form_joint(store, group, by=officer)
    assert [member.ticket.number for member in group_matters.members(store, group)] == numbers[:3]
    assert group_matters.of_ticket(store, numbers[3]) is None


def test_representatives_are_two_different_people_who_agreed_and_were_elected_in_writing(
    store: Store,
) -> None:
    officer = make_staff(store).id
    group = joint_group(store, officer)
    numbers = [member.ticket.number for member in group_matters.members(store, group)]
    today = NOW.date()
    for chosen in (numbers[:1], numbers[:3], []):
        with pytest.raises(WorkRefused, match="representatives_two"):
            group_matters.elect(store, group, chosen, election_on=today, by=officer, at=NOW)
    with pytest.raises(WorkRefused, match="election_date"):
        group_matters.elect(
            store, group, numbers[:2], election_on=today + timedelta(days=1), by=officer, at=NOW
        )
    group_matters.elect(store, group, numbers[:2], election_on=today, by=officer, at=NOW)
    elected = [
        member.ticket.number for member in group_matters.members(store, group) if member.representative
    ]
    assert elected == numbers[:2]
    with pytest.raises(WorkRefused, match="representative_stays"):
        group_matters.leave(store, group, numbers[0], by=officer)


def test_no_agreement_stands_before_everyone_represented_was_asked(store: Store) -> None:
    officer = make_staff(store).id
    group = joint_group(store, officer)
    numbers = [member.ticket.number for member in group_matters.members(store, group)]
    group_matters.elect(store, group, numbers[:2], election_on=NOW.date(), by=officer, at=NOW)
    for number in numbers[:3]:
        group_matters.set_accord(store, group, number, "agreed", by=officer)
    with pytest.raises(WorkRefused, match="accord_unasked"):
        group_matters.close(store, group, reason="settled", by=officer)
    group_matters.elect(store, group, numbers[1:3], election_on=NOW.date(), by=officer, at=NOW)
    accords = {member.accord for member in group_matters.members(store, group)}
    assert accords == {"unasked"}, "new representatives: everyone is asked anew"
    for number in numbers:
        group_matters.set_accord(store, group, number, "agreed", by=officer)
    assert group_matters.close(store, group, reason="settled", by=officer).state == "closed"
    with pytest.raises(WorkRefused, match="group_closed"):
        group_matters.join(store, group, make_ticket(store, phone="13900000001").number, by=officer)


def test_one_mediation_is_told_to_every_complaint_and_lies_ahead(store: Store) -> None:
    officer = make_staff(store).id
    group = joint_group(store, officer)
    later = NOW + timedelta(days=5)
    for at, place in ((NOW - timedelta(hours=1), "三楼调解室"), (later, "  ")):
        with pytest.raises(WorkRefused, match="mediation_when_where"):
            group_matters.set_mediation(
                store, group, mediation_at=at, place=place, host=officer, by=officer, at=NOW
            )
    group_matters.set_mediation(
        store, group, mediation_at=later, place="三楼调解室", host=officer, by=officer, at=NOW
    )
    assert group_matters.get(store, group).mediation_at == later
    for member in group_matters.members(store, group):
        last = tickets.events(store, member.ticket.number)[-1]
        assert (last.event, last.detail) == ("ticket:group:mediate", {"group": group})


def test_reports_ended_ones_other_merchants_and_one_person_make_no_group(store: Store) -> None:
    officer = make_staff(store).id
    first = make_ticket(store)
    again = make_ticket(store, story="又写了一次：门店关门，余额不退。")
    with pytest.raises(WorkRefused, match="group_too_few"):
        group_matters.confirm(store, [first.number, again.number], by=officer)
    other = make_ticket(store, phone="13911112222", merchant_name="别家健身")
    with pytest.raises(WorkRefused, match="group_other_merchant"):
        group_matters.confirm(store, [first.number, other.number], by=officer)
    report = make_ticket(store, kind="report", phone="13911112223")
    with pytest.raises(WorkRefused, match="group_report"):
        group_matters.confirm(store, [first.number, report.number], by=officer)
    ended = make_ticket(store, phone="13911112224")
    tickets.withdraw(store, ended.number)
    with pytest.raises(WorkRefused, match="group_ended"):
        group_matters.confirm(store, [first.number, ended.number], by=officer)
    second = make_ticket(store, phone="13911112225")
    group = group_matters.confirm(store, [first.number, second.number], by=officer)
    third = make_ticket(store, phone="13911112226")
    with pytest.raises(WorkRefused, match="group_elsewhere"):
        group_matters.confirm(store, [second.number, third.number], by=officer)
    assert [member.ticket.number for member in group_matters.members(store, group.number)] == [
        first.number,
        second.number,
    ]
    with pytest.raises(GroupNotFound):
        group_matters.get(store, "QT20260101-99")


def test_the_history_holds_codes_only_and_verifies(store: Store) -> None:
    officer = make_staff(store).id
    group = joint_group(store, officer)
    kept = history.of(store, group)
    assert [event.event for event in kept][:2] == ["group:matter:open", "group:consent:set"]
    assert "王" not in str([event.detail for event in kept])
    assert history.verify(store).ok


def test_time_is_read_in_utc(store: Store) -> None:
    group = group_matters.confirm(store, file_gym(store, 2), by="system", at=datetime.now(timezone.utc))
    assert group.opened_at.tzinfo is not None
