"""Small files of many shops: header rows as platforms write them, with values that fit."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.preparation.mapping import suggest
from zhike.preparation.reading import FileReading

Cell = Callable[[dict[str, Any]], object]

CITIES = (("浙江省", "杭州市"), ("广东省", "深圳市"), ("四川省", "成都市"), ("北京市", "北京市"))
TOWNS = ("Berlin", "Hamburg", "München", "Köln")
TITLES = ("纯棉 T恤 男款", "真丝围巾 夏季", "儿童水杯 500ml", "手工皂 礼盒装", "运动袜 三双装")
GOODS = (
    "Blue cotton shirt",
    "Silk scarf large",
    "Steel water bottle",
    "Soap gift box",
    "Wool socks",
)
NAMES = ("王小明", "李雷", "韩梅梅", "张伟", "陈静", "刘洋", "赵敏", "孙丽")
PEOPLE = ("Anna Meyer", "Ben Schulz", "Carla Weiss", "David Klein", "Eva Braun", "Finn Wolf")


def lines(orders: int = 60, seed: int = 7, most: int = 3) -> list[dict[str, Any]]:
    """Order lines as facts, from which every dialect is written."""
    dice = random.Random(seed)  # noqa: S311
    made = []
    start = datetime(2024, 1, 3, 9, 12, 44)  # noqa: DTZ001
    for number in range(orders):
        who = dice.randrange(22)
        at = start + timedelta(
            hours=number * 9 + dice.randrange(8),
            minutes=dice.randrange(59),
            seconds=dice.randrange(60),
        )
        ordered = [
            {
                "price": dice.choice((19.9, 35.0, 59.9, 128.0, 8.5)),
                "pieces": dice.randrange(1, 4),
                "product": dice.randrange(5),
            }
            for _ in range(dice.randrange(1, most + 1))
        ]
        goods = sum(line["price"] * line["pieces"] for line in ordered)
        off = round(goods * dice.choice((0.0, 0.05, 0.1)), 2)
        freight = dice.choice((0.0, 8.0, 12.0))
        for position, line in enumerate(ordered):
            made.append(
                {
                    **line,
                    "order": number,
                    "id": f"20240{number + 100000:014d}",
                    "at": at,
                    "who": who,
                    "first": position == 0,
                    "goods": goods,
                    "off": off,
                    "freight": freight,
                    "paid": goods - off + freight,
                    "line": line["price"] * line["pieces"],
                    "state": number % 4,
                    "position": position + 1,
                    "row": len(made),
                }
            )
    return made


def orders(count: int = 60, seed: int = 7) -> list[dict[str, Any]]:
    """One fact a whole order."""
    return [line for line in lines(count, seed) if line["first"]]


def at(form: str = "%Y-%m-%d %H:%M:%S", later: int = 0) -> Cell:
    return lambda fact: (fact["at"] + timedelta(minutes=later)).strftime(form)


def money(name: str) -> Cell:
    return lambda fact: f"{fact[name]:.2f}"


def comma(name: str) -> Cell:
    return lambda fact: f"{fact[name]:.2f}".replace(".", ",")


def one_of(words: Sequence[str], by: str = "who") -> Cell:
    return lambda fact: words[fact[by] % len(words)]


def phone(fact: dict[str, Any]) -> str:
    return f"138{fact['who'] * 7919 + 10000000:08d}"


def masked(fact: dict[str, Any]) -> str:
    return f"1******{fact['who'] + 6100}"


def email(fact: dict[str, Any]) -> str:
    return f"guest{fact['who']}@example.com"


def code(prefix: str, name: str = "product") -> Cell:
    return lambda fact: f"{prefix}{fact[name] + 1001}"


def text(word: object) -> Cell:
    return lambda fact: word


def on_first(cell: Cell) -> Cell:
    return lambda fact: cell(fact) if fact["first"] else None


def read(
    columns: Mapping[str, Cell],
    facts: Sequence[dict[str, Any]] | None = None,
    **options: Any,
) -> FileReading:
    """What mapping makes of a file with these columns."""
    raw = landing(columns, lines() if facts is None else facts)
    return suggest(raw, tuple(columns), "file.csv", **options)


def landing(columns: Mapping[str, Cell], facts: Sequence[dict[str, Any]]) -> ir.Table:
    """The file as the reader lands it, in DuckDB."""
    cells = {
        name: pa.array([_written(cell(fact)) for fact in facts], pa.string())
        for name, cell in columns.items()
    }
    rows = len(facts)
    nothing = pa.nulls(rows, pa.string())
    table = pa.table(
        {
            **cells,
            "_row": pa.array(range(2, rows + 2), pa.int64()),
            "_fate": nothing,
            "_reason": nothing,
            "_raw": nothing,
        }
    )
    return ibis.duckdb.connect().create_table("raw", table)


def _written(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def fields(reading: FileReading) -> dict[str, str]:
    """Column to field, for the columns that feed one."""
    return {item.column: item.field for item in reading.columns if item.field}
