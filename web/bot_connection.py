"""The way to the bot process: HTTP and JSON, nothing else. See `BotConnection` for what is promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter

from .errors import BotAway, BotFailed, BotRefused, BotSaidNothing, BotUnreachable

COMMANDS = "/\\@／＠ \u3000"  # what a command to the bot could begin with
KINDS = frozenset({"text", "card", "summary", "ticket", "handoff"})


@dataclass(frozen=True)
class BotTurn:
    """What the bot said to one message, and why (never shown to the consumer)."""

    replies: tuple[dict[str, Any], ...]
    decision: dict[str, Any] | None


@dataclass(frozen=True)
class Understood:
    """What the bot's understanding makes of a text: probabilities of acts and topics, and the entities."""

    act: str
    confidence: float
    topics: dict[str, float]
    entities: tuple[dict[str, Any], ...]


class BotConnection(Protocol):
    """A bot that can be asked."""

    def turn(
        self,
        *,
        conversation: str,
        message_id: str,
        text: str,
        channel: str,
        choice: str | None = None,
        event: dict[str, str] | None = None,
    ) -> BotTurn:
        """Hand one message or event over; raise BotFailed when there is no usable answer."""

    def ready(self) -> dict[str, Any]:
        """Return `{"model", "release"}` of the loaded bot; raise BotFailed when it is not ready."""

    def forget(self, conversation: str) -> None:
        """Make the bot drop what it remembers of a conversation; raise BotFailed when it did not."""

    def understand(self, text: str) -> Understood:
        """Return what the bot makes of a text outside any conversation; raise BotFailed when it cannot."""


class HttpBot:
    """The bot behind `base_url`, asked with at most `timeout` seconds of patience."""

    def __init__(self, base_url: str, timeout: float, token: str = "") -> None:
        """`token` opens Rasa's own interface, which only `understand` needs."""
        self._base = f"{base_url}/webhooks/weiquan"
        self._parse = f"{base_url}/model/parse"
        self._token = token
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy in the environment must not see conversations
        self._session.mount("http://", HTTPAdapter(pool_connections=2, pool_maxsize=64))

    def turn(
        self,
        *,
        conversation: str,
        message_id: str,
        text: str,
        channel: str,
        choice: str | None = None,
        event: dict[str, str] | None = None,
    ) -> BotTurn:
        asked = {
            "conversation": conversation,
            "message_id": message_id,
            "text": text,
            "channel": channel,
            "choice": choice,
            "event": event,
        }
        data = self._data("POST", "/turn", self._timeout, json=asked)
        replies = data.get("replies")
        if not isinstance(replies, list) or not all(_is_message(reply) for reply in replies):
            raise BotRefused("the answer is not a list of messages")
        if not replies and event is None:
            raise BotSaidNothing("no reply to a message")
        decision = data.get("decision")
        return BotTurn(tuple(replies), decision if isinstance(decision, dict) else None)

    def ready(self) -> dict[str, Any]:
        return self._data("GET", "/ready", min(self._timeout, 3.0))

    def forget(self, conversation: str) -> None:
        self._data("POST", "/forget", self._timeout, json={"conversation": conversation})

    def understand(self, text: str) -> Understood:
        asked = {"params": {"token": self._token}, "json": {"text": text.lstrip(COMMANDS)}}
        answer = self._answer("POST", self._parse, min(self._timeout, 5.0), **asked)
        intent = answer.get("intent")
        if not isinstance(intent, dict):
            raise BotRefused("no act")
        topics = {str(row["name"]): float(row["confidence"]) for row in answer.get("topic_ranking") or ()}
        return Understood(
            str(intent.get("name") or ""),
            float(intent.get("confidence") or 0.0),
            topics,
            tuple(answer.get("entities") or ()),
        )

    def _data(self, method: str, path: str, timeout: float, **extra: Any) -> dict[str, Any]:
        answer = self._answer(method, self._base + path, timeout, **extra)
        if answer.get("ok") is not True:
            raise BotRefused("not ok")
        data = answer.get("data")
        if not isinstance(data, dict):
            raise BotRefused("no data")
        return data

    def _answer(self, method: str, url: str, timeout: float, **extra: Any) -> dict[str, Any]:
        try:
            # Connecting is quick or hopeless; the patience is for the answer.
            response = self._session.request(method, url, timeout=(3.0, timeout), **extra)
            answer = response.json()
        except requests.JSONDecodeError as error:
            raise BotRefused("the answer is not JSON") from error
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise BotAway(type(error).__name__) from error
        except requests.RequestException as error:
            raise BotUnreachable(type(error).__name__) from error
        if response.status_code != 200 or not isinstance(answer, dict):
            raise BotRefused(f"status {response.status_code}")
        return answer


def _is_message(reply: object) -> bool:
    """Tell whether `reply` has the shape every channel can render."""
    if not isinstance(reply, dict) or reply.get("kind") not in KINDS:
        return False
    choices = reply.get("choices") or []
    return isinstance(reply.get("text", ""), str) and isinstance(choices, list)


__all__ = ["BotConnection", "BotFailed", "BotTurn", "HttpBot", "Understood"]
