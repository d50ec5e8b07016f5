"""Finding a customer by what somebody has at hand: an id, a name, a telephone number."""

from __future__ import annotations

import re
import unicodedata

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from zhike.schema import Shop
from zhike.workspace.spelling import spellings

FEWEST_DIGITS = 4
"""Digits from which a number may be part of a telephone number: fewer say nothing."""
WHOLE_NUMBER = 7
"""Digits that a whole telephone number has at least."""
BATCH_ROWS = 200_000
SIGNS_IN_NUMBERS = re.compile(r"[\s+()\-.]")


class People:
    """Who the customers of a shop are, made ready to be looked for; it is read once.

    Args:
        shop: Whose. A shop that knows ids alone is searched by them.
    """

    def __init__(self, shop: Shop) -> None:
        self._rows = _readied(shop) if "people" in shop else None

    def found(self, rows: ir.Table, text: str, *, by_parts: bool = True) -> ir.Table:
        """The rows of customers whom a text means.

        A part of their id, name or account is enough, of an e-mail address its beginning, of a
        telephone number four digits; a Chinese name may be typed in letters, whole
        (`wangxiaoming`), by first letters (`wxm`) or the surname whole (`wangxm`).

        Args:
            rows: With `customer_id`.
            text: What somebody typed.
            by_parts: Whether a part is enough. Without it a name, account, address or number
                must be given whole, so that nobody finds out sign by sign what a mask hides.
        """
        wanted = unicodedata.normalize("NFKC", text).strip().lower()
        by_id = rows.customer_id.lower().contains(wanted)
        if self._rows is None or not wanted:
            return rows.filter(by_id)
        people = self._rows
        meant = people.filter(
            ibis.or_(*(_conditions if by_parts else _whole)(people, wanted))
        ).select("person_id")
        return rows.filter(by_id | rows.customer_id.isin(meant.person_id))


def _conditions(people: ir.Table, wanted: str) -> list[ir.BooleanValue]:
    found = [people["name"].contains(wanted), people.account.contains(wanted)]
    found.append(people.email.startswith(wanted))
    digits = SIGNS_IN_NUMBERS.sub("", wanted)
    if digits.isdecimal() and len(digits) >= FEWEST_DIGITS:
        found.append(people.phone.contains(digits))
    letters = "".join(sign for sign in wanted if sign.isalnum())
    if letters.isascii() and letters.isalpha():
        found.append(people.spelled.contains(f" {letters}"))
    return [condition.fill_null(False) for condition in found]


def _whole(people: ir.Table, wanted: str) -> list[ir.BooleanValue]:
    digits = SIGNS_IN_NUMBERS.sub("", wanted)
    found = [people[name] == wanted for name in ("name", "account", "email")]
    if len(digits) >= WHOLE_NUMBER:
        found.append(people.phone == digits)
    return [condition.fill_null(False) for condition in found]


def _readied(shop: Shop) -> ir.Table:
    """One row a person, in small letters, with the spellings of their name."""
    people = shop["people"]
    lower = {name: people[name].lower() for name in ("name", "account", "email")}
    digits = people.phone.re_replace(r"[^0-9]", "")
    rows = people.select(person_id="customer_id", phone=digits, **lower)
    batches = [
        batch.append_column("spelled", spellings(batch.column("name")))
        for batch in rows.to_pyarrow_batches(chunk_size=BATCH_ROWS)
    ]
    schema = rows.schema().to_pyarrow().append(pa.field("spelled", pa.string()))
    return shop.engine.load("people_searched", pa.Table.from_batches(batches, schema))
