"""The conversation both set-ups are driven with: one consumer from the question to the complaint."""

from __future__ import annotations

TALK = (
    "你好",
    "健身房关门跑路了卡里还有两千块怎么办",
    "去年十月办的，花了三千六",
    "为什么可以退",
    "我要准备什么证据",
    "多久之内有效",
    "找哪个部门",
    "我要投诉",
    "一兆健身，上海市金山区卫清西路100号",
    "退回卡里剩的两千块钱",
    "我叫王小梅，13812345678，上海市金山区蒙山路5号",
    "谢谢",
)
"""Plain texts only, so that a stock Rasa channel can carry them too."""
