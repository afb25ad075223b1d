"""Copying, erasing and keeping: the person goes from everywhere, the matter stays, nothing stays too long."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, insert, select, update

from desk import (
    consumer_copy,
    conversations,
    erasure,
    evidence,
    history,
    hit_runs,
    kept_questions,
    notes,
    retention,
    ticket_questions,
    tickets,
    whispers,
)
from desk.errors import ErasureRefused, RetentionRefused
from desk.personal import GONE, without_person
from desk.store import Store
from desk.store import conversations as conversation_rows
from desk.store.persons import ERASED, PLACES, WITHOUT_PERSONS
from desk.store.tables import (
    consultations,
    evidence_marks,
    evidence_requests,
    followers,
    inbound,
    metadata,
    office_disputes,
    outbox,
    ticket_links,
    ticket_notices,
    ticket_ratings,
)
from desk.store.tables import (
    hit_runs as hit_runs_table,
)
from desk.store.tables import (
    question_groups as question_groups_table,
)
from desk.store.tables import (
    ticket_questions as ticket_questions_table,
)
from desk.store.tables import (
    unanswered as unanswered_table,
)
from desk.ticket import TicketStatus
from tests.factories import NOW, make_conversation, make_ticket

NAME, PHONE, ADDRESS = "欧阳慕容", "13987654321", "上海市金山区朱泾镇人民路 7 号"
IDENTITY, MAIL, OPENID = "310228198702142319", "muron@example.cn", "oV7secretOpenId"
SEEDS = (NAME, PHONE, "139 8765 4321", ADDRESS, IDENTITY, MAIL, OPENID)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def seeded(store: Store, files: Path, *, status: TicketStatus = TicketStatus.WITHDRAWN) -> tickets.Ticket:
    """A consumer who left traces wherever one can."""
    talk = make_conversation(store, channel="wechat", visitor=OPENID, at=NOW).id
    said = f"我叫{NAME}，电话 139 8765 4321，住{ADDRESS}，身份证{IDENTITY}，邮箱{MAIL}，花了3200元"
    for author, body in (
        ("consumer", {"text": said}),
        (
            "bot",
            {"text": "请核对", "summary": {"lines": [{"field": "name", "label": "姓名", "value": NAME}]}},
        ),
    ):
        conversations.add_message(store, talk, author=author, kind="text", body=body, at=NOW)
    picture = io.BytesIO()
    Image.new("RGB", (12, 12), "blue").save(picture, "PNG")
    file = evidence.add(store, files, talk, filename=f"{NAME}的小票.png", data=picture.getvalue(), at=NOW)
    conversations.record_unanswered(store, talk, said, {"text": said}, at=NOW)
    ticket = make_ticket(
        store,
        conversation_id=talk,
        name=NAME,
        phone=PHONE,
        address=ADDRESS,
        story=said,
        request=f"退款到{PHONE}",
        at=NOW,
    )
    tickets.add_supplement(store, ticket.number, f"再说一遍，找{NAME}", at=NOW)
    written_about(store, ticket, file.id, said)
    with store.write() as tx:
        tx.connection.execute(insert(followers).values(openid=OPENID, conversation_id=talk, **_follower()))
        tx.connection.execute(insert(inbound).values(sender=OPENID, conversation_id=talk, **_inbound(said)))
        parts = {"parts": [{"text": said, "touser": OPENID}]}
        tx.connection.execute(insert(outbox).values(conversation_id=talk, **_outbox(), **parts))
    if status is TicketStatus.WITHDRAWN:
        tickets.withdraw(store, ticket.number, at=NOW)
    return ticket


def written_about(store: Store, ticket: tickets.Ticket, file_id: str, said: str) -> None:
    """Everything staff and consumer can write about a ticket, each time with the person's data in it."""
    number, talk, by = ticket.number, ticket.conversation_id, {"by": "s_one", "at": NOW}
    notes.add(store, number, f"问过了：{said}", by="s_one", at=NOW)
    whispers.whisper(store, talk, f"小心：{said}", by="s_one", at=NOW)
    ticket_questions.ask(store, number, said, at=NOW)
    other = make_ticket(store, at=NOW).number
    late = {"closed_by": "", "decided": "", "opened_by": "s_one", "opened_at": NOW, "due_on": NOW.date()}
    held = {"members": [], "due_on": NOW.date(), "conclusion": "", "called_by": "s_one", "called_at": NOW}
    told = {"kind": "accepted", "party": "consumer", "how": "phone", "title": f"{NAME}收", "text": said}
    rows = {
        evidence_marks: [{"number": number, "item": "小票", "evidence_id": file_id, **by}],
        evidence_requests: [{"number": number, "items": ["小票"], "words": said, **by}],
        ticket_ratings: [
            {"number": number, "stage": stage, "score": 5, "text": f"{stage}：{said}", "at": NOW}
            for stage in ("decision", "outcome")
        ],
        ticket_notices: [{"number": number, **told, **by}],
        ticket_links: [
            {"kind": "related", "number": first, "other": second, "reason": said, "before": before, **by}
            for first, second, before in ((number, other, {"story": said}), (other, number, None))
        ],
        consultations: [
            {"number": number, "kind": "major", "question": said, "minutes": said, "advice": said}
            | {"concluded_by": "", **held}
        ],
        office_disputes: [
            {"number": number, "office": "1", "other": "2", "arbiter": "3", "reason": said, **late}
        ],
        question_groups_table: [
            {"id": 7, "terms": ["退款", NAME], "typical": 1, "made_at": NOW, "grouped_at": NOW}
        ],
    }
    with store.write() as tx:
        for table, values in rows.items():
            for row in values:
                tx.connection.execute(insert(table).values(**row))
        tx.connection.execute(update(unanswered_table).values(group_id=7))
        tx.connection.execute(
            update(ticket_questions_table).values(answer=f"已经打给{NAME}", answered_by="s_one")
        )


