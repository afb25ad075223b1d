"""Which office a complaint belongs to (Order 121, art. 13, 14), or a report (art. 29, 31). Pure; no storage here.

Who is complained about decides the rule: a business on the spot, a platform, a seller on a platform,
or a seller with a site of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .office_directory import Offices
from .regions import Region


class RespondentKind(str, Enum):
    BUSINESS = "business"
    PLATFORM = "platform"
    SELLER = "seller"
    OWN_SITE = "own_site"


class Route(str, Enum):
    """How a ticket gets to its office from the one that handles it."""

    OURS = "ours"
    SISTER = "sister"  # another of ours: handed over on this desk
    BELOW = "below"  # distributed to an office under ours (art. 41)
    ELSEWHERE = "elsewhere"
    OPEN = "open"  # no office, or none is marked as ours


# Rule and the article of Order 121 that says it; sentences in desk/words/dispatch.yml.
ARTICLES = {
    "business_place": "13",
    "platform_seat": "13",
    "own_site_seat": "13",
    "seller_shown": "13",
    "seller_platform": "13",
    "first_receiver": "14",
    "designated": "33",
    "agreed": "33",
    "report_place": "29",
    "report_seat": "31",
    "report_seller": "31",
    "report_platform_first": "31",
    "not_known": "10",
}
ASKS = {RespondentKind.BUSINESS: "place", RespondentKind.SELLER: "shown_address"}
SEAT_RULES = {RespondentKind.PLATFORM: "platform_seat", RespondentKind.OWN_SITE: "own_site_seat"}


NOWHERE = Region()


@dataclass(frozen=True)
class Respondent:
    """Who is complained about. `address` and `region`: its place of business (a business), the address the
    platform shows (a seller), its registered place (a platform or a site of its own).

    `platform_address` and `platform_region`: where the operator of a seller's platform is registered.
    `reachable` False: nobody is reached at the address shown.
    """

    kind: RespondentKind
    address: str = ""
    region: Region = NOWHERE
    platform_address: str = ""
    platform_region: Region = NOWHERE
    reachable: bool = True


@dataclass(frozen=True)
class Competence:
    """The office that handles it, '' while something in `asks` must be known first.

    `competent` names every office that may handle it, the one named first in law first; `rule` is a key
    of ARTICLES and decided which of them does.
    """

    office: str
    rule: str
    competent: tuple[str, ...]
    asks: tuple[str, ...]
    route: Route

    @property
    def article(self) -> str:
        """The article of Order 121 that decided, such as `13`."""
        return ARTICLES[self.rule]


@dataclass(frozen=True)
class _Claim:
    office: str
    rule: str


def decide(respondent: Respondent, offices: Offices, *, report: bool = False) -> Competence:
    """Return which office handles a complaint (or report) about `respondent` received at this desk.

    When several may, the one that received it first does (art. 14): one of ours, if it is among them.
    """
    claims, asks = _claims(respondent, offices, report)
    ours = [claim for claim in claims if claim.office in offices.ours]
    if not claims:
        return Competence("", "not_known", (), asks, Route.OPEN)
    competent = tuple(dict.fromkeys(claim.office for claim in claims))
    chosen = claims[0]
    if ours:
        rule = ours[0].rule if report or len(ours) == len(claims) else "first_receiver"
        return Competence(ours[0].office, rule, competent, (), Route.OURS)
    below = next((claim for claim in claims if offices.handler(claim.office)), None)
    if below is not None:
        return Competence(below.office, below.rule, competent, asks, Route.BELOW)
    return Competence(chosen.office, chosen.rule, competent, asks, route_to(chosen.office, offices))


def route_to(office: str, offices: Offices, *, here: str = "") -> Route:
    """Return how a ticket gets to an office from `here`, one of ours; without `here` from any of ours."""
    if not office or not offices.marked:
        return Route.OPEN
    if office in offices.ours:
        return Route.OURS if here in ("", office) else Route.SISTER
    return Route.BELOW if offices.handler(office) else Route.ELSEWHERE


def _claims(respondent: Respondent, offices: Offices, report: bool) -> tuple[list[_Claim], tuple[str, ...]]:
    own = offices.at(respondent.region, respondent.address)
    if respondent.kind is not RespondentKind.SELLER:
        rule = _own_rule(respondent.kind, report)
        return ([_Claim(own.code, rule)], ()) if own else ([], _asks_own(respondent))
    platform = offices.at(respondent.platform_region, respondent.platform_address)
    claims = []
    if own and (respondent.reachable or report):
        claims.append(_Claim(own.code, "report_seller" if report else "seller_shown"))
    if platform:
        claims.append(_Claim(platform.code, "report_platform_first" if report else "seller_platform"))
    asks = () if own else _asks_own(respondent)
    return claims, asks if claims else (*asks, "platform_seat")


def _own_rule(kind: RespondentKind, report: bool) -> str:
    if report:
        return "report_place" if kind is RespondentKind.BUSINESS else "report_seat"
    return SEAT_RULES.get(kind, "business_place")


def _asks_own(respondent: Respondent) -> tuple[str, ...]:
    if respondent.kind is RespondentKind.SELLER and not respondent.reachable:
        return ()
    if respondent.region.ambiguous:
        return ("which_city",)
    if respondent.region.code:
        return ("which_district",)
    return (ASKS.get(respondent.kind, "seat"),)
