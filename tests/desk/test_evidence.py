"""Evidence: taken by what it is and not by its name, pictures without what a phone wrote into them."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import resource
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from desk import evidence, history, tickets
from desk.errors import (
    ConversationNotFound,
    EvidenceEmpty,
    EvidenceNotFound,
    EvidenceNotStored,
    EvidenceTooLarge,
    EvidenceTooMany,
    UnsupportedEvidence,
)
from desk.store import Store
from tests.factories import make_conversation, make_ticket


def picture(format: str, *, size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, format, **how)  # type: ignore[arg-type]
    return out.getvalue()


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Make] = "PhoneMaker"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (30.0, 44.0, 31.0)
    return picture("JPEG", exif=exif)


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def animation(frames: int) -> bytes:
    drawn = [Image.new("RGB", (8, 8), (n % 256, n // 256, 0)) for n in range(frames)]
    out = io.BytesIO()
    drawn[0].save(out, "GIF", save_all=True, append_images=drawn[1:])
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
TAKEN = {
    "jpeg": (picture("JPEG"), "image/jpeg"),
    "cmyk jpeg": (picture("JPEG", mode="CMYK"), "image/jpeg"),
    "png": (picture("PNG"), "image/png"),
    "palette png": (picture("PNG", mode="P"), "image/png"),
    "webp": (picture("WEBP"), "image/webp"),
    "gif": (picture("GIF", mode="P"), "image/gif"),
    "animation": (animation(5), "image/gif"),
    "pdf": (PDF, "application/pdf"),
    "mp3 with tags": (b"ID3\x04" + bytes(60), "audio/mpeg"),
    "bare mp3": (b"\xff\xfb\x90\x00" + bytes(60), "audio/mpeg"),
    "m4a": (b"\x00\x00\x00\x20ftypM4A " + bytes(60), "audio/mp4"),
    "amr": (b"#!AMR\n" + bytes(60), "audio/amr"),
    "wav": (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(60), "audio/wav"),
    "mp4": (b"\x00\x00\x00\x20ftypisom" + bytes(60), "video/mp4"),
}
REFUSED = {
    "page": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "program": b"MZ" + bytes(100),
    "archive": b"PK\x03\x04" + bytes(100),
    "heic": b"\x00\x00\x00\x20ftypheic" + bytes(60),
    "text": "转账记录".encode(),
    "bitmap": picture("BMP"),
    "tiff": picture("TIFF"),
    "cut off jpeg": picture("JPEG", size=(200, 200))[:600],
    "cut off png": picture("PNG", size=(200, 200))[:600],
    "only a beginning": b"\x89PNG\r\n\x1a\n",
    "jpeg that is none": b"\xff\xd8\xff" + bytes(500),
    "webp that is none": b"RIFF\x24\x00\x00\x00WEBP" + bytes(500),
    "two bytes": b"\xff\xfb",
}


def add(
    store: Store, dir: Path, data: bytes, name: str = "photo.jpg", id: str | None = None
) -> evidence.Evidence:
    return evidence.add(store, dir, id or make_conversation(store).id, filename=name, data=data)


@pytest.mark.parametrize("kind", TAKEN)
def test_what_we_take_is_known_by_its_content(sqlite_store: Store, tmp_path: Path, kind: str) -> None:
    data, mime = TAKEN[kind]
    kept = add(sqlite_store, tmp_path / "e", data, name="任意.exe")
    assert kept.type == mime
    assert kept.name == f"任意{evidence.SUFFIXES[mime]}"
    stored = evidence.read(sqlite_store, tmp_path / "e", kept.id, by="consumer")
    assert (kept.size, kept.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert kept.original_sha256 == hashlib.sha256(data).hexdigest()
    if mime.startswith("image/"):
        with Image.open(io.BytesIO(stored)) as image:
            image.load()
            assert getattr(image, "n_frames", 1) == (5 if kind == "animation" else 1)


@pytest.mark.parametrize("kind", REFUSED)
def test_anything_else_is_refused_and_leaves_no_file(sqlite_store: Store, tmp_path: Path, kind: str) -> None:
    with pytest.raises(UnsupportedEvidence):
        add(sqlite_store, tmp_path / "e", REFUSED[kind], name="photo.jpg")
    assert not list(tmp_path.glob("e/**/*.*"))


def test_an_empty_file_is_told_apart(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(EvidenceEmpty):
        add(sqlite_store, tmp_path, b"")


def test_a_photo_loses_its_place_and_stands_upright(sqlite_store: Store, tmp_path: Path) -> None:
    data = photo_with_place()
    assert b"PhoneMaker" in data
    kept = add(sqlite_store, tmp_path, data)
    stored = evidence.read(sqlite_store, tmp_path, kept.id, by="consumer")
    with Image.open(io.BytesIO(stored)) as image:
        assert image.size == (30, 40)
        assert not dict(image.getexif())
    assert b"PhoneMaker" not in stored
    assert b"Exif" not in stored


def test_text_inside_a_png_is_left_behind(sqlite_store: Store, tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "Wang Xiaoming")
    kept = add(sqlite_store, tmp_path, picture("PNG", pnginfo=info))
    assert b"Xiaoming" not in evidence.read(sqlite_store, tmp_path, kept.id, by="consumer")


@pytest.mark.parametrize(
    "data", [bomb(100_000, 100_000), bomb(8_000, 8_000), animation(201)], ids=["bomb", "large", "frames"]
)
def test_pictures_that_would_eat_the_memory_are_refused(
    sqlite_store: Store, tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(EvidenceTooLarge):
        add(sqlite_store, tmp_path, data)


def test_too_many_bytes_are_refused(sqlite_store: Store, tmp_path: Path) -> None:
    id = make_conversation(sqlite_store).id
    with pytest.raises(EvidenceTooLarge):
        evidence.add(sqlite_store, tmp_path, id, filename="a.pdf", data=PDF, max_bytes=len(PDF) - 1)
    assert evidence.add(sqlite_store, tmp_path, id, filename="a.pdf", data=PDF, max_bytes=len(PDF)).size


def test_too_many_files_are_refused(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_FILES", 2)
    id = make_conversation(sqlite_store).id
    for n in range(2):
        add(sqlite_store, tmp_path, PDF + bytes([n]), id=id)
    with pytest.raises(EvidenceTooMany):
        add(sqlite_store, tmp_path, PDF + b"3", id=id)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.pdf"),
        ("/etc/cron.d/x", "x.pdf"),
        ("..", "file.pdf"),
        ("", "file.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("gpj.\u202efdp.exe", "gpj.fdp.pdf"),
        ("聊天记录.PDF", "聊天记录.pdf"),
        ("长" * 300 + ".pdf", "长" * 80 + ".pdf"),
    ],
)
def test_a_name_leads_nowhere(sqlite_store: Store, tmp_path: Path, name: str, shown: str) -> None:
    kept = add(sqlite_store, tmp_path / "e", PDF, name=name)
    assert kept.name == shown
    path = evidence.file_of(sqlite_store, tmp_path / "e", kept.id)
    assert path == tmp_path / "e" / kept.sha256[:2] / f"{kept.sha256}.pdf"
    assert [found.name for found in tmp_path.iterdir() if found.is_dir()] == ["e"]


@pytest.mark.parametrize(
    "id", ["../../etc/passwd", "e_none", "", "e_\x00"], ids=["path", "unknown", "empty", "nul"]
)
def test_an_unknown_id_opens_no_file(sqlite_store: Store, tmp_path: Path, id: str) -> None:
    with pytest.raises(EvidenceNotFound):
        evidence.read(sqlite_store, tmp_path, id, by="consumer")


def test_a_file_that_went_from_the_disk_is_told(sqlite_store: Store, tmp_path: Path) -> None:
    kept = add(sqlite_store, tmp_path, PDF)
    evidence.file_of(sqlite_store, tmp_path, kept.id).unlink()
    with pytest.raises(EvidenceNotFound):
        evidence.read(sqlite_store, tmp_path, kept.id, by="consumer")


def test_a_file_sent_twice_is_kept_once(store: Store, tmp_path: Path) -> None:
    id = make_conversation(store).id
    first = add(store, tmp_path, TAKEN["jpeg"][0], id=id)
    assert add(store, tmp_path, TAKEN["jpeg"][0], id=id) == first
    assert evidence.for_conversation(store, id) == [first]
    assert add(store, tmp_path, TAKEN["jpeg"][0]).id != first.id, "another conversation has its own row"


def test_a_file_needs_its_conversation(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConversationNotFound):
        add(store, tmp_path, PDF, id="c_none")


def test_evidence_hangs_on_the_ticket_of_its_own_conversation(store: Store, tmp_path: Path) -> None:
    id = make_conversation(store).id
    own, later = add(store, tmp_path, PDF, id=id), add(store, tmp_path, PDF + b"2", id=id)
    foreign = add(store, tmp_path, PDF + b"3")
    ticket = make_ticket(store, conversation_id=id, evidence=(own.id,))
    assert [found.id for found in evidence.for_ticket(store, ticket.number)] == [own.id]
    tickets.add_supplement(store, ticket.number, "", evidence=(later.id,))
    assert len(evidence.for_ticket(store, ticket.number)) == 2
    with pytest.raises(EvidenceNotFound):
        tickets.add_supplement(store, ticket.number, "", evidence=(foreign.id,))


def test_staff_who_look_are_recorded_and_the_consumer_is_not(store: Store, tmp_path: Path) -> None:
    kept = add(store, tmp_path, PDF)
    evidence.read(store, tmp_path, kept.id, by="consumer")
    assert history.of(store, kept.id) == []
    evidence.read(store, tmp_path, kept.id, by="s_a")
    assert [(event.event, event.by) for event in history.of(store, kept.id)] == [
        ("evidence:file:read", "s_a")
    ]


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond a few bytes, as on a full disk; lifted before pytest writes its own output."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_leaves_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    id = make_conversation(sqlite_store).id
    with pytest.raises(EvidenceNotStored), full_disk():
        add(sqlite_store, tmp_path / "e", PDF, id=id)
    assert not list((tmp_path / "e").glob("**/*.*"))
    assert evidence.for_conversation(sqlite_store, id) == []


def test_a_place_that_is_no_folder_is_told(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "e").write_text("a file")
    with pytest.raises(EvidenceNotStored):
        add(sqlite_store, tmp_path / "e", PDF)


def test_scrambled_pictures_never_do_worse_than_being_refused(sqlite_store: Store, tmp_path: Path) -> None:
    chance, id = random.Random(7), make_conversation(sqlite_store).id
    for original in (TAKEN[kind][0] for kind in ("jpeg", "png", "webp", "gif", "animation")):
        for _ in range(40):
            data = bytearray(original)
            for _ in range(chance.randint(1, 12)):
                data[chance.randrange(16, len(data))] = chance.randrange(256)
            with contextlib.suppress(UnsupportedEvidence, EvidenceTooLarge, EvidenceTooMany):
                add(sqlite_store, tmp_path, bytes(data), id=id)
