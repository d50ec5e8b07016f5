"""Results kept as JSON, one file an analysis and language, and turned back into blocks."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import types

from zhike.blocks import Block, Chart, Column, Finding, Number, Table, Text
from zhike.catalogue import Analysis, Card, as_of_day, cards_of
from zhike.i18n import LANGUAGES, Language, LazyText, language, use_language
from zhike.schema import Shop
from zhike.stats.accuracy import Calibration

KINDS: Mapping[str, type[Text | Number | Table | Chart]] = {
    "text": Text,
    "number": Number,
    "table": Table,
    "chart": Chart,
}


@dataclass(frozen=True, kw_only=True)
class StoredResult:
    """What an analysis found, without the data it was found in.

    Attributes:
        analysis: Its name.
        title: Its title, in the language of the result.
        question: The question it answers.
        as_of: The day looked back from.
        currency: ISO code that its amounts are in.
        params: Parameters, as JSON.
        numbers: Headline numbers by metric name.
        tables: Its bounded tables by name.
        kept_blocks: How to show it.
        kept_findings: What stands out.
        kept_cards: How well it would have foretold the past.
    """

    analysis: str
    title: str
    question: str
    as_of: str
    currency: str
    params: Mapping[str, Any]
    numbers: Mapping[str, float | None]
    tables: Mapping[str, pa.Table]
    kept_blocks: tuple[Block, ...]
    kept_findings: tuple[Finding, ...]
    kept_cards: tuple[Card, ...] = ()

    def blocks(self) -> Iterator[Block]:
        """How to show it, in order."""
        yield from self.kept_blocks

    def findings(self) -> Iterator[Finding]:
        """What stands out."""
        yield from self.kept_findings

    def accuracy_cards(self) -> Iterator[Card]:
        """How well it would have foretold the past."""
        yield from self.kept_cards

    def as_json(self) -> dict[str, Any]:
        """`analysis, as_of, params, numbers, tables, findings`, as `show --json` prints it."""
        return {
            "analysis": self.analysis,
            "as_of": self.as_of,
            "params": jsonable(self.params),
            "numbers": jsonable(self.numbers),
            "tables": {name: records(rows) for name, rows in self.tables.items()},
            "findings": jsonable(self.kept_findings),
        }


def stored(analysis: Analysis, result: Any, shop: Shop) -> StoredResult:
    """A result as it is kept, with its words in the language of the moment."""
    as_of = as_of_day(shop, analysis.as_of)
    params = {item.name: getattr(analysis, item.name) for item in dataclasses.fields(analysis)}
    fields = {item.name: getattr(result, item.name) for item in dataclasses.fields(result)}
    return StoredResult(
        analysis=analysis.name,
        title=str(analysis.title),
        question=str(analysis.question),
        as_of=as_of.isoformat(),
        currency=shop.currency,
        params=jsonable(params | {"as_of": as_of}),
        numbers=jsonable(dict(result.numbers)),
        tables={name: value for name, value in fields.items() if isinstance(value, pa.Table)},
        kept_blocks=tuple(result.blocks()),
        kept_findings=tuple(result.findings()),
        kept_cards=cards_of(result),
    )


def write_result(folder: Path, analysis: Analysis, result: Any, shop: Shop) -> None:
    """Keep a result in every language."""
    for chosen in LANGUAGES:
        with use_language(chosen):
            value = _kept(stored(analysis, result, shop))
            text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        _path(folder, analysis.name, chosen).write_text(text, encoding="utf-8")


def result_paths(folder: Path, analysis: str) -> list[Path]:
    """Where the result of an analysis is kept, a file a language."""
    return [_path(folder, analysis, chosen) for chosen in LANGUAGES]


def read_result(folder: Path, analysis: str) -> StoredResult | None:
    """A result that was kept, in the language of the moment; None where there is none."""
    path = _path(folder, analysis, language())
    if not path.exists():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    blocks = tuple(_block(item) for item in values.pop("kept_blocks"))
    findings = tuple(
        Finding(**item | {"sentence": _said(item["sentence"])})
        for item in values.pop("kept_findings")
    )
    tables = {name: _rows(rows) for name, rows in values.pop("tables").items()}
    cards = tuple(_card(item) for item in values.pop("kept_cards", ()))
    return StoredResult(
        **values, tables=tables, kept_blocks=blocks, kept_findings=findings, kept_cards=cards
    )


def records(rows: pa.Table) -> list[dict[str, Any]]:
    """Rows as JSON objects: money as numbers, days as text."""
    return [jsonable(row) for row in rows.to_pylist()]


@singledispatch
def jsonable(value: Any) -> Any:
    """The value in terms of JSON: words in the language of the moment, no NaN."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {item.name: jsonable(getattr(value, item.name)) for item in fields}
    return value


