"""Questions that mean the same come together, whatever their words, and are told apart from others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Library, open_library
from knowledge.publishing import build

DRONES = ["无人机炸机了保险不赔怎么办", "无人机摔了说保险不包", "我的无人机炸机，保险不赔"]
CHARGING = ["充电桩乱收占位费", "充电桩扣了我超时占位费", "充电桩多收我占位费三十"]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Library:
    from tests.knowledge.folders import write_folder

    home = tmp_path_factory.mktemp("clusters")
    build(write_folder(home), home / "library.db", vectors=None, examples=None)
    return open_library(home / "library.db", vectors=None)


def together(library: Library, texts: list[str]) -> list[set[str]]:
    return [{texts[i] for i in cluster.members} for cluster in library.clusters(texts)]


def test_questions_alike_come_together_and_others_stay_apart(small: Library) -> None:
    assert together(small, [DRONES[0], CHARGING[0], *DRONES[1:], *CHARGING[1:]]) in (
        [set(DRONES), set(CHARGING)],
        [set(CHARGING), set(DRONES)],
    )


def test_a_cluster_is_told_by_the_words_its_questions_share(small: Library) -> None:
    found = small.clusters([*DRONES, *CHARGING])
    terms = {term for cluster in found for term in cluster.terms}
    assert {"无人机", "充电"} <= terms or {"无人机", "充电桩"} <= terms
    for cluster in found:
        assert cluster.typical in cluster.members


def test_one_question_is_a_cluster_and_none_are_none(small: Library) -> None:
    assert [cluster.members for cluster in small.clusters(["网吧充的会员卡到期清零"])] == [(0,)]
    assert small.clusters([]) == []


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.text(max_size=12), min_size=1, max_size=9))
def test_every_text_is_in_exactly_one_cluster(small: Library, texts: list[str]) -> None:
    found = small.clusters(texts)
    assert sorted(i for cluster in found for i in cluster.members) == list(range(len(texts)))


def test_the_same_texts_always_fall_the_same_way(small: Library, tmp_path: Path) -> None:
    assert small.clusters([*DRONES, *CHARGING]) == small.clusters([*DRONES, *CHARGING])
