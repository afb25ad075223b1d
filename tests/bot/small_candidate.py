"""`python -m bot.candidate` over the small test project: the same order and lines, other sources and golden lines.

python -m tests.bot.small_candidate <config.yml> <golden.yml> <order.json>
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import skops.io  # noqa: F401  (before TensorFlow)

import settings as settings_module
from bot import candidate
from bot.training import Sources

FIXTURE = Path(__file__).parent / "fixture"


def sources(config: Path) -> Sources:
    """Return the small project with this pipeline."""
    return Sources(
        config=config,
        domain=FIXTURE / "domain.yml",
        data=(FIXTURE / "nlu.yml", FIXTURE / "rules.yml"),
        cases=FIXTURE / "cases",
    )


if __name__ == "__main__":
    config, golden, order = map(Path, sys.argv[1:])
    told = replace(candidate.read_order(order), golden=golden)
    result = candidate.run(settings_module.load(), told, sources(config))
    print(json.dumps({"result": result}, ensure_ascii=False), flush=True)