def _follower() -> dict:
    empty = {"following": True, "message_left": 0, "tap_left": 0, "offered": [], "scene": "", "region": ""}
    return {**empty, "accepted": {}, "created_at": NOW, "updated_at": NOW}


def _inbound(said: str) -> dict:
    fields = {"FromUserName": OPENID, "Content": said, "MsgId": "23456789012345678"}
    open_ = {"proof": "p", "kind": "text", "state": "done", "route": "none", "claimed_by": "", "tries": 1}
    return {
        **open_,
        "key": f"{OPENID}:1",
        "fields": fields,
        "reply": {"text": said},
        "claimed_until": NOW,
        "received_at": NOW,
    }


def _outbox() -> dict:
    return {
        "messages": [],
        "state": "sent",
        "done": 1,
        "attempted": 0,
        "claimed_by": "",
        "due_at": NOW,
        "tries": 1,
        "error": "",
        "created_at": NOW,
    }


def dump(store: Store) -> str:
    """Everything in the database as one text."""
    with store.read() as tx:
        return "\n".join(
            json.dumps([str(value) for value in row], ensure_ascii=False)
            + "".join(json.dumps(v, ensure_ascii=False) for v in row if isinstance(v, (dict, list)))
            for table in metadata.sorted_tables
            for row in tx.connection.execute(select(table))
        )


def test_every_table_says_whether_persons_are_in_it() -> None:
    named = {place.table.name for place in PLACES} | WITHOUT_PERSONS
    missing = metadata.tables.keys() - named
    assert not missing, f"desk/store/persons.py: PLACES or WITHOUT_PERSONS must name {sorted(missing)}"
    assert named == set(metadata.tables), "a table named there is gone"


def test_after_erasing_nothing_in_the_database_or_on_disk_tells_who_it_was(store: Store, files: Path) -> None:
    ticket = seeded(store, files)
    before = dump(store)
    assert all(seed in before for seed in SEEDS if seed not in (PHONE,))
    done = erasure.erase(store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW)
    assert (done.tickets, done.files) == (1, 1)
    after = dump(store)
    assert [seed for seed in SEEDS if seed in after] == []
    assert not [path for path in files.rglob("*") if path.is_file()]
    with store.read() as tx:
        visitor = conversation_rows.conversation(tx.connection, ticket.conversation_id)["visitor"]
    assert visitor == ERASED + ticket.conversation_id


def test_of_what_was_written_about_them_all_but_the_person_stays(store: Store, files: Path) -> None:
    ticket = seeded(store, files)
    erasure.erase(store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW)
    with store.read() as tx:
        kept = {
            table.name: [dict(row) for row in tx.connection.execute(select(table)).mappings()]
            for table in (ticket_ratings, consultations, ticket_links, question_groups_table, evidence_marks)
        }
    assert [row["text"][:3] for row in kept["ticket_ratings"]] == ["dec", "out"], "each stage keeps its words"
    assert all("花了3200元" in row["text"] for row in kept["ticket_ratings"])
    assert all("花了3200元" in kept["consultations"][0][name] for name in ("question", "minutes", "advice"))
    assert [row["reason"].startswith("我叫" + GONE) for row in kept["ticket_links"]] == [True, True]
    assert kept["question_groups"][0]["terms"] == ["退款", GONE]
    assert kept["evidence_marks"] == []
    assert whispers.of(store, ticket.conversation_id)[0].text.startswith(f"小心：我叫{GONE}")
    assert notes.of_ticket(store, ticket.number)[0].text.startswith(f"问过了：我叫{GONE}")


