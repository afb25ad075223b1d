from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from knowledge.__main__ import main
from knowledge.check import check
from tests.knowledge.folders import TOPICS, TOPUP, deposit, topup, write_folder

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 21)


def _remarks(source: Path, today: date = TODAY) -> str:
    mistakes, remarks = check(source, today=today)
    assert mistakes == []
    return "\n".join(map(str, remarks))


def test_the_real_library_has_no_mistakes() -> None:
    mistakes, _ = check(ROOT / "knowledge", law_texts=ROOT.parent / "shared" / "laws", today=TODAY)
    assert mistakes == [], "mend these:\n" + "\n".join(map(str, mistakes))


@pytest.mark.parametrize(
    ("case", "remark"),
    [
        (
            topup(
                outcomes=[
                    {**TOPUP["outcomes"][0], "answer": "举证责任在商家，您先把能证明是孩子操作的证据留好。"},
                    *TOPUP["outcomes"][1:],
                ]
            ),
            "举证责任 is lawyers' talk; say 该由谁拿出证据",
        ),
        (topup(), "nobody but its author has read it"),
        (
            topup(
                outcomes=[
                    {
                        **TOPUP["outcomes"][0],
                        "basis": [
                            {"law": "civil-code", "article": 19, "unverified": True},
                            {"law": "civil-code", "article": 20},
                        ],
                    },
                    *TOPUP["outcomes"][1:],
                ]
            ),
            "第十九条 is unverified",
        ),
        (
            topup(
                outcomes=[
                    {**TOPUP["outcomes"][0], "basis": [{"law": "civil-code", "article": 19}]},
                    *TOPUP["outcomes"][1:],
                ]
            ),
            "19 has no gist",
        ),
        (topup(review={**TOPUP["review"], "due": "2026-11-01"}), "review was due on 2026-11-01"),
        (topup(merchant=""), "no answer for the merchant's side"),
        (topup(ask=[*TOPUP["ask"], "买家具交了五千定金不想要了还能退吗"]), "% like"),
    ],
)
def test_what_needs_looking_after_is_remarked(case: dict[str, object], remark: str, tmp_path: Path) -> None:
    assert remark in _remarks(write_folder(tmp_path, case, deposit(merchant="按约定退。")))


def test_a_topic_without_a_case_is_remarked(tmp_path: Path) -> None:
    topics = {**TOPICS, "housing": {"title": "买房", "about": "房", "office": "market_regulation"}}
    assert "topic 'housing' has no case yet" in _remarks(write_folder(tmp_path, topics=topics))


def test_the_command_builds_searches_and_refuses(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "library.db"
    paths = [
        "--source",
        str(folder),
        "--target",
        str(target),
        "--examples",
        str(tmp_path / "none"),
        "--vectors",
        str(tmp_path / "none"),
    ]
    assert main(["build", *paths]) == 0
    assert "release 1" in capsys.readouterr().out
    assert main(["search", *paths, "定金能退吗"]) == 0
    out = capsys.readouterr().out
    assert "deposit-not-returned" in out
    assert "bm25" in out
    assert main(["check", *paths]) == 0
    write_folder(tmp_path, topup(office="ministry"), deposit())
    assert main(["build", *paths]) == 1
    assert "no office 'ministry'" in capsys.readouterr().err
    assert main(["search", "--target", str(tmp_path / "none.db"), "x"]) == 1
    assert "library_missing" in capsys.readouterr().err


def test_importing_the_readers_is_quiet_and_downloads_nothing() -> None:
    program = (
        "import socket\n"
        "def refuse(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = refuse\n"
        "import knowledge.facts; knowledge.facts.warm()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
