"""An office on the air: our web process with its stand-in bot, and the simulated WeChat, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desk import conversations, followers, outbox
from desk.conversations import Conversation
from tests.web.bot_standin import StandInBot
from tests.web.site import Site
from tests.wechat_platform import WeChatPlatform
from tests.wechat_platform.follower import Follower

APP_ID = "wx5823bf96d3bd56c7"
SECRET = "a-secret-of-32-characters-for-us"
TOKEN = "QDG6eK"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


class Office:
    """One office and its platform. `change` overrides settings."""

    def __init__(
        self, home: Path, *, mode: str = "aes", bot: StandInBot | None = None, **change: Any
    ) -> None:
        self.platform = WeChatPlatform(APP_ID, SECRET, TOKEN, AES_KEY, mode=mode)
        self.platform.__enter__()
        self.values = {
            "wechat_app_id": APP_ID,
            "wechat_app_secret": SECRET,
            "wechat_token": TOKEN,
            "wechat_aes_key": "" if mode == "plain" else AES_KEY,
            "wechat_api_base": self.platform.api_base,
            **change,
        }
        self.home = home
        self.site = Site(home, bot=bot, **self.values)
        self.platform.webhook = f"{self.site.url}/wechat"

    @property
    def store(self) -> Any:
        return self.site.store

    def close(self) -> None:
        self.platform.__exit__(None, None, None)
        self.site.close()

    def conversation(self, person: Follower) -> Conversation:
        """Return the conversation of a follower."""
        found = followers.find(self.store, person.openid)
        assert found is not None
        return conversations.get(self.store, found.conversation_id)

    def said(self, person: Follower) -> list[tuple[str, str]]:
        """Return who said what in a follower's conversation."""
        found = conversations.messages(self.store, self.conversation(person).id)
        return [(message.author, str(message.body.get("text", ""))) for message in found]

    def left(self, person: Follower) -> int:
        """Return what our ledger allows to send now."""
        found = followers.find(self.store, person.openid)
        assert found is not None
        return found.ledger.left(self.site.app.extensions["weiquan.wechat"].now())

    def owed(self, person: Follower) -> list[outbox.Delivery]:
        return outbox.latest(self.store, self.conversation(person).id)


@contextmanager
def running(home: Path, **change: Any) -> Iterator[Office]:
    """An office for one test."""
    office = Office(home, **change)
    try:
        yield office
    finally:
        office.close()


MakeOffice = Callable[..., Office]
