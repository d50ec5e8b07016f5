"""What the values of each column look like: one batched query over a sample of the landing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.standardise.text import MISSING
from zhike.schema.vocabulary import FULL_WIDTH, HALF_WIDTH, genders, regions, statuses

SAMPLE_RECORDS = 6_000
_WINDOWS = 6
_COMMON = 300
"""Different values of a column that are compared with the vocabularies."""


_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|févr|avr|juin|août|ene|abr|"
    "ago|dic"
)
_CLOCK = r"[ t,]*\d{1,2}[:时点]\d{1,2}([:分]\d{1,2}(\.\d+)?秒?)?分?( ?[ap]\.?m\.?)?"
_ZONE = r"( ?(z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_DAY = (
    r"(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](\d{4}|\d{2})"
    rf"|\d{{1,2}}[-/. ]*({_MONTHS})[a-zéû]*\.?[-/., ]*\d{{2,4}}"
    rf"|({_MONTHS})[a-z]*\.? \d{{1,2}},? \d{{4}})"
)
PATTERNS: Mapping[str, str] = {
    "date": rf"^((周|星期).)?{_DAY}({_CLOCK})?{_ZONE}( ?(周|星期).)?$",
    "compact_date": (
        r"^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
        r"(([01]\d|2[0-3])[0-5]\d([0-5]\d)?)?(\.0)?$"
    ),
    "clock": r"^([01]?\d|2[0-3])[:：][0-5]\d([:：][0-5]\d)?( ?[ap]m)?$",
    "month": r"^\d{4}[-/年.]\d{1,2}月?$",
    "has_time": r"\d[ t]*\d{1,2}:\d{2}|\d时|\d点",
    "integer": r"^[+-]?\d{1,40}(\.0+)?$",
    "number": (
        r"^[(-]?\s*(rmb|cny|usd|eur|gbp|us\$|hk\$|[¥￥$£€])?\s*[+-]?"
        r"(\d+|\d{1,3}([, .’' ]\d{3})+)([.,]\d+)?\)?\s*"
        r"(元|块|万元|万|¥|€|eur|usd|cny|gbp|kr|zł|%|\(.*\))?$"
    ),
    "percent": r"%$",
    "money_mark": r"[¥￥$£€]|\d元|\beur\b|\busd\b|\bcny\b",
    "decimals": r"\d[.,]\d{1,2}\)?\s*[元¥€£]?$",
    "decimal_comma": r"^[^.]*\d,(\d{1,2}|\d{4,})\s*(€|eur|kr|zł)?$|^-?\d{1,3}(\.\d{3})+,\d+",
    "decimal_point": r"\d\.(\d{1,2}|\d{4,})$|^-?\d{1,3}(,\d{3})+\.\d+",
    "negative": r"^\(?-|^\(.*\)$",
    "email": r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
    "mobile": r"^(\+?(00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(\.0)?$",
    "phone": (
        r"^(\+|00)\d[\d ()-]{6,18}$|^\(?0\d{1,4}\)?[- ]?\d{3,4}[- ]?\d{3,4}$"
        r"|^\(?\d{3}\)?[- ]\d{3}[- ]\d{4}$"
    ),
    "masked": r"\*{2,}|[#$~]{2}",
    "code": r"^[a-z#]{0,6}[-_]?\d[\da-z_./-]*$",
    "uuid": r"^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$",
    "chinese": r"[\x{4e00}-\x{9fff}]",
    "letters": r"[a-z\x{00e0}-\x{024f}\x{3040}-\x{30ff}\x{4e00}-\x{9fff}]",
    "words": r"[^\s]\s+[^\s]",
    "chinese_address": r"(省|市|自治区|区|县|镇|路|街|道|号|村)",
    "composite_address": r"^[^,，]{1,30}[,，] ?(\+?86-)?[\d*-]{7,20}[,，]",
    "epoch": r"^1[0-9]{9}(\.0)?$|^1[0-9]{12}$|^1[0-9]{15}$",
    "serial": r"^(2[5-9]|[3-5]\d)\d{3}(\.\d+)?$",
}
"""What the share of values is taken of; RE2, over lower-case text."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the values of one column look like.

    Attributes:
        rows: Sampled records.
        filled: Of those, the ones with something in it.
        distinct: Different values among the sample.
        shares: Name of a pattern or vocabulary to the share of filled values that fit.
        low: Smallest number, where they are numbers.
        high: Largest number.
        mean: Mean number.
        length: Mean number of characters.
    """

    rows: int
    filled: int
    distinct: int
    shares: Mapping[str, float]
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    length: float = 0.0

    @property
    def filled_share(self) -> float:
        """Share of records with something in it."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def distinct_share(self) -> float:
        """Different values by filled ones: 1 where none repeats."""
        return self.distinct / self.filled if self.filled else 0.0

    def share(self, *names: str) -> float:
        """The largest of these shares."""
        return max(self.shares.get(name, 0.0) for name in names)


