"""Our actions, run in the bot process instead of behind HTTP.

Everything crosses the border as JSON would: an action gets its own copy of the tracker, and what it
returns must be JSON. Refusals and failures arrive as the HTTP errors that Rasa's caller expects
(RASA.md, trap 14).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot.turn import note_failure, told_without_text

logger = logging.getLogger(__name__)


class InProcessEndpoint(EndpointConfig):
    """Stands where the address of an action server would stand."""

    def __init__(self, executor: ActionExecutor, domain: Callable[[], Domain | None] = lambda: None) -> None:
        """`domain` gives the model's domain; it is turned into a dict once, not for every action."""
        super().__init__(url="in-process://actions", enable_selective_domain=True)
        self.executor = executor
        self._domain = domain
        self._domain_seen: Domain | None = None
        self._domain_dict: dict[str, Any] = {}

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = None,
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run the action named in `json`; raise ClientResponseError 400, 404 or 500 like an action server."""
        call = _through_json({key: value for key, value in kwargs["json"].items() if key != "domain"})
        call["domain"] = self._domain_as_dict()
        action = str(call.get("next_action"))
        try:
            return _through_json(await self.executor.run(call))
        except ActionExecutionRejection as refused:
            raise _response_error(400, refused.message, refused.action_name) from None
        except ActionNotFoundException as missing:
            note_failure(action, "not found")
            raise _response_error(404, missing.message, missing.action_name) from None
        except Exception as failed:  # the outermost handler of an action, as in the SDK's server
            note_failure(action, type(failed).__name__)
            logger.error("action %s failed: %s", action, told_without_text(failed))
            raise _response_error(
                500, type(failed).__name__, action
            ) from None  # its message may quote a consumer

    def _domain_as_dict(self) -> dict[str, Any]:
        domain = self._domain()
        if domain is not None and domain is not self._domain_seen:
            self._domain_dict = domain.as_dict()
            self._domain_seen = domain
        return self._domain_dict


def load_actions(package: str = "actions") -> ActionExecutor:
    """Register every action of the (flat) package; exits when it cannot be imported, as the SDK does."""
    executor = ActionExecutor()
    executor.register_package(package)
    return executor


def _through_json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False))


def _response_error(status: int, message: str, action: str) -> ClientResponseError:
    body = json.dumps({"error": message, "action_name": action})
    return ClientResponseError(status, message, body)
