"""From questions to drafts: a new case that begins with what people asked, or more phrasings for one there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from desk import drafts
from desk.drafts import Draft
from desk.personal import without_numbers
from knowledge import editing, library_file

from ..beijing import today
from ..parts import parts
from .access import me
from .names import name_of

LONGEST_PHRASING = 400
LONGEST_TITLE = 22


def phrasing(text: str) -> str:
    """What somebody wrote as a line of the library: on one line, at most 400 characters, nobody to be found by it."""
    return without_numbers(" ".join(text.split()))[:LONGEST_PHRASING]


def phrasings(texts: Sequence[str]) -> list[str]:
    """Distinct phrasings of at least two characters, in their order."""
    return [line for line in dict.fromkeys(map(phrasing, texts)) if len(line) > 1]


def draft_of_new_case(
    texts: Sequence[str], *, number: int, terms: Sequence[str], source: dict[str, Any]
) -> str:
    """Begin a case with these phrasings; its topic is the one most of them are nearest to. Returns the draft's id.

    `number` makes its provisional id; its editor gives it one of its own before it is submitted.
    """
    lines = phrasings(texts)
    topic = _likely_topic(lines)
    document = {
        **editing.BLANK,
        "id": provisional_id(number),
        "title": "、".join(terms)[:LONGEST_TITLE],
        "topic": topic,
        "ask": lines,
        "office": parts().titles.opened().topic(topic).office if topic else "",
        "review": {"by": name_of(me()), "on": today().isoformat(), "due": today().isoformat()},
    }
    return drafts.create(parts().store, document, by=me().id, source=source)


def provisional_id(number: int) -> str:
    """Return the id a case begun from a question has until its editor gives it one."""
    return f"{drafts.PROVISIONAL}{number}"


def proposed_id(draft: Draft) -> str:
    """Return an id for a new case: its topic and how its title, or else its first phrasing, is pronounced."""
    document, library = draft.document or {}, parts().titles.library()
    taken = {case.id for case in library.cases()} if library else set()
    taken |= {other.case_id for other in drafts.listed(parts().store, sorted(drafts.OPEN))}
    words = document.get("title") or next(iter(document.get("ask") or []), "")
    return editing.slug(f"{document.get('topic') or ''} {words}".strip(), taken)


def draft_with_phrasings(case_id: str, texts: Sequence[str], *, source: dict[str, Any]) -> str:
    """Add phrasings to a case, in its open draft or a new one; returns the draft's id.

    NotInLibrary for an unknown case, DraftClosed while its draft is with a reviewer.
    """
    store, library = parts().store, parts().titles.opened()
    lines = phrasings(texts)
    known = drafts.open_for(store, case_id)
    if known is not None:
        return drafts.append(store, known.id, "ask", lines, by=me().id).id
    library.case(case_id)
    document = library_file.entries(parts().settings.library_path, "cases")[case_id]
    more = [line for line in lines if line not in document["ask"]]
    held = {**document, "ask": [*document["ask"], *more]}
    return drafts.create(store, held, by=me().id, source=source, base_release=library.release)


def open_drafts() -> dict[str, Draft]:
    """Return the drafts being written, by case."""
    return {draft.case_id: draft for draft in drafts.listed(parts().store, sorted(drafts.EDITABLE))}


def _likely_topic(lines: Sequence[str]) -> str:
    """The topic of the case nearest to most of the lines; '' where there is nothing to search."""
    library = parts().titles.opened()
    nearest = [ranking.hits[0].topic for line in lines[:20] if (ranking := library.search(line)).hits]
    return Counter(nearest).most_common(1)[0][0] if nearest else ""
