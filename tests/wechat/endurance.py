"""The endurance run: many followers, redeliveries, disorder, slow turns, and both processes killed with -9.

`python -m tests.wechat.endurance [--messages 20000] [--followers 2000] [--kills 5] [--report docs/wechat.md]
[--database postgresql://…, an empty one]`
The web process is `python server.py web`; the bot a stand-in that says each message back, so that every
answer can be told from every other. WeChat is tests.wechat_platform, over real sockets.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import requests

from bench.running import free_port
from desk.store import open_store
from tests.wechat_platform import WeChatPlatform
from web.wording import say

from .office import AES_KEY, APP_ID, SECRET, TOKEN

ROOT = Path(__file__).resolve().parents[2]
ANSWER = re.compile(r"答复：(m\d+)。")
REPEATED_AFTER = 2.0  # seconds until somebody who is asked to send their words again does so
BEGIN, END = "<!-- endurance: begin -->", "<!-- endurance: end -->"


@dataclass
class Figures:
    """What one run showed. Times in milliseconds unless they say otherwise."""

    messages: int
    followers: int
    kills: int
    slow_turns: int
    budget_seconds: float
    seconds: float = 0.0
    messages_per_second: float = 0.0
    deliveries: int = 0
    redeliveries: int = 0
    handled_once: int = 0
    not_handled: int = 0
    handled_twice: int = 0
    answered_once: int = 0
    answered_twice: int = 0
    waiting_visibly: int = 0
    answers_missing: int = 0
    rejected_sends: int = 0
    customer_service_sends: int = 0
    given_up_by_wechat: int = 0
    never_reached_us: int = 0
    asked_to_send_again: int = 0
    acknowledged_p50: float = 0.0
    acknowledged_p99: float = 0.0
    acknowledged_max: float = 0.0
    quick_turns_p99: float = 0.0
    web_megabytes: float = 0.0
    examples: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Return what must not be, in words; empty when the run is good."""
        wrong = {
            "not handled": self.not_handled,
            "handled twice": self.handled_twice,
            "answered twice": self.answered_twice,
            "answers missing": self.answers_missing,
            "rejected sends": self.rejected_sends,
        }
        return [f"{name}: {number}" for name, number in wrong.items() if number]