def normal_records(raw: ir.Table) -> ir.Table:
    """The records that are neither skipped nor rejected by the reader."""
    return raw.filter(raw._fate.isnull())


def sample_of(raw: ir.Table) -> ir.Table:
    """Records from several places of the file, about `SAMPLE_RECORDS`, in file order."""
    last = int(raw._row.max().to_pyarrow().as_py() or 0)
    normal = normal_records(raw)
    if last <= SAMPLE_RECORDS * 1.5:
        return normal
    size, step = SAMPLE_RECORDS // _WINDOWS, last // _WINDOWS
    starts = [window * step for window in range(_WINDOWS)]
    return normal.filter(ibis.or_(*(normal._row.between(at, at + size - 1) for at in starts)))


def value_of(column: Any) -> ir.Value:
    """The cell as it is looked at: trimmed, half width, lower case, null where it says nothing."""
    text = column.strip().translate(FULL_WIDTH, HALF_WIDTH).strip().lower()
    return ibis.ifelse(text.isin(MISSING), ibis.null("string"), text)


def profiles(sample: ir.Table, header: Iterable[str]) -> dict[str, Profile]:
    """The profile of every column, by header."""
    columns = list(header)
    rows = int(sample.count().to_pyarrow().as_py())
    long = (
        sample.select(**{f"c{at}": sample[name] for at, name in enumerate(columns)})
        .pivot_longer(list(_positions(columns)), names_to="at", values_to="written")
        .filter(ibis._.written.notnull())
        .group_by("at", "written")
        .agg(times=ibis._.count())
    )
    cells = long.mutate(value=value_of(long.written)).filter(ibis._.value.notnull())
    found = {
        row["at"]: row
        for row in cells.group_by("at").agg(**_measures(cells)).to_pyarrow().to_pylist()
    }
    return {name: _profile(rows, found.get(f"c{at}")) for at, name in enumerate(columns)}


def _positions(columns: list[str]) -> Iterable[str]:
    return (f"c{at}" for at in range(len(columns)))


def _measures(cells: ir.Table) -> dict[str, Any]:
    value, times = cells.value, cells.times
    tests = {name: value.re_search(pattern) for name, pattern in PATTERNS.items()}
    number = value.re_replace(r"[^\d.-]", "").try_cast("float64")
    shares = {name: times.sum(where=test) for name, test in tests.items()}
    return {
        "filled": times.sum(),
        "distinct": cells.count(),
        "low": number.min(),
        "high": number.max(),
        "mean": (number * times).sum() / times.sum(where=number.notnull()).cast("float64"),
        "length": (value.length() * times).sum() / times.sum().cast("float64"),
        "common": value.collect()[:_COMMON],
        **{f"share_{name}": counted for name, counted in shares.items()},
    }


@lru_cache(maxsize=1)
def _vocabularies() -> dict[str, frozenset[str]]:
    places = regions()
    named = (word for word in genders().words if not word.isdigit() and word not in MISSING)
    return {
        "status": frozenset(statuses().words),
        "gender": frozenset(named),
        "province": frozenset(places.provinces),
        "city": frozenset(places.cities),
        "country": frozenset(places.countries),
    }


def _known_shares(common: list[str]) -> dict[str, float]:
    """Share of the different values that are words of each vocabulary."""
    return {
        name: sum(value in words for value in common) / len(common) if common else 0.0
        for name, words in _vocabularies().items()
    }


def _profile(rows: int, found: Mapping[str, Any] | None) -> Profile:
    if found is None:
        return Profile(rows=rows, filled=0, distinct=0, shares={})
    filled = int(found["filled"])
    shares = {
        name.removeprefix("share_"): int(counted or 0) / filled
        for name, counted in found.items()
        if name.startswith("share_")
    }
    shares |= _known_shares(found["common"] or [])
    return Profile(
        rows=rows,
        filled=filled,
        distinct=int(found["distinct"]),
        shares=shares,
        low=found["low"],
        high=found["high"],
        mean=found["mean"],
        length=float(found["length"] or 0.0),
    )