def test_what_is_written_for_all_takes_no_number_of_a_person_in(store: Store) -> None:
    said = f"我的电话{PHONE}，邮箱{MAIL}，能退吗"
    hit_runs.begin(store, [hit_runs.Asked(said, "")], name="a.csv", by="s_one", alone=True, at=NOW)
    kept_questions.keep(store, said, "some-case", by="s_one")
    after = dump(store)
    assert "能退吗" in after
    assert PHONE not in after
    assert MAIL not in after


def test_the_matter_its_course_and_the_figures_stay(store: Store, files: Path) -> None:
    ticket = seeded(store, files)
    course = [(step.event, step.status, step.at) for step in tickets.timeline(store, ticket.number)]
    erasure.erase(store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW)
    kept = tickets.get(store, ticket.number)
    for name in ("merchant_name", "amount", "topic", "region_code", "created_at", "happened_on", "status"):
        wanted = TicketStatus.WITHDRAWN if name == "status" else getattr(ticket, name)
        assert getattr(kept, name) == wanted
    assert (kept.name, kept.phone, kept.address) == ("", "", "")
    assert "3200元" in kept.story
    assert [(step.event, step.status, step.at) for step in tickets.timeline(store, ticket.number)] == course
    assert history.verify(store).ok
    assert history.of(store, ticket.conversation_id)[-1].detail["tickets"] == [ticket.number]


def test_a_search_finds_what_is_left_of_the_words_and_not_the_person(store: Store, files: Path) -> None:
    ticket = seeded(store, files)

    def found(words: str) -> list[str]:
        return [ticket.number for ticket in tickets.list_tickets(store, words=words)]

    assert found(NAME) == found("花了3200元") == [ticket.number]
    erasure.erase(store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW)
    assert found("花了3200元") == [ticket.number]
    assert found("再说一遍") == [ticket.number]
    for seed in (NAME, PHONE, "朱泾镇人民路", IDENTITY):
        assert found(seed) == [], seed


def test_not_while_a_complaint_is_under_way(store: Store, files: Path) -> None:
    ticket = seeded(store, files, status=TicketStatus.RECEIVED)
    before = dump(store)
    with pytest.raises(ErasureRefused):
        erasure.erase(store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW)
    assert dump(store) == before
    assert not erasure.may_erase(store, ticket.conversation_id)


def test_a_picture_somebody_else_sent_too_stays(store: Store, files: Path) -> None:
    ticket = seeded(store, files)
    other = make_conversation(store).id
    picture = io.BytesIO()
    Image.new("RGB", (12, 12), "blue").save(picture, "PNG")
    kept = evidence.add(store, files, other, filename="a.png", data=picture.getvalue())
    assert (
        erasure.erase(store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW).files == 0
    )
    assert evidence.file_of(store, files, kept.id).is_file()


