"""The complaint from the chat: prefilled, corrected, filed once, followed up; nothing is lost on the way."""

from __future__ import annotations

import io
import re

import pytest
import requests
from PIL import Image

from tests.conversations.consumer import Consumer
from tests.conversations.test_scripts import pick


@pytest.fixture
def consumer(system) -> Consumer:
    return Consumer(system.url)


def photo() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(data, "JPEG")
    return data.getvalue()


def begin(consumer: Consumer) -> None:
    consumer.says("健身房关门跑路了卡里还有两千块")
    pick(consumer, "shop-closed-runaway")
    consumer.says("我要投诉")
    assert "哪一家" in consumer.words(), "what was told is not asked again"


def fill(consumer: Consumer) -> None:
    consumer.says("一兆健身，上海市金山区卫清西路100号")
    consumer.says("我叫王小梅，13812345678，上海市金山区蒙山路5号")


def test_a_complaint_takes_fewer_than_five_questions_and_gives_number_date_and_code(system, consumer):
    begin(consumer)
    fill(consumer)
    assert "健身房" in consumer.words()
    assert "王小梅" in consumer.words()
    assert "13812345678" not in consumer.words(), "the number is masked even in the summary"
    assert "表示您同意由市场监管部门组织调解" in consumer.words(), "art. 18, told above the button"
    consumer.taps("提交")
    ticket = next(reply["ticket"] for reply in consumer.last if reply.get("ticket"))
    assert re.fullmatch(r"WQ\d{8}-\d{4,}", ticket["number"])
    answer = requests.get(
        f"{system.url}/api/tickets/{ticket['number']}", params={"code": ticket["code"]}, timeout=10
    )
    assert answer.json()["ok"], answer.text
    wrong = requests.get(
        f"{system.url}/api/tickets/{ticket['number']}", params={"code": "000000"}, timeout=10
    )
    assert wrong.status_code in {403, 404}
    consumer.says("我的投诉到哪一步了")
    assert ticket["number"] in consumer.words()


@pytest.mark.parametrize(
    ("merchant", "office"),
    [
        ("一兆健身，上海市金山区卫清西路100号", "由上海市金山区市场监督管理局处理"),
        (
            "拼多多上的一兆健身旗舰店，浙江省义乌市稠城街道1号",
            "对方在平台开店，按规定这件事由义乌市市场监督管理局处理",
        ),
    ],
)
def test_who_files_is_told_which_office_handles_it(consumer, merchant, office):
    begin(consumer)
    consumer.says(merchant)
    consumer.says("我叫王小梅，13812345678，上海市金山区蒙山路5号")
    consumer.taps("提交")
    ticket = next(reply["ticket"] for reply in consumer.last if reply.get("ticket"))
    assert office in ticket["text"]


def test_a_photo_asked_for_lands_once_on_the_ticket(system, consumer):
    begin(consumer)
    fill(consumer)
    consumer.taps("提交")
    ticket = next(reply["ticket"] for reply in consumer.last if reply.get("ticket"))
    consumer.sends("付款.jpg", photo())
    course = requests.get(
        f"{system.url}/api/tickets/{ticket['number']}", params={"code": ticket["code"]}, timeout=10
    ).json()["data"]["timeline"]
    assert [step["event"] for step in course].count("ticket:supplement:add") == 1


def test_any_line_can_be_corrected_before_it_is_sent(consumer):
    begin(consumer)
    fill(consumer)
    consumer.says("修改", "edit:phone")
    assert "电话" in consumer.words()
    consumer.says("12345")
    assert "不对" in consumer.words(), "a number that cannot be one is refused"
    consumer.says("13900001111")
    assert "139****1111" in consumer.words()
    consumer.says("修改", "edit:amount")
    assert "多少钱" in consumer.words()
    consumer.says("1800元")
    assert "金额：1800元" in consumer.words()
    consumer.says("地址改成上海市徐汇区漕溪路9号")
    assert "漕溪路9号" in consumer.words()


def test_questions_photos_and_smalltalk_in_the_middle_lose_nothing(consumer):
    begin(consumer)
    consumer.says("一兆健身，上海市金山区卫清西路100号")
    consumer.says("为什么要留电话")
    assert "加密" in consumer.words()
    assert "姓名" in consumer.words(), "the form asks again"
    consumer.sends("卡.jpg", photo())
    consumer.says("谢谢")
    consumer.says("我叫王小梅，13812345678，上海市金山区蒙山路5号")
    assert "一兆健身" in consumer.words()
    consumer.taps("提交")
    assert any(reply.get("ticket") for reply in consumer.last)


def test_a_form_left_for_another_question_can_be_taken_up_again(consumer):
    begin(consumer)
    consumer.says("一兆健身，上海市金山区卫清西路100号")
    consumer.says("先不填了")
    consumer.says("继续填投诉单")
    assert "姓名" in consumer.words()
    assert "哪一家" not in consumer.words()


def test_what_is_not_the_market_regulators_is_said_before_sending(consumer):
    consumer.says("信用卡被盗刷了三千块，银行不管")
    pick(consumer, "card-stolen-charges")
    consumer.says("我要投诉")
    assert "12378" in consumer.words(), "the right door is named at once"
    consumer.says("把盗刷的三千块赔给我")
    consumer.says("某某银行金山支行，上海市金山区卫清西路1号")
    consumer.says("我叫王小梅，13812345678，上海市金山区蒙山路5号")
    assert "不归市场监管" in consumer.words()


def test_a_report_is_kept_apart_and_needs_no_name(consumer):
    consumer.says("我要举报一家饭店用地沟油")
    assert "举报" in consumer.words()
    consumer.says("大红袍饭店的后厨天天用地沟油炒菜，我在那里打过工亲眼看见的")
    consumer.says("大红袍饭店，上海市静安区南京西路1号")
    assert "提交" in consumer.words()
    assert "调解" not in consumer.words(), "a report is mediated by nobody"
    consumer.taps("提交")
    assert "保密" in consumer.words()


def test_tapping_submit_twice_files_one_ticket(consumer):
    begin(consumer)
    fill(consumer)
    consumer.taps("提交")
    first = next(reply["ticket"]["number"] for reply in consumer.last if reply.get("ticket"))
    consumer.says("提交", "confirm:yes")
    consumer.says("我的投诉到哪了")
    assert first in consumer.words()
