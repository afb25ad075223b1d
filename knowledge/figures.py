"""Numbers as people write them: money, ages, counts, lengths of time. Figures, Chinese numerals and the colloquial
forms between (三千多, 小两千, 1.5w, 两百五, 一万二). What is left open (七八岁, 两三百) is the lower end or nothing.
jionlp reads what is written out in 角 and 分 and in bank numerals; it is loaded when such a sum is met.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from knowledge import quiet_jionlp
from knowledge.varieties import simplified

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
}
PLACES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
SUFFIXES = {"w": 10_000, "万": 10_000, "k": 1_000, "千": 1_000, "百": 100, "亿": 100_000_000}

_CHINESE = "零〇一二两俩仨三四五六七八九十百千万亿"
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MIXED = r"\d+[万千百][1-9一二三四五六七八九](?![\d.])[千百]?"  # 1万8千, 1万2
_POINT = r"[零〇一二两三四五六七八九十百]+点[零〇一二三四五六七八九]+(?=\s*(?:元|块|万|千))"  # 零点九元
NUMBER = rf"(?:{_MIXED}|{_POINT}|(?:{_FIGURE})\s*[wWkK万千百亿]?|[{_CHINESE}几半]+)"
_NUMBER = re.compile(NUMBER)
_PAIR = re.compile(r"[一二三四五六七八九][零〇一二三四五六七八九]")
_ABOUT = "多来余几"


@dataclass(frozen=True)
class Found:
    """A value read from text: where it stands (start, end) and the unit written after it."""

    value: Decimal
    start: int
    end: int
    unit: str = ""


def normal(text: str) -> str:
    """Half-width, lower case, simplified; one character for one, so that positions stay the same."""
    return "".join(_half(sign) for sign in text)


@lru_cache(maxsize=16384)
def _half(sign: str) -> str:
    folded = unicodedata.normalize("NFKC", sign)
    lowered = folded.lower() if len(folded) == 1 else sign
    return simplified(lowered if len(lowered) == 1 else sign)


def _section(signs: str) -> tuple[Decimal, int, int]:
    """(total, last digit still without a place, last place) of a numeral below 万."""
    total, digit, place = 0, 0, 0
    for sign in signs:
        if sign in DIGITS:
            digit = DIGITS[sign]
            if sign in "零〇":
                place = 10
        else:
            place = PLACES[sign]
            total += (digit or 1) * place
            digit = 0
    return Decimal(total), digit, place


def chinese(signs: str) -> Decimal | None:
    """The value of a Chinese numeral; a trailing digit after 百, 千, 万 counts in the next place (一万二 = 12,000).

    None for two neighbouring digits without a place (七八, 两三百, 二零二零): a range or a year is no number.
    """
    if not signs or _PAIR.search(signs.replace("两", "二")):
        return None
    for great in ("亿", "万"):
        head, found, tail = signs.partition(great)
        if found:
            left = chinese(head) if head else None
            right = _tail(tail, PLACES[great])
            return None if left is None or right is None else left * PLACES[great] + right
    total, digit, place = _section(signs)
    if digit and place >= 100:
        return total + digit * (place // 10)
    return total + digit


def _tail(signs: str, place: int) -> Decimal | None:
    if not signs:
        return Decimal(0)
    if len(signs) == 1 and signs in DIGITS and signs not in "零〇":
        return Decimal(DIGITS[signs] * (place // 10))
    return chinese(signs)


def value(text: str) -> Decimal | None:
    """The number a short text means: '5,000', '1.5w', '三千', '十几万' (lower end), '半' (0.5); None if it is none."""
    text = normal(text).strip()
    if text == "半":
        return Decimal("0.5")
    match = re.fullmatch(rf"({_FIGURE})\s*([wk万千百亿]?)", text)
    if match:
        return Decimal(match[1].replace(",", "")) * SUFFIXES.get(match[2], 1)
    if match := re.fullmatch(r"(\d+)([万千百])([1-9一二三四五六七八九])([千百]?)", text):
        place = SUFFIXES[match[2]]
        digit = value(match[3]) or Decimal(0)
        return int(match[1]) * place + digit * (SUFFIXES[match[4]] if match[4] else place // 10)
    if "点" in text:
        return _with_point(*text.split("点", 1))
    if not re.fullmatch(rf"[{_CHINESE}几]+", text):
        return None
    if "几" in text:
        return None if text.startswith("几") else chinese(re.sub("几", "", text))
    lower = re.sub(r"([一二两三四五六七八九])[二三四五六七八九](?=[百千万])", r"\1", text)
    return chinese(lower)


def _with_point(whole: str, tenths: str) -> Decimal | None:
    left = chinese(whole)
    if left is None or not tenths or not all(sign in DIGITS for sign in tenths):
        return None
    return left + Decimal("0." + "".join(str(DIGITS[sign]) for sign in tenths))


_YUAN = r"(?:块钱|元钱|人民币|块|元|圆|rmb)"
# What follows in 三十块五个: there the digit counts something else.
_NO_SMALL = r"(?![\d十百千万亿多几个件斤公次天张瓶盒袋只条节人年月点分小台套本双位家包米号层楼代])"
_MONEY = re.compile(
    rf"(?P<sign>[¥￥]\s*)?(?P<number>{NUMBER})(?P<about>[{_ABOUT}]*)(?P<more>[万千百])?(?P<about2>[{_ABOUT}]*)"
    rf"\s*(?P<unit>{_YUAN}(?P<small>[\d一二三四五六七八九](?:毛|角|{_NO_SMALL}))?)?"
)
# 一块八百多的手表, 两块电池, 一块去: here 块 counts pieces, or means together.
_PIECES = re.compile(
    r"(?:儿|[去来买吃玩走办寄退交付用做]|[一二两三四五六七八九\d]+[十百千万]|(?!的|钱)[^\d,。!?;、\s]{0,4}?"
    r"(?:表|电池|硬盘|主板|显卡|屏|玻璃|板|砖|瓷砖|地毯|毯|布|肉|牛排|排骨|蛋糕|豆腐|巧克力|披萨|肥皂|香皂|玉|翡翠|石头|石|金牌|金条|地|田|"
    r"木头|面料|毛巾|抹布|糖|面包|饼|膏药|墨|漆|牌子|招牌|补丁|斑|疤|皮))"
)
# Units that make a number something else than money.
_OTHER_UNIT = re.compile(
    r"^\s*(?:个|年(?!费)|月(?!费)|号|日|天|岁|周|次|节|点|分|小时|钟|斤|公斤|克|平|米|公里|里路|里程|里(?![面头边])|遍|回(?!来|去|家)|趟|场|成(?=$|[,。;!?的、]|以上|左右|都|多|新)|件|台|张|楼|层|栋|期|%|倍|人|位|"
    r"家|瓶|盒|袋|箱|只|条|代|级|折|寸|码|线|路|道|度|吨|课|门|套|本|辆|部|双|支|款|包(?!邮)|字|名|户|单|笔|份|颗|粒|根|把|桶|升|票|步|强|"
    r"小区|社区|花园|广场|大厦|大道|街|弄|巷|幢|单元|室|国际|公馆|公寓|商场|商城|艺术区|创意园|"
    r"积分|金币|钻|点券|q币|币|豆|像素|粉丝|播放|阅读|评论|毫安|瓦|快充|充电|功率|电视|屏|显示|高清|画质|超清|投影|"
    r"美元|美金|美刀|刀|欧|英镑|日元|日币|港币|港元|韩元|台币|新台币|泰铢|卢布|"
    r"g|gb|mm|cm|kg|ml|mah|hz|p\b|:|-|/|\d|年级)"
)
_NOT_BEFORE = re.compile(
    r"(?:第|星期|礼拜|周|足金|足银|纯金|纯银|套内|建面|面积|[a-z]|\d[-/:.]|-|\*|(?:尾号|单号|房号|卡号|工号|门牌|电话|手机号|编号|密码|验证码|型号)[是为:]?|荣耀|骁龙|天玑|"
    r"初|高|大|统一|唯|分之)$"
)
_NOT_SO = re.compile(
    r"(?:不是|并非|没有?(?:花|充|付|交|买|到|收|少)?[了过]?|不用|不要|不值|不需要)(?:花|付|交|掏|这|那)?$"
)
_HOME = re.compile(r"的(?:房|户型|大?平层)")  # 一百二的房子: square metres
_HOTLINE = re.compile(r"11[0234789]|12[02]|12[03]\d\d|10086|10010|96110|618|315|996|1688")
_SPENT = re.compile(r"(?:[花付交充收价值卖刷存][了的]?|共|是)$")
_HANDED_OVER = re.compile(r"(?:[花付交充收扣刷缴退赔][了掉走我]{1,2}|(?<!只)值)$")
_CLAUSE_END = re.compile(r"\s*(?:$|[,。;!?、…\s]|吧|了|呢|啊|左右|买|办|还|就|却|结果|才|都)")
_NOT_A_PENNY = re.compile(r"[也都]")  # 一毛钱都不给
_NEXT_WORD = re.compile(r"一(?:分|毛|点|下子|直|共|起|次性)")
_FOREIGN = re.compile(r"\s*(?:美|港|日|欧|韩|澳|加|新台)(?:元|金|币|刀)")
_BANK = "零壹贰叁肆伍陆柒捌玖拾佰仟萬万亿"
_DIGIT = r"[\d一二两三四五六七八九]"
_WRITTEN_OUT = re.compile(  # 三元六角五分, 12块9毛9, 五毛钱, 壹仟贰佰元
    rf"(?:{NUMBER}\s*(?:元|块)零?{_DIGIT}[毛角](?:{_DIGIT}(?:分|(?![{_CHINESE}\d个天年月件])))?|"
    rf"{_DIGIT}[毛角](?:{_DIGIT}分|钱)|[{_BANK}]*[壹贰叁肆伍陆柒捌玖拾佰仟][{_BANK}]*[元圆块](?:{_DIGIT}[毛角])?)"
)


def money(text: str) -> list[Found]:
    """Amounts of money in a text, in yuan. A number without 元 counts when it is large, has 千, 万, k, w, or was paid.

    What is denied (没花五百, 不是三千) and what only counts pieces (一块手表) is left out.
    """
    text = normal(text)
    found = _written_out(text)
    taken = [(item.start, item.end) for item in found]
    at = 0
    while match := _MONEY.search(text, at):
        at = match.end()
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        if _counts_pieces(match, text):
            at = match.start("unit") + 1
            continue
        number, end = _without_one(match)
        amount, before = _amount(match, number), text[max(0, match.start() - 5) : match.start()]
        if amount is None or amount <= 0 or _NOT_BEFORE.search(before) or _NOT_SO.search(before):
            continue
        stated = bool(match["unit"] or match["sign"])
        if stated:
            kept = not _FOREIGN.match(text, end)
        else:
            kept = _is_sum(number, amount, before, text[end : end + 6])
        if kept:
            found.append(Found(amount, match.start(), end, "元" if stated else ""))
    return sorted(found, key=lambda item: item.start) if taken else found


def _written_out(text: str) -> list[Found]:
    found = []
    for match in _WRITTEN_OUT.finditer(text):
        if _NOT_SO.search(text[max(0, match.start() - 5) : match.start()]) or _NOT_A_PENNY.match(
            text, match.end()
        ):
            continue
        said = match[0].replace("圆", "元").replace("萬", "万")
        try:
            read = quiet_jionlp.load().parse_money(
                said + "分" if re.search(rf"[毛角]{_DIGIT}$", said) else said
            )
        except (ValueError, TypeError, KeyError, IndexError):
            continue
        if isinstance(read["num"], str) and read["case"] == "元":
            found.append(Found(Decimal(read["num"]), match.start(), match.end(), "元"))
    return found


def _without_one(match: re.Match[str]) -> tuple[str, int]:
    """The number and where the sum ends; the 一 of the next word is left to it (四千五|一分不少)."""
    number, end = match["number"], match.end()
    if (
        not match["unit"]
        and end == match.end("number")
        and value(number) is None
        and _NEXT_WORD.match(match.string, end - 1)
    ):
        return number[:-1], end - 1
    return number, end


def _counts_pieces(match: re.Match[str], text: str) -> bool:
    unit = match["unit"]
    small = bool(unit) and unit[0] == "块" and not match["sign"] and unit[1:] in ("", match["small"])
    return (
        small
        and match["number"] in tuple("一二两三四五六七八")
        and bool(_PIECES.match(text, match.start("unit") + 1))
    )


def _is_sum(number: str, amount: Decimal, before: str, after: str) -> bool:
    """Whether a bare number can be money: 100 up to eight figures, no year, no hotline, not 千万 by itself.

    From ten up when it was handed over and nothing is counted (付了九十六).
    """
    figures = number.strip()
    if figures[0] in "百千万亿" or _OTHER_UNIT.match(after) or (amount < 1000 and _HOME.match(after)):
        return False
    if amount < 100:
        return amount >= 10 and bool(_HANDED_OVER.search(before) and _CLAUSE_END.match(after))
    if not figures.isdigit() or _SPENT.search(before):
        return len(figures) <= 8 or not figures.isdigit()
    odd = len(figures) > 8 or figures.startswith("0") or (1990 <= int(figures) <= 2035 and figures != "2000")
    return not odd and not _HOTLINE.fullmatch(figures)


def _amount(match: re.Match[str], number: str) -> Decimal | None:
    amount = value(number)
    if amount is None:
        return None
    if match["more"]:
        amount *= SUFFIXES[match["more"]]
    if number[0] in "千万亿":
        return None  # 上千块, 万元户: no sum is said
    if match["small"]:
        amount += (value(match["small"][0]) or Decimal(0)) / 10
    return amount


_AGE = re.compile(rf"(?:满|刚|才)?({NUMBER})(?:周岁|岁半|岁多|岁)")
_RANGE_AGE = re.compile(
    rf"[一二三四五六七八九十]{{2,3}}岁|(?:\d|[一二三四五六七八九十])\s*(?:[-~到至、]|或者?|还是)\s*{NUMBER}\s*(?:周岁|岁)"
)
# 不是八岁, 快八岁, 虚岁九岁, 八岁以下: not said how old, only how old not, or not yet.
_AGE_OPEN_BEFORE = re.compile(
    r"(?:不是|不到|没到|不足|不够|[不未没]|没有|还没|虚岁?|差|快要?|马上|即将|将近|接近|就要|明年|后年|超过|大于|小于)(?:是|到|就|就要|才|够|了)*$"
)
_AGE_OPEN_AFTER = re.compile(r"^(?:还?不到|还没到|没到|以[下上内]|之[前下上]|[左上]右|上下|前|虚岁|[((]虚)")
# No length: 第十二天, 周一周二, 有一天, 每年.
_LENGTH = re.compile(
    rf"(?<!周)(?<!星期)(?<!礼拜)(?<![月第每有那某同这哪头几当整\d.{_CHINESE}])({NUMBER})[来多]?\s*(个)?[来多]?(半)?(天|日|周|星期|礼拜|月|年)(半)?"
    r"(?![份底初末级代费]|\d{1,2}月|到晚|天)"
)
_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}
# What somebody promises or the law allows (七天无理由, 保修一年, 三天内发货) did not pass.
_ALLOWED_AFTER = re.compile(
    r"^(?:的)?(?:无理由|无条件|无忧|包退|包换|包赔|保修|质保|保质|退换|可退|可换|退货期|试用|冷静期|犹豫期|反悔|[以之]?内|到账|到货|发货|达|[以之]?后再|"
    r"会员|套餐|卡|期|游|团|行程|免费|有效)"
)
_ALLOWED_BEFORE = re.compile(
    r"(?:保修|质保|保质期|三包|承诺|说好|约定|规定|要求|保证|说是|有效期|再等|要等|让我等|叫我等|再过|提前|最多|最快)$"
)


def _is_open_range(written: str) -> bool:
    return bool(re.search(r"[-~到至、或还]", written)) or value(re.sub("周?岁$", "", written)) is None


def ages(text: str) -> list[Found]:
    """Ages in years. 七八岁 and 7到8岁, 不满八岁 and 快八岁 are left out: on which side of a limit is not said."""
    text = normal(text)
    open_ranges = [match.span() for match in _RANGE_AGE.finditer(text) if _is_open_range(match[0])]
    found = []
    for match in _AGE.finditer(text):
        years = value(match[1])
        inside = any(
            start <= match.start() < end or match.start() < end <= match.end() for start, end in open_ranges
        )
        before, after = text[max(0, match.start() - 6) : match.start()], text[match.end() : match.end() + 4]
        if inside or _AGE_OPEN_BEFORE.search(before) or _AGE_OPEN_AFTER.match(after):
            continue
        if years is not None and 0 < years < 120 and years == int(years):
            found.append(Found(years, match.start(), match.end(), "岁"))
    return found


def counts(text: str, unit: str) -> list[Found]:
    """Numbers that stand before the unit (次, 节, 公里 …); 第十二次 is none."""
    text = normal(text)
    pattern = re.compile(rf"(?<![第\d.{_CHINESE}])({NUMBER})[多来几]?\s*{re.escape(unit)}")
    found = ((value(match[1]), match) for match in pattern.finditer(text))
    return [Found(n, match.start(), match.end(), unit) for n, match in found if n is not None]


def lengths(text: str, unit: str) -> list[Found]:
    """Lengths of time in the unit asked for (天, 月 or 年): 三天, 半个月 = 15 天, 一年半 = 18 月. A month is 30 days.

    What is allowed or promised (七天无理由, 保修一年, 三天内) is no length that passed.
    """
    text = normal(text)
    found = []
    for match in _LENGTH.finditer(text):
        number = value(match[1])
        if number is None or (number >= 1900 and match[4] == "年"):
            continue
        if match[4] == "月" and not match[2] and number != Decimal("0.5"):
            continue  # 三月 is March, 三个月 a length
        if _ALLOWED_AFTER.match(text[match.end() : match.end() + 5]) or _ALLOWED_BEFORE.search(
            text[: match.start()][-6:]
        ):
            continue
        if match[3] or match[5]:
            number += Decimal("0.5")
        length = _in_unit(number, match[4], unit)
        if length is not None:
            found.append(Found(length, match.start(), match.end(), unit))
    return found


def _in_unit(number: Decimal, written: str, unit: str) -> Decimal | None:
    if unit.endswith("天") or unit.endswith("日"):
        return Decimal(int(number * _DAYS[written]))
    if unit.endswith("月"):
        return {"月": Decimal(int(number)), "年": Decimal(int(number * 12))}.get(written)
    if unit.endswith("年"):
        return Decimal(int(number)) if written == "年" else None
    return None


def lone(text: str) -> Decimal | None:
    """The only number in a short reply ('大概三千多吧', '8'); None when there is none, or more than one."""
    numbers = [n for match in _NUMBER.finditer(normal(text)) if (n := value(match[0])) is not None]
    return numbers[0] if len(numbers) == 1 else None
