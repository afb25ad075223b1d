"""What can be claimed, in money. Each rule is a pure function of Decimals (yuan) that names its article.

The words shown beside an amount are in rules.yml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from knowledge import wording
from knowledge.content import Rule
from knowledge.errors import RuleUnknown

CENT = Decimal("0.01")
CAP = Decimal("0.20")


@dataclass(frozen=True)
class Remedy:
    """What may be asked for. `amount` is yuan with two decimals, None while a needed fact is missing."""

    rule: str
    label: str
    amount: str | None
    formula: str
    label_basis: str


@dataclass(frozen=True)
class Sum:
    """A computed amount, the figures its formula shows, and which variant of the wording fits."""

    amount: Decimal
    shown: Mapping[str, Decimal]
    variant: str = "formula"


def refund(amount: Decimal) -> Sum:
    """What was paid comes back: 民法典 157 (void or revoked), 566 (terminated)."""
    return Sum(amount, {"amount": amount})


def refund_excess(amount: Decimal) -> Sum:
    """What was charged too much comes back: 价格法 41; 民法典 985."""
    return Sum(amount, {"amount": amount})


def refund_and_loss(amount: Decimal) -> Sum:
    """What was paid or lost, beside further proven loss: 民法典 566, 577; 消保法 52."""
    return Sum(amount, {"amount": amount})


def triple_min_500(amount: Decimal) -> Sum:
    """Extra damages for fraud: three times the price, at least 500 yuan: 消保法 55(1)."""
    return Sum(max(amount * 3, Decimal(500)), {"price": amount, "triple": amount * 3})


def tenfold_min_1000(amount: Decimal) -> Sum:
    """Punitive damages for unsafe food: ten times the price, at least 1,000 yuan: 食品安全法 148(2)."""
    return Sum(max(amount * 10, Decimal(1000)), {"price": amount, "tenfold": amount * 10})


def double_deposit(amount: Decimal, price: Decimal | None = None) -> Sum:
    """Earnest money twice back when its taker fails: 民法典 587.

    What exceeds 20 % of the contract price (586) is no earnest money: it comes back once.
    """
    effective = amount if price is None else min(amount, price * CAP)
    excess = amount - effective
    total = effective * 2 + excess
    shown = {"deposit": amount, "effective": effective, "excess": excess, "total": total}
    if price is None or not excess:
        return Sum(total, shown)
    return Sum(total, {**shown, "price": price}, "capped")


def prepaid_balance(paid: Decimal, used: Decimal) -> Sum:
    """Prepayment less what was delivered, never below zero: 预付式消费解释 15, 20."""
    balance = max(paid - used, Decimal(0))
    return Sum(balance, {"paid": paid, "used": used, "balance": balance})


RULES: dict[str, Callable[..., Sum]] = {
    rule.__name__: rule
    for rule in (
        refund,
        refund_excess,
        refund_and_loss,
        triple_min_500,
        tenfold_min_1000,
        double_deposit,
        prepaid_balance,
    )
}
NEEDS: dict[str, tuple[str, ...]] = {
    **{rule: ("amount",) for rule in RULES},
    "prepaid_balance": ("paid", "used"),
}
ACCEPTS: dict[str, tuple[str, ...]] = {**NEEDS, "double_deposit": ("amount", "price")}


def yuan(amount: Decimal) -> str:
    """As a person writes it: 3000, 12.5, 0.35."""
    text = f"{amount.quantize(CENT, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(value: object) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _figures(spec: Rule, facts: Mapping[str, object]) -> dict[str, Decimal]:
    read = {name: _money(facts.get(fact)) for name, fact in spec.facts.items()}
    return {name: amount for name, amount in read.items() if amount is not None}


def compute(spec: Rule | None, facts: Mapping[str, object]) -> Remedy | None:
    """The remedy a case names, with its amount when the facts allow; None when the case names none.

    `facts` holds money as strings ("3000.00"). Raises RuleUnknown for a rule nobody wrote.
    """
    if spec is None or spec.rule == "none":
        return None
    if spec.rule not in RULES:
        raise RuleUnknown("remedy", spec.rule, RULES)
    words = wording.rules()["remedies"][spec.rule]
    figures = _figures(spec, facts)
    if any(name not in figures for name in NEEDS[spec.rule]):
        return Remedy(spec.rule, words.label, None, words.without, words.basis)
    total = RULES[spec.rule](**figures)
    formula = words.variants[total.variant].format(
        **{name: yuan(value) for name, value in total.shown.items()}
    )
    amount = f"{total.amount.quantize(CENT, ROUND_HALF_UP):f}"
    return Remedy(spec.rule, words.label, amount, formula, words.basis)
