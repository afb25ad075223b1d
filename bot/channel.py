"""The channel between the web process and Rasa: one turn in, channel-neutral messages out.

POST /webhooks/weiquan/turn and GET /webhooks/weiquan/ready. Only the JSON fields `choice` and `event`
can become commands; text is cleaned first and is never one (RASA.md, traps 4, 5, 6 and 13).
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.cleaning import clean
from bot.errors import (
    ActionFailed,
    BotError,
    ModelMissing,
    NothingSaid,
    TrackerUnavailable,
    TurnFailed,
    TurnRefused,
)
from bot.turn import Turn, current_turn, told_without_text

logger = logging.getLogger(__name__)

EMPTY_RESPONSE = "utter_empty"
"""Response of the domain that answers a message with nothing in it."""
CHOOSE_PAYLOAD = re.compile(r"^/choose(\{.*\})$", re.DOTALL)
EVENTS = {"evidence": ("id", "name"), "returned": ()}
"""Events of the web process and the fields of theirs that become entities."""
_IDENTIFIER = re.compile(r"^[\w.:-]{1,128}$")


@dataclass(frozen=True)
class TurnRequest:
    """The body of POST turn, checked."""

    conversation: str
    message_id: str
    text: str
    channel: str
    choice: str | None
    event: dict[str, Any] | None


def read_request(body: Any) -> TurnRequest:
    """Check the body of a turn; raise TurnRefused with the field that is wrong."""
    if not isinstance(body, dict):
        raise TurnRefused("the body must be a JSON object")
    for field in ("conversation", "message_id"):
        if not isinstance(body.get(field), str) or not _IDENTIFIER.match(body[field]):
            raise TurnRefused(f"{field} must be a short identifier")
    text, channel, choice, event = (body.get(field) for field in ("text", "channel", "choice", "event"))
    if not isinstance(text or "", str) or not isinstance(channel or "", str):
        raise TurnRefused("text and channel must be strings")
    if choice is not None and not isinstance(choice, str):
        raise TurnRefused("choice must be a string")
    if event is not None and (not isinstance(event, dict) or event.get("type") not in EVENTS):
        raise TurnRefused(f"event must have a type of {sorted(EVENTS)}")
    return TurnRequest(body["conversation"], body["message_id"], text or "", channel or "h5", choice, event)


def to_message(request: TurnRequest, output: OutputChannel, limit: int) -> UserMessage | None:
    """The Rasa message for this turn; None when nothing is left of its text.

    Choices and events carry their meaning as parse data, so no text can imitate them.
    """
    metadata = {"channel": request.channel}
    if request.event is not None:
        kind = request.event["type"]
        values = {field: str(request.event[field]) for field in EVENTS[kind] if request.event.get(field)}
        return _command(request, output, kind, values, {**metadata, "event": request.event})
    if request.choice is not None:
        return _command(
            request, output, "choose", {"choice": request.choice}, {**metadata, "label": request.text[:200]}
        )
    text = clean(request.text, limit)
    if not text:
        return None
    return UserMessage(
        text,
        output,
        request.conversation,
        input_channel=WeiquanInput.name(),
        message_id=request.message_id,
        metadata=metadata,
    )


def _command(
    request: TurnRequest,
    output: OutputChannel,
    intent: str,
    values: dict[str, str],
    metadata: dict[str, Any],
) -> UserMessage:
    text = f"/{intent}" + (json.dumps(values, ensure_ascii=False) if values else "")
    entities = [
        {"entity": name, "value": value, "start": 0, "end": len(text)} for name, value in values.items()
    ]
    parsed = {
        "text": text,
        "intent": {"name": intent, "confidence": 1.0},
        "intent_ranking": [{"name": intent, "confidence": 1.0}],
        "entities": entities,
        "matter_ranking": [],
        "topic_ranking": [],
        "referral_ranking": [],
    }
    return UserMessage(
        text,
        output,
        request.conversation,
        parse_data=parsed,
        input_channel=WeiquanInput.name(),
        message_id=request.message_id,
        metadata=metadata,
    )


class CollectingOutput(OutputChannel):
    """Turns Rasa's responses into messages of the turn; a decision is lifted out and not shown."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn

    @classmethod
    def name(cls) -> str:
        return "weiquan"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Add one Rasa response (text, buttons, custom) to the turn."""
        custom = message.get("custom") or {}
        if "decision" in custom:
            self.turn.decision = custom["decision"]
        text = message.get("text") or ""
        choices = [_choice(button) for button in message.get("buttons") or []]
        if text or choices:
            self.turn.replies.append({"kind": "text", "text": text, "choices": choices})
        if "message" in custom:
            self.turn.replies.append({"kind": "text", "text": "", "choices": [], **custom["message"]})


def _choice(button: dict[str, Any]) -> dict[str, str]:
    payload = str(button.get("payload") or button.get("value") or "")
    wrapped = CHOOSE_PAYLOAD.match(payload)
    if wrapped:
        payload = str(json.loads(wrapped.group(1)).get("choice", payload))
    return {"label": str(button.get("title") or button.get("label") or payload), "value": payload}


class WeiquanInput(InputChannel):
    """Rasa input channel `weiquan`. `store` answers repeated message ids and says whether it can write."""

    def __init__(
        self, store: Any, limit: int = 3000, release: Callable[[], int | None] = lambda: None
    ) -> None:
        self.store = store
        self.limit = limit
        self.release = release
        self.refused: Callable[[], dict[str, str] | None] = lambda: None
        self._running: dict[tuple[str, str], asyncio.Future[dict[str, Any]]] = {}
        self._recent: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        return "weiquan"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes, relative to /webhooks/weiquan."""
        weiquan = Blueprint("weiquan_channel")

        @weiquan.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            try:
                # One agent from understanding to answer, also when another takes its place meanwhile.
                agent = request.app.ctx.agent
                handle = agent.handle_message if agent is not None else on_new_message
                return _success(await self.take_turn(agent, _json(request), handle))
            except BotError as error:
                return _failure(error)
            except Exception as error:  # the outermost handler: no failure may look like silence
                logger.error("a turn failed: %s", told_without_text(error))
                return _failure(TurnFailed(type(error).__name__))

        @weiquan.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            try:
                return _success(self.forget(_json(request)))
            except BotError as error:
                return _failure(error)

        @weiquan.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            try:
                return _success(self.readiness(getattr(request.app.ctx, "agent", None)))
            except BotError as error:
                return _failure(error)

        return weiquan

    def readiness(self, agent: Any) -> dict[str, Any]:
        """Model and release being served, and a model that could not be loaded; raises ModelMissing or TrackerUnavailable."""
        if agent is None or not agent.is_ready():
            raise ModelMissing("no model is loaded")
        fault = self.store.check()
        if fault is not None:
            raise TrackerUnavailable(fault)
        return {
            "model": agent.processor.model_filename,
            "release": self.release(),
            "refused": self.refused(),
        }

    def forget(self, body: Any) -> dict[str, Any]:
        """Drop what is remembered of the conversation the body names; raises TurnRefused, TrackerUnavailable."""
        conversation = body.get("conversation") if isinstance(body, dict) else None
        if not isinstance(conversation, str) or not _IDENTIFIER.match(conversation):
            raise TurnRefused("conversation must be a short identifier")
        for key in [key for key in self._recent if key[0] == conversation]:
            del self._recent[key]
        self.store.forget(conversation)
        return {"forgotten": conversation}

    async def take_turn(
        self, agent: Any, body: Any, handle: Callable[[UserMessage], Awaitable[Any]]
    ) -> dict[str, Any]:
        """Handle one turn exactly once per message id; raises BotError when it failed."""
        request = read_request(body)
        if agent is None or not agent.is_ready():
            raise ModelMissing("no model is loaded")
        key = (request.conversation, request.message_id)
        if key in self._running:
            return await asyncio.shield(self._running[key])
        given = self._recent.get(key) or self.store.reply_to(*key)
        if given is not None:
            return given
        future = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            result = await self._handle(agent, request, handle)
            future.set_result(result)
        except BaseException as error:
            future.set_exception(error)
            future.exception()  # seen here; a waiting duplicate gets it as well
            raise
        finally:
            del self._running[key]
        self._recent[key] = result
        while len(self._recent) > 5000:
            self._recent.popitem(last=False)
        return result

    async def _handle(
        self, agent: Any, request: TurnRequest, handle: Callable[[UserMessage], Awaitable[Any]]
    ) -> dict[str, Any]:
        turn = Turn(request.conversation, request.message_id)
        output = CollectingOutput(turn)
        message = to_message(request, output, self.limit)
        if message is None:
            return _empty_reply(agent, turn)
        token = current_turn.set(turn)
        try:
            if message.parse_data is None:
                message.parse_data = await _understand(agent, message)
            await handle(message)
        finally:
            current_turn.reset(token)
        if turn.failure is not None:
            raise ActionFailed(*turn.failure)
        if not turn.replies:
            logger.warning("no reply in conversation %s", request.conversation)
        return turn.reply()


async def _understand(agent: Any, message: UserMessage) -> dict[str, Any]:
    """The parse of a text without its token offsets, which would fill the tracker and serve nobody."""
    parsed = dict(await agent.processor.parse_message(message))
    parsed.pop("text_tokens", None)
    return parsed


def _empty_reply(agent: Any, turn: Turn) -> dict[str, Any]:
    variations = agent.domain.responses.get(EMPTY_RESPONSE) if agent.domain else None
    if not variations:
        raise NothingSaid("nothing is left of the text after cleaning")
    turn.replies.append(
        {
            "kind": "text",
            "text": variations[0].get("text", ""),
            "choices": [_choice(button) for button in variations[0].get("buttons") or []],
        }
    )
    return turn.reply()


def _json(request: Request) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        raise TurnRefused("the body is not JSON") from None


def _success(data: dict[str, Any]) -> HTTPResponse:
    return response.json({"ok": True, "data": data}, ensure_ascii=False, dumps=json.dumps)


def _failure(error: BotError) -> HTTPResponse:
    body = {"ok": False, "error": error.code, "message": str(error), "status": error.status}
    return response.json(body, status=error.status, ensure_ascii=False, dumps=json.dumps)
