"""Bringing messages to the webhook: five seconds, three tries, and whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import time
from threading import Condition

import aiohttp
from yarl import URL

from tests.wechat_platform.account import Account
from tests.wechat_platform.record import Delivery, SurplusReply, Try
from tests.wechat_platform.replies import BadAnswer, Expected, Reply, read_answer
from tests.wechat_platform.seen import FAILURE, FAILURE_WORDS, Seen
from tests.wechat_platform.signatures import signature
from tests.wechat_platform.xml_messages import Value, document

ANSWERED = "answered"
USER_AGENT = "Mozilla/4.0"
# Events a person waits for; the failure notice is shown for these and for every message.
AWAITED = {"CLICK", "subscribe", "SCAN", "scancode_waitmsg"}


class Dropped(Exception):
    """The platform itself has cut the connection."""


def envelope(account: Account, delivery: Delivery) -> tuple[dict[str, str], bytes]:
    """Query and body of one request, signed now."""
    fields: dict[str, Value] = {
        "ToUserName": account.account_id,
        "FromUserName": delivery.openid,
        "CreateTime": delivery.create_time,
        "MsgType": delivery.message_type,
    }
    if delivery.event:
        fields["Event"] = delivery.event
    fields.update(delivery.fields)
    if delivery.msg_id is not None:
        fields["MsgId"] = delivery.msg_id
    timestamp = str(int(account.clock.now() if account.rules.sign_with_clock else time.time()))
    nonce = str(account.random.randrange(10**8, 2 * 10**9))
    query = {
        "signature": signature(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": delivery.openid,
    }
    if account.mode == "plain":
        return query, document(fields).encode()
    sealed = account.cipher.encrypt(document(fields))
    query["encrypt_type"] = "aes"
    query["msg_signature"] = account.cipher.sign(timestamp, nonce, sealed)
    outside: dict[str, Value] = fields if account.mode == "compatible" else {"ToUserName": account.account_id}
    return query, document({**outside, "Encrypt": sealed}).encode()


class Courier:
    """Runs on the platform's event loop; `submit` and `settle` may be called from any thread."""

    def __init__(self, account: Account, loop: asyncio.AbstractEventLoop) -> None:
        self._account = account
        self._loop = loop
        self._quiet = Condition()
        self._under_way = 0
        self._session: aiohttp.ClientSession | None = None
        self._places: asyncio.Semaphore | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=None), headers={"User-Agent": USER_AGENT}
        )

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def submit(self, delivery: Delivery) -> None:
        self._account.record.deliveries.append(delivery)
        with self._quiet:
            self._under_way += 1
        self._loop.call_soon_threadsafe(self._start, delivery)

    def settle(self, timeout: float) -> bool:
        """True once nothing is under way, False after the timeout."""
        with self._quiet:
            return self._quiet.wait_for(lambda: self._under_way == 0, timeout)

    def _start(self, delivery: Delivery) -> None:
        if self._places is None:
            self._places = asyncio.Semaphore(self._account.rules.concurrency)
        task = self._loop.create_task(self._bring(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with self._quiet:
            self._under_way -= 1
            if self._under_way == 0:
                self._quiet.notify_all()
        if not task.cancelled():
            task.result()

    async def _bring(self, delivery: Delivery) -> None:
        faults = self._account.faults
        try:
            if faults.strikes(faults.disorder):
                await asyncio.sleep(faults.some_time())
            await self._try_until_answered(delivery)
            if not delivery.answered:
                self._give_up(delivery)
        finally:
            delivery.concluded.set()
        if delivery.answered and faults.strikes(faults.duplicates):
            await asyncio.sleep(faults.some_time())
            await self._attempt(delivery, len(delivery.tries) + 1, duplicate=True)

    async def _try_until_answered(self, delivery: Delivery) -> None:
        rules, faults = self._account.rules, self._account.faults
        running: set[asyncio.Task[Try]] = set()
        for number in range(1, rules.tries + 1):
            attempt = asyncio.ensure_future(self._attempt(delivery, number))
            running.add(attempt)
            if number < rules.tries and faults.strikes(faults.overlaps):
                await asyncio.wait(running, timeout=faults.overlap_after)
                if not delivery.answered:
                    continue
            await asyncio.gather(*running)
            if delivery.answered:
                return
            running.clear()
            if number < rules.tries:
                timed_out = attempt.result().outcome == "timeout"
                await asyncio.sleep(rules.wait_after_timeout if timed_out else rules.wait_after_failure)

    async def _attempt(self, delivery: Delivery, number: int, duplicate: bool = False) -> Try:
        assert self._places is not None
        async with self._places:
            attempt = Try(number, time.time(), duplicate)
            delivery.tries.append(attempt)
            begun = time.perf_counter()
            try:
                limit = self._account.rules.try_timeout
                await asyncio.wait_for(self._ask(delivery, attempt), limit)
            except asyncio.TimeoutError:
                attempt.outcome = "timeout"
            except Dropped:
                attempt.outcome = "dropped"
            except (aiohttp.ClientConnectorError, ConnectionRefusedError) as error:
                attempt.outcome, attempt.detail = "refused", str(error)
            except (aiohttp.ClientError, OSError) as error:
                attempt.outcome, attempt.detail = "dropped", repr(error)
            attempt.ms = (time.perf_counter() - begun) * 1000
        self._judge(delivery, attempt)
        return attempt

    async def _ask(self, delivery: Delivery, attempt: Try) -> None:
        account, faults = self._account, self._account.faults
        if account.webhook is None:
            raise ConnectionRefusedError("no webhook")
        query, body = envelope(account, delivery)
        late = account.lateness()
        url = URL(account.webhook).update_query(query)
        if faults.strikes(faults.delays):
            await asyncio.sleep(faults.some_time())
        assert self._session is not None
        asking = self._session.post(
            url, data=body, headers={"Content-Type": "text/xml"}, allow_redirects=False
        )
        if not attempt.duplicate and faults.strikes(faults.drops):
            await self._cut_off(asking)
        async with asking as answer:
            attempt.status = answer.status
            attempt.answer = await answer.read()
        await asyncio.sleep(late)

    async def _cut_off(self, asking: aiohttp.client._RequestContextManager) -> None:
        request = asyncio.ensure_future(asking.__aenter__())
        await asyncio.wait({request}, timeout=self._account.faults.drop_after)
        if request.done() and request.exception() is None:
            request.result().close()
        else:
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
        raise Dropped

    def _judge(self, delivery: Delivery, attempt: Try) -> None:
        if attempt.outcome != "under way":
            return
        if attempt.status != 200:
            attempt.outcome, attempt.detail = "http-error", f"status {attempt.status}"
            return
        account = self._account
        expected = Expected(
            delivery.openid,
            account.account_id,
            account.mode,
            delivery.msg_id is None,
            account.cipher,
            account.media.find,
        )
        try:
            reply = read_answer(attempt.answer.strip(), expected)
        except BadAnswer as error:
            attempt.outcome, attempt.detail = "bad-answer", str(error)
            account.record.bad_answers.append((delivery, attempt))
            return
        attempt.outcome = ANSWERED
        delivery.answered = True
        if reply is not None:
            self._show(delivery, reply)

    def _show(self, delivery: Delivery, reply: Reply) -> None:
        if delivery.reply is None:
            delivery.reply = reply
            self._account.show_reply(delivery, reply)
        else:
            differs = reply.said != delivery.reply.said
            self._account.record.surplus_replies.append(SurplusReply(delivery, reply, differs))

    def _give_up(self, delivery: Delivery) -> None:
        delivery.lost = True
        if delivery.msg_id is None and delivery.event not in AWAITED:
            return
        account = self._account
        account.record.failures_shown.append(delivery)
        account.followers[delivery.openid].see(
            Seen(FAILURE, "text", FAILURE_WORDS, msg_id=delivery.msg_id, at=account.clock.now())
        )
