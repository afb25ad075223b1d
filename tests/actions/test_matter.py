"""What is remembered of a matter: switching, coming back, facts that stay with their case."""

from __future__ import annotations

from actions.matter import EARLIER_LIMIT, TOLD_LIMIT, Matter, remember


def test_a_matter_put_aside_comes_back_with_its_facts_and_words():
    first = Matter().turns_to("game", "孩子充了三千").knows({"child_age": 7})
    second = first.turns_to("gym", "健身房跑路了")
    assert (second.case_id, second.facts, second.told) == ("gym", {}, ("健身房跑路了",))
    back = second.goes_back()
    assert back is not None
    assert (back.case_id, back.facts, back.told) == ("game", {"child_age": 7}, ("孩子充了三千",))
    again = back.goes_back()
    assert again is not None
    assert again.case_id == "gym"


def test_words_said_before_the_case_was_known_belong_to_it():
    matter = Matter().hears("那个店不退钱").turns_to("gym", "健身房的卡")
    assert matter.told == ("那个店不退钱", "健身房的卡")


def test_there_is_nothing_to_go_back_to_at_first():
    assert Matter().goes_back() is None


def test_what_is_kept_stays_bounded():
    matter = Matter()
    for number in range(40):
        matter = matter.turns_to(f"case-{number}", f"第{number}件事").hears(f"补充{number}")
    assert len(matter.earlier) == EARLIER_LIMIT
    for number in range(40):
        matter = matter.hears(f"又说{number}")
    assert len(matter.told) == TOLD_LIMIT


def test_only_what_changed_is_written_to_slots():
    before = Matter(case_id="game", facts={"child_age": 7})
    after = before.knows({"amount": "3000.00"})
    assert [event["name"] for event in remember(before, after)] == ["facts"]
    assert remember(before, before) == []
