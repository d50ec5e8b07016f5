"""The settings of a workspace: `zhike.toml`, read strictly, written with its explanations."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from zhike.errors import ParameterError, WorkspaceError
from zhike.i18n import LANGUAGES, LazyText, lazy
from zhike.workspace.durable import write_durably
from zhike.workspace.layout import FORMAT_VERSION
from zhike.workspace.segments import segment_section, segments_of
from zhike.workspace.targets import goal_of, segment_targets, targets_of

if TYPE_CHECKING:
    from zhike.catalogue.metrics import Metric


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a company sets once.

    Attributes:
        name: The company or shop, as reports call it.
        language: "zh" or "en" for reports and messages; empty follows the reader.
        currency: ISO 4217 code that every amount is in; empty takes it from the first file that
            tells, and until then amounts are shown without a sign.
        timezone: Business time zone, by its IANA name.
        keep_snapshots: How many snapshots stay, the newest first.
        memory: Most memory that the engine may hold, such as "2GB".
        largest_upload: Most that may be sent through a browser at once.
        database: PostgreSQL that keeps accounts and the audit log; empty keeps them in the folder.
        rates: Foreign currency to the worth of one unit in `currency`.
        analyses: Analysis name to the parameters that a run gives it.
        fields: A field of the company's own to its `type`, `label` and what else is said of it.
        segments: A saved segment to its `rule`, `label` and `description`.
        metrics: A metric of the company's own to its `expression`, `label` and what else is said.
        goal: What the company wants: `text` and `metrics`.
        targets: Metric to where it should be: a number, or `at_least` and `at_most`.
    """

    name: str = ""
    language: str = ""
    currency: str = ""
    timezone: str = "Asia/Shanghai"
    keep_snapshots: int = 10
    memory: str = "1500MB"
    largest_upload: str = "2GB"
    database: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    analyses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    segments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    goal: Mapping[str, Any] = field(default_factory=dict)
    targets: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (fine, allowed) in _RULES.items():
            value = getattr(self, name)
            if not fine(value):
                raise ParameterError.out_of_bounds(name, value, allowed)
        if self.fields:
            from zhike.workspace.custom_fields import fields_of

            fields_of(self.fields)
        segments_of(self.segments)
        own = _own_metrics(self.metrics) if self.metrics else {}
        goal_of(self.goal, own)
        targets_of(self.targets, own)
        segment_targets(self.targets, own)


def size_bytes(size: str) -> int:
    """How many bytes a size of the settings is.

    Examples:
        >>> size_bytes("1.5MB"), size_bytes("2GB")
        (1500000, 2000000000)
    """
    return int(float(size[:-2]) * {"MB": 1_000_000, "GB": 1_000_000_000}[size[-2:]])


def _own_metrics(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Metric]:
    from zhike.catalogue.own_metrics import own_metrics

    return {item.name: item for item in own_metrics(sections)}


def is_currency(code: object) -> bool:
    """Whether that is an ISO 4217 code."""
    from babel.numbers import is_currency

    return isinstance(code, str) and is_currency(code)


