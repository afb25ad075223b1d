"""Building and trying a release in a process of its own: `python -m knowledge candidate ORDER`.

The order is a JSON file with the fields of `Order`. Told on standard output, one JSON object a line: `{"stage",
"done", "total"}` as it goes on, at last `{"result": {"report"}}` or `{"refused": [{"case", "path", "said"}]}`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge import gate, library, publishing
from knowledge.errors import ContentRefused, KnowledgeError
from knowledge.problem_words import in_chinese


@dataclass(frozen=True)
class Order:
    """`cases`: all documents of the release by id; `before`: the file served now; `most`: questions asked, 0 for none.

    `changed`: case id → added, changed or retired; `kept`: [question, case id] pairs curated by hand.
    """

    source: str
    target: str
    number: int
    cases: dict[str, Any]
    before: str = ""
    changed: dict[str, str] = field(default_factory=dict)
    kept: list[list[str]] = field(default_factory=list)
    editions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # of laws, noted on the desk
    most: int = 0
    law_texts: str = ""
    vectors: str = ""
    plain: bool = False  # without example lines and dictionary, for small libraries


def read_order(path: Path) -> Order:
    """The order in that file."""
    return Order(**json.loads(path.read_text("utf-8")))


def run(order: Order) -> int:
    """Carry the order out; 0 when the file was built, whatever its trial found."""
    try:
        _tell(stage="build")
        _build(order)
        trial = _trial(order) if order.before and order.most else None
    except ContentRefused as error:
        refused = [
            {"case": problem.file.rpartition("/")[2], "path": list(problem.path), "said": in_chinese(problem)}
            for problem in error.problems
        ]
        _tell(refused=refused)
        return 1
    except (KnowledgeError, OSError) as error:
        _tell(refused=[{"case": "", "path": [], "said": str(error)}])
        return 1
    _tell(result={"report": trial.as_plain() if trial else {}})
    return 0


def _build(order: Order) -> None:
    usual: dict[str, Any] = {"examples": None, "dictionary": None} if order.plain else {}
    publishing.build_release(
        Path(order.source),
        order.cases,
        Path(order.target),
        number=order.number,
        before=Path(order.before) if order.before else None,
        editions=order.editions,
        law_texts=_path(order.law_texts),
        vectors=_path(order.vectors),
        **usual,
    )


def _trial(order: Order) -> gate.Trial:
    dictionary = None if order.plain else library.DICTIONARY
    before, after = (
        library.Release(Path(path), _path(order.vectors), dictionary) for path in (order.before, order.target)
    )
    kept = [(text, case) for text, case in order.kept]
    return gate.try_out(
        before,
        after,
        order.changed,
        kept,
        most=order.most,
        told=lambda done, total: _tell(stage="ask", done=done, total=total),
    )


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _tell(**what: Any) -> None:
    json.dump(what, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")
    sys.stdout.flush()
