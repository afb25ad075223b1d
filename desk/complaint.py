"""What a consumer hands in: the draft of a complaint (Order 121, art. 10 to 12) or of a report (art. 28)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

KINDS = ("complaint", "report")


@dataclass(frozen=True)
class ComplaintDraft:
    """A complaint before it is filed, or a report (`kind`: complaint, report); empty means not said yet.

    A report needs the business and the facts only: the informant may leave everything else out.
    `amount` is yuan and may be given as text, `happened_on` and `known_on` as ISO text; ValueError
    if they cannot be read. `office` is the office the library names for the case, `agent_for` the
    person an agent complains for, `handled_elsewhere`, `daily_use` and `mediation` (art. 18: whether
    they agree to it) what the consumer answered (None: not asked).
    """

    kind: str = "complaint"
    name: str = ""
    phone: str = ""
    address: str = ""
    region_code: str = ""
    merchant_name: str = ""
    merchant_address: str = ""
    request: str = ""
    story: str = ""
    amount: Decimal | None = None
    happened_on: date | None = None
    known_on: date | None = None
    topic: str = ""
    case_id: str = ""
    office: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    agent_for: str = ""
    handled_elsewhere: bool | None = None
    daily_use: bool | None = None
    mediation: bool | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError("a draft is a complaint or a report")
        object.__setattr__(self, "amount", _amount(self.amount))
        object.__setattr__(self, "happened_on", _day(self.happened_on))
        object.__setattr__(self, "known_on", _day(self.known_on))
        object.__setattr__(self, "evidence", tuple(self.evidence))


def _amount(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("the amount is not a number") from error
    if not amount.is_finite() or not 0 <= amount < 10**12:
        raise ValueError("the amount is out of range")
    return amount.quantize(Decimal("0.01"))


def _day(value: Any) -> date | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value))
