"""Letters: filled from the ticket, never sent with a hole in them, kept as the record of who was told."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
import yaml
from docx import Document

from desk import articles, conversations, history, letters, notices, tickets
from desk.errors import GroundRefused, NoticeNotFound, NoticeRefused, TransitionRefused
from desk.letters import texts, texts_of
from desk.notice_document import docx_of
from desk.store import Store
from desk.ticket import (
    FAILURE_GROUNDS,
    REFUSAL_GROUNDS,
    REPORT_REFUSAL_GROUNDS,
    Step,
    TicketKind,
    TicketStatus,
)
from tests.factories import NOW, make_conversation, make_ticket

S = TicketStatus
DAY = timedelta(days=1)
OFFICE = "上海市金山区市场监督管理局"


def proposed(store: Store, number: str, step: Step, kind: str = "") -> str:
    ticket = tickets.get(store, number)
    kind = kind or letters.kinds_for(ticket.kind, step.to)[0]
    return notices.proposed(store, number, kind, step, our_office=OFFICE, at=NOW).text


def decided(store: Store, number: str, step: Step, text: str = "您好：已经决定。") -> tickets.Ticket:
    whole = Step(step.to, step.ground, step.office, step.reason, text, step.rule)
    return notices.decide(store, number, whole, by="s_a", our_office=OFFICE, at=NOW)


def test_an_acceptance_is_filled_from_the_ticket(store: Store) -> None:
    ticket = make_ticket(store)
    text = proposed(store, ticket.number, Step(S.ACCEPTED))
    for shown in (
        ticket.number,
        "好身材健身有限公司",
        "退还预付卡余额 1500 元",
        "2026年11月21日",
        "2027年1月20日",
        "第十五条",
        OFFICE,
    ):
        assert shown in text
    assert letters.unfilled(text) == []


@pytest.mark.parametrize("ground", sorted(REFUSAL_GROUNDS))
def test_a_refusal_names_ground_article_reason_and_the_other_ways(store: Store, ground: str) -> None:
    text = proposed(store, make_ticket(store).number, Step(S.REFUSED, ground=ground))
    assert articles.named(REFUSAL_GROUNDS[ground]) in text
    for way in ("协商", "消费者协会", "行政部门", "仲裁", "诉讼"):
        assert way in text
    assert "第三十九条" in text
    needs_a_person = ground not in ("too_late",)
    assert bool(letters.unfilled(text)) is needs_a_person


@pytest.mark.parametrize("ground", sorted(FAILURE_GROUNDS))
def test_a_termination_names_its_item_of_article_23(store: Store, ground: str) -> None:
    number = make_ticket(store).number
    tickets.advance(store, number, S.ACCEPTED, by="s_a", at=NOW)
    text = proposed(store, number, Step(S.FAILED, ground=ground))
    assert articles.named(FAILURE_GROUNDS[ground]).startswith("第二十三条第（")
    assert articles.named(FAILURE_GROUNDS[ground]) in text


def test_a_refusal_for_lateness_tells_the_case_own_days(store: Store) -> None:
    ticket = make_ticket(store, happened_on=date(2021, 3, 4))
    text = proposed(store, ticket.number, Step(S.REFUSED, ground="too_late"))
    assert "2021年3月4日" in text
    without = make_ticket(store, happened_on=None, request="退钱 100 元")
    text = proposed(store, without.number, Step(S.REFUSED, ground="too_late"))
    assert letters.unfilled(text) == ["【请填写：事情发生的日期】"]


def test_a_transfer_says_by_which_rule_the_office_was_found(store: Store) -> None:
    number = make_ticket(store).number
    step = Step(S.TRANSFERRED, office="杭州市余杭区市场监督管理局", rule="platform_seat")
    text = proposed(store, number, step)
    for shown in ("杭州市余杭区市场监督管理局", "电子商务平台经营者", "第十三条"):
        assert shown in text
    unknown = proposed(store, number, Step(S.TRANSFERRED, office="邮政管理局", rule=""))
    assert letters.unfilled(unknown) == ["【请填写：由该部门处理的依据】"]
    moved = decided(store, number, step, text)
    assert moved.office == "杭州市余杭区市场监督管理局"
    assert history.of(store, number)[-1].detail["rule"] == "platform_seat"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("您好：【请填写：理由】", "unfilled"),
        ("您好：{reason}", "unfilled"),
        ("  ", "empty"),
        ("长" * 4001, "too_long"),
    ],
)
def test_an_unfit_letter_is_not_sent_and_nothing_is_decided(store: Store, text: str, rule: str) -> None:
    ticket = make_ticket(store)
    with pytest.raises(NoticeRefused) as refused:
        decided(store, ticket.number, Step(S.ACCEPTED), text)
    assert refused.value.rule == rule
    assert tickets.get(store, ticket.number).status is S.RECEIVED
    assert notices.told(store, ticket.number) == []
    assert conversations.messages(store, ticket.conversation_id) == []


def test_a_step_that_is_refused_sends_no_letter(store: Store) -> None:
    ticket = make_ticket(store)
    for step, error in ((Step(S.SETTLED), TransitionRefused), (Step(S.REFUSED), GroundRefused)):
        with pytest.raises(error):
            decided(store, ticket.number, step)
    with pytest.raises(NoticeRefused):
        decided(store, ticket.number, Step(S.CLOSED))
    assert notices.told(store, ticket.number) == []
    assert conversations.messages(store, ticket.conversation_id) == []


@pytest.mark.parametrize("channel", ["h5", "wechat"])
def test_the_letter_lands_in_the_chat_once_and_is_kept(store: Store, channel: str) -> None:
    talk = make_conversation(store, channel=channel)
    ticket = make_ticket(store, conversation_id=talk.id)
    decided(store, ticket.number, Step(S.ACCEPTED), "您好：我局决定受理。")
    [said] = conversations.messages(store, talk.id)
    assert (said.author, said.kind) == ("system", "text")
    assert "我局决定受理" in said.body["text"]
    assert said.body["ticket_news"] == {"number": ticket.number, "status": "已受理"}
    [kept] = notices.told(store, ticket.number)
    assert (kept.kind, kept.party, kept.how, kept.text) == (
        "accepted",
        "consumer",
        "chat",
        "您好：我局决定受理。",
    )
    assert (kept.by, kept.at) == ("s_a", NOW)
    assert tickets.timeline(store, ticket.number)[-1].text == kept.text
    event = history.of(store, ticket.number)[-1]
    assert event.detail["notice"] == kept.id
    assert "受理" not in str(event.detail)


def test_the_business_is_told_by_post_and_then_both_know(store: Store) -> None:
    number = make_ticket(store).number
    tickets.advance(store, number, S.ACCEPTED, by="s_a", at=NOW)
    ended = decided(store, number, Step(S.FAILED, ground="no_agreement"))
    assert ended.due_on == ended.notify_by
    with pytest.raises(NoticeRefused) as refused:
        notices.send(store, number, "failed_merchant", "终止调解。", how="chat", by="s_a")
    assert refused.value.rule == "how"
    sent = notices.send(store, number, "failed_merchant", "终止调解。", how="letter", by="s_a", at=NOW + DAY)
    assert (sent.party, sent.how) == ("merchant", "letter")
    told = tickets.get(store, number)
    assert (told.due_on, told.target_on) == (None, None)
    for kind in ("report_refused", "nonsense"):
        with pytest.raises(NoticeRefused):
            notices.send(store, number, kind, "字", how="phone", by="s_a")
    assert notices.get(store, number, sent.id) == sent
    with pytest.raises(NoticeNotFound):
        notices.get(store, make_ticket(store, request="退钱").number, sent.id)


def test_the_sheet_of_paper_says_what_was_sent(store: Store) -> None:
    number = make_ticket(store).number
    text = proposed(store, number, Step(S.ACCEPTED))
    decided(store, number, Step(S.ACCEPTED), text)
    [kept] = notices.told(store, number)
    read = [line.text for line in Document(io.BytesIO(docx_of(kept, addressee="王小明"))).paragraphs]
    assert read[:3] == ["投诉受理告知书", number, "王小明："]
    assert read[3:] == text.splitlines()


def test_every_ground_has_its_reason_and_every_step_that_must_be_told_its_letter() -> None:
    grounds = {*REFUSAL_GROUNDS, *FAILURE_GROUNDS, *REPORT_REFUSAL_GROUNDS}
    assert set(texts().reasons) == grounds
    for status in (S.ACCEPTED, S.REFUSED, S.TRANSFERRED, S.FAILED, S.SETTLED, S.WITHDRAWN):
        kinds = letters.kinds_for(TicketKind.COMPLAINT, status)
        assert texts().notices[kinds[0]]["party"] == "consumer"
    for rule in texts().rules.values():
        assert articles.named(rule["article"])


@pytest.mark.parametrize(
    ("cited", "words"),
    [
        ("7", "第七条"),
        ("10", "第十条"),
        ("16(3)", "第十六条第（三）项"),
        ("23", "第二十三条"),
        ("40", "第四十条"),
    ],
)
def test_articles_are_named_as_people_cite_them(cited: str, words: str) -> None:
    assert articles.named(cited) == words


@pytest.mark.parametrize(
    "flaw",
    [
        {"unfilled": ""},
        {"notices": {}},
        {"reasons": {"too_late": "{nowhere}"}},
        {"rules": {"x": {"words": "字"}}},
    ],
)
def test_the_letters_file_refuses_what_it_should(flaw: dict[str, object]) -> None:
    whole = yaml.safe_load(letters.FILE.read_text("utf-8"))
    assert texts_of(whole).mark
    with pytest.raises(ValueError, match="notices"):
        texts_of({**whole, **flaw})


def test_letters_cite_articles_that_order_121_has() -> None:
    for words in re.findall(r"办法》(第[一二三四五六七八九十]+条)", letters.FILE.read_text("utf-8")):
        assert words in {articles.named(str(number)) for number in range(1, 47)}