def test_the_bot_forgets_now_or_when_it_is_back(store: Store, files: Path) -> None:
    ticket = seeded(store, files)
    erasure.erase(store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW)

    def away(conversation: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        erasure.forget_pending(store, away)
    told: list[str] = []
    assert erasure.forget_pending(store, told.append) == 1
    assert told == [ticket.conversation_id]
    assert erasure.forget_pending(store, told.append) == 0


def test_the_copy_holds_everything_the_consumer_gave_and_is_recorded(store: Store, files: Path) -> None:
    ticket = seeded(store, files)
    content = json.loads(
        json.dumps(consumer_copy.copy_of(store, ticket.number, by="consumer"), ensure_ascii=False)
    )
    assert content["person"] == {"name": NAME, "phone": PHONE, "address": ADDRESS}
    assert content["ticket"]["merchant_name"] == ticket.merchant_name
    assert [message["by"] for message in content["messages"]][:2] == ["consumer", "bot"]
    assert f"姓名：{NAME}" in content["messages"][1]["text"]
    assert content["files"][0]["name"].startswith(NAME)
    assert content["course"][0]["event"] == "ticket:complaint:file"
    assert content["questions"][0]["answer"] == f"已经打给{NAME}"
    assert content["requests"][0]["items"] == ["小票"]
    assert content["letters"][0]["title"] == f"{NAME}收"
    assert [given["score"] for given in content["ratings"]] == [5, 5]
    written = json.dumps(content, ensure_ascii=False)
    assert "小心：" not in written, "what staff whisper to each other is not the consumer's"
    assert "问过了：" not in written
    events = [event.event for event in history.of(store, ticket.number)]
    assert {"consumer:data:export", "ticket:personal:read"} <= set(events)


@given(
    st.text(alphabet="退款给我吧，。 abc\n", max_size=20),
    st.sampled_from([PHONE, "+86 139-8765-4321", IDENTITY, MAIL, "021-57312345", "6222 0212 3456 7890 123"]),
    st.text(alphabet="退款给我吧，。 \n", max_size=20),
)
def test_numbers_of_persons_go_out_of_any_text(before: str, secret: str, after: str) -> None:
    assert secret not in without_person(before + "，" + secret + after)


@pytest.mark.parametrize(
    "text",
    [
        "退一赔三，共3200.50元",
        "2026-11-21 下单",
        "单号 WQ20261121-0007",
        "第五十五条",
        "12315",
        "400-820-8820",
    ],
)
def test_what_is_no_person_stays(text: str) -> None:
    assert without_person(text) == text


def test_known_names_go_too() -> None:
    assert without_person("我是王小明，小明的妈妈", ["王小明"]) == f"我是{GONE}，小明的妈妈"


def test_each_class_goes_after_its_time_and_not_a_day_before(store: Store, files: Path) -> None:
    ticket = seeded(store, files)
    lonely = make_conversation(store, said=["问一句"], at=NOW).id
    days = {rule.kind: rule.days for rule in retention.rules()}
    expected = {"talk": 1, "ticket": 1, "question": 1, "inbound": 1, "outbox": 1}
    for kind, count in expected.items():
        edge = NOW + timedelta(days=days[kind])
        late = {done.rule.kind: done.count for done in retention.due(store, at=edge + timedelta(days=1))}
        early = {done.rule.kind: done.count for done in retention.due(store, at=edge - timedelta(hours=1))}
        assert (late[kind], early[kind]) == (count, 0), kind
    before = dump(store)
    retention.due(store, at=NOW + timedelta(days=9999))
    assert dump(store) == before, "looking changes nothing"
    retention.run(store, files, at=NOW + timedelta(days=days["talk"] + 1))
    assert conversations.get(store, lonely).visitor.startswith(ERASED)
    assert tickets.get(store, ticket.number).name, "a ticket is kept longer than a talk"
    retention.run(store, files, at=NOW + timedelta(days=days["ticket"] + 1))
    assert [seed for seed in SEEDS if seed in dump(store)] == []
    again = retention.run(store, files, at=NOW + timedelta(days=days["ticket"] + 2))
    assert sum(done.count for done in again) == 0
    assert retention.last_run(store) == NOW + timedelta(days=days["ticket"] + 2)


def test_a_hit_test_and_groups_without_questions_go_after_a_year(store: Store, files: Path) -> None:
    seeded(store, files)
    hit_runs.begin(store, [hit_runs.Asked("能退吗", "")], name="a.csv", by="s_one", alone=True, at=NOW)

    def left() -> list[int]:
        with store.read() as tx:
            tables = (hit_runs_table, question_groups_table)
            return [
                tx.connection.execute(select(func.count()).select_from(table)).scalar() for table in tables
            ]

    retention.run(store, files, at=NOW + timedelta(days=364))
    assert left() == [1, 1]
    retention.run(store, files, at=NOW + timedelta(days=366))
    assert left() == [0, 0]


def test_an_open_ticket_is_never_too_old(store: Store, files: Path) -> None:
    ticket = seeded(store, files, status=TicketStatus.RECEIVED)
    retention.run(store, files, at=NOW + timedelta(days=9999))
    assert tickets.get(store, ticket.number).name == "欧**"
    with store.read() as tx:
        assert tx.connection.execute(select(func.count()).select_from(unanswered_table)).scalar() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda rules: rules.pop(),
        lambda rules: rules.append(dict(rules[0])),
        lambda rules: rules[0].update(days=1),
        lambda rules: rules[0].update(then="delete"),
        lambda rules: rules[0].pop("why"),
        lambda rules: rules[0].update({"class": "everything"}),
    ],
    ids=["a class without rule", "two rules", "too short", "the wrong end", "no reason", "no such class"],
)
def test_rules_that_cannot_be_are_refused(change) -> None:
    content = yaml.safe_load(retention.FILE.read_text("utf-8"))
    change(content["rules"])
    with pytest.raises(RetentionRefused):
        retention.read(yaml.safe_dump(content, allow_unicode=True))


def test_a_deleted_value_leaves_no_bytes_in_the_file(
    sqlite_store: Store, files: Path, tmp_path: Path
) -> None:
    ticket = seeded(sqlite_store, files)
    erasure.erase(sqlite_store, files, ticket.conversation_id, by="consumer", reason="asked", at=NOW)
    retention.run(sqlite_store, files, at=NOW)
    with sqlite_store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = (tmp_path / "alone.db").read_bytes()
    assert [seed for seed in SEEDS if seed.encode() in raw] == []
