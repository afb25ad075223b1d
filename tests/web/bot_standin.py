"""A second bot behind the same HTTP contract: scripted answers, and every way of failing on demand.

Run it by hand beside the web process: `python -m tests.web.bot_standin 5005`.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import bot_script

Answer = dict[str, Any]
Script = Callable[[dict[str, Any]], Answer]


class StandInBot:
    """A bot on a free port of this machine. `mode` is one of ok, empty, error, garbage, hang, drop, crowd."""

    def __init__(self, script: Script = bot_script.answer, port: int = 0) -> None:
        self.script = script
        self.mode = "ok"
        self.delay = 0.0
        self.asked: list[dict[str, Any]] = []
        self.forgotten: list[str] = []
        self.parsed: list[tuple[str, str]] = []
        self.understood: Answer | None = None
        self.serves = "stand-in"
        self.refused: dict[str, str] | None = None
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Go away as a killed process does: nothing answers any more."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def texts(self) -> list[str]:
        """Return what was asked, oldest first."""
        return [turn["text"] for turn in self.asked]

    def respond(self, turn: dict[str, Any]) -> tuple[int, bytes]:
        self.asked.append(turn)
        time.sleep(self.delay)
        if self.mode == "hang":
            self.released.wait(60)
        if self.mode == "error":
            return 500, b'{"ok": false, "error": "bot_error", "message": "", "status": 500}'
        if self.mode == "garbage":
            return 200, b"<html>this is no JSON</html>"
        if self.mode == "crowd":
            return 200, json.dumps({"ok": True, "data": {"replies": ["not a message"]}}).encode()
        data = {"replies": [], "decision": None} if self.mode == "empty" else self.script(turn)
        return 200, json.dumps({"ok": True, "data": data}, ensure_ascii=False).encode()

    def parse(self, body: dict[str, Any], path: str) -> tuple[int, bytes]:
        """What Rasa's own /model/parse says: the understanding of `understood`, for whoever knows the token."""
        self.parsed.append((body["text"], path))
        if self.mode == "error" or self.understood is None:
            return 401, b'{"version": "3.6.21", "status": "failure", "reason": "NotAuthenticated"}'
        return 200, json.dumps({"text": body["text"], **self.understood}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bot = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if bot.mode == "error":
                    self._send(503, b'{"ok": false, "error": "loading", "message": "", "status": 503}')
                    return
                data = {"model": bot.serves, "release": 3, "refused": bot.refused}
                self._send(200, json.dumps({"ok": True, "data": data}).encode())

            def do_POST(self) -> None:
                turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path.endswith("/forget") and bot.mode == "ok":
                    bot.forgotten.append(turn["conversation"])
                    self._send(
                        200, json.dumps({"ok": True, "data": {"forgotten": turn["conversation"]}}).encode()
                    )
                    return
                if self.path.startswith("/model/parse"):
                    self._send(*bot.parse(turn, self.path))
                    return
                if bot.mode == "drop":
                    bot.asked.append(turn)
                    self.close_connection = True
                    self.connection.close()
                    return
                self._send(*bot.respond(turn))

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError, ValueError):
                    super().handle()

        return Handler


if __name__ == "__main__":
    standin = StandInBot(port=int(sys.argv[1]) if len(sys.argv) > 1 else 5005)
    standin.delay = 0.6
    print(f"stand-in bot at {standin.url}")
    threading.Event().wait()
