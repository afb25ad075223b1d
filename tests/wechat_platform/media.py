"""Temporary media: three days, fetched by identifier; the kinds and sizes an upload accepts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from string import ascii_letters, digits
from threading import Lock

from tests.wechat_platform.clock import SimulatedClock
from tests.wechat_platform.refusals import Refused

LIFETIME = 3 * 86400
MEBIBYTE = 1 << 20
LARGEST = {"image": 10 * MEBIBYTE, "voice": 2 * MEBIBYTE, "video": 10 * MEBIBYTE, "thumb": 64 * 1024}
IMAGE_STARTS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
}


@dataclass(frozen=True)
class Medium:
    content: bytes
    content_type: str
    created_at: float

    @property
    def kind(self) -> str:
        return self.content_type.partition("/")[0]


class MediaStore:
    """Files by media id. Thread-safe."""

    def __init__(self, clock: SimulatedClock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._lock = Lock()
        self._media: dict[str, Medium] = {}

    def put(self, content: bytes, content_type: str) -> str:
        with self._lock:
            media_id = "".join(self._random.choices(ascii_letters + digits + "-_", k=64))
            self._media[media_id] = Medium(content, content_type, self._clock.now())
            return media_id

    def find(self, media_id: str) -> Medium:
        """Refused 41006 when missing, 40007 when unknown or older than three days."""
        if not media_id:
            raise Refused(41006)
        medium = self._media.get(media_id)
        if medium is None or medium.created_at + LIFETIME <= self._clock.now():
            raise Refused(40007)
        return medium

    def get(self, media_id: str) -> bytes:
        return self.find(media_id).content

    def accept(self, kind: str, content: bytes, content_type: str) -> tuple[str, int]:
        """Keep an upload; its media id and time. Refused 40004, 44001, 45001, 40005."""
        if kind not in LARGEST:
            raise Refused(40004)
        if not content:
            raise Refused(44001)
        if len(content) > LARGEST[kind]:
            raise Refused(45001)
        if kind in ("image", "thumb"):
            found = [name for start, name in IMAGE_STARTS.items() if content.startswith(start)]
            if not found:
                raise Refused(40005)
            content_type = found[0]
        else:
            content_type = {"voice": "audio/amr", "video": "video/mp4"}[kind]
        media_id = self.put(content, content_type)
        return media_id, int(self._clock.now())
