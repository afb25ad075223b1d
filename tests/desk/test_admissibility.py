"""Whether a complaint can be taken as it stands: Order 121, art. 9 to 11, 16 and 17."""

from __future__ import annotations

from datetime import date

import pytest

from desk import admissibility
from desk.admissibility import REFUSE, WARN
from tests.factories import make_draft

TODAY = date(2026, 11, 21)


def found(**said: object) -> list[tuple[str, str, str]]:
    findings = admissibility.check(make_draft(**said), TODAY)
    return [(finding.code, finding.severity, finding.article) for finding in findings]


def test_a_complete_complaint_has_nothing_against_it() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        ({"name": " "}, ("name_missing", REFUSE, "10(1)")),
        ({"name": "王女士"}, ("name_not_real", REFUSE, "10(1)")),
        ({"name": "匿名"}, ("name_not_real", REFUSE, "10(1)")),
        ({"name": "王"}, ("name_not_real", REFUSE, "10(1)")),
        ({"phone": ""}, ("phone_missing", REFUSE, "10(1)")),
        ({"phone": "1381234"}, ("phone_invalid", REFUSE, "10(1)")),
        ({"phone": "12345678901"}, ("phone_invalid", REFUSE, "10(1)")),
        ({"address": "家"}, ("address_missing", REFUSE, "10(1)")),
        ({"merchant_name": "——"}, ("merchant_name_missing", REFUSE, "10(2)")),
        ({"merchant_address": ""}, ("merchant_address_missing", REFUSE, "10(2)")),
        ({"request": ""}, ("request_missing", REFUSE, "10(3)")),
        ({"request": "讨个说法！"}, ("request_vague", WARN, "10(3)")),
        ({"request": "要求吊销执照"}, ("request_is_report", WARN, "9")),
        ({"story": "退钱"}, ("story_missing", REFUSE, "10(3)")),
        ({"story": "退" * 6001}, ("field_too_long", REFUSE, "10")),
        ({"office": "labour"}, ("not_competent", REFUSE, "16(1)")),
        ({"handled_elsewhere": True}, ("handled_elsewhere", REFUSE, "16(2)")),
        ({"happened_on": date(2023, 11, 20)}, ("too_late", REFUSE, "16(4)")),
        ({"happened_on": date(2026, 11, 22)}, ("date_in_future", WARN, "10(3)")),
        ({"agent_for": "王奶奶"}, ("agent_papers", WARN, "11")),
        ({"daily_use": False}, ("not_daily_use", WARN, "17")),
    ],
)
def test_one_flaw_is_found_and_nothing_else(said: dict[str, object], finding: tuple[str, str, str]) -> None:
    assert found(**said) == [finding]


@pytest.mark.parametrize(
    "said",
    [
        {"name": "阿依古丽·买买提"},
        {"name": "John Smith"},
        {"phone": "+86 138 1234 1234"},
        {"phone": "１３８１２３４１２３４"},
        {"phone": "021-57941234"},
        {"phone": "0512 6657 1234"},
        {"merchant_address": "网上"},
        {"request": "退款"},
        {"happened_on": date(2023, 11, 21)},
        {"happened_on": date(2020, 1, 1), "known_on": date(2025, 1, 1)},
        {"happened_on": None},
        {"office": "drug_regulation"},
        {"office": ""},
        {"handled_elsewhere": False, "daily_use": True},
        {"amount": None, "facts": {}},
    ],
    ids=lambda said: ",".join(map(str, said.values())),
)
def test_what_is_in_order_is_not_complained_of(said: dict[str, object]) -> None:
    assert found(**said) == []


def test_the_gravest_comes_first() -> None:
    severities = [severity for _, severity, _ in found(agent_for="王奶奶", name="", request="维权")]
    assert severities == [REFUSE, WARN, WARN]


def test_doubts_about_the_purpose_are_for_staff_only_and_refuse_nothing() -> None:
    (finding,) = admissibility.check(make_draft(daily_use=False), TODAY)
    assert (finding.staff_only, finding.severity) == (True, WARN)
    assert admissibility.missing_material([finding]) == []


def test_a_report_needs_the_business_and_the_facts_only() -> None:
    unnamed = {
        "kind": "report",
        "name": "",
        "phone": "",
        "address": "",
        "request": "",
        "merchant_address": "",
    }
    assert found(**unnamed) == []
    assert found(**unnamed, merchant_name="", story="坏") == [
        ("merchant_name_missing", REFUSE, "28"),
        ("story_missing", REFUSE, "28"),
    ]


@pytest.mark.parametrize(
    "said",
    [{"kind": "advice"}, {"amount": "很多"}, {"amount": "NaN"}, {"amount": "-1"}, {"happened_on": "昨天"}],
)
def test_a_draft_that_cannot_be_read_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        make_draft(**said)
