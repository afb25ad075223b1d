"""Notice templates of the account: what they say and what each of their fields accepts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.wechat_platform.refusals import Refused

PLACEHOLDER = re.compile(r"{{\s*(\w+)\.DATA\s*}}")
# What a field's name, without its number, promises about its value.
ACCEPTED = {
    "thing": re.compile(r".{1,20}", re.S),
    "number": re.compile(r"\d{1,32}(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"\W{1,5}"),
    "character_string": re.compile(r"[\x21-\x7e]{1,32}"),
    "time": re.compile(r"(\d{4}[年/-]\d{1,2}[月/-]\d{1,2}日?)?\s*(\d{1,2}:\d{2}(:\d{2})?)?(~.+)?"),
    "date": re.compile(r"\d{4}[年/-]\d{1,2}[月/-]\d{1,2}日?(\s+\d{1,2}:\d{2}(:\d{2})?)?"),
    "amount": re.compile(r"\D{0,1}\d{1,10}(\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\-*]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[一-鿿·]{1,10}|[A-Za-z .]{1,20}"),
    "phrase": re.compile(r"[一-鿿]{1,5}"),
    "const": re.compile(r".{1,20}", re.S),
}


@dataclass(frozen=True)
class Template:
    template_id: str
    title: str
    content: str
    subscription: bool = False

    @property
    def keys(self) -> list[str]:
        return PLACEHOLDER.findall(self.content)

    def fill(self, data: object) -> str:
        """The notice in words; Refused 47003 naming the field at fault."""
        if not isinstance(data, dict):
            raise Refused(47003, "data is empty")
        values: dict[str, str] = {}
        for key in self.keys:
            given = data.get(key)
            value = str(given.get("value", "")) if isinstance(given, dict) else ""
            rule = ACCEPTED.get(key.rstrip("0123456789"))
            if not value.strip():
                raise Refused(47003, f"data.{key}.value is empty")
            if rule is not None and not rule.fullmatch(value):
                raise Refused(47003, f"data.{key}.value invalid")
            values[key] = value
        return PLACEHOLDER.sub(lambda found: values[found.group(1)], self.content)


class Templates:
    """Templates by id."""

    def __init__(self) -> None:
        self._known: dict[str, Template] = {}

    def add(self, template_id: str, title: str, content: str, subscription: bool = False) -> Template:
        template = Template(template_id, title, content, subscription)
        self._known[template_id] = template
        return template

    def find(self, template_id: object, *, subscription: bool) -> Template:
        """Refused 40037 for an unknown id and for one of the other sort."""
        template = self._known.get(str(template_id))
        if template is None or template.subscription is not subscription:
            raise Refused(40037)
        return template

    def remove(self, template_id: object) -> None:
        if self._known.pop(str(template_id), None) is None:
            raise Refused(40037)

    def listed(self, *, subscription: bool) -> list[Template]:
        return [template for template in self._known.values() if template.subscription is subscription]
