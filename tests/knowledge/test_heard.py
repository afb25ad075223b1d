"""What states a choice, and what only asks for it or denies it."""

from __future__ import annotations

import pytest

from knowledge.content import Fact, FactType
from knowledge.figures import normal
from knowledge.heard import heard_choice

INVOICE = Fact(
    "invoice",
    "开了发票吗？",
    FactType.BOOLEAN,
    hear={"是": ("有发票", "开了发票"), "否": ("没有发票", "没开发票")},
)
HURT = Fact("hurt", "有人受伤吗？", FactType.BOOLEAN, hear={"是": ("受伤", "烧伤")})
PROMISE = Fact("promise", "说过包过吗？", FactType.BOOLEAN, hear={"是": ("包过",)})
BACK = Fact("back", "对方肯退吗？", FactType.BOOLEAN, hear={"是": ("肯退",), "否": ("不能退",)})
OVER = Fact("over", "超过百分之三了吗？", FactType.BOOLEAN, hear={"是": ("超过百分之三",)})
MATTER = Fact(
    "matter",
    "是哪种事？",
    FactType.CHOICE,
    choices=("要取消", "没拍中"),
    hear={"要取消": ("取消",), "没拍中": ("没拍中",)},
)


@pytest.mark.parametrize(
    ("fact", "text", "choice"),
    [
        (INVOICE, "有发票", "是"),
        (INVOICE, "没有发票", "否"),
        (INVOICE, "没开发票能退吗", "否"),
        (HURT, "烧伤了怎么办？", "是"),
        (HURT, "没签合同就受伤了", "是"),
        (PROMISE, "说好包过的", "是"),
        (BACK, "他说不能退", "否"),
        (BACK, "为什么不能退？", "否"),
        (OVER, "误差超过百分之三", "是"),
        (OVER, "误差超过百分之三，开发商不认", "是"),
        (MATTER, "能不能取消啊", "要取消"),
        (MATTER, "能取消吗", "要取消"),
        (MATTER, "竞拍没拍中", "没拍中"),
        (HURT, "店里给别人烧伤了", "是"),
    ],
)
def test_a_statement_is_heard(fact: Fact, text: str, choice: str) -> None:
    assert heard_choice(fact, normal(text)) == choice


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (INVOICE, "有没有发票"),
        (INVOICE, "没有发票吗"),
        (INVOICE, "有发票么"),
        (INVOICE, "开了发票没有"),
        (INVOICE, "是不是有发票就行"),
        (HURT, "会不会受伤？"),
        (BACK, "能不能退"),
        (OVER, "误差超过百分之三能不能退"),
    ],
)
def test_a_question_states_nothing(fact: Fact, text: str) -> None:
    assert heard_choice(fact, normal(text)) is None


@pytest.mark.parametrize(
    ("fact", "text"),
    [(HURT, "没人烧伤"), (HURT, "没有人受伤"), (PROMISE, "没说包过"), (PROMISE, "没跟我说包过")],
)
def test_a_negation_a_little_further_back_counts(fact: Fact, text: str) -> None:
    assert heard_choice(fact, normal(text)) is None
