"""Two look-ups of Rasa that cost 20 ms a turn, done once. Their results are the same (tests/bot/test_caches.py).

`RemoteAction._validate_action_result` checks the schema itself at every call, and
`Event.resolve_by_type` walks all event classes for every event it reads.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event

from bot.turn import note_failure

_stock_resolve: Callable[..., Any] = Event.resolve_by_type
_stock_validate: Callable[..., bool] = RemoteAction._validate_action_result


@functools.lru_cache(maxsize=1)
def _result_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def validate_action_result(action: RemoteAction, result: dict[str, Any]) -> bool:
    """True for a well-formed action result; anything else goes to Rasa's own check, which raises."""
    if _result_validator().is_valid(result):
        return True
    note_failure(action.name(), "its result is not what an action may return")
    return _stock_validate(action, result)


_classes: dict[str, type[Event]] = {}


def resolve_by_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The event class of that name; unknown names go to Rasa's own look-up and are not remembered."""
    found = _classes.get(type_name)
    if found is None:
        found = _stock_resolve(type_name, default)
        if found is not None and found is not default and found.type_name == type_name:
            _classes[type_name] = found
    return found


def install() -> None:
    """Put both caches in place; calling it again changes nothing."""
    RemoteAction._validate_action_result = validate_action_result  # type: ignore[method-assign]
    Event.resolve_by_type = staticmethod(resolve_by_type)  # type: ignore[method-assign]
