"""Exports of known platforms: how they are told and what their columns are. Data, not code."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from zhike.i18n import LazyText
from zhike.schema.headers import fold_header


@dataclass(frozen=True, kw_only=True)
class PlatformColumn:
    """What a platform's column is.

    Attributes:
        field: "table.field", or "" where the column is known and feeds nothing.
        rule: Reading rule, as in `preparation.reading`.
        options: What the rule needs to know.
    """

    field: str
    rule: str = ""
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One kind of export of one platform.

    Attributes:
        code: Such as "taobao_orders".
        label: What people call it.
        grain: What one record is.
        headers: Folded headers that must all be there.
        also: Folded headers of which `least` must be there.
        without: Folded headers that must not be there.
        columns: Folded header to what it is.
        order_fields: Whether order fields stand on each line or on the first of an order.
        channel: Channel of its orders.
        timezone: Zone of its times where they carry no offset; "" means the business's.
    """

    code: str
    label: LazyText
    grain: str
    headers: frozenset[str]
    also: frozenset[str]
    least: int
    without: frozenset[str]
    columns: Mapping[str, PlatformColumn]
    order_fields: Literal["each_line", "first_line"] = "each_line"
    channel: str = ""
    timezone: str = ""

    def fits(self, folded: Collection[str]) -> bool:
        """Whether a file with these folded headers is such an export."""
        there = set(folded)
        return (
            self.headers <= there
            and len(self.also & there) >= self.least
            and not self.without & there
        )


@lru_cache(maxsize=1)
def platforms() -> tuple[Platform, ...]:
    """Every kind of export that is known."""
    source = files("zhike.schema") / "platforms.toml"
    read = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(_platform(code, entry) for code, entry in read.items())


def recognise(header: Collection[str]) -> Platform | None:
    """The platform whose export has such headers; the one that names most of them, or None.

    Examples:
        >>> recognise(["订单编号", "标题", "价格", "购买数量", "商家编码"]).code
        'taobao_lines'
        >>> recognise(["order", "total"]) is None
        True
    """
    folded = {fold_header(column) for column in header}
    fitting = [platform for platform in platforms() if platform.fits(folded)]
    return max(fitting, key=lambda each: len(folded & set(each.columns)), default=None)


def _platform(code: str, entry: dict[str, Any]) -> Platform:
    zh, en = entry["label"]
    also = _folded(entry.get("also", ()))
    return Platform(
        code=code,
        label=LazyText.of(en=en, zh=zh),
        grain=entry["grain"],
        headers=_folded(entry["headers"]),
        also=also,
        least=entry.get("least", 1 if also else 0),
        without=_folded(entry.get("without", ())),
        columns={fold_header(name): _column(what) for name, what in entry["columns"].items()},
        order_fields=entry.get("order_fields", "each_line"),
        channel=entry.get("channel", ""),
        timezone=entry.get("timezone", ""),
    )


def _column(what: str | dict[str, Any]) -> PlatformColumn:
    return PlatformColumn(field=what) if isinstance(what, str) else PlatformColumn(**what)


def _folded(headers: Collection[str]) -> frozenset[str]:
    return frozenset(map(fold_header, headers))
