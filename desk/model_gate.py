"""Whether a candidate is worse than the model in use, by the bars of model_gate.yml. No storage here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import reviewed

SETS = ("golden", "held")
FIGURES = ("act_accuracy", "act_macro_f1", "topic_accuracy", "entity_f1")
NOISE = 1e-9  # of figures that are the same


@dataclass(frozen=True)
class Broken:
    """A bar that was broken: of which set, which figure ('lines' for the count of losses), before and now."""

    set: str
    figure: str
    was: float
    now: float


def weigh(report: Mapping[str, Any]) -> list[Broken]:
    """Return the bars a report breaks; none where it was compared with nothing.

    `report`: by set `lines`, `base` and `candidate` with their figures (None where there is nothing to
    measure), `better` and `worse`.
    """
    bars = reviewed.load("model_gate")
    broken = []
    for name in SETS:
        found = report.get(name) or {}
        if found.get("lines", 0) < bars["least"][name] or not found.get("base"):
            continue
        for figure in FIGURES:
            was, now = found["base"].get(figure), found["candidate"].get(figure)
            if was is not None and now is not None and was - now > bars["may_fall"][name][figure] + NOISE:
                broken.append(Broken(name, figure, was, now))
        better, worse = len(found["better"]), len(found["worse"])
        if worse - better > bars["most_lost"][name]:
            broken.append(Broken(name, "lines", better, worse))
    return broken
