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
        customers: All of them, with `customer_id`.
    """

    def __init__(self, shop: Shop, customers: ir.Table) -> None:
        known = _readied(shop) if "people" in shop else None
        self._rows = shop.engine.materialise(_beside(customers, known))

    def found(self, text: str, *, by_parts: bool = True) -> ir.Table:
        """The customers whom a text means, as `customer_id`.

        A part of their id, name or account is enough, of an e-mail address its beginning, of a
        telephone number four digits; a Chinese name may be typed in letters, whole
        (`wangxiaoming`), by first letters (`wxm`) or the surname whole (`wangxm`).

        Args:
            text: What somebody typed.
            by_parts: Whether a part is enough. Without it a name, account, address or number
                must be given whole, so that nobody finds out sign by sign what a mask hides.
        """
        wanted = unicodedata.normalize("NFKC", text).strip().lower()
        meant = (_conditions if by_parts else _whole)(self._rows, wanted)
        by_id = self._rows.customer_id.lower().contains(wanted)
        return self._rows.filter(ibis.or_(by_id, *meant)).select("customer_id")


def _conditions(people: ir.Table, wanted: str) -> list[ir.BooleanValue]:
    begun = {wanted}
    letters = "".join(sign for sign in wanted if sign.isalnum())
    if letters.isascii() and letters.isalpha():
        begun.add(letters)
    found = [people.named.contains(wanted)]
    found += [people.begins.contains(f" {text}") for text in sorted(begun)]
    digits = SIGNS_IN_NUMBERS.sub("", wanted)
    if digits.isdecimal() and len(digits) >= FEWEST_DIGITS:
        found.append(people.phone.contains(digits).fill_null(False))
    return found


def _whole(people: ir.Table, wanted: str) -> list[ir.BooleanValue]:
    digits = SIGNS_IN_NUMBERS.sub("", wanted)
    found = [people.named.contains(f"\n{wanted}\n"), (people.email == wanted).fill_null(False)]
    if len(digits) >= WHOLE_NUMBER:
        found.append((people.phone == digits).fill_null(False))
    return found


def _beside(customers: ir.Table, known: ir.Table | None) -> ir.Table:
    """One row a customer: what they are `named`, a line each, and how what they are called begins.

    One text is looked through more quickly than four.
    """
    if known is None:
        nothing, unknown = ibis.literal(""), ibis.null("string")
        return customers.select(
            "customer_id", named=nothing, begins=nothing, phone=unknown, email=unknown
        )
    ids = customers.select("customer_id")
    rows = ids.left_join(known, ids.customer_id == known.person_id)
    name, account = (rows[column].fill_null("") for column in ("name", "account"))
    return rows.select(
        "customer_id",
        "phone",
        "email",
        named="\n" + name + "\n" + account + "\n",
        begins=" " + rows.email.fill_null("") + rows.spelled.fill_null(""),
    )


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
