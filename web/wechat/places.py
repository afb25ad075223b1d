"""Where a consumer stands: stations and scene codes of the office's own files, and the competent office of a place.

`wechat_stations.yml` in the data folder lists contact stations (name, address, phone, latitude, longitude,
and code if it has a QR code), `wechat_scenes.yml` the codes of merchants (code, name).
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..wording import say

log = logging.getLogger("weiquan.wechat.places")

STATIONS_FILE, SCENES_FILE = "wechat_stations.yml", "wechat_scenes.yml"
FARTHEST = 50.0  # kilometres at which a station still helps
EARTH = 6371.0
HOTLINE = "12315"
NO_CITY = "市辖区"  # what the table says between a municipality and its districts


@dataclass(frozen=True)
class Station:
    name: str
    address: str
    phone: str
    latitude: float
    longitude: float
    code: str = ""


@dataclass(frozen=True)
class Places:
    """What the office told us about its places."""

    stations: tuple[Station, ...] = ()
    scenes: tuple[tuple[str, str], ...] = ()

    def nearest(self, latitude: float, longitude: float) -> tuple[Station, float] | None:
        """Return the nearest station and how many kilometres away it is, None when none is near."""
        found = min(
            ((distance(latitude, longitude, one.latitude, one.longitude), one) for one in self.stations),
            key=lambda pair: pair[0],
            default=None,
        )
        return (found[1], found[0]) if found is not None and found[0] <= FARTHEST else None

    def scene(self, code: str) -> str:
        """Return the name behind a scanned code, '' for one we do not know."""
        for station in self.stations:
            if code and station.code == code:
                return station.name
        return dict(self.scenes).get(code, "")


def load(home: Path) -> Places:
    """Read the office's files; what cannot be read is logged and left out."""
    stations = []
    for raw in _rows(home / STATIONS_FILE):
        try:
            stations.append(
                Station(
                    name=str(raw["name"]),
                    address=str(raw["address"]),
                    phone=str(raw["phone"]),
                    latitude=float(raw["latitude"]),
                    longitude=float(raw["longitude"]),
                    code=str(raw.get("code", "")),
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            log.error("%s: a station cannot be read: %s", STATIONS_FILE, error)
    scenes = [(str(raw["code"]), str(raw["name"])) for raw in _rows(home / SCENES_FILE) if "code" in raw]
    return Places(tuple(stations), tuple(scenes))


def distance(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Return kilometres along the ground between two places in degrees."""
    one, two = math.radians(latitude), math.radians(to_latitude)
    across, along = one - two, math.radians(longitude - to_longitude)
    half = math.sin(across / 2) ** 2 + math.cos(one) * math.cos(two) * math.sin(along / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def region_of(label: str) -> tuple[str, str]:
    """Return name and region code of the district an address names, ('', '') when it names none."""
    import cpca  # with its tables it takes seconds the first time; `warm_up` spends them early

    found = cpca.transform([label])
    row = found.iloc[0]
    names = [str(row[column]) for column in ("省", "市", "区") if row[column] and row[column] != NO_CITY]
    return ("".join(dict.fromkeys(names)), str(row["adcode"] or "")) if row["区"] or row["市"] else ("", "")


def warm_up(after: float) -> None:
    """Read the tables of places in the background, a while after the start."""
    timer = threading.Timer(after, region_of, [HOTLINE])
    timer.daemon = True
    timer.start()


def place_text(
    places: Places, *, latitude: float | None, longitude: float | None, label: str
) -> tuple[str, str]:
    """Return what to tell about a place, and its region code."""
    region, code = region_of(label)
    office = say("wechat.office", region=region) if region else ""
    lines = [say("wechat.place", office=office, phone=HOTLINE) if office else say("wechat.place_unknown")]
    if latitude is not None and longitude is not None:
        near = places.nearest(latitude, longitude)
        if near is not None:
            station, kilometres = near
            shown = (
                say("wechat.kilometres", number=f"{kilometres:.1f}")
                if kilometres >= 1
                else say("wechat.metres", number=f"{round(kilometres * 1000, -1):.0f}")
            )
            words = {"name": station.name, "address": station.address, "phone": station.phone}
            lines.append(say("wechat.station", distance=shown, **words))
    return "\n".join(lines), code


def degrees(text: object) -> float | None:
    """Return a latitude or longitude, None for what is none."""
    try:
        found = float(str(text))
    except ValueError:
        return None
    return found if math.isfinite(found) and -180 <= found <= 180 else None


def _rows(path: Path) -> Sequence[dict[str, Any]]:
    try:
        loaded = yaml.safe_load(path.read_text("utf-8")) or []
    except FileNotFoundError:
        return []
    except (OSError, yaml.YAMLError) as error:
        log.error("%s cannot be read: %s", path.name, error)
        return []
    return [row for row in loaded if isinstance(row, dict)] if isinstance(loaded, list) else []
