"""Who waits: how urgent, in which order, shown to whom, told what."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import expectation, reviewed, urgency, visibility, wording
from desk.expectation import Past, Wait, expected
from desk.urgency import Level, Signals, Urgency, assess
from desk.visibility import Colleague, Waiter, alarms, in_order, shown_to

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)  # Monday, ten in Beijing


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        ("我不想活了，钱全没了", Level.GRAVE, "distress"),
        ("店里的人威胁我，说不删评就上门", Level.GRAVE, "danger"),
        ("孩子吃了上吐下泻在住院", Level.HIGH, "health"),
        ("我奶奶买了床垫，退不了", Level.HIGH, "elder"),
        ("你们就是踢皮球，气死我了", Level.RAISED, "angry"),
        ("买的鞋子尺码不对", Level.USUAL, None),
        ("客服说会打我电话", Level.USUAL, None),
        ("商场搞跳楼价，结果不发货", Level.USUAL, None),
    ],
)
def test_words_say_how_urgent_it_is(text: str, level: Level, reason: str | None) -> None:
    found = assess(Signals(texts=(text,)))
    assert found.level is level
    assert (found.reasons[:1] or (None,))[0] == reason


@pytest.mark.parametrize(
    ("signals", "reason"),
    [
        (Signals(acts=frozenset({"distress"})), "distress"),
        (Signals(handoff="danger"), "danger"),
        (Signals(ages=(72,)), "elder"),
        (Signals(amounts=(Decimal("30000"),)), "large_sum"),
        (Signals(amounts=(Decimal("6000"),)), "considerable_sum"),
        (Signals(handoff="bot_failed"), "bot_failed"),
    ],
    ids=["act", "why the assistant stopped", "age", "large sum", "sum", "assistant failed"],
)
def test_what_the_assistant_recognised_counts_too(signals: Signals, reason: str) -> None:
    assert assess(signals).reasons[0] == reason


def test_of_two_reasons_that_say_the_same_the_graver_is_shown() -> None:
    assert assess(Signals(amounts=(Decimal("30000"), Decimal("6000")))).reasons == ("large_sum",)


def test_a_child_is_no_elder_and_a_small_sum_no_reason() -> None:
    assert assess(Signals(ages=(9,), amounts=(Decimal("120"),))) == urgency.USUAL


def test_every_reason_and_level_has_its_words() -> None:
    for name in reviewed.load("urgency")["reasons"]:
        assert wording.say("urgency_reasons", name)
    for level in Level:
        assert wording.say("urgency_levels", level.word)


@pytest.mark.parametrize(
    ("name", "flaw"),
    [
        ("urgency", {"credit_minutes": {"usual": 0, "raised": 10}}),
        ("urgency", {"reasons": {"elder": {"level": "enormous", "words": ["老人"]}}}),
        ("urgency", {"reasons": {"elder": {"level": "high", "words": ["老"]}}}),
        ("waiting", {"capacity": {"officer": 3}}),
        ("waiting", {"surprise": 1}),
    ],
)
def test_the_schemas_refuse_what_they_should(name: str, flaw: dict) -> None:
    with pytest.raises(reviewed.DataRefused):
        reviewed.check(name, {**reviewed.load(name), **flaw})


def test_a_mistake_in_a_reviewed_file_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in [*reviewed.FOLDER.glob("*.yml"), *reviewed.FOLDER.glob("schemas/*.json")]:
        target = tmp_path / file.relative_to(reviewed.FOLDER)
        target.parent.mkdir(exist_ok=True)
        target.write_text(file.read_text("utf-8"), "utf-8")
    waiting = tmp_path / "waiting.yml"
    waiting.write_text(waiting.read_text("utf-8").replace("officer: 3", "officer: many"), "utf-8")
    monkeypatch.setattr(reviewed, "FOLDER", tmp_path)
    reviewed.load.cache_clear()
    try:
        with pytest.raises(reviewed.DataRefused, match=r"waiting\.yml, \$\.capacity\.officer"):
            reviewed.load_all()
    finally:
        reviewed.load.cache_clear()


def test_the_grave_come_first_and_nobody_waits_for_ever() -> None:
    grave = Waiter("grave", NOW, urgency=Urgency(Level.GRAVE, ("danger",)))
    high = Waiter("high", NOW, urgency=Urgency(Level.HIGH, ("elder",)))
    early = Waiter("early", NOW - minutes(20))
    patient = Waiter("patient", NOW - minutes(45))
    found = [waiter.id for waiter in in_order([early, high, patient, grave])]
    assert found == ["grave", "patient", "high", "early"]


levels = st.sampled_from(list(Level))
waiters = st.builds(
    Waiter,
    id=st.uuids().map(str),
    since=st.integers(0, 300).map(lambda ago: NOW - minutes(ago)),
    topic=st.sampled_from(["", "elder_goods", "prepaid_card", "housing"]),
    urgency=levels.map(lambda level: Urgency(level, ())),
)
crews = st.lists(
    st.builds(
        Colleague,
        id=st.uuids().map(str),
        on_duty=st.booleans(),
        skills=st.frozensets(st.sampled_from(["prepaid_card", "housing", "travel"])),
        capacity=st.integers(1, 4),
        load=st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=400, deadline=None)
@given(waiting=st.lists(waiters, max_size=12), crew=crews)
def test_whoever_waits_is_shown_to_somebody_on_duty_always(
    waiting: list[Waiter], crew: list[Colleague]
) -> None:
    on_duty = {person.id for person in crew if person.on_duty}
    for waiter in waiting:
        seen_by = shown_to(waiter, crew, NOW)
        if on_duty:
            assert seen_by
            assert seen_by <= on_duty
        else:
            assert seen_by == {person.id for person in crew}
    called = {alarm.code for alarm in alarms(waiting, crew, NOW)}
    assert ("nobody_on_duty" in called) == (bool(waiting) and not on_duty)


def test_skills_and_free_hands_decide_until_it_takes_long() -> None:
    knows = Colleague("knows", True, frozenset({"housing"}), 3, 0)
    busy = Colleague("busy", True, frozenset({"housing"}), 3, 3)
    other = Colleague("other", True, frozenset({"travel"}), 3, 0)
    away = Colleague("away", False, frozenset(), 3, 0)
    crew = [knows, busy, other, away]
    assert shown_to(Waiter("w", NOW, "housing"), crew, NOW) == {"knows"}
    assert shown_to(Waiter("w", NOW, ""), crew, NOW) == {"knows", "other"}
    assert shown_to(Waiter("w", NOW, "housing"), [busy, other], NOW) == {"busy"}
    assert shown_to(Waiter("w", NOW, "catering"), crew, NOW) == {"knows", "other"}
    assert shown_to(Waiter("w", NOW - minutes(6), "housing"), crew, NOW) == {"knows", "busy", "other"}


def test_the_supervisor_is_alarmed_when_it_takes_too_long_or_all_are_full() -> None:
    full = [Colleague("a", True, frozenset(), 1, 1)]
    late = Waiter("late", NOW - minutes(16))
    codes = [alarm.code for alarm in alarms([late, Waiter("new", NOW)], full, NOW)]
    assert codes == ["waits_long", "all_full"]
    assert alarms([Waiter("new", NOW)], [Colleague("a", True, frozenset(), 1, 0)], NOW) == []
    grave = Waiter("grave", NOW - minutes(2), urgency=Urgency(Level.GRAVE, ()))
    assert alarms([grave], [Colleague("a", True, frozenset(), 1, 0)], NOW)[0].code == "waits_long"


RECENT = [Past(handled=float(length), waited=1.0) for length in (6, 8, 9, 10, 12, 14, 20)]


def test_nothing_is_told_without_enough_to_go_by() -> None:
    assert expected(0, free=1, slots=3, recent=RECENT[:4]) is None
    assert expected(2, free=0, slots=0, recent=RECENT) is None
    assert expected(500, free=0, slots=1, recent=RECENT) is None, "nobody is told of tomorrow"


def test_a_free_hand_reaches_out_soon() -> None:
    assert expected(0, free=2, slots=3, recent=RECENT) == Wait(1, 1)


@settings(max_examples=60, deadline=None)
@given(ahead=st.integers(0, 6), slots=st.integers(1, 6), free=st.integers(0, 6))
def test_more_people_before_one_never_means_a_shorter_wait(ahead: int, slots: int, free: int) -> None:
    free = min(free, slots)
    here = expected(ahead, free=free, slots=slots, recent=RECENT)
    behind = expected(ahead + 2, free=free, slots=slots, recent=RECENT)
    if here and behind:
        assert here.low <= here.high
        assert (behind.low, behind.high) >= (here.low, here.high)


def test_most_waits_end_within_the_told_range() -> None:
    """An office of three hands played through a day: what was told is compared with what came."""
    chance = random.Random(7)
    told, true = 0, 0
    lasted = [chance.lognormvariate(2.3, 0.5) for _ in range(120)]
    recent = [Past(handled=length, waited=0.5) for length in lasted]
    for _ in range(300):
        ahead, slots = chance.randint(0, 6), 3
        ends = sorted(chance.random() * chance.choice(lasted) for _ in range(slots))
        for _ in range(ahead):
            ends[0] += chance.lognormvariate(2.3, 0.5)
            ends.sort()
        came = ends[0] + 0.5
        wait = expected(ahead, free=0, slots=slots, recent=recent)
        if wait is not None:
            told += 1
            true += wait.low <= came <= wait.high or (wait.low == 1 and came < 1)
    assert told == 300
    assert true / told > 0.6, f"{true} of {told} came true"


def test_chats_left_lying_do_not_stretch_the_range() -> None:
    forgotten = [Past(handled=900.0) for _ in range(20)]
    assert expected(1, free=0, slots=2, recent=[*RECENT, *forgotten]) == expected(
        1, free=0, slots=2, recent=RECENT
    )
    assert expectation.expected(1, free=0, slots=2, recent=forgotten) is None


def test_the_alarm_names_how_many_and_how_long() -> None:
    (alarm,) = visibility.alarms([Waiter("a", NOW - minutes(4)), Waiter("b", NOW)], [], NOW)
    assert (alarm.code, alarm.count, alarm.minutes) == ("nobody_on_duty", 2, 4)
