"""Which office a complaint belongs to: each rule of Order 121, the directory, and addresses as people write them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import dispatch, office_directory, regions
from desk.competence import ARTICLES, Competence, RespondentKind, Route, decide
from desk.office_directory import Offices, read_offices, seed
from desk.respondents import Told, platforms, respondent_of, told_by
from desk.wording import say, section

B, P, S, SITE = (
    RespondentKind.BUSINESS,
    RespondentKind.PLATFORM,
    RespondentKind.SELLER,
    RespondentKind.OWN_SITE,
)
JINSHAN, LONGHU = "上海市金山区石化街道卫零路2号", "浙江省义乌市稠城街道1号"


def at_home(code: str) -> Offices:
    """The seeded directory with this desk at one of its offices."""
    found = dict(seed())
    if code:
        found[code] = replace(Offices(found).get(code) or found["310116"], home=True)
    return Offices(found)


def decided(told: Told, home: str = "", *, report: bool = False) -> Competence:
    return decide(respondent_of(told), at_home(home), report=report)


@pytest.mark.parametrize(
    ("told", "home", "office", "rule", "route"),
    [
        # art. 13: the place of business
        (Told(B, JINSHAN), "310116", "310116", "business_place", Route.OURS),
        (Told(B, JINSHAN), "310000", "310116", "business_place", Route.BELOW),
        (Told(B, JINSHAN), "320902", "310116", "business_place", Route.ELSEWHERE),
        (Told(B, JINSHAN), "", "310116", "business_place", Route.OPEN),
        # platforms and sites of one's own, where they are registered
        (Told(P, platform="taobao"), "310116", "330110", "platform_seat", Route.ELSEWHERE),
        (Told(P, "上海市长宁区娄山关路"), "310105", "310105", "platform_seat", Route.OURS),
        (Told(SITE, JINSHAN), "310116", "310116", "own_site_seat", Route.OURS),
        # a seller by the address the platform shows, or the platform's place
        (Told(S, LONGHU, "pinduoduo"), "", "330782", "seller_shown", Route.OPEN),
        (Told(S, "", "pinduoduo"), "", "310105", "seller_platform", Route.OPEN),
        (
            Told(S, LONGHU, "pinduoduo", reachable=False),
            "330782",
            "310105",
            "seller_platform",
            Route.ELSEWHERE,
        ),
        # art. 14: of several, the one that received it first
        (Told(S, LONGHU, "pinduoduo"), "310105", "310105", "first_receiver", Route.OURS),
        (Told(S, LONGHU, "pinduoduo"), "330782", "330782", "first_receiver", Route.OURS),
        (Told(S, LONGHU, "pinduoduo"), "310000", "310105", "seller_platform", Route.BELOW),
        (Told(S, JINSHAN, platform_seat=JINSHAN), "310116", "310116", "seller_shown", Route.OURS),
    ],
)
def test_each_rule_names_its_office(told: Told, home: str, office: str, rule: str, route: Route) -> None:
    found = decided(told, home)
    assert (found.office, found.rule, found.route) == (office, rule, route)


@pytest.mark.parametrize(
    ("told", "home", "office", "rule"),
    [
        (Told(B, JINSHAN), "310116", "310116", "report_place"),
        (Told(P, platform="taobao"), "310116", "330110", "report_seat"),
        (Told(S, LONGHU, "pinduoduo"), "", "330782", "report_seller"),
        (Told(S, LONGHU, "pinduoduo"), "310105", "310105", "report_platform_first"),
        (Told(S, LONGHU, "pinduoduo", reachable=False), "", "330782", "report_seller"),
    ],
)
def test_reports_follow_their_own_articles(told: Told, home: str, office: str, rule: str) -> None:
    found = decided(told, home, report=True)
    assert (found.office, found.rule) == (office, rule)
    assert found.article in ("29", "31")


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        (Told(B, ""), ("place",)),
        (Told(B, "楼下那家店"), ("place",)),
        (Told(B, "朝阳区三里屯路1号"), ("which_city",)),
        (Told(B, "江苏省盐城市建军路"), ("which_district",)),
        (Told(SITE, ""), ("seat",)),
        (Told(S, ""), ("shown_address", "platform_seat")),
        (Told(S, "", "douyin", reachable=False), ("platform_seat",)),
    ],
)
def test_an_address_that_decides_nothing_leads_to_a_question(told: Told, asks: tuple[str, ...]) -> None:
    found = decided(told, "310116")
    assert (found.office, found.rule, found.asks) == ("", "not_known", asks)
    assert all(say("dispatch_asks", code) for code in asks)


def test_a_seller_decided_by_its_platform_may_still_show_an_address() -> None:
    assert decided(Told(S, "", "taobao")).asks == ("shown_address",)
    assert decided(Told(S, "", "taobao", reachable=False)).asks == ()


@pytest.mark.parametrize(
    ("address", "office", "station"),
    [
        (JINSHAN, "上海市金山区市场监督管理局", "石化市场监督管理所"),
        ("上海市外高桥保税区富特北路1号", "上海市浦东新区市场监督管理局保税区分局", ""),
        ("武汉市光谷大道8号", "武汉东湖新技术开发区市场监督管理局", ""),
        ("北京经济技术开发区荣华中路1号", "北京经济技术开发区市场监督管理局", ""),
        ("杭州市余杭区文一西路969号", "杭州市余杭区市场监督管理局", ""),
        ("湖北省仙桃市干河街道", "仙桃市市场监督管理局", ""),
        ("广东省东莞市厚街镇", "东莞市市场监督管理局", ""),
        ("重庆市忠县忠州街道", "忠县市场监督管理局", ""),
    ],
)
def test_the_directory_knows_zones_stations_and_names_the_rest_by_rule(
    address: str, office: str, station: str
) -> None:
    known = at_home("")
    found = known.at(regions.read_region(address), address)
    assert found is not None
    assert found.name == office
    place = known.station(found.code, address)
    assert (place.name if place else "") == station


@pytest.mark.parametrize(
    ("one", "other", "arbiter"),
    [
        ("310116", "310105", "310000"),
        ("320902", "320900-kf", "320900"),
        ("310116", "330110", "100000"),
        ("310115", "310115-bz", "310000"),
        ("310116", "310000", "100000"),
        ("100000", "310116", ""),
    ],
)
def test_the_arbiter_is_the_nearest_office_above_both(one: str, other: str, arbiter: str) -> None:
    assert at_home("").superior_of_both(one, other) == arbiter
    assert at_home("").superior_of_both(other, one) == arbiter


@pytest.mark.parametrize(
    ("name", "address", "kind", "platform"),
    [
        ("好身材健身有限公司", JINSHAN, B, ""),
        ("某某旗舰店", "淘宝（网店，地址以平台公示为准）", S, "taobao"),
        ("某某旗舰店", "（网店，地址以平台公示为准）", S, ""),
        ("拼多多", "拼多多平台", P, "pinduoduo"),
        ("浙江淘宝网络有限公司", "杭州市余杭区", P, "taobao"),
        ("抖音小店老王茶叶", "直播间", S, "douyin"),
        ("某品牌官网", "上海市长宁区", SITE, ""),
        ("某某公司的小程序", "", SITE, ""),
    ],
)
def test_who_is_complained_about_is_read_from_the_words(
    name: str, address: str, kind: RespondentKind, platform: str
) -> None:
    told = told_by(name, address)
    assert (told.kind, told.platform) == (kind, platform)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=120))
def test_no_words_of_a_complaint_stop_the_decision(name: str, address: str) -> None:
    found = decide(respondent_of(told_by(name, address)), at_home("310116"))
    assert bool(found.office) != bool(found.rule == "not_known")
    assert found.office or found.asks


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(RespondentKind),
    st.sampled_from(["", JINSHAN, LONGHU, "江苏省盐城市", "朝阳区", "上海市外高桥保税区"]),
    st.sampled_from(["", *platforms()]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "310116", "310000", "330110", "320902"]),
)
def test_the_office_is_always_one_that_may_handle_it(
    kind: RespondentKind, address: str, platform: str, reachable: bool, report: bool, home: str
) -> None:
    found = decided(Told(kind, address, platform, "", reachable), home, report=report)
    assert found.office in found.competent or not found.competent
    assert (home in found.competent) == (found.route is Route.OURS)
    assert dispatch.reason(found.rule, "某局")
    assert found.article


def test_every_rule_has_its_words() -> None:
    assert set(section("dispatch_rules")) == set(ARTICLES)
    assert set(section("respondent_kinds")) == {kind.value for kind in RespondentKind}
    assert set(section("dispatch_routes")) == {route.value for route in Route}


@pytest.fixture
def flawed() -> list[dict[str, object]]:
    return [{"code": "310116", "name": "上海市金山区市场监督管理局"}]


@pytest.mark.parametrize(
    "flaw",
    [
        {"code": "31011"},
        {"name": "局"},
        {"region": "999999"},
        {"parent": "310116"},
        {"parent": "nowhere"},
        {"surprise": 1},
        {"stations": [{"code": "a-1", "name": "石化所"}]},
        {"phone": "call me"},
    ],
)
def test_an_office_file_with_a_flaw_is_refused(
    flawed: list[dict[str, object]], flaw: dict[str, object]
) -> None:
    assert set(read_offices({"offices": flawed})) == {"310116"}
    with pytest.raises(ValueError, match="offices"):
        read_offices({"offices": [{**flawed[0], **flaw}]})


def test_the_seed_has_its_three_levels_and_stations() -> None:
    known = Offices(seed())
    assert known.above("320902") == ["320900", "320000", "100000"]
    assert known.above("310115-bz") == ["310115", "310000", "100000"]
    assert any(office.stations for office in known.listed())
    assert office_directory.by_rule("310116").name == seed()["310116"].name
