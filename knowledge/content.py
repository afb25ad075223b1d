"""What the library is made of, as frozen facts. Built from the content files' plain data; no reading here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from knowledge.citations import Citation

UNKNOWN = "不清楚"  # the stored value of a fact its owner does not know
YES, NO = "是", "否"


class FactType(str, Enum):
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    REGION = "region"
    TEXT = "text"


class Strength(str, Enum):
    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True)
class Fact:
    """Something that decides an outcome. `hear` maps a choice (or 是/否) to phrases that state it."""

    id: str
    ask: str
    type: FactType
    unit: str = ""
    choices: tuple[str, ...] = ()
    hear: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    help: str = ""


@dataclass(frozen=True)
class Rule:
    """A remedy or deadline rule and which fact feeds each of its parameters."""

    rule: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The advice that holds when `when` does; `when` is None for the last one."""

    id: str
    answer: str
    basis: tuple[Citation, ...]
    strength: Strength
    when: Mapping[str, Any] | None = None
    remedy: Rule | None = None
    deadlines: tuple[Rule, ...] | None = None


@dataclass(frozen=True)
class Evidence:
    item: str
    proves: str
    how: str
    weight: int = 1


@dataclass(frozen=True)
class CaseStep:
    """A step of steps.yml in a case; `say` are words to paste, with {fact} places."""

    step: str
    say: str = ""


@dataclass(frozen=True)
class Precedent:
    source: str
    facts: str
    result: str
    date: str = ""


@dataclass(frozen=True)
class LocalRule:
    """What a province or city adds to a case; shown when the consumer is there."""

    law: str
    article: str
    says: str


@dataclass(frozen=True)
class SecondReading:
    """Who, not having written the case, read it beside the articles; `corrected` counts what had to change."""

    by: str
    on: str
    corrected: int
    note: str = ""


@dataclass(frozen=True)
class Review:
    by: str
    on: str
    due: str
    second: SecondReading | None = None


@dataclass(frozen=True)
class Case:
    """One curated problem: its deciding facts, its outcomes, evidence and steps."""

    id: str
    title: str
    topic: str
    audience: tuple[str, ...]
    summary: str
    ask: tuple[str, ...]
    facts: Mapping[str, Fact]
    outcomes: tuple[Outcome, ...]
    evidence: tuple[Evidence, ...]
    steps: tuple[CaseStep, ...]
    remedy: Rule | None
    deadlines: tuple[Rule, ...]
    office: str
    elsewhere: str
    merchant: str
    precedents: tuple[Precedent, ...]
    local: tuple[LocalRule, ...]
    comment: str
    related: tuple[str, ...]
    review: Review


@dataclass(frozen=True)
class Topic:
    slug: str
    title: str
    about: str
    office: str


@dataclass(frozen=True)
class Step:
    id: str
    title: str
    text: str
    basis: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Office:
    id: str
    name: str
    phone: str
    when: str
    bring: str
    url: str = ""


@dataclass(frozen=True)
class Referral:
    """The honest sentence for a matter that is not ours, and the offices that take it."""

    id: str
    title: str
    text: str
    doors: tuple[str, ...]


@dataclass(frozen=True)
class Edition:
    """One version of a law. `articles` is None when only part of the text is held.

    `gone`: articles of the edition before that this one dropped; `moved`: old number → new number; `repealed`: the
    day the law lost force without a new edition.
    """

    effective: str
    articles: int | None
    adopted: str = ""
    text: tuple[str, ...] = ()
    excerpt: bool = False
    gone: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    repealed: str = ""


@dataclass(frozen=True)
class Law:
    """A register entry; editions oldest first, gists by article number as written ('145', '145-1')."""

    id: str
    title: str
    name: str
    short: tuple[str, ...]
    level: str
    issuer: str
    editions: tuple[Edition, ...]
    gists: Mapping[str, str]
    region: str = ""
    grace_days: int = 30  # how long a case may stand on an article that lost force

    def in_force(self, on: str) -> Edition | None:
        """The newest edition already effective on that ISO day, or None."""
        effective = [
            edition
            for edition in self.editions
            if edition.effective <= on and not (edition.repealed and edition.repealed <= on)
        ]
        return max(effective, key=lambda edition: edition.effective, default=None)


Raw = Mapping[str, Any]


def citation_from(raw: Raw) -> Citation:
    return Citation(raw["law"], str(raw["article"]), raw.get("paragraph"), bool(raw.get("unverified", False)))


def rule_from(raw: Raw | None) -> Rule | None:
    """A spec such as {rule: refund, amount: amount}; an outcome's `none` is kept, for it overrides its case's."""
    if not raw:
        return None
    return Rule(raw["rule"], {key: value for key, value in raw.items() if key != "rule"})


