from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import remedy, wording
from knowledge.content import UNKNOWN, Rule
from knowledge.errors import RuleUnknown

MONEY = st.decimals(min_value=0, max_value=10**7, places=2)


@given(MONEY)
def test_fraud_pays_three_times_but_never_under_500(price: Decimal) -> None:
    amount = remedy.triple_min_500(price).amount
    assert amount == max(3 * price, Decimal(500))


@given(MONEY)
def test_unsafe_food_pays_ten_times_but_never_under_1000(price: Decimal) -> None:
    amount = remedy.tenfold_min_1000(price).amount
    assert amount >= 1000
    assert amount == 10 * price or amount == 1000


@given(MONEY, st.one_of(st.none(), MONEY))
def test_a_deposit_comes_back_between_once_and_twice(deposit: Decimal, price: Decimal | None) -> None:
    amount = remedy.double_deposit(deposit, price).amount
    assert deposit <= amount <= 2 * deposit
    if price is not None:
        assert amount - deposit <= price / 5, "only a fifth of the price is earnest money"


@given(MONEY, MONEY)
def test_a_prepaid_balance_is_never_negative_nor_more_than_paid(paid: Decimal, used: Decimal) -> None:
    assert 0 <= remedy.prepaid_balance(paid, used).amount <= paid


@given(MONEY)
def test_a_refund_is_what_was_paid(amount: Decimal) -> None:
    assert remedy.refund(amount).amount == remedy.refund_and_loss(amount).amount == amount


@given(MONEY, MONEY, st.sampled_from(sorted(remedy.RULES)))
def test_every_rule_speaks_with_and_without_its_facts(one: Decimal, two: Decimal, rule: str) -> None:
    facts = {"x": f"{one:.2f}", "y": f"{two:.2f}"}
    spec = Rule(rule, dict(zip(remedy.ACCEPTS[rule], ("x", "y"), strict=False)))
    full, bare = remedy.compute(spec, facts), remedy.compute(spec, {})
    assert full
    assert bare
    assert full.amount
    assert "{" not in full.formula + bare.formula
    assert bare.amount is None
    assert full.label_basis.startswith("《")


def test_a_deposit_over_the_cap_shows_how_it_was_counted() -> None:
    found = remedy.compute(
        Rule("double_deposit", {"amount": "d", "price": "p"}), {"d": "30000.00", "p": "100000.00"}
    )
    assert found
    assert found.amount == "50000.00"
    assert "20000" in found.formula


@pytest.mark.parametrize("value", [UNKNOWN, "", None, "三千", "-5", "NaN"])
def test_what_is_no_amount_leaves_the_rule_without_a_number(value: object) -> None:
    found = remedy.compute(Rule("refund", {"amount": "a"}), {"a": value})
    assert found
    assert found.amount is None


def test_no_remedy_is_none() -> None:
    assert remedy.compute(None, {}) is None
    assert remedy.compute(Rule("none"), {}) is None


def test_an_unknown_rule_is_named_with_the_known_ones() -> None:
    with pytest.raises(RuleUnknown, match="triple_min_500"):
        remedy.compute(Rule("quadruple"), {})


def test_every_rule_has_words_and_every_word_a_rule() -> None:
    assert set(wording.rules()["remedies"]) == set(remedy.RULES)
