"""Dispatch over HTTP: the decision on the ticket, correcting and carrying it out, disputes, the directory."""

from __future__ import annotations

import html
import re

import pytest

from desk import dispatch, office_directory, office_disputes, staff, tickets
from desk.staff import Role
from desk.tickets import TicketStatus

from .site import Site

OTHER = "浙江省义乌市稠城街道1号"


@pytest.fixture(autouse=True)
def home(site: Site) -> None:
    office_directory.save(
        site.store, {"code": "310116", "name": "上海市金山区市场监督管理局", "home": True}, by="system"
    )


def test_the_ticket_shows_office_rule_and_article(site: Site) -> None:
    text = site.member(Role.OFFICER).get(f"/staff/tickets/{site.complaint().number}").text
    for words in ("上海市金山区市场监督管理局", "由本局处理", "实际经营地", "第 13 条"):
        assert words in text


def test_what_belongs_elsewhere_goes_out_with_the_letter_of_a_transfer(site: Site) -> None:
    ticket = site.complaint(merchant_name="某某旗舰店", merchant_address=f"拼多多，{OTHER}")
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    text = officer.get(page).text
    assert "转给义乌市市场监督管理局" in text
    assert "上海市长宁区市场监督管理局" in text
    assert "不自行移送" in text
    compose = html.unescape(re.search(r'href="([^"]*/step[?][^"]*)"[^>]*>转给', text)[1])
    letter = officer.get(compose).text
    assert "投诉转办告知书" in letter
    assert "第十三条" in letter
    assert "上海市金山区市场监督管理局" in letter
    assert "请填写" not in letter
    words = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", letter, re.S)[1])
    sent = {"to": "transferred", "office": "义乌市市场监督管理局", "rule": "seller_shown", "text": words}
    officer.submit(f"{page}/step", page=compose, **sent)
    moved = tickets.get(site.store, ticket.number)
    assert (moved.status, moved.office) == (TicketStatus.TRANSFERRED, "义乌市市场监督管理局")
    assert tickets.events(site.store, ticket.number)[-1].detail["rule"] == "seller_shown"


@pytest.mark.parametrize(
    ("address", "words", "not_words"),
    [
        (OTHER, "请直接向义乌市市场监督管理局提出", "分送"),
        ("上海市奉贤区南桥镇", "已于", "请直接向"),
    ],
    ids=["elsewhere", "below"],
)
def test_an_informant_is_told_where_to_turn_or_that_it_was_distributed(
    site: Site, address: str, words: str, not_words: str
) -> None:
    office_directory.save(
        site.store, {"code": "310000", "name": "上海市市场监督管理局", "home": True}, by="system"
    )
    report = site.complaint(kind="report", name="", phone="", request="", merchant_address=address)
    officer = site.member(Role.OFFICER)
    staff.set_offices(site.store, officer.id, ["310116", "310000"], by="system")
    name = dispatch.of(site.store, report.number).office_name
    letter = officer.get(
        f"/staff/tickets/{report.number}/step", params={"to": "transferred", "office": name}
    ).text
    assert words in letter
    assert not_words not in letter


def test_what_is_another_of_ours_is_handed_over_on_the_desk(site: Site) -> None:
    ticket = site.complaint(merchant_address="楼下的店")
    officer = site.member(Role.OFFICER)
    office_directory.save(
        site.store, {"code": "310120", "name": "上海市奉贤区市场监督管理局", "home": True}, by="system"
    )
    page = f"/staff/tickets/{ticket.number}"
    officer.submit(f"{page}/dispatch", page=page, kind="business", address="上海市奉贤区南桥镇1号")
    text = officer.get(page).text
    assert "归同一工作台的另一个局" in text
    assert "拟告知书" not in text.split('id="office"')[1].split("</section>")[0]
    answer = officer.submit(f"{page}/dispatch/hand-over", page=page, office="310120")
    assert "已转交上海市奉贤区市场监督管理局" in answer.text
    assert answer.url.endswith("/staff/tickets")
    assert officer.get(page).status_code == 404
    assert tickets.get(site.store, ticket.number).status is TicketStatus.RECEIVED
    colleague = site.member(Role.OFFICER)
    staff.set_offices(site.store, colleague.id, ["310120"], by="system")
    assert "由本局处理" in colleague.get(page).text
    refused = colleague.submit(f"{page}/dispatch/hand-over", page=page, office="330782")
    assert "请从名录里选一个机构" in refused.text


UNVERIFIED = "登记地未经核对，以国家企业信用信息公示系统为准"


@pytest.mark.parametrize(
    ("merchant", "address", "told", "shown"),
    [
        ("淘宝", "淘宝平台上", {}, True),
        ("淘宝", "淘宝平台上", {"platform_seat": "浙江省杭州市余杭区文一西路969号"}, False),
        ("淘宝", "淘宝平台上", {"kind": "platform", "address": "浙江省杭州市余杭区文一西路969号"}, False),
        ("小店（淘宝）", OTHER, {}, False),
        ("小店（淘宝）", "淘宝", {"kind": "seller", "unreachable": "1"}, True),
        ("抖音", "抖音平台上", {}, False),
    ],
    ids=[
        "platform",
        "seat looked up",
        "own address",
        "seller shows its address",
        "seller not there",
        "unknown",
    ],
)
def test_a_registered_place_nobody_checked_says_so_where_it_decides(
    site: Site, merchant: str, address: str, told: dict[str, str], shown: bool
) -> None:
    ticket, officer = (
        site.complaint(merchant_name=merchant, merchant_address=address),
        site.member(Role.OFFICER),
    )
    page = f"/staff/tickets/{ticket.number}"
    if told:
        fields = {"kind": "platform", "platform": "taobao", **told}
        officer.submit(f"{page}/dispatch", page=page, **fields)
    assert (UNVERIFIED in officer.get(page).text) is shown


