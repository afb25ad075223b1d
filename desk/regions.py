"""Regions of the national table (six-digit codes of cpca): their names, what lies above, and which one an address names."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

NATION = "100000"
WORDS = yaml.safe_load((Path(__file__).with_name("data") / "regions.yml").read_text("utf-8"))
NO_CITY = frozenset(WORDS["no_city"])
READ = 200  # characters of an address


@dataclass(frozen=True)
class Region:
    """Where an address lies. `code` is '' when it names no place, or one that several cities have."""

    code: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    ambiguous: bool = False

    @property
    def exact(self) -> bool:
        """Whether it leads to one county-level office: a district, or a city without districts."""
        return bool(self.code) and (not self.code.endswith("00") or not has_districts(self.code))

    @property
    def name(self) -> str:
        """Province, city and district joined, without saying a municipality twice."""
        parts = (self.province, self.city, self.district)
        return "".join(dict.fromkeys(part for part in parts if part and part not in NO_CITY))


@lru_cache(maxsize=1024)
def read_region(address: str) -> Region:
    """Return the region an address names; a district's bare name that several cities have is ambiguous."""
    import cpca  # its tables take a second to load

    text = address.strip()[:READ]
    if not text:
        return Region()
    row = cpca.transform([text]).iloc[0]
    code = str(row["adcode"] or "")
    if not code.isdigit():
        return Region()
    province, city, district = (str(row[column] or "") for column in WORDS["columns"].values())
    if district and _shared()[district] > 1 and not _says(text, province, city):
        return Region(district=district, ambiguous=True)
    return Region(code, province, city, district)


def named(code: str) -> Region:
    """Return the region of a code; one the table does not know has no name."""
    names = _names()
    district = names.get(code, "") if not code.endswith("00") else ""
    city = names.get(f"{code[:4]}00", "") if code[2:4] != "00" else ""
    return Region(code, names.get(f"{code[:2]}0000", ""), city, district)


def office_place(code: str) -> str:
    """Return the region's name as its office bears it: a district with its city, anything else alone."""
    region = named(code)
    if not region.district:
        return region.city if region.city not in {*NO_CITY, ""} else region.province
    if not region.district.endswith(WORDS["with_city"]):
        return region.district
    return (region.province if region.city in NO_CITY else region.city) + region.district


def exists(code: str) -> bool:
    """Tell whether the national table holds this code."""
    return code in _names()


def has_districts(code: str) -> bool:
    """Tell whether a province or city has county-level regions below it (Dongguan has none)."""
    beginning = code[:2] if code.endswith("0000") else code[:4]
    return any(other.startswith(beginning) and not other.endswith("00") for other in _names())


def above(code: str) -> list[str]:
    """Return the codes above a region, nearest first: city, province, the nation."""
    found = []
    if not code.endswith("00") and _names().get(f"{code[:4]}00", "") not in {*NO_CITY, ""}:
        found.append(f"{code[:4]}00")
    if not code.endswith("0000"):
        found.append(f"{code[:2]}0000")
    return [*found, NATION] if code != NATION else []


def _says(text: str, *names: str) -> bool:
    return any(stem and stem in text for stem in map(_stem, names))


def _stem(name: str) -> str:
    ending = next((ending for ending in WORDS["endings"] if name.endswith(ending)), "")
    return name.removesuffix(ending)


@cache
def _names() -> Mapping[str, str]:
    spec = importlib.util.find_spec("cpca")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise ModuleNotFoundError("cpca is not installed")
    table = Path(folders[0]) / "resources" / "adcodes.csv"
    with table.open(encoding="utf-8", newline="") as file:
        return {row["adcode"][:6]: row["name"] for row in csv.DictReader(file)}


@cache
def _shared() -> Counter[str]:
    return Counter(name for code, name in _names().items() if not code.endswith("00"))
