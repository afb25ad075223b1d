"""A consumer who chats over the public JSON API, as the page does."""

from __future__ import annotations

import uuid
from typing import Any

import requests


class Consumer:
    """One visitor of a running system. Every call goes over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        opened = requests.post(f"{url}/api/chat/visitors", json={}, timeout=30)
        opened.raise_for_status()
        self.token = opened.json()["data"]["token"]
        self.last: list[dict[str, Any]] = []
        self.owner = "bot"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def says(self, text: str, choice: str | None = None) -> list[dict[str, Any]]:
        """Send a message (or a tapped chip with its value); returns the replies."""
        body: dict[str, Any] = {"text": text, "client_id": uuid.uuid4().hex}
        if choice is not None:
            body["choice"] = choice
        answer = requests.post(f"{self.url}/api/chat/messages", json=body, headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        self.last, self.owner = data["replies"], data["owner"]
        return self.last

    def taps(self, label: str) -> list[dict[str, Any]]:
        """Tap the chip whose label contains these words."""
        for reply in reversed(self.last):
            for choice in reply.get("choices") or []:
                if label in choice["label"]:
                    return self.says(choice["label"], choice["value"])
        raise AssertionError(f"no chip {label!r} in {self.last}")

    def sends(self, name: str, data: bytes) -> dict[str, Any]:
        """Upload evidence; returns the data of the answer."""
        files = {"file": (name, data)}
        answer = requests.post(f"{self.url}/api/chat/evidence", files=files, headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        self.last = answer.json()["data"].get("replies", [])
        return answer.json()["data"]

    def sees(self, after: int = 0) -> list[dict[str, Any]]:
        """All messages of the conversation after an id."""
        params = {"after": after}
        answer = requests.get(
            f"{self.url}/api/chat/messages", params=params, headers=self.headers, timeout=30
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["messages"]

    def words(self) -> str:
        """Everything the last replies show, as one text: sentences, chips, card, summary, ticket."""
        return "\n".join(_shown(reply) for reply in self.last)

    def card(self) -> dict[str, Any]:
        """The answer card among the last replies."""
        cards = [reply["card"] for reply in self.last if reply.get("card")]
        assert cards, f"no card in {self.words()}"
        return cards[-1]


def _shown(reply: dict[str, Any]) -> str:
    parts = [reply.get("text") or ""]
    parts += [choice["label"] for choice in reply.get("choices") or []]
    card = reply.get("card")
    if card:
        parts += [card["title"], card["answer"]]
        parts += [f"{row['label']} {row['gist']}" for row in card["basis"]]
        parts += [row["item"] for row in card["evidence"]]
        parts += [
            card["remedy"]["label"] if card["remedy"] else "",
            str((card["remedy"] or {}).get("amount") or ""),
        ]
    summary = reply.get("summary")
    if summary:
        parts += [f"{row['label']}：{row['value']}" for row in summary["lines"]] + summary["warnings"]
        parts.append(summary.get("note", ""))
    ticket = reply.get("ticket")
    if ticket:
        parts += [ticket["number"], ticket["code"], ticket["accept_by"]]
    return "\n".join(part for part in parts if part)
