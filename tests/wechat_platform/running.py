"""The platform on its own thread: the API on a port, deliveries to the webhook."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from types import TracebackType

import requests
from aiohttp import web

from tests.wechat_platform.account import Account
from tests.wechat_platform.api_server import ApiServer
from tests.wechat_platform.delivery import USER_AGENT, Courier
from tests.wechat_platform.record import Delivery
from tests.wechat_platform.signatures import signature

START_TIMEOUT = 10


@dataclass(frozen=True)
class VerificationResult:
    """What the webhook made of the address check; accepted when the echo came back as it was."""

    accepted: bool
    status: int
    body: str


class WeChatPlatform(Account):
    """The account with its servers; a context manager. `port` 0 takes a free one."""

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        token: str,
        aes_key: str,
        mode: str = "aes",
        seed: int = 0,
        port: int = 0,
    ) -> None:
        super().__init__(app_id, app_secret, token, aes_key, mode, seed)
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._courier = Courier(self, self._loop)
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._run, name="wechat-platform", daemon=True)

    def __enter__(self) -> WeChatPlatform:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(START_TIMEOUT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(START_TIMEOUT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_TIMEOUT)
        self._loop.close()

    def submit(self, delivery: Delivery) -> None:
        self._courier.submit(delivery)

    def settle(self, timeout: float = 60) -> bool:
        """True once no delivery is under way, False after the timeout."""
        return self._courier.settle(timeout)

    def verify(
        self,
        *,
        timestamp: str | None = None,
        nonce: str = "1320562132",
        echostr: str = "5577165432912345678",
        signed: str | None = None,
    ) -> VerificationResult:
        """Check the webhook's address as saving it on the platform does; `signed` overrides the signature."""
        timestamp = timestamp or str(int(time.time()))
        query = {
            "signature": signed or signature(self.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": echostr,
        }
        if self.webhook is None:
            raise ValueError("set .webhook first")
        answer = requests.get(
            self.webhook,
            params=query,
            headers={"User-Agent": USER_AGENT},
            timeout=self.rules.try_timeout,
            allow_redirects=False,
        )
        return VerificationResult(
            answer.status_code == 200 and answer.text.strip() == echostr, answer.status_code, answer.text
        )

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _open(self) -> None:
        await self._courier.open()
        self._runner = web.AppRunner(ApiServer(self).application(), access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.api_base = f"http://{host}:{port}"

    async def _close(self) -> None:
        await self._courier.close()
        if self._runner is not None:
            await self._runner.cleanup()
