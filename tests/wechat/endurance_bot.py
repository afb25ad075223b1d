"""The bot process of the endurance run: says every message back, a fixed share of them slowly.

`python -m tests.wechat.endurance_bot PORT SLOW_SHARE SLOW_SECONDS`
"""

from __future__ import annotations

import sys
import threading
import time
import zlib
from typing import Any

from tests.web.bot_script import said
from tests.web.bot_standin import StandInBot


def slow(text: str, share: float) -> bool:
    """Tell whether this message is one of the slow ones; the same in every process."""
    return zlib.crc32(text.encode()) % 10_000 < share * 10_000


def script(share: float, seconds: float) -> Any:
    def answer(turn: dict[str, Any]) -> dict[str, Any]:
        if slow(turn["text"], share):
            time.sleep(seconds)
        return {"replies": [said(f"答复：{turn['text']}")], "decision": None}

    return answer


if __name__ == "__main__":
    port, share, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    StandInBot(script(share, seconds), port=port)
    threading.Event().wait()
