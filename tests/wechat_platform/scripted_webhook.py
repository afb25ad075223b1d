"""A webhook for the simulator's own tests: what it answers is a function of the request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.wechat_platform.running import WeChatPlatform

APP_ID = "wx0123456789abcdef"
APP_SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "fourthousandeleven"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    query: dict[str, str]
    body: bytes


Answering = Callable[[Asked], "bytes | tuple[int, bytes]"]


@dataclass
class ScriptedWebhook:
    url: str
    asked: list[Asked] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


@contextmanager
def serving(answering: Answering) -> Iterator[ScriptedWebhook]:
    """A server on a free port that answers 200 with the bytes, or the status given with them."""
    kept: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            self._reply("GET", b"")

        def do_POST(self) -> None:
            self._reply("POST", self.rfile.read(int(self.headers["Content-Length"])))

        def _reply(self, method: str, body: bytes) -> None:
            asked = Asked(method, dict(parse_qsl(urlsplit(self.path).query)), body)
            kept.append(asked)
            outcome = answering(asked)
            status, content = outcome if isinstance(outcome, tuple) else (200, outcome)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except ConnectionError:
                return

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield ScriptedWebhook(f"http://127.0.0.1:{server.server_port}/wechat", kept)
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def quick_platform(mode: str = "plain", seed: int = 0) -> Iterator[WeChatPlatform]:
    """A platform with the waits of a test instead of Tencent's."""
    with WeChatPlatform(APP_ID, APP_SECRET, TOKEN, AES_KEY, mode, seed) as platform:
        platform.rules.try_timeout = 0.6
        platform.rules.wait_after_failure = 0.05
        yield platform
