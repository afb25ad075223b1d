"""The consultation: find the case, ask what decides, answer. One instance serves one message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import choices, explain, sides, sources
from actions.certainty import thresholds
from actions.decisions import case_rows, record
from actions.hearing import ANSWERS, Heard
from actions.matter import Matter
from knowledge import cards, matters, outcomes
from knowledge import facts as reading
from knowledge.content import Case, Fact, FactType
from knowledge.facts import UNKNOWN
from knowledge.search import Decision, Hit, Ranking

SHORT = 6  # characters; below this a message alone is no description of a matter
YES_NO = ("是", "否")


class Consultation:
    """Carries one message through finding, asking and answering, and says the replies."""

    def __init__(self, say: CollectingDispatcher, message: Heard, matter: Matter) -> None:
        self.say = say
        self.message = message
        self.matter = matter
        self.library = sources.library()
        self.today = sources.today()

    # --- entry points ------------------------------------------------------------------------------

    def hears(self) -> Matter:
        """Take the message for what it is: a reply to what was asked, more facts, or a new question."""
        replied = self.reply_to_pending()
        if replied is not None:
            return replied
        if self.matter.case_id and self.message.act in ANSWERS:
            return self._more_facts()
        told = self.message.act in {"inform", "correct_slot"} and len(self.message.text) >= SHORT
        if self.message.act in ANSWERS and not told:
            return self._lost()
        return self.searches()

    def reply_to_pending(self) -> Matter | None:
        """The matter after a reply to what was asked last; None when the message is no such reply."""
        asking = self.matter.asking or {}
        if asking.get("kind") == "fact":
            return self._reply_to_fact(asking)
        if asking.get("kind") == "choose":
            return self._reply_to_choice(asking)
        if asking.get("kind") == "side":
            side = reading.parse_reply(sides.SIDE, self.message.text, today=self.today)
            return None if side is None else self.takes_side(str(side))
        return None

    def asks_side(self) -> Matter:
        """Ask whether buyer or seller speaks, keeping what was said."""
        record(self.say, self.message, "clarify")
        sides.asks(self.say)
        return self.matter.asks("side", story=self.message.text)

    def takes_side(self, side: str) -> Matter:
        """Go on with the story kept, as this side's."""
        story = str((self.matter.asking or {})["story"])
        self.matter = self.matter.asks_nothing()
        if side == sides.SELLER:
            sides.tells_the_merchant(self.say, self.message, story)
            return self.matter
        self._hears_instead(story)
        return self.searches()

    def searches(self) -> Matter:
        """Look for the case of a new question (or of one being made clearer)."""
        ranking = self.ranking
        if self._would_guess():
            return self._missed(ranking)
        several = matters.told_apart(self._question(), ranking, self.library.search)
        if several:
            return self._offers_matters(several)
        best = ranking.hits[0]
        if ranking.decision is not Decision.ANSWER:
            known = next((hit for hit in ranking.hits if hit.case_id == self.matter.case_id), None)
            if known is None:
                return self._offers(ranking)
            best = known
        return self.takes_up(best.case_id, ranking)

    def takes_up(self, case_id: str, ranking: Ranking | None = None) -> Matter:
        """Make this case the active one and go on with it, keeping facts already stated.

        Without a ranking the case was picked from a list: then the message is no part of the story.
        """
        case = self.library.case(case_id)
        before = self.matter
        words = self.message.text if ranking else ""
        self.matter = before.turns_to(case_id, words)
        told = before.told if not before.case_id or not ranking else ()
        heard_facts = self._read(case, "，".join((*told, words)))
        self.matter = self.matter.knows(heard_facts)
        if before.case_id == case_id:
            self._notes(case, heard_facts, "utter_fact_noted")
        else:
            response = "utter_switched" if before.case_id else "utter_understood"
            self.say.utter_message(response=response, title=case.title, summary=case.summary)
            self._notes(case, heard_facts, "utter_fact_noted")
        return self.proceeds(case, ranking)

    def resumes(self) -> Matter:
        """Go on with the case the matter already holds."""
        case = self.library.case(str(self.matter.case_id))
        self.say.utter_message(response="utter_resumed", title=case.title)
        return self.proceeds(case)

    def is_told(self, fact_id: str, value: str) -> Matter:
        """A tapped answer to a fact question; stale or foreign taps only repeat the question."""
        case = self._active()
        fact = case.facts.get(fact_id) if case else None
        if case is None or fact is None:
            return self._lost()
        read = UNKNOWN if value == UNKNOWN else reading.parse_reply(fact, value, today=self.today)
        if read is None:
            return self.proceeds(case)
        return self._knows(case, {fact_id: read})

    def is_new_matter(self) -> bool:
        """Whether the message by itself describes a matter other than the active one."""
        if len(self.message.text) < SHORT or self.ranking.decision is Decision.NONE:
            return False
        if not self.matter.case_id:
            return True
        best = self.ranking.hits[0].case_id
        return self.ranking.decision is Decision.ANSWER and best != self.matter.case_id

    def is_ours_after_all(self) -> bool:
        """Whether what was taken for another act is, on second look, a consumer's question."""
        if len(self.message.text) < SHORT or self.ranking.decision is Decision.NONE:
            return False
        if self.message.act == "refer" and self._is_a_buyers():
            return not self._would_guess()
        if self.message.ours < thresholds().least_ours and not self.is_unclear():
            return False
        return self.ranking.decision is Decision.ANSWER and self.ranking.confidence >= thresholds().confident

    def is_scolded_about(self) -> bool:
        """Whether a scolding tells of a matter in one clause, which is then what the message says."""
        clause = matters.plainest_clause(
            self.message.text, self.library.search, confidence=thresholds().confident
        )
        if clause:
            self._hears_instead(clause)
        return bool(clause)

    def _hears_instead(self, words: str) -> None:
        """Take these words for the message; what was understood of the whole says nothing of them."""
        self.message = replace(self.message, text=words, topics={})
        self.__dict__.pop("ranking", None)

    def is_doubtful(self) -> bool:
        """Whether a question is hardly one of ours: neither the act nor the library is sure of it."""
        if self._is_under_way() or self._is_a_buyers():
            return False
        sure = self.ranking.decision is Decision.ANSWER and self.ranking.confidence >= thresholds().certain
        return not sure

    def _is_a_buyers(self) -> bool:
        to_sellers = self.message.otherwise == "merchant_side"
        return self.message.ours >= (thresholds().buyer if to_sellers else thresholds().ours)

    def nearest(self) -> tuple[Hit, ...]:
        """What a message taken for none of ours would be about, were it ours: one case when sure, else up to three.

        None in the middle of a talk, and none where it is hardly a consumer's matter.
        """
        told = len(self.message.text) >= SHORT and self.message.ours >= thresholds().perhaps
        if self._is_under_way() or not told:
            return ()
        return self.ranking.hits[: 1 if self.ranking.decision is Decision.ANSWER else 3]

    def points_to(self, hits: Sequence[Hit]) -> Matter:
        """Beneath an answer that was for somebody else: the case it may have been about, one tap away."""
        if not hits:
            return self.matter
        buttons = [{"title": hit.title, "payload": choices.case(hit.case_id)} for hit in hits]
        self.say.utter_message(response="utter_perhaps_ours", buttons=buttons)
        return self.matter.asks("perhaps", told={hit.case_id: self.message.text for hit in hits})

    def _is_under_way(self) -> bool:
        """Whether there is a case or an open question; a case merely pointed to is neither."""
        asking = self.matter.asking or {}
        return bool(self.matter.case_id) or asking.get("kind") not in (None, "perhaps")

    def _would_guess(self) -> bool:
        """Whether offering a choice would be guessing: the library hardly knows and it may well be nobody's matter."""
        found, ours = self.ranking, self.message.ours
        if found.decision is Decision.ANSWER or not found.hits:
            return not found.hits
        weak = found.decision is Decision.NONE or found.confidence < thresholds().weak
        return ours < (thresholds().surely_ours if weak else thresholds().least_ours)

    def _is_elsewhere(self, case: Case) -> bool:
        """Whether the message surely tells of another matter than this case, not of a fact of it."""
        if len(self.message.text) < SHORT or self.ranking.decision is not Decision.ANSWER:
            return False
        topic = self.ranking.hits[0].topic
        told = (
            self.ranking.confidence >= thresholds().elsewhere
            and self.message.topics.get(topic, 0.0) >= thresholds().elsewhere / 2
        )
        return told and topic != case.topic

    def is_unclear(self) -> bool:
        """Whether the act is a mere guess, so that nothing should be done on its word."""
        return self.message.confidence < thresholds().unsure

    def repeats_question(self) -> None:
        """After a digression: ask again what was open."""
        case, asking = self._active(), self.matter.asking or {}
        if case is not None and asking.get("kind") == "fact" and asking["fact"] in case.facts:
            self._asks(case, case.facts[asking["fact"]])

    def loses_the_thread(self) -> Matter:
        """A tap that means nothing any more."""
        return self._lost()

    @cached_property
    def ranking(self) -> Ranking:
        return self.library.search(self._question(), topics=self.message.topics)

    # --- replies -----------------------------------------------------------------------------------

    def _reply_to_fact(self, asking: Any) -> Matter | None:
        case = self._active()
        fact = case.facts.get(asking["fact"]) if case else None
        if case is None or fact is None:
            return None
        stated = self._changed(self._read(case, self.message.text))
        answers = self.message.act in ANSWERS
        value = stated.get(fact.id)
        if value is None and (answers or self.message.confidence < thresholds().sure_act):
            value = reading.parse_reply(fact, self.message.text, today=self.today)
        if value is None:
            if answers and self._is_elsewhere(case):
                return None
            if answers and stated:
                return self._knows(case, stated)
            if answers:
                self._decides("answer", None, case)
                self.say.utter_message(response="utter_fact_not_understood", hint=reading.hint(fact))
                return self._asks(case, fact)
            return None
        return self._knows(case, {**stated, fact.id: value})

    def _reply_to_choice(self, asking: Any) -> Matter | None:
        titles = [self.library.case(id).title for id in asking["cases"]]
        fact = Fact(id="choice", ask="", type=FactType.CHOICE, choices=(*titles, choices.NEITHER))
        picked = reading.parse_reply(fact, self.message.text, today=self.today)
        if picked in titles:
            return self.picks(asking["cases"][titles.index(str(picked))])
        if picked == choices.NEITHER or self.message.act in {"deny", "unsure"}:
            return self.refuses_all()
        return None

    def picks(self, case_id: str) -> Matter:
        """Take up one of the offered cases; of several matters told at once the others are kept for later."""
        asking = self.matter.asking or {}
        told = dict(asking.get("told") or {})
        if case_id not in told:
            return self.takes_up(case_id)
        if asking["kind"] == "perhaps":
            self.matter = replace(self.matter, told=(told[case_id],))
            return self.takes_up(case_id)
        kept = {id: words for id, words in told.items() if id != case_id and sources.known_case(id)}
        self.matter = replace(self.matter, told=(told[case_id],))
        after = self.takes_up(case_id)
        for id, words in kept.items():
            facts = self._read(self.library.case(id), words)
            after = after.keeps_for_later(id, facts, words)
        titles = "、".join(self.library.case(id).title for id in kept)
        self.say.utter_message(response="utter_matters_kept", titles=titles)
        return after

    def refuses_all(self) -> Matter:
        """None of the offered cases is theirs: on record for the editors, and asked to say it another way."""
        return self._missed(None, refused=True)

    def _more_facts(self) -> Matter:
        case = self._active()
        if case is not None and self._is_elsewhere(case):
            return self.searches()
        stated = self._changed(self._read(case, self.message.text)) if case else {}
        if case is None or not stated:
            if len(self.message.text) > 2 * SHORT:
                return self.searches()
            if case is not None and self.matter.asking is None:
                self._decides("answer", None, case)
                self.say.utter_message(response="utter_after_card")
                return self.matter
            return self._lost()
        return self._knows(case, stated)

    def _knows(self, case: Case, stated: dict[str, Any]) -> Matter:
        corrected = any(id in self.matter.facts for id in stated)
        then = (self.matter.asking or {}).get("then")
        words = self.message.text if len(self.message.text) >= SHORT else ""  # 七岁 alone is no story
        self.matter = self.matter.hears(words).knows(stated).asks_nothing()
        self._notes(case, stated, "utter_fact_changed" if corrected else "utter_fact_noted")
        if then:
            self._decides("answer", None, case)
            return explain.explain(then, self.say, self.library, self.matter, self.today)
        return self.proceeds(case)

    # --- asking and answering ------------------------------------------------------------------------

    def proceeds(self, case: Case, ranking: Ranking | None = None) -> Matter:
        """Ask the next fact that still decides, or give the answer."""
        self._decides("answer", ranking, case)
        fact = reading.next_question(case, self.matter.facts)
        if fact is not None:
            return self._asks(case, fact)
        outcome = outcomes.decide(case, self.matter.facts)
        card = cards.card(self.library, case, outcome, self.matter.facts, self.today, self.matter.told)
        self.say.utter_message(json_message={"message": {"kind": "card", "card": card}})
        self.say.utter_message(response="utter_after_card")
        return self.matter.asks_nothing()

    def _asks(self, case: Case, fact: Fact) -> Matter:
        self.say.utter_message(text=fact.ask, buttons=fact_buttons(fact))
        return self.matter.asks("fact", fact=fact.id)

    def _offers(self, ranking: Ranking) -> Matter:
        hits = ranking.hits[:3]
        self._decides("choose", ranking, None)
        self._shows_choice("utter_choose_case", [(hit.case_id, hit.title) for hit in hits])
        matter = self.matter.hears(self.message.text)
        return matter.asks("choose", cases=[hit.case_id for hit in hits])

    def _offers_matters(self, several: Sequence[matters.Told]) -> Matter:
        ranking = Ranking(Decision.CHOOSE, tuple(told.hit for told in several), several[0].hit.score)
        self._decides("choose", ranking, None)
        self._shows_choice("utter_choose_matter", [(told.hit.case_id, told.hit.title) for told in several])
        told = {told.hit.case_id: told.words for told in several}
        return self.matter.hears(self.message.text).asks("choose", cases=list(told), told=told)

    def _shows_choice(self, response: str, cases: Sequence[tuple[str, str]]) -> None:
        buttons = [{"title": title, "payload": choices.case(id)} for id, title in cases]
        buttons.append({"title": choices.NEITHER, "payload": choices.NONE_OF_THESE})
        self.say.utter_message(response=response, buttons=buttons)

    def offers_again(self) -> Matter | None:
        """Repeat an open choice before a question about a case nobody has picked; None when none is open."""
        asking = self.matter.asking or {}
        return self._offers_again(list(asking["cases"])) if asking.get("kind") == "choose" else None

    def _missed(self, ranking: Ranking | None, *, refused: bool = False) -> Matter:
        """Nothing found: ask once to make it clearer, then offer a person; always on record."""
        says_nothing = refused or (self.message.act in ANSWERS and len(self.message.text) < SHORT)
        told = self.matter.told[-1] if says_nothing and self.matter.told else self._question()
        record_as = {"kind": "refused" if refused else "missed", "text": told}
        matter = self.matter.hears(self.message.text).missed()
        if matter.misses >= 2:
            self._decides("person", ranking, None, unanswered=record_as)
            self.say.utter_message(response="utter_missed_twice")
            return matter.asks("clarify")
        self._decides("clarify", ranking, None, unanswered=record_as)
        self.say.utter_message(response="utter_clarify")
        return matter.asks("clarify")

    def _lost(self) -> Matter:
        """A short word that answers nothing: say what is expected now."""
        case = self._active()
        asking = self.matter.asking or {}
        if case is not None and asking.get("kind") == "fact" and asking["fact"] in case.facts:
            self._decides("answer", None, case)
            return self._asks(case, case.facts[asking["fact"]])
        if asking.get("kind") == "choose":  # 三百九 picks nothing, but it belongs to the story
            self.matter = self.matter.hears(self.message.text)
            return self._offers_again(list(asking["cases"]))
        return self._missed(None)

    def _offers_again(self, cases: list[str]) -> Matter:
        record(self.say, self.message, "choose")
        known = [case for case in map(sources.known_case, cases) if case is not None]
        self._shows_choice("utter_choose_case", [(case.id, case.title) for case in known])
        return self.matter

    # --- small parts -----------------------------------------------------------------------------------

    def _active(self) -> Case | None:
        return sources.known_case(self.matter.case_id)

    def _question(self) -> str:
        if (self.matter.asking or {}).get("kind") == "clarify" and self.matter.told:
            return f"{self.matter.told[-1]}，{self.message.text}"
        return self.message.text

    def _read(self, case: Case, text: str) -> dict[str, Any]:
        return reading.read_facts(case, text, today=self.today, entities=self.message.entities)

    def _changed(self, stated: dict[str, Any]) -> dict[str, Any]:
        return {id: value for id, value in stated.items() if self.matter.facts.get(id) != value}

    def _notes(self, case: Case, stated: dict[str, Any], response: str) -> None:
        noted = [
            cards.shown(case.facts[id], value)
            for id, value in stated.items()
            if value != UNKNOWN and case.facts[id].type is not FactType.BOOLEAN
        ]
        if noted:
            self.say.utter_message(response=response, noted="、".join(noted))

    def _decides(
        self,
        decision: str,
        ranking: Ranking | None,
        case: Case | None,
        *,
        unanswered: dict[str, str] | None = None,
    ) -> None:
        rows = case_rows(ranking.hits[:5] if ranking else ())
        if case is not None and not any(row["id"] == case.id for row in rows):
            rows.insert(0, {"id": case.id, "topic": case.topic, "score": 1.0, "parts": {}})
        lead = case or (self.library.case(rows[0]["id"]) if rows else None)
        outcome = (
            outcomes.decide(case, self.matter.facts)
            if case and outcomes.settled(case, self.matter.facts)
            else None
        )
        record(
            self.say,
            self.message,
            decision,
            cases=rows,
            basis=cards.basis_names(self.library, lead, outcome) if lead else [],
            case=case.id if case else None,
            facts=dict(self.matter.facts),
            unanswered=unanswered,
        )


def fact_buttons(fact: Fact) -> list[dict[str, str]]:
    """Chips for a fact question: its choices, yes and no, and always the way out of not knowing."""
    options = fact.choices or (YES_NO if fact.type is FactType.BOOLEAN else ())
    return [{"title": option, "payload": choices.fact(fact.id, option)} for option in (*options, UNKNOWN)]
