"""Readers: from what people and platforms write to the typed values of the schema.

By the kind of the field: text, ids, instants and days, money and numbers; phones and e-mail
addresses by the field itself; words by the vocabularies. A `ColumnReading.rule` changes what a
column feeds:

- `address` (or `composite_address`): name, phone, province, city taken out of an address.
- `second_status`: refines the order's status (fulfilment, after-sales).
- `sum_of_lines`: an order amount of which each line carries its part.
- `price_of_line`: the amount of the whole line where a unit price is expected.
- `net_of_discount`: goods after discount where the amount before is expected.
- `part`: one of several columns joined into one value, at the place `part`, with `join` between.
"""

from zhike.preparation.standardise.readers import (
    ADDRESS_RULES,
    PLAIN_OPTIONS,
    RULES,
    Reading,
    reading_of,
)
from zhike.preparation.standardise.standardised import Reader, Standardised

__all__ = [
    "ADDRESS_RULES",
    "PLAIN_OPTIONS",
    "RULES",
    "Reader",
    "Reading",
    "Standardised",
    "reading_of",
]