@jsonable.register
def _of_float(value: float) -> float | None:
    return value if math.isfinite(value) else None


@jsonable.register
def _of_money(value: Decimal) -> float:
    return float(value)


@jsonable.register
def _of_day(value: date) -> str:  # and of an instant, which is one
    return value.isoformat()


@jsonable.register
def _of_words(value: LazyText) -> str:
    return str(value)


@jsonable.register
def _of_mapping(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]
    return {str(key): jsonable(item) for key, item in value.items()}


@jsonable.register(list)
@jsonable.register(tuple)
@jsonable.register(set)
@jsonable.register(frozenset)
def _of_several(value: Any) -> list[Any]:
    return [jsonable(item) for item in value]


@jsonable.register
def _of_array(value: np.ndarray) -> list[Any]:
    return [jsonable(item) for item in value.tolist()]


@jsonable.register
def _of_rows(value: pa.Table) -> dict[str, Any]:
    schema = pa.schema([(item.name, _plain(item.type)) for item in value.schema])
    plain = value.cast(schema)
    return {
        "types": {item.name: str(item.type) for item in plain.schema},
        "columns": {name: jsonable(plain[name].to_pylist()) for name in plain.column_names},
    }


def _path(folder: Path, analysis: str, chosen: Language) -> Path:
    return folder / f"{analysis}.{chosen}.json"


def _kept(result: StoredResult) -> dict[str, Any]:
    names = {kind: name for name, kind in KINDS.items()}
    blocks = [{"type": names[type(block)]} | jsonable(block) for block in result.kept_blocks]
    return {**jsonable(result), "kept_blocks": blocks}


def _block(value: dict[str, Any]) -> Block:
    kind = value.pop("type")
    return KINDS[kind](**_BUILDERS[kind](value))


def _table(value: dict[str, Any]) -> dict[str, Any]:
    return value | {
        "title": _said(value["title"]),
        "note": None if value["note"] is None else _said(value["note"]),
        "rows": _rows(value["rows"]),
        "columns": tuple(
            Column(
                name=item["name"],
                label=_said(item["label"]),
                format=item["format"],
                labels={code: _said(label) for code, label in item["labels"].items()},
            )
            for item in value["columns"]
        ),
    }


def _chart(value: dict[str, Any]) -> dict[str, Any]:
    words = {name: _said(value[name]) for name in ("title", "alternative")}
    return value | words | {"table": Table(**_table(value["table"]))}


_BUILDERS: Mapping[str, Any] = {
    "text": lambda value: value | {"body": _said(value["body"])},
    "number": lambda value: (
        value | {"label": _said(value["label"]), "definition": _said(value["definition"])}
    ),
    "table": _table,
    "chart": _chart,
}


def _card(value: dict[str, Any]) -> Card:
    tried_on, curve = value.pop("tried_on"), value.pop("calibration")
    return Card(
        **value,
        tried_on=date.fromisoformat(tried_on) if tried_on else None,
        calibration=Calibration(**{name: np.array(part) for name, part in curve.items()})
        if curve
        else None,
    )


def _said(text: str) -> LazyText:
    return LazyText.of(en=text, zh=text)


def _rows(value: dict[str, Any]) -> pa.Table:
    arrays = {
        name: pa.array(value["columns"][name]).cast(pa.type_for_alias(alias))
        for name, alias in value["types"].items()
    }
    return pa.table(arrays)


def _plain(kind: pa.DataType) -> pa.DataType:
    if types.is_decimal(kind):
        return pa.float64()
    if types.is_dictionary(kind) or types.is_large_string(kind):
        return pa.string()
    return kind