def rules_from(raw: list[Raw]) -> tuple[Rule, ...]:
    return tuple(rule for rule in map(rule_from, raw) if rule)


def _spoken(value: object) -> str:
    """Choices as text; YAML's true and false were meant as 是 and 否."""
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def fact_from(id: str, raw: Raw) -> Fact:
    choices = tuple(_spoken(choice) for choice in raw.get("choices", ()))
    kind = FactType(raw.get("type", "choice" if choices else "text"))
    hear = {_spoken(value): tuple(map(str, phrases)) for value, phrases in (raw.get("hear") or {}).items()}
    return Fact(id, raw["ask"], kind, raw.get("unit", ""), choices, hear, raw.get("help", ""))


def outcome_from(raw: Raw) -> Outcome:
    return Outcome(
        id=raw["id"],
        answer=raw["answer"].strip(),
        basis=tuple(citation_from(cited) for cited in raw["basis"]),
        strength=Strength(raw["strength"]),
        when=raw.get("when"),
        remedy=rule_from(raw.get("remedy")),
        deadlines=rules_from(raw["deadlines"]) if "deadlines" in raw else None,
    )


def step_of_case(raw: str | Raw) -> CaseStep:
    return CaseStep(raw) if isinstance(raw, str) else CaseStep(raw["step"], raw.get("say", ""))


def precedent_from(raw: Raw) -> Precedent:
    return Precedent(raw["source"], raw["facts"], raw["result"], str(raw.get("date", "")))


def review_from(raw: Raw) -> Review:
    second = raw.get("second")
    return Review(
        raw["by"],
        str(raw["on"]),
        str(raw["due"]),
        SecondReading(second["by"], str(second["on"]), second["corrected"], second.get("note", ""))
        if second
        else None,
    )


def case_from(raw: Raw) -> Case:
    """A Case from plain data that the schema already accepted."""
    return Case(
        id=raw["id"],
        title=raw["title"],
        topic=raw["topic"],
        audience=tuple(raw.get("audience", ("consumer",))),
        summary=raw["summary"].strip(),
        ask=tuple(map(str, raw["ask"])),
        facts={id: fact_from(id, fact) for id, fact in (raw.get("facts") or {}).items()},
        outcomes=tuple(outcome_from(outcome) for outcome in raw["outcomes"]),
        evidence=tuple(Evidence(**item) for item in raw["evidence"]),
        steps=tuple(step_of_case(step) for step in raw["steps"]),
        remedy=rule_from(raw.get("remedy")),
        deadlines=rules_from(raw.get("deadlines") or []),
        office=raw["office"],
        elsewhere=raw.get("elsewhere") or "",
        merchant=raw.get("merchant") or "",
        precedents=tuple(precedent_from(item) for item in raw.get("precedents") or ()),
        local=tuple(
            LocalRule(item["law"], str(item["article"]), item["says"]) for item in raw.get("local") or ()
        ),
        comment=raw.get("comment") or "",
        related=tuple(raw.get("related") or ()),
        review=review_from(raw["review"]),
    )


def law_from(raw: Raw) -> Law:
    editions = [
        Edition(
            effective=str(edition["effective"]),
            articles=edition.get("articles"),
            adopted=str(edition.get("adopted") or ""),
            text=tuple(
                [edition["text"]] if isinstance(edition.get("text"), str) else edition.get("text") or ()
            ),
            excerpt=bool(edition.get("excerpt", False)),
            gone=tuple(map(str, edition.get("gone") or ())),
            moved={str(old): str(new) for old, new in (edition.get("moved") or {}).items()},
            repealed=str(edition.get("repealed") or ""),
        )
        for edition in raw["editions"]
    ]
    return Law(
        id=raw["id"],
        title=raw["title"],
        name=raw["name"],
        short=tuple(raw.get("short") or ()),
        level=raw.get("level") or "",
        issuer=raw.get("issuer") or "",
        editions=tuple(sorted(editions, key=lambda edition: edition.effective)),
        gists={str(article): gist for article, gist in (raw.get("gists") or {}).items()},
        region=raw.get("region") or "",
        grace_days=raw.get("grace_days", 30),
    )


def topic_from(slug: str, raw: Raw) -> Topic:
    return Topic(slug, raw["title"], raw["about"], raw["office"])


def step_from(id: str, raw: Raw) -> Step:
    return Step(
        id, raw["title"], raw["text"].strip(), tuple(citation_from(c) for c in raw.get("basis") or ())
    )


def office_from(id: str, raw: Raw) -> Office:
    return Office(
        id,
        raw["name"],
        str(raw.get("phone") or ""),
        raw.get("when") or "",
        raw.get("bring") or "",
        raw.get("url") or "",
    )


def referral_from(id: str, raw: Raw) -> Referral:
    return Referral(id, raw["title"], raw["text"].strip(), tuple(raw.get("doors") or ()))
