"""Ticket news as WeChat's own notices: a template message, or a subscription notice the consumer agreed to."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from desk import followers
from desk.followers import Follower
from desk.store import Store

from ..beijing import clock
from .api import Api
from .errors import ApiRefused

log = logging.getLogger("weiquan.wechat.notices")

FILE = Path(__file__).with_name("notices.yml")
OWN_FILE = "wechat_notices.yml"
# What WeChat takes of each sort of field, in characters.
LONGEST = {"thing": 20, "phrase": 5, "character_string": 32, "const": 20, "short_thing": 5}


@dataclass(frozen=True)
class Notices:
    """The notices of the account; an empty id means it has none of that sort."""

    store: Store
    api: Api
    template: str
    subscription: str
    fields: Mapping[str, Mapping[str, str]]

    def may_send(self, follower: Follower) -> bool:
        """Tell whether there is a notice that might be sent to this person."""
        return bool(self.template) or follower.accepted.get(self.subscription, 0) > 0

    def send(self, follower: Follower, news: Mapping[str, Any], *, url: str, at: datetime) -> bool:
        """Send ticket news as a notice; False when no notice may or can be sent."""
        if self.subscription and follower.accepted.get(self.subscription, 0) > 0:
            body = {"touser": follower.openid, "template_id": self.subscription, "page": url}
            if self._sent(
                "message/subscribe/bizsend", {**body, "data": self._data("subscription", news, at)}
            ):
                self._used_up(follower)
                return True
        if self.template:
            body = {"touser": follower.openid, "template_id": self.template, "url": url}
            return self._sent("message/template/send", {**body, "data": self._data("template", news, at)})
        return False

    def _sent(self, path: str, body: dict[str, Any]) -> bool:
        try:
            self.api.post(path, body)
        except ApiRefused as refused:
            log.warning("notice refused: %s", refused)
            return False
        return True

    def _used_up(self, follower: Follower) -> None:
        with self.store.write() as tx:
            held = followers.held(tx, follower.conversation_id)
            if held is not None:
                followers.accepts(tx, held, self.subscription, -1)

    def _data(self, sort: str, news: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        values = {
            "number": str(news.get("number", "")),
            "status": str(news.get("status", "")),
            "time": clock(at),
        }
        return {
            name: {"value": values[what][: LONGEST.get(name.rstrip("0123456789"), 200)]}
            for name, what in self.fields.get(sort, {}).items()
            if what in values
        }


def load_fields(home: Path) -> dict[str, dict[str, str]]:
    """Return which field says what, from the office's own file if there is one."""
    own = home / OWN_FILE
    loaded: dict[str, dict[str, str]] = yaml.safe_load((own if own.exists() else FILE).read_text("utf-8"))
    return loaded
