"""Pages of a PDF as pictures, drawn in a process of their own: what a hostile file breaks is only that process."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from .errors import EvidenceNotFound, UnsupportedEvidence

SECONDS = 20
MOST_BYTES = 30 * 1024 * 1024
SEPARATOR = b"\n"
AT_ONCE = threading.BoundedSemaphore(2)  # drawings of this process; each may take much memory


def count(path: Path) -> int:
    """Return how many pages a PDF file has; UnsupportedEvidence when it cannot be opened in time."""
    return int(_drawn(path, 0).partition(SEPARATOR)[0])


def page(path: Path, number: int) -> bytes:
    """Return page `number` (from 1) of a PDF file as PNG.

    UnsupportedEvidence when it cannot be drawn in time (damaged, locked, too large), EvidenceNotFound for a
    page it does not have.
    """
    _, _, png = _drawn(path, number).partition(SEPARATOR)
    if not png:
        raise EvidenceNotFound(f"page {number}")
    return png


def _drawn(path: Path, number: int) -> bytes:
    command = [sys.executable, "-m", "desk.pdf_drawing", str(path), str(number)]
    root = Path(__file__).parents[1]
    try:
        with AT_ONCE:
            done = subprocess.run(
                command, capture_output=True, timeout=SECONDS, check=False, cwd=root, env={}
            )
    except subprocess.TimeoutExpired as error:
        raise UnsupportedEvidence("the page takes too long to draw") from error
    if done.returncode != 0:
        raise UnsupportedEvidence(f"the file cannot be drawn ({done.returncode})")
    if len(done.stdout) > MOST_BYTES:
        raise UnsupportedEvidence("the page is too large")
    return done.stdout