class Processes:
    """Web and bot as processes of their own, over one data folder."""

    def __init__(
        self,
        home: Path,
        api_base: str,
        *,
        database: str,
        slow_share: float,
        slow_seconds: float,
        budget: float,
    ) -> None:
        self.web_port, self.bot_port = free_port(), free_port()
        self.home = home
        self._bot_command = ["-m", "tests.wechat.endurance_bot", str(self.bot_port)]
        self._bot_command += [str(slow_share), str(slow_seconds)]
        self._environment = {
            **os.environ,
            "WEIQUAN_HOME": str(home),
            "WEIQUAN_PORT": str(self.web_port),
            "WEIQUAN_BOT_URL": f"http://127.0.0.1:{self.bot_port}",
            "WEIQUAN_BOT_TIMEOUT": "20",
            "WEIQUAN_LOG_LEVEL": "WARNING",
            "DATABASE_URL": database,
            "REDIS_URL": "",
            "WECHAT_APP_ID": APP_ID,
            "WECHAT_APP_SECRET": SECRET,
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_AES_KEY": AES_KEY,
            "WECHAT_API_BASE": api_base,
            "WECHAT_BUDGET": str(budget),
        }
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.web_port}/wechat"

    def start(self) -> None:
        with (self.home / "processes.log").open("ab") as log:
            for command in (["server.py", "web"], self._bot_command):
                self._running.append(
                    subprocess.Popen(
                        [sys.executable, *command], cwd=ROOT, env=self._environment, stdout=log, stderr=log
                    )
                )

    def kill(self) -> None:
        """End both with -9, in the middle of whatever they do."""
        for process in self._running:
            process.send_signal(signal.SIGKILL)
        for process in self._running:
            process.wait()
        self._running.clear()

    def wait_until_up(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                if requests.get(f"http://127.0.0.1:{self.web_port}/healthz", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError((self.home / "processes.log").read_text("utf-8", "replace")[-3000:])

    def megabytes(self) -> float:
        """Return the resident memory of the web process."""
        status = Path(f"/proc/{self._running[0].pid}/status").read_text("ascii")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0


def run(
    home: Path,
    *,
    database: str = "",
    messages: int,
    followers: int,
    kills: int,
    slow_share: float = 0.02,
    slow_seconds: float = 2.5,
    budget: float = 1.0,
    redelivered: float = 0.10,
    outstanding: int = 10,
    seed: int = 20261121,
    patience: float = 90,
    progress: bool = False,
) -> Figures:
    """Do the run and return its figures. `home` is a fresh data folder, `database` an empty one, '' for SQLite.

    `patience` is how many seconds a start, and the end of what is under way, may each take.
    """
    from .endurance_bot import slow

    figures = Figures(messages, followers, kills, 0, budget)
    where = database or f"sqlite:///{home / 'desk.db'}"
    chance = random.Random(seed)
    with WeChatPlatform(APP_ID, SECRET, TOKEN, AES_KEY, seed=seed) as platform:
        platform.faults.duplicates = redelivered
        platform.faults.disorder = 0.05
        platform.faults.max_delay = 0.8
        processes = Processes(
            home,
            platform.api_base,
            database=database,
            slow_share=slow_share,
            slow_seconds=slow_seconds,
            budget=budget,
        )
        processes.start()
        processes.wait_until_up(patience)
        platform.webhook = processes.webhook
        people = [platform.follower() for _ in range(followers)]
        said: dict[str, str] = {}
        kill_at = {round(messages * (n + 1) / (kills + 1)) for n in range(kills)}
        seats = threading.Semaphore(outstanding)
        repeated: list[str] = []
        began = time.monotonic()
        order = [people[n % followers] for n in range(messages)]
        chance.shuffle(order)
        for number, person in enumerate(order):
            if number in kill_at:
                processes.kill()
                processes.start()
            text = f"m{number}。"
            said[f"m{number}"] = person.openid
            figures.slow_turns += slow(text, slow_share)
            seats.acquire()
            delivery = person.say(text, wait=False)
            on_the_way = threading.Thread(
                target=_see_through, args=(person, delivery, seats, patience, repeated), daemon=True
            )
            on_the_way.start()
            if progress and number % 1000 == 0:
                print(f"{number:6d} messages, {time.monotonic() - began:6.1f} s", flush=True)
        for _ in range(outstanding):
            seats.acquire(timeout=patience)
        platform.settle(patience)
        figures.asked_to_send_again = len(repeated)
        figures.seconds = round(time.monotonic() - began, 1)
        _wait_until_quiet(where, patience)
        figures.web_megabytes = round(processes.megabytes(), 1)
        processes.kill()
        _count(figures, platform, where, said, slow_share)
    return figures


def _see_through(person, delivery, seats: threading.Semaphore, patience: float, repeated: list[str]) -> None:
    """Wait for the reply, and send the words again when it asks for that, as people do."""
    try:
        delivery.wait(patience)
        while delivery.reply and delivery.reply.text == say("wechat.busy"):
            repeated.append(person.openid)
            time.sleep(REPEATED_AFTER)
            delivery = person.say(delivery.fields["Content"], wait=False)
            delivery.wait(patience)
    finally:
        seats.release()


def _wait_until_quiet(database: str, patience: float) -> None:
    """Wait until nothing is open, waiting to be sent, or said without anybody knowing whether it left."""
    store = open_store(database)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with store.read() as tx:
            open_now = _number(tx, "SELECT count(*) FROM inbound WHERE state = 'received'")
            waiting = _number(tx, "SELECT count(*) FROM outbox WHERE state = 'waiting'")
            unsure = _number(tx, "SELECT count(*) FROM inbound WHERE route = 'passive' AND handed_at IS NULL")
        if not open_now and not waiting and not unsure:
            break
        time.sleep(0.5)
    store.close()


def _read(column):
    """Return a column of JSON, which PostgreSQL's driver has read already."""
    return json.loads(column) if isinstance(column, str) else column


def _number(tx, query: str) -> int:
    return int(tx.connection.exec_driver_sql(query).scalar())


def _count(
    figures: Figures, platform: WeChatPlatform, database: str, said: dict[str, str], slow_share: float
) -> None:
    """Compare what was said with what was handled and what was seen."""
    from .endurance_bot import slow

    store = open_store(database)
    heard: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    message_of: dict[str, int] = {}
    with store.read() as tx:
        for id, author, body in tx.connection.exec_driver_sql("SELECT id, author, body FROM messages"):
            text = str(_read(body).get("text", ""))
            if author == "consumer":
                heard[text.rstrip("。")] += 1
            for name in ANSWER.findall(text):
                answered[name] += 1
                message_of[name] = id
        owed = set()
        for raw in tx.connection.exec_driver_sql(
            "SELECT messages FROM outbox WHERE state IN ('next', 'doubtful') OR error = 'linked'"
        ):
            owed |= set(_read(raw[0]))
    store.close()
    seen: Counter[str] = Counter()
    for person in platform.followers.values():
        for text in person.texts:
            seen.update(ANSWER.findall(text))
    record = platform.record
    unreached = {str(delivery.fields.get("Content")).rstrip("。") for delivery in record.lost}
    for name in said:
        if name in unreached and not heard[name]:
            figures.never_reached_us += 1
            continue
        handled = heard[name] == 1 and answered[name] == 1
        figures.handled_once += handled
        figures.not_handled += heard[name] == 0 or answered[name] == 0
        figures.handled_twice += heard[name] > 1 or answered[name] > 1
        figures.answered_once += seen[name] == 1
        figures.answered_twice += seen[name] > 1
        if seen[name] == 0 and message_of.get(name) in owed:
            figures.waiting_visibly += 1
        elif seen[name] == 0:
            figures.answers_missing += 1
            figures.examples.append(f"{name}: no answer seen")
        if (not handled or seen[name] > 1) and len(figures.examples) < 10:
            figures.examples.append(
                f"{name}: heard {heard[name]}, answered {answered[name]}, seen {seen[name]}"
            )
    figures.deliveries = sum(len(delivery.tries) for delivery in record.deliveries)
    figures.redeliveries = figures.deliveries - len(record.deliveries)
    figures.given_up_by_wechat = len(record.lost)
    sends = [call for call in record.calls if call.path.endswith("/message/custom/send")]
    figures.rejected_sends = sum(call.errcode != 0 for call in sends)
    figures.customer_service_sends = len(sends) - figures.rejected_sends
    figures.messages_per_second = round(figures.messages / figures.seconds, 1)
    times = sorted(record.acknowledgement_ms())
    figures.acknowledged_p50 = round(statistics.median(times), 1)
    figures.acknowledged_p99 = round(times[int(len(times) * 0.99) - 1], 1)
    figures.acknowledged_max = round(times[-1], 1)
    quick = sorted(
        attempt.ms
        for delivery in record.deliveries
        if not slow(str(delivery.fields.get("Content")), slow_share)
        for attempt in delivery.tries
        if attempt.outcome == "answered"
    )
    figures.quick_turns_p99 = round(quick[int(len(quick) * 0.99) - 1], 1)


def table(figures: Figures) -> str:
    """Return the figures as a table in Markdown."""
    rows = {name: value for name, value in asdict(figures).items() if name != "examples"}
    lines = [f"| {name.replace('_', ' ')} | {value} |" for name, value in rows.items()]
    return "\n".join(["| figure | value |", "|---|---|", *lines])


def write_report(figures: Figures, page: Path) -> None:
    """Put the table between its marks in the page."""
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--followers", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--budget", type=float, default=1.0)
    parser.add_argument("--database", default="")
    parser.add_argument("--report", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="endurance-") as home:
        figures = run(
            Path(home),
            database=chosen.database,
            messages=chosen.messages,
            followers=chosen.followers,
            kills=chosen.kills,
            budget=chosen.budget,
            progress=True,
        )
    print(table(figures))
    for line in (*figures.faults(), *figures.examples):
        print(line)
    if chosen.report:
        write_report(figures, chosen.report)
    return 1 if figures.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
