"""A member of staff in a browser, as far as forms and cookies go."""

from __future__ import annotations

import re

import requests

NEW_PASSWORD = "Weiquan-12315-desk"


class Employee:
    """The demo account of one role in a fresh system, logged in."""

    def __init__(self, url: str, printed: str, role: str) -> None:
        """`printed` is what the first start printed: it holds the one-time password, good for one login."""
        self.url = url
        self.browser = requests.Session()
        found = re.search(rf"^\s+({role})\s+(\S+)$", printed, re.MULTILINE)
        assert found, printed[-2000:]
        name, once = found.groups()
        self.posts("/staff/login", "/staff/login", username=name, password=once)
        self.posts("/staff/password", "/staff/password", old=once, new=NEW_PASSWORD, again=NEW_PASSWORD)
        self.posts("/staff/login", "/staff/login", username=name, password=NEW_PASSWORD)

    def reads(self, path: str) -> str:
        """The HTML of a page of the desk."""
        answer = self.browser.get(f"{self.url}{path}", timeout=30)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text

    def posts(self, path: str, form_page: str, **fields: str) -> requests.Response:
        """Send a form that stands on `form_page`."""
        page = self.browser.get(f"{self.url}{form_page}", timeout=30)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token, f"no form on {form_page}: {page.status_code}"
        data = {"csrf_token": token[1], **fields}
        return self.browser.post(f"{self.url}{path}", data=data, headers={"Referer": self.url}, timeout=10)

    def finds_waiting(self, words: str) -> str:
        """The page of the conversation listed with these last words."""
        before, found, _ = self.reads("/staff/conversations").partition(words)
        assert found, "who waits is listed with their last words"
        return re.findall(r"/staff/conversations/c_[\w-]+", before)[-1]
