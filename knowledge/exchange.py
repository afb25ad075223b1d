"""The library in the forms it travels in: a folder of YAML files (also as a zip), one JSON file, one sheet.

The same content always gives the same bytes. YAML and JSON carry everything; the sheet carries what an
editor changes in a spreadsheet, one case a row.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from knowledge.citations import plain
from knowledge.content import case_from, law_from
from knowledge.errors import ExchangeRefused
from knowledge.library_file import KINDS, entries
from knowledge.outcomes import basis_of
from knowledge.reading import plain_data, read_folder

Content = dict[str, dict[str, Any]]

EVERYTHING = ("cases", *KINDS)
FORMAT, VERSION = "weiquan-library", 1
LARGEST = 60 * 2**20  # bytes of an archive unpacked
MOST_FILES = 20_000
LINE = 110
# The columns of the sheet: field of a case, heading. Those behind `SHOWN` are for reading, not taken in again.
COLUMNS = {
    "id": "编号",
    "title": "标题",
    "topic": "主题",
    "summary": "摘要",
    "ask": "问法（每行一句）",
    "elsewhere": "什么时候找别家",
    "merchant": "给商家的话",
    "comment": "点评",
}
SHOWN = {"answers": "结论（只供查看）", "basis": "依据（只供查看）"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def from_folder(source: Path) -> Content:
    """Everything sound in a content folder."""
    raw = read_folder(source)
    return {kind: _keyed(getattr(raw, kind)) for kind in EVERYTHING}


def from_library(path: Path) -> Content:
    """Everything in a library file."""
    return {kind: entries(path, kind) for kind in EVERYTHING}


def ordered(content: Mapping[str, Mapping[str, Any]]) -> Content:
    """The content in the one order it is written in: cases by topic and id, laws by id, the rest as it stands."""
    cases = content.get("cases", {})
    held = {kind: dict(content.get(kind, {})) for kind in EVERYTHING}
    held["cases"] = dict(sorted(cases.items(), key=lambda entry: (str(entry[1].get("topic")), entry[0])))
    held["laws"] = dict(sorted(held["laws"].items()))
    return held


# --- writing ----------------------------------------------------------------------------------------


def yaml_files(content: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """Path → bytes of the content folder: one file a case and a law, one file for each other kind that has entries."""
    held = ordered(content)
    files = {case_path(case): as_yaml(case) for case in held.pop("cases").values()}
    files |= {f"laws/{id}.yml": as_yaml(law) for id, law in held.pop("laws").items()}
    return files | {f"{kind}.yml": as_yaml(rows) for kind, rows in held.items() if rows}


def case_path(case: Mapping[str, Any]) -> str:
    return f"cases/{case['topic']}/{case['id']}.yml"


def as_yaml(data: Any) -> bytes:
    """One entry as YAML: keys in their order, readable characters, lines of about 110 columns."""
    out = io.StringIO()
    _yaml().dump(data, out)
    return out.getvalue().encode()


def _yaml() -> YAML:
    # The same dialect reads and writes, so that what looks like a number or a day is quoted and comes back as text.
    yaml: Any = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = LINE
    yaml.sort_base_mapping_type_on_output = False
    return yaml


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files that depends on nothing but them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            held.writestr(entry, files[path], zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


def as_json(content: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Everything in one JSON file."""
    body = {"format": FORMAT, "version": VERSION, **ordered(content)}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def as_csv(content: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The cases as a sheet that spreadsheet programs open: UTF-8 with its mark, no cell that acts as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*COLUMNS.values(), *SHOWN.values()])
    laws = {id: law_from(law) for id, law in content["laws"].items()}
    for raw in ordered(content)["cases"].values():
        case = case_from(raw)
        cells = [_cell(raw.get(field)) for field in COLUMNS]
        answers = "\n".join(f"{i}. {outcome.answer}" for i, outcome in enumerate(case.outcomes, start=1))
        basis = "\n".join(dict.fromkeys(plain(cited, laws) for cited in basis_of(case, None)))
        writer.writerow([_harmless(text) for text in (*cells, answers, basis)])
    return "\ufeff".encode() + out.getvalue().encode()


