"""The fourteen things that bite (RASA.md): a test each that they do not bite here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

import jieba
import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import UserUttered
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError

from bot.cleaning import clean
from bot.components.language import open_language
from bot.errors import ActionFailed, TrackerUnavailable
from bot.tracker_store import EventLogTrackerStore
from bot.training import fingerprint, train


def test_trap_01_names_are_found_without_spaces_around_them(bot):
    kinds = {
        item["entity"]: item["value"] for item in bot.parse("我在淘宝买的洗衣机坏了住浦东新区")["entities"]
    }
    assert kinds == {"platform": "淘宝", "goods": "洗衣机", "place": "浦东新区"}


def test_trap_02_nobody_elses_dictionary_changes_our_words(bot):
    before = [word.text for word in open_language().tokenizer("七天无理由退货怎么退一赔三")]
    jieba.add_word("由退", freq=10_000_000)
    jieba.add_word("么退一", freq=10_000_000)
    try:
        assert [word.text for word in open_language().tokenizer("七天无理由退货怎么退一赔三")] == before
    finally:
        jieba.del_word("由退")
        jieba.del_word("么退一")


def test_trap_03_a_changed_dictionary_trains_again(settings, sources, model, tmp_path):
    from dataclasses import replace
    from shutil import copytree

    assert not train(settings, sources).fresh, "nothing changed: nothing to train"
    copytree(sources.dictionary, tmp_path / "dictionary")
    moved = replace(sources, dictionary=tmp_path / "dictionary")
    assert fingerprint(moved, settings.vectors_dir) == fingerprint(sources, settings.vectors_dir)
    with (tmp_path / "dictionary" / "words.txt").open("a", encoding="utf-8") as file:
        file.write("盲盒退坑\n")
    assert fingerprint(moved, settings.vectors_dir) != fingerprint(sources, settings.vectors_dir)


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "。。。"], ids=["empty", "blank", "invisible", "dots"])
def test_trap_04_empty_text_is_answered_without_the_model(bot, text):
    assert bot.texts("c_empty", text) == ["没有收到文字"]


def test_trap_04_a_wall_of_one_character_is_neither_slow_nor_certain(bot):
    started = time.perf_counter()
    bot.say("c_wall", "退" * 3000)
    assert time.perf_counter() - started < 0.5
    heard = [
        event for event in bot.run(bot.store.retrieve("c_wall")).events if isinstance(event, UserUttered)
    ]
    assert [len(event.text) for event in heard] == [6]


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "／restart",
        "/file_complaint",
        '/inform{"phone": "13900000000"}',
        " /restart",
        "\u200b/restart",
        '@/choose{"choice": "x"}',
        '//choose{"choice": "x"}',
        '/\u202echoose{"choice": "x"}',
        "/back",
        "/session_start",
    ],
)
def test_trap_05_typed_commands_are_only_words(bot, typed):
    conversation = "c_typed"
    bot.say(conversation, "是的")
    before = bot.slots(conversation)["turns"]
    with contextlib.suppress(
        ActionFailed
    ):  # the small model may hear an insult, whose action fails on purpose
        bot.say(conversation, typed)
    typed_last = [
        event for event in bot.run(bot.store.retrieve(conversation)).events if isinstance(event, UserUttered)
    ][-1]
    assert not typed_last.text.startswith("/")
    assert typed_last.intent["confidence"] < 1.0, "a command has confidence 1"
    assert bot.slots(conversation)["turns"] in {before, before + 1}
    assert bot.slots(conversation)["complaint_phone"] is None


def test_trap_06_full_width_figures_are_read_in_their_place(bot):
    text = "我付了５，０００元，电话１３８００１３８０００"
    cleaned = clean(text, 100)
    values = {
        item["entity"]: (item["value"], text[item["start"] : item["end"]])
        for item in bot.parse(cleaned)["entities"]
    }
    assert values == {"money": (5000.0, "５，０００元"), "phone": ("13800138000", "１３８００１３８０００")}


@pytest.mark.parametrize(
    "word", ["七天无理由", "7天无理由", "退一赔三", "大数据杀熟", "预付卡", "三包凭证", "格式条款", "4S店"]
)
def test_trap_07_our_words_are_not_cut(bot, word):
    tokens = open_language().tokenizer(f"请问商家说的{word}到底是什么意思")
    spans = [(token.idx, token.idx + len(token)) for token in tokens]
    assert (6, 6 + len(word)) in spans, [token.text for token in tokens]


def test_trap_08_what_no_rule_covers_is_answered_once(bot):
    assert bot.texts("c_default", "今天天气怎么样") == ["没听懂"]


def test_trap_09_a_broken_database_is_said_aloud_and_nothing_is_forgotten(bot, settings, tmp_path):
    store = bot.store
    healthy = store.path
    bot.say("c_form", "我要投诉商家")
    store.close()
    try:
        broken = tmp_path / "not-a-database"
        broken.write_bytes(b"this is no database " * 500)
        store.path = broken
        with pytest.raises(TrackerUnavailable):
            bot.say("c_form", "张三")
        with pytest.raises(TrackerUnavailable):
            bot.channel.readiness(bot.agent)
        assert store.fault
    finally:
        store.path = healthy
        store.close_quietly()
    assert bot.channel.readiness(bot.agent)["model"].endswith(".tar.gz")
    assert bot.texts("c_form", "张三") == ["电话多少"], "the form goes on where it was"


def test_trap_09_a_read_only_database_refuses_the_turn(bot, tmp_path):
    store = EventLogTrackerStore(tmp_path / "t.db", bot.agent.domain)
    store._connection.execute("pragma query_only = on")
    with pytest.raises(TrackerUnavailable):
        bot.run(store.create_tracker("c_1"))
    assert store.check() is None, "a fresh connection can write again"


@pytest.mark.parametrize(
    ("text", "action"), [("垃圾机器人", "action_fail"), ("催一下", None)], ids=["raises", "misshapen"]
)
def test_trap_10_a_failing_action_is_no_silence(bot, text, action):
    if action:
        with pytest.raises(ActionFailed) as failed:
            bot.say("c_fail", text)
        assert failed.value.action == action
        assert "secret" not in str(failed.value)
    else:
        with pytest.raises(ActionFailed):
            bot.say("c_fail2", text)


def test_trap_10_after_a_failure_the_conversation_goes_on(bot):
    with pytest.raises(ActionFailed):
        bot.say("c_after", "垃圾机器人")
    assert bot.texts("c_after", "你好") == ["您好"]


def test_trap_11_overlapping_messages_queue_without_polling(bot):
    async def three():
        started = time.perf_counter()
        await asyncio.gather(*(bot.turn("c_three", "是的") for _ in range(3)))
        return time.perf_counter() - started

    assert bot.run(three()) < 0.9, "Rasa's own lock store needs a second for each waiting message"
    assert bot.slots("c_three")["turns"] == 3


def test_trap_12_turns_stay_fast_over_four_hundred_turns(bot):
    times = []
    bot.say("c_long", "健身房跑路了卡里还有三千怎么办")
    bot.say("c_long", "", choice="remember")
    for _ in range(400):
        started = time.perf_counter()
        bot.say("c_long", "是的")
        times.append(time.perf_counter() - started)
    early, late = sorted(times[20:80])[30], sorted(times[-60:])[30]
    assert late < early * 2 + 0.01, f"{early * 1000:.1f} ms at the start, {late * 1000:.1f} ms at the end"
    assert bot.slots("c_long")["turns"] == 400, "slots outlive the folding"
    assert bot.slots("c_long")["facts"]["topic"] == "prepaid_card"
    assert len(bot.run(bot.store.retrieve("c_long")).events) <= 120


def test_trap_13_texts_are_not_logged_at_any_level(bot, capfd, caplog):
    from bot.server import configure_logging

    secret = "张三丰家住武当山电话13912345678"
    for level in ("DEBUG", "INFO"):
        configure_logging(level)
        with caplog.at_level(logging.DEBUG, logger="bot"):
            bot.say("c_log", secret + "充值卡里的钱能退吗")
            with pytest.raises(ActionFailed):
                bot.say("c_log", "你个废物" + secret[:3])
    configure_logging("WARNING")
    printed = "".join(capfd.readouterr()) + caplog.text
    assert "武当山" not in printed
    assert "13912345678" not in printed
    assert "secret words" not in printed


def test_trap_14_a_refused_action_arrives_as_from_an_action_server(bot):
    endpoint = bot.agent.action_endpoint
    call = {
        "next_action": "validate_complaint_form",
        "sender_id": "c_1",
        "tracker": {
            "sender_id": "c_1",
            "slots": {"requested_slot": "complaint_name"},
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {"name": "complaint_form"},
            "latest_action_name": None,
            "latest_message": {"text": "这个表单不归我管", "intent": {}, "entities": []},
        },
    }
    with pytest.raises(ClientResponseError) as refused:
        bot.run(endpoint.request(json=call))
    assert refused.value.status == 400
    with pytest.raises(ClientResponseError) as unknown:
        bot.run(endpoint.request(json={**call, "next_action": "action_nowhere"}))
    assert unknown.value.status == 404


def test_trap_14_rasa_sees_the_rejection(bot):
    tracker = bot.run(bot.store.get_or_create_tracker("c_reject"))
    action = RemoteAction("validate_complaint_form", bot.agent.action_endpoint)
    tracker.latest_message.text = "这个表单不归我管"
    tracker.latest_message.parse_data = {"text": "这个表单不归我管", "intent": {}, "entities": []}
    with pytest.raises(ActionExecutionRejection):
        bot.run(action.run(CollectingOutputChannel(), bot.agent.nlg, tracker, bot.agent.domain))
    missing = RemoteAction("action_nowhere", bot.agent.action_endpoint)
    with pytest.raises(RasaException):
        bot.run(missing.run(CollectingOutputChannel(), bot.agent.nlg, tracker, bot.agent.domain))