def _is_currency_or_open(code: object) -> bool:
    return not code or is_currency(code)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_size(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d+(\.\d+)?[MG]B", value))


def _are_rates(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        is_currency(code) and isinstance(rate, int | float | Decimal) and rate > 0
        for code, rate in value.items()
    )


def _are_sections(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(item, Mapping) for item in value.values())


_RULES: Mapping[str, tuple[Callable[[Any], bool], LazyText]] = {
    "name": (lambda value: isinstance(value, str), lazy("a text in quotes")),
    "language": (lambda value: value in ("", *LANGUAGES), lazy("zh, en or empty")),
    "currency": (_is_currency_or_open, lazy("a currency such as CNY")),
    "timezone": (
        lambda value: value in available_timezones(),
        lazy("a time zone such as Asia/Shanghai"),
    ),
    "keep_snapshots": (_is_count, lazy("a whole number of at least 1")),
    "memory": (_is_size, lazy("an amount of memory such as 1500MB or 2GB")),
    "largest_upload": (_is_size, lazy("a size such as 500MB or 2GB")),
    "database": (
        lambda value: isinstance(value, str) and bool(re.match(r"$|postgres(ql)?://", value)),
        lazy("an address such as postgresql://host/name"),
    ),
    "rates": (_are_rates, lazy("currencies with numbers above 0, such as USD = 7.1")),
    "analyses": (_are_sections, lazy("a section for each analysis, such as [analyses.rfm]")),
    "fields": (_are_sections, lazy("a section for each field, such as [fields.pet]")),
    "metrics": (_are_sections, lazy("a section for each metric, such as [metrics.tea_share]")),
    "goal": (lambda value: isinstance(value, Mapping), lazy("a section with text and metrics")),
    "targets": (lambda value: isinstance(value, Mapping), lazy("metrics with numbers")),
    "segments": (_are_sections, lazy("a section for each segment, such as [segments.keen]")),
}


def read_settings(path: Path) -> Settings:
    """The settings in a `zhike.toml`.

    Raises:
        ParameterError: A key that there is not, or a value outside what is allowed.
        WorkspaceError: It is no TOML, or was written by a newer Zhike.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise WorkspaceError(
            lazy("{path} cannot be read: {fault}.", path=path, fault=fault),
            hint=lazy("Mend it in a text editor, or delete it and run `zhike init` again."),
        ) from fault
    version = values.pop("format", FORMAT_VERSION)
    if version != FORMAT_VERSION:
        raise WorkspaceError(
            lazy(
                "{path} is of format {version}; this Zhike reads format {known}.",
                path=path,
                version=version,
                known=FORMAT_VERSION,
            ),
            hint=lazy("Install the newest Zhike."),
        )
    known = {item.name for item in fields(Settings)}
    for key in values.keys() - known:
        raise ParameterError.unknown(lazy("setting"), key, known)
    if _are_rates(values.get("rates", {})):
        rates = values.get("rates", {})
        values["rates"] = {code: Decimal(str(rate)) for code, rate in rates.items()}
    return Settings(**values)


def write_settings(path: Path, settings: Settings) -> None:
    """Write a `zhike.toml` that explains itself."""
    from zhike.workspace.custom_fields import field_section, fields_of

    sections = [f"\n{field_section(item)}" for item in fields_of(settings.fields).values()]
    sections += [f"\n{segment_section(item)}" for item in segments_of(settings.segments).values()]
    write_durably(path, (_TEMPLATE.format(**_toml(settings)) + "".join(sections)).encode())


_TABLES = ("rates", "analyses", "fields", "segments", "metrics", "goal", "targets")


def _toml(settings: Settings) -> dict[str, str]:
    scalars = {
        item.name: json.dumps(getattr(settings, item.name), ensure_ascii=False)
        for item in fields(Settings)
        if item.name not in _TABLES
    }
    rates = "\n".join(f"{code} = {rate}" for code, rate in settings.rates.items())
    return scalars | {"format": str(FORMAT_VERSION), "rates": rates or "# USD = 7.1"}


_TEMPLATE = """\
# 知客工作区的设置。每一项都可以不写；写错的名字会被指出来。
# Settings of this Zhike workspace. Any may be left out; a misspelt one is pointed out.
format = {format}

# 公司或店铺的名字，用在报告里 / the company or shop, as reports call it
name = {name}

# 报告和提示的语言 zh 或 en，空着随系统 / zh or en; empty follows the computer
language = {language}

# 本位币：所有金额折成它；空着由数据判断 / every amount is in it; empty: as the files say
currency = {currency}

# 营业时区：一天从这里的零点算起 / where a business day begins at midnight
timezone = {timezone}

# 保留最近几份快照 / how many snapshots to keep, the newest first
keep_snapshots = {keep_snapshots}

# 计算引擎最多占用的内存 / the most memory that the engine may hold
memory = {memory}

# 浏览器一次最多上传多少 / the most that may be sent through a browser at once
largest_upload = {largest_upload}

# 账号和审计日志存哪里：空着存在本文件夹，或写 postgresql://主机/库名
# where accounts are kept: empty in this folder, or postgresql://host/name
database = {database}

# 汇率：一单位外币合多少本位币；没有汇率的外币订单会被搁置
# what one unit of a foreign currency is worth; orders without a rate are set aside
[rates]
{rates}

# 各项分析的参数 / parameters of an analysis, such as
# [analyses.lifecycle]
# loyal_after = 3

# 分析目标，写在报告开头 / what the report is for, on its first page
# [goal]
# text = "三个月内把复购率提高到 45%"
# metrics = ["repeat_rate", "net_revenue"]

# 自己的指标 / metrics of your own, by an expression
# [metrics.revenue_per_new_customer]
# label = "新客人均"
# expression = "net_revenue / new_customers"
# format = "amount"

# 指标目标 / where metrics should be
# [targets]
# repeat_rate = 0.45
"""