def _cell(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _as_written(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


# --- reading ----------------------------------------------------------------------------------------


def read(name: str, data: bytes, held: Mapping[str, Mapping[str, Any]]) -> Content:
    """What a file of that name brings: .zip, .json, .csv or one case as .yml. ExchangeRefused with the reason.

    `held` is the library a sheet's rows are changes of.
    """
    suffix = PurePosixPath(name.lower()).suffix
    if suffix == ".zip":
        return read_files(_unpacked(data))
    if suffix == ".json":
        return _read_json(data)
    if suffix == ".csv":
        return _read_csv(data, held["cases"])
    if suffix in (".yml", ".yaml"):
        entry = _load(name, data)
        return {"cases": {str(entry.get("id")): entry}}
    raise ExchangeRefused("unknown_form", name)


def read_tree(folder: Path) -> Content:
    """What a folder of YAML files brings; as the folder in a zip."""
    paths = sorted(folder.rglob("*.yml"))
    return read_files({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


def read_files(files: Mapping[str, bytes]) -> Content:
    """The content of YAML files by their paths, wherever in the tree the folder begins."""
    content: Content = {}
    for path, data in files.items():
        if not path.endswith(".yml"):
            continue
        parts = PurePosixPath(path).parts
        if "cases" in parts[:-1]:
            entry = _load(path, data)
            content.setdefault("cases", {})[str(entry.get("id"))] = entry
        elif "laws" in parts[:-1]:
            entry = _load(path, data)
            content.setdefault("laws", {})[str(entry.get("id"))] = entry
        elif PurePosixPath(path).stem in KINDS:
            content[PurePosixPath(path).stem] = _load(path, data)
    if not content:
        raise ExchangeRefused("nothing_found", "")
    return content


def _load(path: str, data: bytes) -> dict[str, Any]:
    try:
        entry = _keyed(plain_data(_yaml().load(data.decode("utf-8-sig"))))
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        raise ExchangeRefused("unreadable", path) from error
    if not isinstance(entry, dict):
        raise ExchangeRefused("unreadable", path)
    return entry


def _keyed(data: Any) -> Any:
    """The same with article numbers that were written as figures as text, as JSON keeps them."""
    if isinstance(data, dict):
        return {str(key) if type(key) is int else key: _keyed(value) for key, value in data.items()}
    return [_keyed(value) for value in data] if isinstance(data, list) else data


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as held:
            infos = [info for info in held.infolist() if not info.is_dir()]
            if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > LARGEST:
                raise ExchangeRefused("too_large", "")
            return {info.filename: held.read(info) for info in infos}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise ExchangeRefused("unreadable", "") from error


def _read_json(data: bytes) -> Content:
    try:
        body = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ExchangeRefused("unreadable", "") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ExchangeRefused("not_a_library", "")
    if body.get("version") != VERSION:
        raise ExchangeRefused("newer", "")
    content = {kind: body.get(kind) or {} for kind in EVERYTHING}
    if not all(isinstance(rows, dict) for rows in content.values()):
        raise ExchangeRefused("not_a_library", "")
    return content


def _read_csv(data: bytes, cases: Mapping[str, Any]) -> Content:
    """Cases of the library with what the sheet changed in them; a row without a known id keeps only its columns."""
    rows = sheet_rows(data)
    names = {heading: field for field, heading in COLUMNS.items()}
    found: dict[str, Any] = {}
    for row in rows:
        told = {names[head]: _as_written(cell).strip() for head, cell in row.items() if head in names}
        id = told.get("id", "")
        if not any(told.values()):
            continue
        before = cases.get(id, {})
        found[id] = {**before, **_changed(before, told)}
    if not found:
        raise ExchangeRefused("nothing_found", "")
    return {"cases": found}


def _changed(before: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a row that say something else than the case; an emptied cell takes an optional field out."""
    fields: dict[str, Any] = {}
    for field, text in told.items():
        if text == _cell(before.get(field)).strip().replace("\r\n", "\n"):
            continue
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        fields[field] = lines if field == "ask" else text
    return fields


def sheet_rows(data: bytes) -> list[dict[str, str]]:
    """Rows of a CSV file by its headings, in UTF-8 or as Chinese Windows writes it. ExchangeRefused."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise ExchangeRefused("unreadable", "") from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise ExchangeRefused("unreadable", "") from error
    if len(rows) < 2:
        raise ExchangeRefused("nothing_found", "")
    heads = [head.strip() for head in rows[0]]
    return [dict(zip(heads, (cell.replace("\r\n", "\n") for cell in row), strict=False)) for row in rows[1:]]


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files under a folder, making what folders they need."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def topics_of(content: Mapping[str, Mapping[str, Any]], chosen: Iterable[str]) -> Content:
    """The content with only the cases of these topics."""
    wanted = set(chosen)
    cases = {id: case for id, case in content["cases"].items() if case["topic"] in wanted}
    return {**{kind: dict(rows) for kind, rows in content.items()}, "cases": cases}