def test_trying_an_address_says_so_too(site: Site) -> None:
    officer = site.member(Role.SUPERVISOR)
    tried = {"kind": "platform", "platform": "jd"}
    assert UNVERIFIED in officer.get("/staff/dispatch", params=tried).text
    checked = {**tried, "address": "北京市大兴区科创十一街18号"}
    assert UNVERIFIED not in officer.get("/staff/dispatch", params=checked).text


def test_an_officer_says_where_the_respondent_is_and_the_rule_follows(site: Site) -> None:
    ticket = site.complaint(merchant_address="朝阳区三里屯路1号")
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    assert "同名的区县不止一个" in officer.get(page).text
    text = officer.submit(
        f"{page}/dispatch", page=page, kind="business", address="北京市朝阳区三里屯路1号"
    ).text
    assert "已重新判断" in text
    assert "北京市朝阳区市场监督管理局" in text
    assert "人工核定" in text
    assert officer.submit(f"{page}/dispatch", page=page, kind="nonsense").status_code == 422
    assert (
        "最多 200 个字"
        in officer.submit(f"{page}/dispatch", page=page, kind="business", address="长" * 201).text
    )


def test_a_dispute_runs_from_talks_to_the_superior_to_its_end(site: Site) -> None:
    ticket = site.complaint()
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{ticket.number}"
    text = officer.submit(f"{page}/disputes", page=page, other="310120", reason="两边都认为归对方").text
    assert "争议已登记" in text
    assert "共同的上一级：上海市市场监督管理局" in text
    assert ticket.number in officer.get("/staff/dispatch").text
    found = office_disputes.of_ticket(site.store, ticket.number)[0]
    assert "已经有一起" in officer.submit(f"{page}/disputes", page=page, other="310120", reason="再来").text
    assert "已报请" in officer.submit(f"{page}/disputes/{found.id}/refer", page=page).text
    text = officer.submit(f"{page}/disputes/{found.id}/close", page=page, decided="310120").text
    assert "指定由上海市奉贤区市场监督管理局处理" in text
    assert dispatch.of(site.store, ticket.number).office == "310120"
    other = site.complaint(phone="13900001111", story="另一件事，商家不肯退款。")
    away = f"/staff/tickets/{other.number}"
    assert officer.submit(f"{away}/disputes/{found.id}/close", page=page, decided="310116").status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=business&address=上海市金山区石化街道卫零路2号", "上海市金山区市场监督管理局"),
        ("kind=seller&platform=taobao&address=", "杭州市余杭区市场监督管理局"),
        ("kind=business&address=楼下", "对方实际在哪里经营"),
    ],
)
def test_an_address_can_be_tried_without_a_ticket(site: Site, query: str, words: str) -> None:
    assert words in site.member(Role.OFFICER).get(f"/staff/dispatch?{query}").text


def test_a_supervisor_keeps_the_directory_and_officers_do_not(site: Site) -> None:
    supervisor, officer = site.member(Role.SUPERVISOR), site.member(Role.OFFICER)
    page = "/staff/dispatch/offices/new"
    fields = {
        "code": "310116-wq",
        "name": "上海湾区高新区市场监管分局",
        "parent": "310116",
        "covers": "湾区高新区\n",
        "stations": "310116-wq-1 夏宁市场监督管理所：夏宁路、合展路",
    }
    assert "马上生效" in supervisor.submit("/staff/dispatch/offices", page=page, **fields).text
    ticket = site.complaint(merchant_address="上海市金山区湾区高新区夏宁路1号")
    found = dispatch.of(site.store, ticket.number)
    assert (found.office, found.station) == ("310116-wq", "夏宁市场监督管理所")
    kept = supervisor.get("/staff/dispatch/offices/310116-wq").text
    assert "夏宁市场监督管理所：夏宁路、合展路" in kept
    assert officer.get(page).status_code == 403
    assert officer.submit("/staff/dispatch/offices", page="/staff/dispatch", **fields).status_code in (
        400,
        403,
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "x"}, "六位行政区划代码"),
        ({"name": "局"}, "机构全称"),
        ({"phone": "打给我"}, "电话只能是"),
        ({"stations": "没有冒号"}, "市场监管所每行一个"),
        ({"covers": "单"}, "归它管的地名"),
        ({"region": "12"}, "管辖区划"),
    ],
)
def test_a_wrong_entry_is_told_by_field_and_nothing_typed_is_lost(
    site: Site, change: dict[str, str], words: str
) -> None:
    supervisor = site.member(Role.SUPERVISOR)
    fields = {"code": "310116-wq", "name": "上海湾区高新区市场监管分局", "covers": "湾区高新区", **change}
    answer = supervisor.submit("/staff/dispatch/offices", page="/staff/dispatch/offices/new", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert fields["name"] in answer.text
    assert "310116-wq" not in office_directory.directory(site.store).entries


def test_a_mediator_may_not_move_a_reports_office(site: Site) -> None:
    report = site.complaint(kind="report", name="", phone="", address="", request="")
    mediator = site.member(Role.MEDIATOR)
    answer = mediator.submit(
        f"/staff/tickets/{report.number}/dispatch", page="/staff/dispatch", kind="business"
    )
    assert answer.status_code == 403


def test_a_fresh_desk_works_as_one_office_and_shouts_about_nothing(site: Site) -> None:
    office_directory.save(
        site.store, {"code": "310116", "name": "上海市金山区市场监督管理局", "home": False}, by="system"
    )
    text = site.member(Role.OFFICER).get("/staff/dispatch").text
    assert "所有单子都由本单位办理" in text
    assert "flash error" not in text
