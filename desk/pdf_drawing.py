"""The process that draws one page: `python -m desk.pdf_drawing FILE NUMBER` writes the count of pages, a line end, a PNG."""

from __future__ import annotations

import io
import resource
import sys

import pypdfium2

MEMORY = 2 * 1024**3
CPU_SECONDS = 15
WIDTH = 1400  # pixels
MOST_PIXELS = 8_000_000


def main() -> None:
    """Draw the page; the process ends with another code when the file cannot be read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    file, number = sys.argv[1], int(sys.argv[2])
    document = pypdfium2.PdfDocument(file)
    out = sys.stdout.buffer
    out.write(b"%d\n" % len(document))
    if 1 <= number <= len(document):
        found = document[number - 1]
        width, height = max(found.get_width(), 1), max(found.get_height(), 1)
        scale = min(WIDTH / width, (MOST_PIXELS / (width * height)) ** 0.5, 4)
        drawn = io.BytesIO()
        found.render(scale=scale, may_draw_forms=False).to_pil().save(drawn, "PNG")
        out.write(drawn.getvalue())


if __name__ == "__main__":
    main()
