"""The two caches give what Rasa's own code gives."""

from __future__ import annotations

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction
from rasa.shared.core import events
from rasa.shared.utils.common import all_subclasses

from bot import caches

ACTION = RemoteAction("action_x", None)
GOOD = [
    {"events": [], "responses": []},
    {},
    {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "好"}]},
    {"events": [{"event": "session_started"}, {"event": "restart"}]},
    {"events": [{"event": "active_loop", "name": None}]},
]
BAD = [
    [],
    None,
    {"events": "none"},
    {"responses": ["not an object"]},
    {"responses": {}},
    {"events": [{"event": "slot"}]},
    {"events": [{"name": "no event key"}]},
    {"events": [{"event": "no such event"}]},
    {"events": [{"event": "action", "name": 7}]},
]


@pytest.mark.parametrize("result", GOOD, ids=str)
def test_well_formed_results_pass_both(result):
    assert caches._stock_validate(ACTION, result)
    assert caches.validate_action_result(ACTION, result)


@pytest.mark.parametrize("result", BAD, ids=str)
def test_misshapen_results_are_refused_by_both_in_the_same_words(result):
    with pytest.raises(jsonschema.ValidationError) as stock:
        caches._stock_validate(ACTION, result)
    with pytest.raises(jsonschema.ValidationError) as ours:
        caches.validate_action_result(ACTION, result)
    assert ours.value.message == stock.value.message


def test_every_event_type_resolves_to_the_same_class():
    names = {cls.type_name for cls in all_subclasses(events.Event)} | {"topic"}
    for name in sorted(str(name) for name in names):
        for _ in range(2):
            assert caches.resolve_by_type(name, events.SlotSet) is caches._stock_resolve(name, events.SlotSet)


def test_unknown_event_types_are_refused_every_time():
    for _ in range(2):
        with pytest.raises(ValueError, match="Unknown event"):
            caches.resolve_by_type("no such event")
    assert caches.resolve_by_type("no such event", events.Event) is events.Event


def test_installing_twice_changes_nothing():
    caches.install()
    caches.install()
    assert events.Event.resolve_by_type is caches.resolve_by_type
    assert caches._stock_resolve is not caches.resolve_by_type
