"""Messages and events as the XML WeChat posts: CDATA around words, bare numbers, nested elements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Value = str | int | float | Mapping[str, "Value"] | Sequence["Value"]

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def words(text: str) -> str:
    """CDATA without what XML 1.0 cannot carry."""
    clean = NOT_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{clean}]]>"


def element(name: str, value: Value) -> str:
    """One element; a list repeats the element once per item."""
    if isinstance(value, str):
        return f"<{name}>{words(value)}</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(element(key, item) for key, item in value.items())}</{name}>"
    if isinstance(value, Sequence):
        return "".join(element(name, item) for item in value)
    return f"<{name}>{value}</{name}>"


def document(fields: Mapping[str, Value]) -> str:
    return element("xml", dict(fields))
