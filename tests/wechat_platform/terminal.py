"""A person at a terminal as a follower of the account."""

from __future__ import annotations

import argparse
import secrets
import string
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

import requests
import yaml

from tests.wechat_platform.drawing import drawn, drawn_menu
from tests.wechat_platform.follower import Follower
from tests.wechat_platform.record import Delivery
from tests.wechat_platform.running import WeChatPlatform

WORDING: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("terminal.yml").read_text("utf-8"))
LOOK_EVERY = 0.1
IMAGE_TYPES = {".png": "image/png", ".gif": "image/gif"}


class Terminal:
    """Reads lines, does what they say, prints whatever appears on the person's screen."""

    def __init__(self, platform: WeChatPlatform, person: Follower, out: TextIO) -> None:
        self.platform = platform
        self.person = person
        self._out = out
        self._printed = 0
        self._printing = threading.Lock()
        self._running = True
        self._commands: dict[str, Callable[[str], Delivery | None]] = {
            "image": self._image,
            "voice": lambda words: person.speak(words or None),
            "video": lambda _: person.send_video(),
            "location": self._location,
            "link": lambda url: person.send_link(self._needed(url), "", url),
            "choose": lambda row: person.choose(int(row) if row.isdigit() else self._needed(row)),
            "menu": self._menu,
            "tap": lambda key: person.tap(self._needed(key)),
            "follow": lambda scene: person.follow(scene or None),
            "scan": lambda scene: person.scan(self._needed(scene)),
            "unfollow": lambda _: person.unfollow(),
            "accept": lambda template: person.answer_subscription(self._needed(template)),
            "open": self._page,
            "late": self._late,
            "advance": self._advance,
            "verify": self._verify,
            "quota": self._quota,
            "record": self._record,
            "help": lambda _: self.say(WORDING["help"]),
            "quit": self._quit,
        }

    def say(self, text: str) -> None:
        with self._printing:
            print(text, file=self._out, flush=True)

    def run(self, lines: Iterable[str]) -> None:
        """Until the lines end or one says /quit."""
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        for line in lines:
            if line.strip():
                self.obey(line.strip())
            if not self._running:
                break
        self._running = False
        watcher.join()
        self._show_new()

    def obey(self, line: str) -> None:
        """Do one line; what cannot be done is said, not raised."""
        name, _, rest = line[1:].partition(" ")
        command = self._commands.get(name) if line.startswith("/") else self.person.say
        if command is None:
            self.say(WORDING["unknown"])
            return
        try:
            delivery = command(rest.strip() if line.startswith("/") else line)
        except (ValueError, LookupError, OSError, TimeoutError) as error:
            self.say(WORDING["refused"].format(error=error))
            return
        self._show_new()
        if delivery is not None and delivery.to_native_agent:
            self.say(WORDING["native"])
        elif delivery is not None and delivery.lost:
            outcomes = ", ".join(f"{one.outcome} {one.detail}".strip() for one in delivery.tries)
            self.say(WORDING["lost"].format(outcomes=outcomes))

    def _watch(self) -> None:
        while self._running:
            self._show_new()
            time.sleep(LOOK_EVERY)

    def _show_new(self) -> None:
        with self._printing:
            for seen in self.person.seen[self._printed :]:
                print(drawn(seen, WORDING["kinds"][seen.kind]), file=self._out, flush=True)
                self._printed += 1

    def _needed(self, argument: str) -> str:
        if not argument:
            raise ValueError(WORDING["needs_argument"])
        return argument

    def _image(self, path: str) -> Delivery:
        file = Path(self._needed(path)).expanduser()
        return self.person.send_image(file.read_bytes(), IMAGE_TYPES.get(file.suffix.lower(), "image/jpeg"))

    def _location(self, place: str) -> Delivery:
        latitude, _, rest = self._needed(place).replace("，", ",").partition(",")
        longitude, _, label = rest.strip().partition(" ")
        return self.person.send_location(float(latitude), float(longitude), label)

    def _menu(self, _: str) -> None:
        self.say(drawn_menu(self.platform.menu) if self.platform.menu else WORDING["no_menu"])

    def _page(self, url: str) -> None:
        page = self.person.open(self._needed(url))
        self.say(WORDING["page"].format(url=page.url, status=page.status_code, length=len(page.content)))

    def _late(self, seconds: str) -> None:
        self.platform.late_next(float(self._needed(seconds)))

    def _verify(self, _: str) -> None:
        self.say(verified(self.platform))

    def _advance(self, seconds: str) -> None:
        self.platform.clock.advance(float(self._needed(seconds)))

    def _quota(self, _: str) -> None:
        allowance = self.platform.quota(self.person.openid)
        self.say(WORDING["quota"].format(left=allowance.left, reason=WORDING["reasons"][allowance.reason]))

    def _record(self, _: str) -> None:
        self.say(yaml.safe_dump(self.platform.record.report(), allow_unicode=True, sort_keys=False).strip())

    def _quit(self, _: str) -> None:
        self._running = False


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.wechat_platform", description=__doc__)
    parser.add_argument("--webhook", required=True, help="where the service takes messages, …/wechat")
    parser.add_argument("--app-id", default="wx" + secrets.token_hex(8))
    parser.add_argument("--app-secret", default=secrets.token_hex(16))
    parser.add_argument("--token", default="weiquan" + secrets.token_hex(4))
    parser.add_argument("--aes-key", default="".join(secrets.choice(string.ascii_letters) for _ in range(43)))
    parser.add_argument("--mode", choices=("plain", "compatible", "aes"), default="aes")
    parser.add_argument("--port", type=int, default=8090, help="where the API is served; 0 takes a free one")
    parser.add_argument("--openid", default=None)
    parser.add_argument("--no-customer-service", action="store_true", help="an account without that right")
    return parser.parse_args(given)


def verified(platform: WeChatPlatform) -> str:
    """What came of the address check, in words."""
    try:
        result = platform.verify()
    except requests.RequestException as error:
        return str(WORDING["unreachable"].format(webhook=platform.webhook, error=error))
    if result.accepted:
        return str(WORDING["verified"].format(webhook=platform.webhook))
    return str(WORDING["not_verified"].format(status=result.status, body=result.body[:200]))


def main(given: list[str] | None = None, lines: Iterable[str] = sys.stdin, out: TextIO = sys.stdout) -> int:
    options = arguments(given)
    platform = WeChatPlatform(
        options.app_id, options.app_secret, options.token, options.aes_key, options.mode, port=options.port
    )
    with platform:
        platform.webhook = options.webhook
        platform.customer_service_allowed = not options.no_customer_service
        terminal = Terminal(platform, platform.follower(options.openid), out)
        terminal.say(WORDING["settings"].format(**vars(options), api_base=platform.api_base))
        terminal.say(verified(platform))
        terminal.say(WORDING["help"])
        terminal.run(lines)
    return 0
