"""The library and the desk as the actions reach them; opened at first use, never at import."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

import settings
from desk.opening import open_desk
from desk.store import Store
from knowledge.content import Case
from knowledge.errors import NotInLibrary
from knowledge.library import Library, open_library

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


@lru_cache(maxsize=1)
def current_settings() -> settings.Settings:
    return settings.load()


@lru_cache(maxsize=1)
def library() -> Library:
    """The published library; it follows new releases by itself."""
    chosen = current_settings()
    vectors = chosen.vectors_dir if chosen.vectors_dir.exists() else None
    return open_library(chosen.library_path, vectors=vectors)


@lru_cache(maxsize=1)
def store() -> Store:
    return open_desk(current_settings())


def known_case(case_id: str | None) -> Case | None:
    """The case, or None when there is none or a later release dropped it."""
    try:
        return library().case(case_id) if case_id else None
    except NotInLibrary:
        return None


def now() -> datetime:
    return datetime.now(timezone.utc)


def today() -> date:
    """The calendar day in Beijing, which every period of the law counts in."""
    return now().astimezone(BEIJING).date()
