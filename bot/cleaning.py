"""Make what a consumer typed safe for the pipeline. Pure; nothing here knows Rasa.

The result is the text every entity span points into. Characters are mapped one for one
before anything is taken out, so a full-width digit stays where it was.
"""

from __future__ import annotations

import re
import unicodedata

from knowledge.varieties import simplified

# Runs longer than this say nothing more and make the model slow and certain (RASA.md, trap 4).
LONGEST_RUN = 6
_RUN = re.compile(rf"(.)\1{{{LONGEST_RUN},}}", re.DOTALL)
# A command starts with a slash or an at sign; "//", "/ /" and "／" are tried as well (trap 5).
_COMMAND = re.compile(r"^[\s/\\@]+")
_THOUSANDS = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_SPACES = re.compile(r"[ \t]+")
_LINES = re.compile(r"\s*\n\s*")
_KEPT_CONTROLS = {"\n", "\t"}
# Full-width punctuation that reads naturally in Chinese stays; a full-width slash or at sign does not.
_KEPT_FULL_WIDTH = set("，。！？；：（）【】「」『』、《》“”‘’～")


def half_width(text: str) -> str:
    """Map full-width Latin letters, digits and signs to half-width and traditional to simplified characters.

    The length never changes.
    """
    mapped = "".join(simplified(_half_width_character(character)) for character in text)
    return _THOUSANDS.sub(",", mapped)


def clean(text: str, limit: int) -> str:
    """Return `text` without anything invisible, repeated or commanding, at most `limit` characters.

    Control, zero-width, bidirectional, unassigned and surrogate characters are taken out, runs of
    more than six equal characters are cut to six, and leading slashes and at signs are dropped.
    An empty result means that there was nothing to read. Cleaning twice changes nothing.
    """
    kept = "".join(character for character in half_width(text) if _is_visible(character))
    kept = _LINES.sub("\n", _SPACES.sub(" ", kept))
    kept = _RUN.sub(lambda run: run.group(1) * LONGEST_RUN, kept)
    kept = _COMMAND.sub("", kept)[:limit].strip()
    return kept if any(character.isalnum() or _is_symbol(character) for character in kept) else ""


def _half_width_character(character: str) -> str:
    if character == "\u3000":
        return " "
    code = ord(character)
    if 0xFF01 <= code <= 0xFF5E and character not in _KEPT_FULL_WIDTH:
        return chr(code - 0xFEE0)
    return "¥" if character == "￥" else character


def _is_visible(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return True
    if character == "\u00ad" or 0xFE00 <= ord(character) <= 0xFE0F:  # soft hyphen, variation selectors
        return False
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


def _is_symbol(character: str) -> bool:
    """Emoji and question marks carry meaning of their own: ？？ is an impatient consumer."""
    return unicodedata.category(character) == "So" or character in "?？!！"
