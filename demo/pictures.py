"""Evidence pictures: small drawn receipts, each a little different."""

from __future__ import annotations

import io
from random import Random

from PIL import Image, ImageDraw

PAPER, INK, FAINT, STAMP = (252, 250, 244), (40, 40, 46), (196, 192, 184), (190, 60, 50)
SIZE = (360, 480)


def receipt(rng: Random, amount: str) -> bytes:
    """Return a PNG of a receipt over `amount` yuan."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((12, 12, SIZE[0] - 13, SIZE[1] - 13), outline=FAINT, width=2)
    pen.rectangle((90, 36, 270, 52), fill=INK)
    for line in range(rng.randint(5, 9)):
        y = 90 + 30 * line
        pen.rectangle((40, y, 40 + rng.randint(80, 170), y + 8), fill=FAINT)
        pen.rectangle((300 - rng.randint(20, 60), y, 310, y + 8), fill=FAINT)
    pen.text((40, 390), f"CNY {amount}", fill=INK)
    pen.text((40, 412), f"No. {rng.randrange(10**9):09d}", fill=INK)
    pen.ellipse((230, 350, 310, 430), outline=STAMP, width=4)
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()
