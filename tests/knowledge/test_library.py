from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from knowledge.errors import ContentRefused, LibraryDamaged, LibraryMissing, NotInLibrary
from knowledge.library import open_library
from knowledge.publishing import build
from settings import ROOT
from tests.knowledge.folders import deposit, topup, write_folder


def _build(source: Path, target: Path) -> int:
    return build(source, target, examples=None, dictionary=None)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "var" / "library.db"


def test_the_release_number_rises_only_with_the_content(tmp_path: Path, folder: Path, target: Path) -> None:
    assert _build(folder, target) == 1
    assert _build(folder, target) == 1
    write_folder(tmp_path, topup(summary="改过的摘要，写得更清楚一些。"), deposit())
    assert _build(folder, target) == 2
    write_folder(tmp_path)
    assert _build(folder, target) == 3, "going back is a release too"


def test_unchanged_content_leaves_the_file_alone(folder: Path, target: Path) -> None:
    _build(folder, target)
    before = target.stat().st_mtime_ns
    _build(folder, target)
    assert target.stat().st_mtime_ns == before


def test_refused_content_leaves_the_old_library_in_use(tmp_path: Path, folder: Path, target: Path) -> None:
    _build(folder, target)
    held = target.read_bytes()
    write_folder(tmp_path, topup(office="ministry"), deposit())
    with pytest.raises(ContentRefused):
        _build(folder, target)
    assert target.read_bytes() == held
    assert [path.name for path in target.parent.iterdir()] == ["library.db"], (
        "nothing half-written stays behind"
    )


def test_everything_in_the_folder_comes_back(folder: Path, target: Path) -> None:
    _build(folder, target)
    library = open_library(target)
    assert {case.id for case in library.cases()} == {"minor-game-topup", "deposit-not-returned"}
    assert library.case("minor-game-topup").facts["registered_as"].choices == ("孩子", "家长", "没实名")
    assert library.law("civil-code").gists["145"]
    assert library.topic("deposit_earnest").title
    assert library.office("market_regulation").phone == "12315"
    assert library.referral("labour").doors == ("market_regulation",)
    assert library.step("negotiate").basis[0].article == "577"


@pytest.mark.parametrize("kind", ["case", "topic", "law", "office", "referral", "step"])
def test_what_is_not_there_is_said(kind: str, folder: Path, target: Path) -> None:
    _build(folder, target)
    with pytest.raises(NotInLibrary, match="nothing"):
        getattr(open_library(target), kind)("nothing")


def test_a_new_release_is_taken_up_within_two_seconds(tmp_path: Path, folder: Path, target: Path) -> None:
    _build(folder, target)
    library = open_library(target)
    assert library.release == 1
    write_folder(tmp_path, topup(title="新的标题"), deposit())
    _build(folder, target)
    deadline = time.monotonic() + 2
    while library.release == 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert library.release == 2
    assert library.case("minor-game-topup").title == "新的标题"
    assert library.search("孩子游戏充值能退吗").hits[0].title == "新的标题"


def test_a_broken_file_keeps_the_release_in_memory(folder: Path, target: Path) -> None:
    _build(folder, target)
    library = open_library(target)
    broken = target.with_suffix(".new")
    broken.write_bytes(b"not a database")
    broken.replace(target)
    time.sleep(1.1)
    assert library.release == 1
    assert library.search("定金能退吗").hits[0].case_id == "deposit-not-returned"


def test_a_missing_or_damaged_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="python -m knowledge build"):
        open_library(tmp_path / "none.db")
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE release (number)").connection.commit()
    with pytest.raises(LibraryDamaged):
        open_library(other)


def test_searching_from_many_threads_gives_the_same_answer(folder: Path, target: Path) -> None:
    _build(folder, target)
    library = open_library(target)
    expected = library.search("交了定金商家说没货了怎么办")
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(library.search("交了定金商家说没货了怎么办")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def learned(target: Path) -> bytes:
    """The rows that the fusion was fitted on."""
    with sqlite3.connect(target) as connection:
        found: tuple[bytes] = connection.execute(
            "SELECT data FROM search_index WHERE name = 'fitted_on'"
        ).fetchone()
    return found[0]


def test_publishing_one_changed_line_keeps_what_was_learned(
    tmp_path: Path, folder: Path, target: Path
) -> None:
    """Learning the fusion takes long; a small change must not wait for it."""
    _build(folder, target)
    before = learned(target)
    write_folder(tmp_path, topup(summary="改过的摘要，写得更清楚一些。"), deposit())
    assert _build(folder, target) == 2
    assert learned(target) == before
    write_folder(
        tmp_path,
        topup(ask=[*topup()["ask"], "孩子打游戏花的钱想要回来", "家里小孩乱充游戏怎么投诉"]),
        deposit(),
    )
    assert _build(folder, target) == 3
    assert learned(target) != before, "a library that grew by a twentieth is learned anew"


@pytest.mark.timeout(600)
def test_publishing_one_changed_line_of_the_real_library_takes_seconds(
    tmp_path: Path, library_file: Path, pipeline: Path
) -> None:
    """Nothing is learned anew; the bound is generous, for it holds on a slow and busy machine."""
    source, target = tmp_path / "knowledge", tmp_path / "library.db"
    shutil.copytree(ROOT / "knowledge", source, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(library_file, target)
    before = open_library(target, vectors=pipeline).release
    changed = next(iter(sorted((source / "cases").rglob("*.yml"))))
    text = changed.read_text(encoding="utf-8")
    changed.write_text(
        text.replace("\nask:\n", "\nask:\n  - 换了一种从来没人说过的问法来问这件事\n", 1), encoding="utf-8"
    )
    assert changed.read_text(encoding="utf-8") != text, f"{changed.name}: no ask list found to add a line to"
    spent = time.process_time()
    assert build(source, target, vectors=pipeline) == before + 1
    assert time.process_time() - spent < 60
    assert learned(target) == learned(library_file)
    found = open_library(target, vectors=pipeline).search("换了一种从来没人说过的问法来问这件事")
    assert found.hits[0].case_id == changed.stem


def test_learning_anew_can_be_asked_for(folder: Path, target: Path) -> None:
    _build(folder, target)
    before = target.stat().st_mtime_ns
    assert build(folder, target, examples=None, dictionary=None, fit=True) == 1, (
        "the content is the same release"
    )
    assert target.stat().st_mtime_ns != before
