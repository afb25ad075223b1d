"""Long letters are read in windows, so that one page weighs no more than one sentence. Pure."""

from __future__ import annotations

import re

WINDOW = 120
"""Characters a window may hold before the next sentence starts a new one."""
MOST = 16
"""Windows read at most: the first and last ones, where people say what they want."""

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")


_TITLE = "(?:尊敬的|各位|亲爱的)?(?:律师|领导|老师|客服|大家|法官|书记|市长|局长|主任)"
_OPENING = re.compile(
    rf"^(?:(?:{_TITLE}?(?:们)?(?:您好|你好)|{_TITLE}(?:们)?好|请问(?:一下)?|在吗|在不在|咨询一下|急+|"
    r"(?:我)?想(?:请问|咨询|问)(?:一下|下)?)[，,。！!：:、\s]*)+"
)
LEAST_LEFT = 6
"""Characters that must follow a greeting before it counts as a mere opening."""


def opening(text: str) -> int:
    """Length of the greeting a message opens with, 0 when the greeting is the message."""
    found = _OPENING.match(text)
    return found.end() if found and len(text) - found.end() >= LEAST_LEFT else 0


def windows(text: str) -> list[str]:
    """Cut `text` at sentence ends into windows of about WINDOW characters; never empty for a text."""
    if len(text) <= WINDOW:
        return [text]
    found: list[str] = []
    current = ""
    for sentence in _SENTENCE.findall(text):
        for piece in _pieces(sentence):
            if current and len(current) + len(piece) > WINDOW:
                found.append(current)
                current = ""
            current += piece
    if current:
        found.append(current)
    if len(found) > MOST:
        found = found[: MOST // 2] + found[-(MOST // 2) :]
    return found or [text[:WINDOW]]


def _pieces(sentence: str) -> list[str]:
    return [sentence[start : start + WINDOW] for start in range(0, len(sentence), WINDOW)]
