"""The words of platforms and people, and what they mean: statuses, line kinds, marks, places.

Everything here is data in the `.toml` files beside this module. Words are compared *folded*
(`fold`): trimmed, lower case, full-width letters, digits and punctuation halved. An engine folds
alike with `lower(trim(translate(text, FULL_WIDTH, HALF_WIDTH)))`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))
FULL_WIDTH = "".join(chr(ord(mark) + 0xFEE0) for mark in _ASCII) + "\u3000\u00a0"
"""Characters that are folded …"""
HALF_WIDTH = _ASCII + "  "
"""… and what each becomes, position by position."""

_FOLDING = str.maketrans(FULL_WIDTH, HALF_WIDTH)


def fold(text: str) -> str:
    """The text as words are compared: trimmed, lower case, half width.

    Examples:
        >>> fold(" 买家已付款，等待卖家发货 ")
        '买家已付款,等待卖家发货'
        >>> fold("ＰＡＩＤ")
        'paid'
    """
    return text.translate(_FOLDING).strip().lower()


@dataclass(frozen=True)
class Vocabulary:
    """Words of the world and the standard word of each.

    Attributes:
        words: Folded word to standard word.
        patterns: Regular expression (searched in folded text) to standard word, in the order in
            which they are tried where no word is equal.
    """

    words: Mapping[str, str]
    patterns: tuple[tuple[str, str], ...] = ()
    _compiled: tuple[tuple[re.Pattern[str], str], ...] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        compiled = tuple((re.compile(pattern), to) for pattern, to in self.patterns)
        object.__setattr__(self, "_compiled", compiled)

    def get(self, word: str) -> str | None:
        """The standard word for `word`, or None where nothing is known of it."""
        folded = fold(word)
        if folded in self.words:
            return self.words[folded]
        return next((to for pattern, to in self._compiled if pattern.search(folded)), None)

    @classmethod
    def of(cls, lists: Mapping[str, list[str]], patterns: list[dict[str, str]]) -> Vocabulary:
        """From `standard -> words` as the data files hold them."""
        words = {fold(word): to for to, listed in lists.items() for word in listed}
        return cls(words, tuple((entry["match"], entry["to"]) for entry in patterns))


@dataclass(frozen=True, kw_only=True)
class LineRule:
    """One rule of what a line is; every part that is given must fit.

    Attributes:
        kind: A choice of `order_lines.kind`.
        codes: Folded product codes, compared whole; empty means any.
        code: Regular expression over the folded code; "" means any.
        name: Regular expression over the folded name ("" where it has none); "" means any.
    """

    kind: str
    codes: frozenset[str] = frozenset()
    code: str = ""
    name: str = ""

    def fits(self, code: str, name: str) -> bool:
        """Whether a line with this product code and name is of this kind."""
        code, name = fold(code), fold(name)
        return (
            (not self.codes or code in self.codes)
            and (not self.code or re.search(self.code, code) is not None)
            and (not self.name or re.search(self.name, name) is not None)
        )


@dataclass(frozen=True, kw_only=True)
class OrderMark:
    """Words that set a flag of an order.

    Attributes:
        flag: Field of `orders`, such as "is_brushing".
        match: Regular expression over folded text.
        columns: Folded header words of columns where it may be looked for.
    """

    flag: str
    match: str
    columns: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Places of China (standard names are short: 广东, 广州) and countries.

    Attributes:
        provinces: Any folded writing of a province to its standard name.
        cities: Any folded writing of a city to its standard name.
        province_of: Standard city to standard province.
        countries: Any folded writing of a country to its standard English name.
    """

    provinces: Mapping[str, str]
    cities: Mapping[str, str]
    province_of: Mapping[str, str]
    countries: Mapping[str, str]


@lru_cache(maxsize=1)
def statuses() -> Vocabulary:
    """Every platform's status words to the one vocabulary of `orders.status`.

    Examples:
        >>> statuses().get("卖家已发货，等待买家确认")
        'shipped'
        >>> statuses().get("未发货，退款成功")
        'refunded'
    """
    read = _read("statuses")
    return Vocabulary.of(read["words"], read["patterns"])


