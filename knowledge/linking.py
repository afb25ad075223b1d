"""Linking: everything a content file names must exist, and every part of a case must be of use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from knowledge import citations, deadline, force, plain_words, remedy, wording
from knowledge.branches import condition_problems, unreachable
from knowledge.content import NO, UNKNOWN, YES, Case, FactType, case_from, law_from
from knowledge.errors import Problem
from knowledge.outcomes import facts_in, rules_of
from knowledge.reading import Raw, line_of
from knowledge.statutes import Statutes

Path_ = Sequence[str | int]
_PLACE = re.compile(r"\{([^{}]*)\}")
_SIGNS = re.compile(r"[\s，。！？、；：,.!?;:~…“”\"'（）()]+")
MONEY_PARAMETERS = ("amount", "price", "paid", "used")


def check_links(raw: Raw, *, law_texts: Path | None = None, on: date | None = None) -> Iterator[Problem]:
    """Every dangling or useless part, each with its place and what to do. `on`: the day editions must be in force."""
    linker = _Linker(
        raw, Statutes(law_texts) if law_texts and law_texts.is_dir() else None, on or date.today()
    )
    yield from linker.registers()
    for id in raw.cases:
        yield from linker.case(id)
    yield from linker.doubled_lines()


def check_case(
    raw: Raw, id: str, *, law_texts: Path | None = None, on: date | None = None
) -> Iterator[Problem]:
    """The same for one case among the others; it must be the last of `raw.cases`."""
    linker = _Linker(
        raw, Statutes(law_texts) if law_texts and law_texts.is_dir() else None, on or date.today()
    )
    yield from linker.case(id)
    at = raw.place("cases", id)[0]
    yield from (problem for problem in linker.doubled_lines() if problem.file == at)


class _Linker:
    def __init__(self, raw: Raw, statutes: Statutes | None, on: date) -> None:
        self._raw = raw
        self._statutes = statutes
        self._on = on.isoformat()
        self._laws = {id: law_from(entry) for id, entry in raw.laws.items()}

    def _at(self, kind: str, id: str, path: Path_, message: str) -> Problem:
        return Problem(*self._raw.place(kind, id, path), message, tuple(path))

    def _known(self, kind: str, id: str, path: Path_, what: str, value: str) -> Iterator[Problem]:
        held: Mapping[str, Any] = getattr(self._raw, what)
        if held and value not in held:
            todo = f"use one of knowledge/{what} ({_some(held)}) or add it there"
            yield self._at(kind, id, path, f"no {what[:-1]} {value!r}; {todo}")

    # --- the registers

    def registers(self) -> Iterator[Problem]:
        for slug, topic in self._raw.topics.items():
            yield from self._known("topics", slug, ["office"], "offices", topic["office"])
        for id, referral in self._raw.referrals.items():
            for i, door in enumerate(referral["doors"]):
                yield from self._known("referrals", id, ["doors", i], "offices", door)
        for id, step in self._raw.steps.items():
            yield from self._citations("steps", id, ["basis"], step.get("basis") or [])
        for id, law in self._raw.laws.items():
            for article in law.get("gists") or {}:
                yield from self._article(
                    "laws", id, ["gists", article], id, str(article), False, lapsed=self._repealed(id)
                )
        yield from self._rule_bases()

    def _repealed(self, law: str) -> bool:
        return self._laws[law].in_force(self._on) is None

    def _rule_bases(self) -> Iterator[Problem]:
        """rules.yml names its articles as people read them; they must lead to articles too."""
        if not self._laws:
            return
        for kind, rules in wording.rules().items():
            for rule, words in rules.items():
                found = citations.parse(words.basis, self._laws)
                for cited in found:
                    problem = self._missing(cited.law, cited.article, False)
                    if problem:
                        yield Problem(*_rule_place(kind, rule), f"{kind}.{rule}: {problem}")
                if not found:
                    yield Problem(
                        *_rule_place(kind, rule), f"{rule}: basis names no article; write 《…》第…条"
                    )

    # --- citations

    def _citations(
        self, kind: str, id: str, path: Path_, cited: Sequence[Mapping[str, Any]], case: Case | None = None
    ) -> Iterator[Problem]:
        for i, item in enumerate(cited):
            unverified, article = bool(item.get("unverified", False)), str(item["article"])
            lost = force.lost_on(case, citations.Citation(item["law"], article), self._laws) if case else None
            lapsed = bool(case and lost and case.review.on < lost.isoformat())
            yield from self._article(kind, id, [*path, i], item["law"], article, unverified, lapsed)

    def _article(
        self, kind: str, id: str, path: Path_, law: str, article: str, unverified: bool, lapsed: bool = False
    ) -> Iterator[Problem]:
        problem = self._missing(law, article, unverified, lapsed)
        if problem:
            yield self._at(kind, id, path, problem)

    def _missing(self, law: str, article: str, unverified: bool, lapsed: bool = False) -> str | None:
        """What is wrong with citing that article today, or None.

        `lapsed`: the case was reviewed before the article lost force; then it leaves the air by itself (knowledge.force).
        """
        if law not in self._laws:
            return f"no law {law!r}; add knowledge/laws/{law}.yml or correct the id (known: {_some(self._laws, law)})"
        edition = self._laws[law].in_force(self._on)
        name = self._laws[law].name
        if edition is None:
            return None if lapsed else f"{name} is not in force on {self._on}; cite the law that is"
        if lapsed:
            return None
        if edition.articles is not None and int(article.partition("-")[0]) > edition.articles:
            return f"{name} of {edition.effective} has {edition.articles} articles, not {article}; correct the number"
        if self._statutes and not unverified and not self._statutes.has(self._laws[law], edition, article):
            words = citations.article_words(article)
            return f"{name} {words} is not in the text of {edition.effective}; correct it or mark it unverified: true"
        return None

    # --- one case

    def case(self, id: str) -> Iterator[Problem]:
        data = self._raw.cases[id]
        case = case_from(data)
        yield from self._known("cases", id, ["topic"], "topics", case.topic)
        yield from self._known("cases", id, ["office"], "offices", case.office)
        for i, step in enumerate(case.steps):
            yield from self._known("cases", id, ["steps", i], "steps", step.step)
            yield from self._places(case, ["steps", i], step.say)
        for i, other in enumerate(case.related):
            if other not in self._raw.cases or other == id:
                yield self._at(
                    "cases", id, ["related", i], f"no other case {other!r}; correct the id or take it out"
                )
        for i, outcome in enumerate(data["outcomes"]):
            yield from self._citations("cases", id, ["outcomes", i, "basis"], outcome["basis"], case)
            if all(item.get("unverified") for item in outcome["basis"]):
                todo = "an unverified citation never stands alone; add an article whose text you have read"
                yield self._at("cases", id, ["outcomes", i, "basis"], todo)
            yield from self._places(case, ["outcomes", i, "answer"], outcome["answer"])
            yield from self._readable(case, ["outcomes", i, "answer"], outcome["answer"])
        for i, rule in enumerate(case.local):
            yield from self._article("cases", id, ["local", i], rule.law, rule.article, False)
            if rule.law in self._laws and not self._laws[rule.law].region:
                yield self._at(
                    "cases", id, ["local", i], f"{rule.law} holds everywhere; cite it under basis instead"
                )
        yield from self._facts(case)
        yield from self._outcomes(case)
        yield from self._rules(case, data)

    def _places(self, case: Case, path: Path_, text: str) -> Iterator[Problem]:
        for name in _PLACE.findall(text):
            if name not in case.facts:
                yield self._at(
                    "cases", case.id, path, f"{{{name}}} is no fact of this case; declare it or take it out"
                )

    def _readable(self, case: Case, path: Path_, text: str) -> Iterator[Problem]:
        length = plain_words.length(text)
        if length > plain_words.ANSWER:
            yield self._at(
                "cases", case.id, path, f"answer has {length} characters; shorten it to {plain_words.ANSWER}"
            )
        for sentence in plain_words.long_sentences(text):
            todo = (
                f"a sentence has more than {plain_words.SENTENCE} characters; cut it in two: {sentence[:20]}…"
            )
            yield self._at("cases", case.id, path, todo)

    def _facts(self, case: Case) -> Iterator[Problem]:
        used = {fact for outcome in case.outcomes for fact in facts_in(outcome.when)}
        used |= {fact for rule in rules_of(case) for fact in rule.facts.values()}
        for id, fact in case.facts.items():
            at: Path_ = ["facts", id]
            if id not in used:
                yield self._at(
                    "cases", case.id, at, f"fact {id!r} is used by no when, remedy or deadline; take it out"
                )
            if fact.type is FactType.CHOICE and not fact.choices:
                yield self._at(
                    "cases", case.id, at, f"fact {id!r} is a choice without choices; add choices: […]"
                )
            allowed = {FactType.CHOICE: set(fact.choices), FactType.BOOLEAN: {YES, NO}}.get(fact.type)
            for heard in fact.hear:
                if allowed is not None and heard not in allowed | {UNKNOWN}:
                    todo = f"use one of {', '.join(sorted(allowed))}"
                    yield self._at(
                        "cases", case.id, [*at, "hear"], f"hear: {heard!r} is no choice of {id!r}; {todo}"
                    )
            for phrase in _heard_twice(fact.hear):
                yield self._at(
                    "cases", case.id, [*at, "hear"], f"hear: {phrase!r} stands for two choices; keep one"
                )

    def _outcomes(self, case: Case) -> Iterator[Problem]:
        last = len(case.outcomes) - 1
        seen: set[str] = set()
        sound = True
        for i, outcome in enumerate(case.outcomes):
            at: Path_ = ["outcomes", i]
            if outcome.id in seen:
                yield self._at("cases", case.id, at, f"outcome id {outcome.id!r} is used twice; rename one")
            seen.add(outcome.id)
            if i == last and outcome.when is not None:
                yield self._at(
                    "cases", case.id, [*at, "when"], "the last outcome must hold always; take its when out"
                )
            if i < last and outcome.when is None:
                sound = False
                yield self._at(
                    "cases", case.id, at, "everything below is unreachable: this outcome has no when; add it"
                )
            for message in condition_problems(case, outcome.when):
                sound = False
                yield self._at("cases", case.id, [*at, "when"], message)
        if sound:
            for i in unreachable(case):
                todo = "an outcome above always holds first; reorder them or mend the when"
                yield self._at(
                    "cases",
                    case.id,
                    ["outcomes", i],
                    f"outcome {case.outcomes[i].id!r} is unreachable: {todo}",
                )

    def _rules(self, case: Case, data: Mapping[str, Any]) -> Iterator[Problem]:
        yield from self._remedy(case, ["remedy"], data.get("remedy"))
        yield from self._deadlines(case, ["deadlines"], data.get("deadlines"))
        for i, outcome in enumerate(data["outcomes"]):
            yield from self._remedy(case, ["outcomes", i, "remedy"], outcome.get("remedy"))
            yield from self._deadlines(case, ["outcomes", i, "deadlines"], outcome.get("deadlines"))

    def _remedy(self, case: Case, at: Path_, spec: Mapping[str, str] | None) -> Iterator[Problem]:
        if not spec or spec["rule"] == "none":
            return
        if spec["rule"] not in remedy.RULES:
            yield self._at(
                "cases", case.id, at, f"no remedy rule {spec['rule']!r}; use {_some(remedy.RULES)} or none"
            )
            return
        accepted = remedy.ACCEPTS[spec["rule"]]
        for name in spec.keys() - {"rule", *accepted}:
            yield self._at(
                "cases", case.id, at, f"{spec['rule']} takes {', '.join(accepted)}, not {name}; take it out"
            )
        for name in remedy.NEEDS[spec["rule"]]:
            if name not in spec:
                yield self._at(
                    "cases", case.id, at, f"{spec['rule']} needs {name}: the id of a money fact; add it"
                )
        yield from self._fed(case, at, spec, FactType.MONEY)

    def _deadlines(
        self, case: Case, at: Path_, specs: Sequence[Mapping[str, str]] | None
    ) -> Iterator[Problem]:
        for i, spec in enumerate(specs or ()):
            if spec["rule"] not in deadline.RULES:
                yield self._at(
                    "cases",
                    case.id,
                    [*at, i],
                    f"no deadline rule {spec['rule']!r}; use {_some(deadline.RULES)}",
                )
            elif spec.keys() - {"rule", "from"}:
                yield self._at("cases", case.id, [*at, i], "a deadline takes only rule and from: a date fact")
            else:
                yield from self._fed(case, [*at, i], spec, FactType.DATE)

    def _fed(self, case: Case, at: Path_, spec: Mapping[str, str], wanted: FactType) -> Iterator[Problem]:
        for name, fact in spec.items():
            if name == "rule":
                continue
            if fact not in case.facts:
                yield self._at(
                    "cases", case.id, at, f"{name}: {fact!r} is no fact of this case; declare it under facts"
                )
            elif case.facts[fact].type is not wanted:
                yield self._at("cases", case.id, at, f"{name}: fact {fact!r} must be of type {wanted.value}")

    # --- the whole library

    def doubled_lines(self) -> Iterator[Problem]:
        """A line asked for two cases cannot find either."""
        first: dict[str, tuple[str, int]] = {}
        for id, data in self._raw.cases.items():
            for i, line in enumerate(data["ask"]):
                bare = _SIGNS.sub("", str(line)).lower()
                if bare in first:
                    file, number = self._raw.place("cases", first[bare][0], ["ask", first[bare][1]])
                    yield self._at(
                        "cases", id, ["ask", i], f"the same ask line stands in {file}:{number}; reword one"
                    )
                else:
                    first[bare] = (id, i)


def _rule_place(kind: str, rule: str) -> tuple[str, int]:
    return "knowledge/rules.yml", line_of(wording.HERE / "rules.yml", [kind, rule, "basis"])


def _some(known: Mapping[str, Any], near: str = "") -> str:
    """A few of the known ids, those alike first."""
    alike = sorted(known, key=lambda id: (-len(set(near.split("-")) & set(id.split("-"))), id))
    return ", ".join(alike[:8]) + (" …" if len(alike) > 8 else "")


def _heard_twice(hear: Mapping[str, Sequence[str]]) -> Iterator[str]:
    owners: dict[str, str] = {}
    for choice, phrases in hear.items():
        for phrase in phrases:
            if owners.setdefault(phrase, choice) != choice:
                yield phrase
