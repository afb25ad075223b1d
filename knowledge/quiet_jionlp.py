"""jionlp, loaded without its banner and without its log lines, which would quote what people wrote."""

from __future__ import annotations

import contextlib
import io
import logging
from functools import lru_cache
from typing import Any


def _not_jionlp(record: logging.LogRecord) -> bool:
    """jionlp logs on the root logger, with the text it could not read; nothing of ours does that."""
    return "/jionlp/" not in record.pathname.replace("\\", "/")


@lru_cache(maxsize=1)
def load() -> Any:
    """The jionlp module. The first call takes about a second."""
    logging.getLogger().addFilter(_not_jionlp)
    with contextlib.redirect_stdout(io.StringIO()):
        import jionlp
    return jionlp
