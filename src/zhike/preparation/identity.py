"""Who a record is about: a plain id as it is, else a surrogate made of personal data.

The surrogate is "c" and 16 hexadecimal digits of SHA-256 over the workspace's salt, the kind and
the normalised value, so that it says nothing without the salt. Masked values identify nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import left, sha256
from zhike.preparation.standardise.contacts import masked
from zhike.preparation.standardise.ids import digits_lost


def customer_id(table: ir.Table, identity: Sequence[str], salt: str) -> ir.Value:
    """The customer of each row; null where nothing identifies one.

    Args:
        table: With the fields of `identity` as columns.
        identity: Fields that say who it is, best first.
        salt: The workspace's secret.
    """
    known = [_known(table[name], name, salt) for name in identity if name in table.columns]
    return ibis.coalesce(*known, ibis.null("string"))


def _known(value: Any, name: str, salt: str) -> ir.Value:
    kind = name.split(".")[1]
    if kind in PERSONAL:
        return surrogate(kind, value, salt)
    return ibis.ifelse(digits_lost(value) | masked(value), ibis.null("string"), value)


PERSONAL = ("account", "email", "phone", "name", "external_ids")
"""Fields that are never an id themselves."""


def surrogate(kind: str, value: Any, salt: str) -> ir.Value:
    """The customer id that a personal value gives; null where it is missing or masked."""
    usable = value.notnull() & ~masked(value)
    normal = value.lower() if kind in ("account", "email") else value
    content = ibis.literal(salt + kind) + normal
    return ibis.ifelse(usable, ibis.literal("c") + left(sha256(content), 16), ibis.null("string"))
