"""A running Weiquan for a test: live HTTP server, its own store, a stand-in bot, and people who use it."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from werkzeug.serving import make_server

import settings as settings_module
from desk import conversations, staff, tickets
from desk.staff import Role
from desk.store import open_store
from desk.tickets import ComplaintDraft
from server import create_app
from settings import Settings
from tests.databases import migrated_sqlite
from web.curation import service as curation
from web.curation.building import Workshop
from web.wechat import registration as wechat

from .bot_standin import StandInBot

PASSWORD = "correct-horse-42"
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class Site:
    """The web process on a free port. `change` overrides settings; `workshop` makes what builds releases of the library."""

    def __init__(
        self,
        home: Path,
        *,
        bot: StandInBot | None = None,
        workshop: Callable[[Settings], Workshop] = Workshop,
        **change: Any,
    ) -> None:
        self.bot = bot or StandInBot()
        base = settings_module.load({"WEIQUAN_HOME": str(home)})
        usual = {"bot_timeout": 2.0, "message_rate": "1000 per minute", "duty_hours": "always"}
        change = {"bot_url": self.bot.url, **usual, **change}
        self.settings = dataclasses.replace(base, **change)
        if self.settings.database_url.startswith("sqlite:///"):
            migrated_sqlite(Path(self.settings.database_url.removeprefix("sqlite:///")))
        self.store = open_store(self.settings.database_url, secret_key=self.settings.secret_key)
        self.app = create_app(self.settings, self.store, workshop=workshop)
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        wechat.stop(self.app)
        curation.stop(self.app)
        self.bot.stop()
        self.store.close()

    def visitor(self) -> Chatter:
        """Return a new consumer with a token."""
        return Chatter(self)

    def member(self, *roles: Role, username: str = "") -> Member:
        """Return a signed-in member of staff with these roles."""
        return Member(self, roles or (Role.OFFICER,), username)

    def complaint(self, conversation: str | None = None, **change: Any) -> tickets.Ticket:
        """File a complaint and return its ticket with the code."""
        if conversation is None:
            conversation = conversations.open_conversation(self.store, channel="h5", visitor="v_test").id
        draft = ComplaintDraft(
            **{
                "name": "王秀英",
                "phone": "13812345678",
                "address": "江苏省盐城市亭湖区建军东路1号3幢",
                "region_code": "320902",
                "merchant_name": "某某网络科技有限公司",
                "merchant_address": "上海市金山区某路8号",
                "request": "退还充值款3200元",
                "story": "孩子拿我的手机充值，客服不同意退。",
                "amount": "3200",
                "happened_on": "2026-09-30",
                "known_on": "2026-09-30",
                **change,
            }
        )
        return tickets.file_ticket(self.store, conversation_id=conversation, draft=draft)


class Chatter:
    """A consumer speaking to the JSON API with a bearer token."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.http = requests.Session()
        data = self.http.post(f"{site.url}/api/chat/visitors").json()["data"]
        self.http.cookies.clear()
        self.token, self.conversation = data["token"], data["conversation"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.http.post(f"{self.site.url}{path}", **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.http.get(f"{self.site.url}{path}", **options)

    def send(self, text: str, **more: Any) -> dict[str, Any]:
        """Send a message and return the data of the answer."""
        answer = self.post("/api/chat/messages", json={"text": text, **more}).json()
        assert answer["ok"], answer
        data: dict[str, Any] = answer["data"]
        return data

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/api/chat/messages?after=0").json()["data"]["messages"]
        return found


class Member:
    """A member of staff with a browser-like session."""

    def __init__(self, site: Site, roles: tuple[Role, ...], username: str) -> None:
        self.site = site
        self.username = username or f"{roles[0].value}.{len(staff.everyone(site.store))}"
        made, once = staff.create(site.store, username=self.username, name="小李", roles=roles, by="system")
        staff.change_password(site.store, made.id, old=once, new=PASSWORD)
        self.id = made.id
        self.http = requests.Session()
        answer = self.submit("/staff/login", follow=False, username=self.username, password=PASSWORD)
        assert answer.status_code in (302, 303), answer.text

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.http.get(f"{self.site.url}{path}", **options)

    def submit(
        self, path: str, *, page: str | None = None, follow: bool = True, **fields: str | list[str]
    ) -> requests.Response:
        """Fetch a page for its CSRF token, then post the form; `follow` whither it leads."""
        found = CSRF.search(self.get(page or path).text)
        token = {"csrf_token": found[1]} if found else {}
        return self.http.post(f"{self.site.url}{path}", data={**token, **fields}, allow_redirects=follow)
