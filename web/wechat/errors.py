"""What is refused at the webhook, and what WeChat refuses us.

WeChatError
├── Unsigned            no valid signature, or one out of its time
├── Unreadable          not the XML or the encryption WeChat sends
├── PlainRefused        a plain message though the account has a key
├── ApiRefused          WeChat answered with an error code; `code` is WeChat's number
└── ApiSilent           no answer from WeChat; `maybe_done` when the request may have arrived
"""

from __future__ import annotations


class WeChatError(Exception):
    """Base of the errors of this package."""


class Unsigned(WeChatError):
    """Nothing shows that WeChat sent it."""


class Unreadable(WeChatError):
    """Signed perhaps, but not what WeChat sends."""


class PlainRefused(Unreadable):
    """The account has a key, so messages come encrypted or not at all."""


class ApiRefused(WeChatError):
    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode


class ApiSilent(WeChatError):
    def __init__(self, reason: str, *, maybe_done: bool) -> None:
        super().__init__(reason)
        self.maybe_done = maybe_done
