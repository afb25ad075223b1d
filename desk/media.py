"""What a file really is, by its content, and pictures made anew without what a phone wrote into them."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from .errors import EvidenceEmpty, EvidenceTooLarge, UnsupportedEvidence

MOST_PIXELS = 50_000_000
MOST_FRAMES = 200
MOST_ANIMATED_PIXELS = 200_000_000
JPEG_QUALITY = 90
PLAIN_MODES = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "RGB", "RGBA"), "WEBP": ("RGB", "RGBA")}
# What Pillow raises for files that are damaged or made to hurt.
DAMAGED = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class MediaType:
    """A kind of file we take: MIME type, file ending, and Pillow's name if it is a picture."""

    mime: str
    suffix: str
    picture: str = ""


JPEG = MediaType("image/jpeg", ".jpg", "JPEG")
PNG = MediaType("image/png", ".png", "PNG")
WEBP = MediaType("image/webp", ".webp", "WEBP")
GIF = MediaType("image/gif", ".gif", "GIF")
PDF = MediaType("application/pdf", ".pdf")
MP3 = MediaType("audio/mpeg", ".mp3")
M4A = MediaType("audio/mp4", ".m4a")
AMR = MediaType("audio/amr", ".amr")
WAV = MediaType("audio/wav", ".wav")
MP4 = MediaType("video/mp4", ".mp4")
MOV = MediaType("video/quicktime", ".mov")
GP3 = MediaType("video/3gpp", ".3gp")
TYPES = (JPEG, PNG, WEBP, GIF, PDF, MP3, M4A, AMR, WAV, MP4, MOV, GP3)

BEGINNINGS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"#!AMR\n", AMR),
    (b"#!AMR-WB\n", AMR),
    (b"ID3", MP3),
)
AUDIO_BRANDS = frozenset({b"M4A ", b"M4B "})
VIDEO_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V "})
BRANDS = {
    **dict.fromkeys(AUDIO_BRANDS, M4A),
    **dict.fromkeys(VIDEO_BRANDS, MP4),
    b"qt  ": MOV,
    b"3gp4": GP3,
    b"3gp5": GP3,
    b"3gp6": GP3,
}


def recognise(data: bytes) -> MediaType:
    """Return what `data` is; EvidenceEmpty for nothing, UnsupportedEvidence for what we do not take."""
    if not data:
        raise EvidenceEmpty("empty file")
    for beginning, media in BEGINNINGS:
        if data.startswith(beginning):
            return media
    inner = data[8:12]
    if data[:4] == b"RIFF" and inner in (b"WEBP", b"WAVE"):
        return WEBP if inner == b"WEBP" else WAV
    if data[4:8] == b"ftyp" and inner in BRANDS:
        return BRANDS[inner]
    if len(data) > 4 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2:  # a bare MPEG layer III frame
        return MP3
    raise UnsupportedEvidence("not a type of file we take")


def cleaned(data: bytes, media: MediaType) -> bytes:
    """Return a picture drawn anew, upright and without EXIF; other files as they are.

    EvidenceTooLarge for too many pixels or frames, UnsupportedEvidence for a damaged picture.
    """
    if not media.picture:
        return data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its bomb warning comes below our own limit
        try:
            with Image.open(io.BytesIO(data), formats=_formats(media)) as image:
                return _redrawn(image, media)
        except Image.DecompressionBombError as error:
            raise EvidenceTooLarge("too many pixels") from error
        except DAMAGED as error:
            raise UnsupportedEvidence("the picture is damaged") from error


def _formats(media: MediaType) -> tuple[str, ...]:
    # Phones write JPEG files with a second picture inside, which Pillow calls MPO.
    return ("JPEG", "MPO") if media is JPEG else (media.picture,)


def _redrawn(image: Image.Image, media: MediaType) -> bytes:
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise EvidenceTooLarge("too many pixels")
    frames = getattr(image, "n_frames", 1) if media in (GIF, WEBP) else 1
    if frames > MOST_FRAMES or frames * pixels > MOST_ANIMATED_PIXELS:
        raise EvidenceTooLarge("too many frames")
    out = io.BytesIO()
    if frames > 1:
        drawn = [_bare(frame.copy(), media) for frame in ImageSequence.Iterator(image)]
        pace = int(image.info.get("duration") or 100)
        drawn[0].save(out, media.picture, save_all=True, append_images=drawn[1:], duration=pace, loop=0)
    else:
        upright = ImageOps.exif_transpose(image)
        _bare(upright, media).save(out, media.picture, quality=JPEG_QUALITY)
    return out.getvalue()


def _bare(image: Image.Image, media: MediaType) -> Image.Image:
    """Return the picture alone: pixels in a plain mode, nothing written beside them."""
    modes = PLAIN_MODES.get(media.picture, ("RGB", "RGBA"))
    if image.mode not in modes:
        clear = "transparency" in image.info or image.mode.endswith(("A", "a"))
        image = image.convert("RGBA" if clear and "RGBA" in modes else "RGB")
    else:
        image.load()
    image.info = {}
    return image
