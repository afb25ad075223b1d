"""A case whose law lost force leaves the air by itself when its grace is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge import publishing, search
from knowledge.check import check
from knowledge.content import case_from, law_from
from knowledge.force import changed_since_review, off_air_from
from knowledge.library import open_library
from tests.knowledge.folders import CIVIL_CODE as LAW
from tests.knowledge.folders import TOPUP, deposit, topup, write_folder

LOST = date(2026, 12, 1)


def _law(**edition: Any) -> dict[str, Any]:
    first = {"effective": "2021-01-01", "articles": 1260}
    return {**LAW, "editions": [first, {"effective": LOST.isoformat(), "articles": 1300, **edition}]}


def _case(*articles: int, on: str = "2026-11-01") -> dict[str, Any]:
    basis = [{"law": LAW["id"], "article": article} for article in articles]
    return topup(
        outcomes=[{**outcome, "basis": basis} for outcome in TOPUP["outcomes"]],
        review={**TOPUP["review"], "on": on},
    )


def _off(law: dict[str, Any], case: dict[str, Any]) -> date | None:
    return off_air_from(case_from(case), {LAW["id"]: law_from(law)})


def test_a_case_goes_off_the_air_when_its_only_article_is_gone_and_its_grace_over() -> None:
    assert _off(_law(gone=[19]), _case(19)) == LOST + timedelta(days=30)
    assert _off({**_law(gone=[19]), "grace_days": 7}, _case(19)) == LOST + timedelta(days=7)


def test_it_stays_while_another_article_of_the_same_answer_holds() -> None:
    assert _off(_law(gone=[19]), _case(19, 145)) is None
    assert _off(_law(gone=[19], moved={"145": 146}), _case(19, 145)) == LOST + timedelta(days=30)


def test_a_case_reviewed_against_the_new_edition_cites_its_numbers() -> None:
    assert _off(_law(moved={"19": 21}), _case(19, on="2026-12-02")) is None


def test_a_repealed_law_takes_its_cases_along() -> None:
    law = {**LAW, "editions": [{"effective": "2021-01-01", "articles": 1260, "repealed": LOST.isoformat()}]}
    assert _off(law, _case(19)) == LOST + timedelta(days=30)
    assert law_from(law).in_force("2026-11-30") is not None
    assert law_from(law).in_force(LOST.isoformat()) is None


def test_what_changed_is_told_from_the_day_it_changed() -> None:
    case, laws = case_from(_case(19, 145)), {LAW["id"]: law_from(_law(gone=[19]))}
    assert changed_since_review(case, laws, LOST - timedelta(days=1)) == []
    assert [cited.article for cited, _ in changed_since_review(case, laws, LOST)] == ["19"]


def test_search_stops_offering_it_on_that_day_without_a_new_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_folder(tmp_path, _case(19), deposit(), civil_code=_law(gone=[19]))
    publishing.build(source, tmp_path / "library.db", examples=None)
    library = open_library(tmp_path / "library.db")

    def found(day: date) -> list[str]:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return datetime(day.year, day.month, day.day, 12, tzinfo=tz)

        monkeypatch.setattr(search, "datetime", Clock)
        return [hit.case_id for hit in library.search(TOPUP["ask"][0]).hits]

    assert found(LOST + timedelta(days=29))[0] == TOPUP["id"]
    assert TOPUP["id"] not in found(LOST + timedelta(days=30))
    assert library.case(TOPUP["id"]).title == TOPUP["title"]  # old answers can still be explained


def test_the_check_says_when_a_case_will_leave_the_air_and_lets_other_cases_be_published(
    tmp_path: Path,
) -> None:
    source = write_folder(tmp_path, _case(19), deposit(), civil_code=_law(gone=[19]))
    mistakes, remarks = check(source, today=LOST)
    assert mistakes == []
    assert any(
        "lost force on 2026-12-01; it goes off the air on 2026-12-31" in str(remark) for remark in remarks
    )
