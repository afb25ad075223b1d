"""What people wrote must not reach the log through the library that reads dates."""

from __future__ import annotations

import logging
from datetime import date

from knowledge import dates, quiet_jionlp


def test_an_unreadable_date_is_not_logged(caplog):
    jionlp = quiet_jionlp.load()
    with caplog.at_level(logging.DEBUG):
        for text in ("张三周一三五都去，上", "每逢上上", ",上", "13812345678周一三五"):
            jionlp.ner.extract_time(text, time_base=0, with_parsing=True)
            dates.find(text, today=date(2026, 11, 21))
    assert caplog.text == ""


def test_only_jionlp_is_silenced():
    quiet_jionlp.load()
    root = logging.getLogger()

    def passes(path: str) -> bool:
        return bool(root.filter(logging.LogRecord("root", logging.ERROR, path, 1, "words", None, None)))

    assert passes("/app/desk/tickets.py")
    assert not passes("/site-packages/jionlp/gadget/time_parser.py")
