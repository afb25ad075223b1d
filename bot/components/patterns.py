"""Names of platforms, merchants, goods and places as data, and the EntityRuler made of them.

The ruler reads a document of single characters, so a name is found wherever it stands, however the
words around it are cut (RASA.md, traps 1 and 7).
"""

from __future__ import annotations

import csv
import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import spacy
import yaml
from spacy.language import Language
from spacy.tokens import Span
from spacy.util import filter_spans

from bot.errors import ContentRefused

FOLDER = Path(__file__).resolve().parents[1] / "dictionary" / "patterns"


@dataclass(frozen=True)
class NamedThing:
    """One entry of a pattern file: its normalised value, how people write it, what must not follow."""

    label: str
    id: str
    names: tuple[str, ...]
    not_before: tuple[str, ...] = ()


@dataclass(frozen=True)
class MerchantEndings:
    """By which endings a merchant's name is recognised, and the words it never contains."""

    suffixes: tuple[str, ...]
    stops: tuple[str, ...]


@functools.lru_cache(maxsize=4)
def read_things(folder: Path = FOLDER) -> tuple[NamedThing, ...]:
    """All entries of all pattern files, sorted by file; raises ContentRefused naming the file at fault."""
    things: list[NamedThing] = []
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text("utf-8"))
        try:
            for entry in content["entries"]:
                names = tuple(str(name) for name in entry["names"])
                things.append(
                    NamedThing(content["label"], str(entry["id"]), names, tuple(entry.get("not_before", ())))
                )
        except (KeyError, TypeError) as error:
            raise ContentRefused(
                f"{path.name}: an entry needs id and names, the file a label ({error})"
            ) from error
    return tuple(things)


@functools.lru_cache(maxsize=4)
def read_endings(folder: Path = FOLDER) -> MerchantEndings:
    """The endings in merchants.yml, longest first."""
    content = yaml.safe_load((folder / "merchants.yml").read_text("utf-8"))
    suffixes = tuple(sorted(content["suffixes"], key=len, reverse=True))
    return MerchantEndings(suffixes, tuple(content["stops"]))


@functools.lru_cache(maxsize=1)
def places() -> dict[str, str]:
    """Provinces, cities and districts as people write them, each with its full name (data of cpca)."""
    spec = importlib.util.find_spec("cpca")
    if spec is None or spec.origin is None:
        return {}
    found: dict[str, str] = {}
    with (Path(spec.origin).parent / "resources" / "adcodes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code, name = row["adcode"], row["name"]
            if len(name) < 2 or name in {"市辖区", "县"}:
                continue
            found.setdefault(name, name)
            short = _short(name)
            is_province_or_city = code[2:6] == "0000" or (code[4:6] == "00" and name.endswith("市"))
            if is_province_or_city and len(short) >= 2:
                found.setdefault(short, name)
    return found


def _short(name: str) -> str:
    for ending in ("维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市"):
        if name.endswith(ending):
            return name[: -len(ending)]
    return name


@functools.lru_cache(maxsize=1)
def open_ruler() -> Language:
    """A blank Chinese pipeline of single characters with an EntityRuler over all names."""
    language = spacy.blank("zh")  # the default segmenter: one character a token
    ruler = language.add_pipe("entity_ruler", config={"overwrite_ents": True})
    patterns = [
        {"label": thing.label, "pattern": name, "id": thing.id}
        for thing in read_things()
        for name in thing.names
    ]
    patterns += [{"label": "place", "pattern": name, "id": full} for name, full in places().items()]
    ruler.add_patterns(patterns)  # type: ignore[attr-defined]
    return language


def find_names(text: str) -> list[Span]:
    """Non-overlapping names in `text`, the longest first where they compete; `id_` is the value.

    The ruler's own call counts its four thousand patterns every time, so its matcher is asked directly.
    """
    language = open_ruler()
    document = language.make_doc(text)
    ruler = language.get_pipe("entity_ruler")
    spans = []
    for key, start, end in ruler.phrase_matcher(document):  # type: ignore[attr-defined]
        label, value = ruler._ent_ids.get(key, (language.vocab.strings[key], None))  # type: ignore[attr-defined]
        spans.append(Span(document, start, end, label=label, span_id=value or ""))
    return filter_spans(spans)


@functools.lru_cache(maxsize=1)
def forbidden_followers() -> dict[tuple[str, str], tuple[str, ...]]:
    """What must not follow a thing, by its label and value."""
    return {(thing.label, thing.id): thing.not_before for thing in read_things() if thing.not_before}
