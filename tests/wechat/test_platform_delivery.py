"""Messages on their way to the webhook: modes, five seconds, three tries, what the follower sees."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
import requests
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import ArticlesReply, TransferCustomerServiceReply

from tests.wechat_platform import FAILURE_WORDS, DeliveryRules
from tests.wechat_platform.scripted_webhook import AES_KEY, APP_ID, TOKEN, quick_platform, serving

CRYPTO = WeChatCrypto(TOKEN, AES_KEY, APP_ID)


def plain(asked):
    """What wechatpy makes of a request in any mode."""
    if "encrypt_type" not in asked.query:
        return parse_message(asked.body)
    query = asked.query
    opened = CRYPTO.decrypt_message(asked.body, query["msg_signature"], query["timestamp"], query["nonce"])
    return parse_message(opened)


def sealed(asked, rendered):
    if "encrypt_type" not in asked.query:
        return rendered.encode()
    return CRYPTO.encrypt_message(rendered, asked.query["nonce"], asked.query["timestamp"]).encode()


def echo(asked):
    message = plain(asked)
    return sealed(asked, create_reply(f"您说的是{message.content}", message).render())


@pytest.mark.parametrize("mode", ["plain", "compatible", "aes"])
def test_a_message_and_its_passive_reply_travel_in_every_mode(mode):
    with quick_platform(mode) as platform, serving(echo) as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        delivery = person.say("商家不给退 <b> & 怎么办")
        assert delivery.answered
        assert delivery.outcomes == ["answered"]
        assert person.texts == ["您说的是商家不给退 <b> & 怎么办"]
        assert person.seen[0].msg_id == delivery.msg_id
        body = webhook.asked[0].body.decode()
        assert ("商家不给退" in body) is (mode != "aes")
        assert ("<Encrypt>" in body) is (mode != "plain")


def test_words_that_end_a_cdata_section_arrive_whole_and_break_a_reply_that_echoes_them_unescaped():
    with quick_platform() as platform, serving(echo) as webhook:
        platform.webhook = webhook.url
        delivery = platform.follower().say("退]]>货")
        assert plain(webhook.asked[0]).content == "退]]>货"
        assert delivery.outcomes == ["bad-answer"] * 3  # wechatpy writes the text into CDATA as it is


def test_the_address_is_verified_by_its_echo():
    with quick_platform() as platform, serving(lambda asked: asked.query["echostr"].encode()) as webhook:
        platform.webhook = webhook.url
        assert platform.verify().accepted
    with quick_platform() as platform, serving(lambda asked: (403, b"no")) as webhook:
        platform.webhook = webhook.url
        assert not platform.verify().accepted
        assert platform.verify().status == 403


def test_tencents_limits_are_the_default():
    rules = DeliveryRules()
    assert (rules.try_timeout, rules.tries) == (5.0, 3)


def test_a_slow_answer_is_tried_three_times_with_one_msgid_and_then_the_service_is_called_out_of_order():
    def slow(asked):
        time.sleep(1.0)
        return echo(asked)

    with quick_platform() as platform, serving(slow) as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        delivery = person.say("退货")
        assert delivery.outcomes == ["timeout"] * 3
        assert all(550 <= attempt.ms <= 1000 for attempt in delivery.tries)
        assert delivery.lost
        assert platform.record.lost == [delivery]
        assert person.texts == [FAILURE_WORDS]
        assert {plain(asked).id for asked in webhook.asked} == {delivery.msg_id}
        time.sleep(0.6)
        assert person.texts == [FAILURE_WORDS], "an answer after its try was over is not shown"


def test_the_second_try_may_still_answer():
    slow = itertools.chain([1.0], itertools.repeat(0.0))

    def first_slow(asked):
        time.sleep(next(slow))
        return echo(asked)

    with quick_platform() as platform, serving(first_slow) as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        assert person.say("退货").outcomes == ["timeout", "answered"]
        assert person.texts == ["您说的是退货"]


def test_an_answer_late_on_its_way_back_was_handled_but_is_not_read():
    with quick_platform() as platform, serving(echo) as webhook:
        platform.webhook = webhook.url
        platform.late_next(2)
        assert platform.follower().say("退货").outcomes == ["timeout", "answered"]
        assert len(webhook.asked) == 2


@pytest.mark.parametrize("status", [500, 403, 302])
def test_an_http_error_is_tried_again(status):
    with quick_platform() as platform, serving(lambda asked: (status, b"")) as webhook:
        platform.webhook = webhook.url
        assert platform.follower().say("退货").outcomes == ["http-error"] * 3


def test_a_webhook_that_went_away_and_came_back_is_tried_again():
    with quick_platform() as platform:
        platform.webhook = "http://127.0.0.1:9/wechat"
        platform.rules.wait_after_failure = 0.5
        person = platform.follower()
        delivery = person.say("退货", wait=False)
        with serving(echo) as webhook:
            time.sleep(0.2)
            platform.webhook = webhook.url
            assert delivery.wait(5).outcomes == ["refused", "answered"]
        platform.webhook = None
        assert person.say("还在吗").outcomes == ["refused"] * 3
        assert person.texts == ["您说的是退货", FAILURE_WORDS]


@pytest.mark.parametrize("answer", [b"success", b"", b"success\n"], ids=repr)
def test_success_and_silence_are_answers(answer):
    with quick_platform("aes") as platform, serving(lambda asked: answer) as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        assert person.say("退货").answered
        assert person.seen == []


def test_the_failure_notice_follows_only_what_a_person_waits_for():
    with quick_platform() as platform, serving(lambda asked: b'{"ok": true}') as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        person.report_location(31.2, 121.5)
        person.tap("https://example.org/page")
        assert person.texts == []
        person.tap("help")
        assert person.texts == [FAILURE_WORDS]
        assert {attempt.detail for _, attempt in platform.record.bad_answers} == {
            "not XML: not well-formed (invalid token): line 1, column 0"
        }


def test_a_message_shows_one_passive_reply_and_a_second_one_is_kept_as_surplus():
    numbers = itertools.count(1)

    def counting(asked):
        return create_reply(f"第{next(numbers)}次", plain(asked)).render().encode()

    with quick_platform() as platform, serving(counting) as webhook:
        platform.webhook = webhook.url
        platform.faults.duplicates = 1.0
        platform.faults.max_delay = 0.05
        person = platform.follower()
        delivery = person.say("退货")
        assert platform.settle(5)
        assert person.texts == ["第1次"]
        assert [attempt.duplicate for attempt in delivery.tries] == [False, True]
        assert [surplus.differs for surplus in platform.record.surplus_replies] == [True]
        assert platform.record.surplus_replies[0].reply.text == "第2次"


def test_dropped_connections_reach_the_webhook_and_are_tried_again():
    with quick_platform() as platform, serving(echo) as webhook:
        platform.webhook = webhook.url
        platform.faults.drops = 1.0
        assert platform.follower().say("退货").outcomes == ["dropped"] * 3
        assert len(webhook.asked) == 3


def test_an_overlapping_try_begins_while_the_first_is_handled():
    together = threading.Barrier(2, timeout=5)

    def both(asked):
        together.wait()
        return echo(asked)

    with quick_platform() as platform, serving(both) as webhook:
        platform.webhook = webhook.url
        platform.rules.tries = 2
        platform.rules.try_timeout = 3
        platform.faults.overlaps = 1.0
        person = platform.follower()
        assert person.say("退货").outcomes == ["answered", "answered"]
        assert person.texts == ["您说的是退货"]
        assert [surplus.differs for surplus in platform.record.surplus_replies] == [False]


def test_disorder_lets_later_messages_overtake():
    with quick_platform() as platform, serving(echo) as webhook:
        platform.webhook = webhook.url
        platform.faults.disorder = 0.5
        platform.faults.max_delay = 0.5
        person = platform.follower()
        sent = [str(number) for number in range(20)]
        for text in sent:
            person.say(text, wait=False)
        assert platform.settle(10)
        arrived = [plain(asked).content for asked in webhook.asked]
        assert sorted(arrived, key=int) == sent
        assert arrived != sent


def test_the_same_seed_strikes_the_same_messages():
    def struck(seed):
        with quick_platform(seed=seed) as platform:
            platform.faults.duplicates = 0.3
            return [platform.faults.strikes(platform.faults.duplicates) for _ in range(50)]

    assert struck(4) == struck(4)
    assert struck(4) != struck(5)
    assert 5 <= sum(struck(4)) <= 25


def test_an_article_reply_is_shown_and_two_to_a_message_are_refused():
    def articles(asked):
        message = plain(asked)
        reply = ArticlesReply(message=message)
        for number in range(int(message.content)):
            article = {"title": f"答{number}", "url": "https://example.org/a", "description": "点开"}
            reply.add_article(article)
        return reply.render().encode()

    with quick_platform() as platform, serving(articles) as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        assert person.say("1").answered
        assert person.seen[0].articles[0].title == "答0"
        assert person.say("2").tries[-1].detail == "2 articles, at most 1"


def test_a_reply_sealed_with_another_key_is_refused():
    other = WeChatCrypto(TOKEN, AES_KEY[::-1], APP_ID)

    def wrong(asked):
        message = plain(asked)
        text = create_reply("好", message).render()
        return other.encrypt_message(text, asked.query["nonce"], asked.query["timestamp"]).encode()

    with quick_platform("aes") as platform, serving(wrong) as webhook:
        platform.webhook = webhook.url
        delivery = platform.follower().say("退货")
        assert delivery.lost
        assert delivery.tries[0].detail.startswith("Encrypt:")


def test_a_transfer_hands_later_messages_to_the_native_agent_until_the_session_closes():
    def transfer(asked):
        message = plain(asked)
        if message.type == "event":
            return b"success"
        return TransferCustomerServiceReply(message=message).render().encode()

    with quick_platform() as platform, serving(transfer) as webhook:
        platform.webhook = webhook.url
        platform.kf_accounts = ["wang@weiquan"]
        person = platform.follower()
        person.say("转人工")
        assert person.native_agent == "wang@weiquan"
        assert person.say("在吗").to_native_agent
        platform.close_native_session(person)
        assert platform.settle(5)
        assert not person.say("又来了").to_native_agent
        assert [d.event for d in platform.record.deliveries if d.event] == [
            "kf_create_session",
            "kf_close_session",
            "kf_create_session",
        ]


def test_a_picture_can_be_fetched_at_the_address_in_its_message():
    with quick_platform() as platform, serving(lambda asked: b"success") as webhook:
        platform.webhook = webhook.url
        platform.follower().send_image(b"\xff\xd8\xff picture")
        address = plain(webhook.asked[0]).image
        assert requests.get(address, timeout=30).content == b"\xff\xd8\xff picture"


def test_two_equal_events_of_one_person_do_not_share_their_time():
    with quick_platform() as platform, serving(lambda asked: b"success") as webhook:
        platform.webhook = webhook.url
        person = platform.follower()
        first, second = person.tap("help"), person.tap("help")
        assert first.create_time != second.create_time
        assert first.msg_id is None