@lru_cache(maxsize=1)
def genders() -> Vocabulary:
    """Gender words to "female", "male", "other" or "unknown" (which is no value)."""
    return Vocabulary.of(_read("words")["gender"], [])


@lru_cache(maxsize=1)
def flags() -> Vocabulary:
    """Yes and no words to "true" or "false"."""
    return Vocabulary.of(_read("words")["flag"], [])


@lru_cache(maxsize=1)
def line_rules() -> tuple[LineRule, ...]:
    """What a line is, by its product's code and name; the first rule that fits decides."""
    return tuple(
        LineRule(
            kind=entry["kind"],
            codes=frozenset(map(fold, entry.get("codes", ()))),
            code=entry.get("code", ""),
            name=entry.get("name", ""),
        )
        for entry in _read("line_kinds")["rules"]
    )


def line_kind(code: str, name: str = "") -> str:
    """The kind of one line; goods where no rule fits.

    Examples:
        >>> line_kind("POST", "POSTAGE"), line_kind("S", "SAMPLES"), line_kind("S", "T恤 S 码")
        ('shipping', 'sample', 'goods')
        >>> line_kind("", "补差价专拍")
        'adjustment'
    """
    return next((rule.kind for rule in line_rules() if rule.fits(code, name)), "goods")


@lru_cache(maxsize=1)
def order_marks() -> tuple[OrderMark, ...]:
    """The words that say test order, brushing, cash on delivery, pre-sale."""
    return tuple(
        OrderMark(flag=flag, match=entry["match"], columns=frozenset(map(fold, entry["columns"])))
        for flag, entry in _read("order_marks").items()
    )


@lru_cache(maxsize=1)
def regions() -> Regions:
    """Provinces, cities and countries in every usual writing.

    Examples:
        >>> regions().provinces["广西壮族自治区"], regions().cities["广州市"]
        ('广西', '广州')
        >>> regions().province_of["广州"]
        '广东'
    """
    read = _read("regions")
    provinces: dict[str, str] = {}
    cities: dict[str, str] = {}
    province_of: dict[str, str] = {}
    for entry in read["provinces"]:
        for written in _province_writings(entry):
            provinces[fold(written)] = entry["name"]
        for official in entry["cities"].split():
            short, *others = _city_writings(official)
            for written in (short, *others):
                cities.setdefault(fold(written), short)
            province_of.setdefault(short, entry["name"])
    countries = {
        fold(written): name
        for name, listed in read["countries"].items()
        for written in (name, *listed)
    }
    return Regions(provinces=provinces, cities=cities, province_of=province_of, countries=countries)


def _province_writings(entry: dict[str, str]) -> Iterator[str]:
    name, english = entry["name"], entry["en"]
    yield from (name, entry["full"], f"{name}省", f"{name}市", f"{name}自治区")
    yield from (english, english.replace(" ", ""), f"{english} Province", f"{english} Sheng")
    yield from (f"CN-{entry['iso']}",)


_PEOPLES = (
    "朝鲜族|土家族|苗族|侗族|布依族|彝族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|藏族|羌族|回族|蒙古族|蒙古|"
    "哈萨克|柯尔克孜|黎族"
)
_OF_PEOPLES = re.compile(rf"(?:{_PEOPLES})+自治[州县]$")


def _city_writings(official: str) -> tuple[str, ...]:
    """The short name first, then every other writing: 延边, 延边州, 延边朝鲜族自治州."""
    short = _OF_PEOPLES.sub("", official)
    if short != official:
        ending = official[-1]
        return (short, official, f"{short}{ending}")
    for ending in ("地区", "林区", "盟", "县"):
        if official.endswith(ending):
            return (official.removesuffix(ending), official)
    return (official, f"{official}市")


def _read(name: str) -> dict[str, Any]:
    source = files("zhike.schema") / f"{name}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
