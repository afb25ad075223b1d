"""Who is complained about, as the words of a complaint tell it: a shop, a platform, a seller on one, a site of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema
import yaml

from . import regions
from .competence import Respondent, RespondentKind
from .regions import read_region

FILE = Path(__file__).with_name("data") / "platforms.yml"
BETWEEN = "、"  # the mark between several names
WORDS = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 2}}
SCHEMA = {
    "type": "object",
    "required": ["own_site", "online", "endings", "platforms"],
    "additionalProperties": False,
    "properties": {
        "own_site": WORDS,
        "online": WORDS,
        "endings": WORDS,
        "platforms": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name", "aliases", "operator", "region"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "pattern": "^[a-z]{2,20}$"},
                    "name": {"type": "string", "minLength": 2},
                    "aliases": WORDS,
                    "operator": {"type": "string"},
                    "region": {"type": "string", "pattern": "^([0-9]{6})?$"},
                    "covers": {"type": "string"},
                    "unverified": {"const": True},
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Platform:
    """An e-commerce platform. `region` is where its operator is registered, '' when we do not know.

    `unverified`: nobody has compared that with the register of companies yet.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    operator: str
    region: str
    covers: str = ""
    unverified: bool = False


@dataclass(frozen=True)
class Told:
    """What is known of the respondent, as words and ids; an officer may correct each of them."""

    kind: RespondentKind
    address: str = ""
    platform: str = ""
    platform_seat: str = ""
    reachable: bool = True


@dataclass(frozen=True)
class _Content:
    platforms: dict[str, Platform]
    own_site: tuple[str, ...]
    online: tuple[str, ...]
    endings: tuple[str, ...]


def platforms() -> dict[str, Platform]:
    """Return the platforms of desk/data/platforms.yml by id; ValueError names what does not fit."""
    return _content().platforms


def told_by(merchant_name: str, merchant_address: str) -> Told:
    """Read from name and address of the respondent what kind it is and where it may be found."""
    name, address = merchant_name.strip(), merchant_address.strip()
    platform = _platform_in(f"{name} {address}")
    located = address if read_region(address).code or read_region(address).ambiguous else ""
    if platform is not None:
        if _is_operator(name, platform):
            return Told(RespondentKind.PLATFORM, "", platform.id)
        return Told(RespondentKind.SELLER, located, platform.id)
    if any(word in f"{name} {address}" for word in _content().own_site):
        return Told(RespondentKind.OWN_SITE, located)
    if any(word in address for word in _content().online):
        return Told(RespondentKind.SELLER, located)
    return Told(RespondentKind.BUSINESS, address)


def respondent_of(told: Told) -> Respondent:
    """Return the respondent with the regions its addresses name."""
    platform = platforms().get(told.platform)
    seat = told.platform_seat.strip()
    if seat:
        seat_region = read_region(seat)
    elif platform is not None and platform.region:
        seat, seat_region = platform.covers, regions.named(platform.region)
    else:
        seat_region = regions.Region()
    if told.kind is RespondentKind.PLATFORM:
        own = told.address.strip() or seat
        region = read_region(told.address) if told.address.strip() else seat_region
        return Respondent(told.kind, own, region)
    return Respondent(told.kind, told.address, read_region(told.address), seat, seat_region, told.reachable)


def seat_unverified(told: Told) -> bool:
    """Tell whether the platform's registered place is ours to guess: from our data, and not yet checked."""
    platform = platforms().get(told.platform)
    ours = platform is not None and bool(platform.region) and not told.platform_seat.strip()
    if told.kind is RespondentKind.PLATFORM:
        ours = ours and not told.address.strip()
    return ours and platform is not None and platform.unverified


def _platform_in(text: str) -> Platform | None:
    return next(
        (found for found in platforms().values() if any(alias in text for alias in found.aliases)), None
    )


def _is_operator(name: str, platform: Platform) -> bool:
    plain = name
    for ending in _content().endings:
        plain = plain.removesuffix(ending)
    return plain in {*platform.operator.split(BETWEEN), *platform.name.split(BETWEEN), platform.name} - {""}


@cache
def _content() -> _Content:
    content = yaml.safe_load(FILE.read_text("utf-8"))
    try:
        jsonschema.validate(content, SCHEMA)
    except jsonschema.ValidationError as error:
        raise ValueError(f"platforms: {error.json_path}: {error.message}") from error
    found: dict[str, Platform] = {}
    for entry in content["platforms"]:
        if entry["id"] in found or (entry["region"] and not regions.exists(entry["region"])):
            raise ValueError(f"platforms: {entry['id']}: stands twice, or its region is not in the table")
        found[entry["id"]] = Platform(**{**entry, "aliases": tuple(entry["aliases"])})
    words = {name: tuple(content[name]) for name in ("own_site", "online", "endings")}
    return _Content(found, **words)
