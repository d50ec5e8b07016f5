"""Who a record is about: a plain id as it is, else a surrogate made of personal data.

The surrogate is "c" and 16 hexadecimal digits of SHA-256 over the workspace's salt, the kind and
the normalised value, so that it says nothing without the salt. Masked values identify nobody.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import left, sha256
from zhike.preparation.standardise.contacts import masked
from zhike.preparation.standardise.ids import digits_lost

PERSONAL = ("account", "email", "phone")
"""Kinds of personal identity, the steadier first."""


def customer_id(table: ir.Table, salt: str) -> ir.Value:
    """The customer of each row; null where nothing identifies one."""
    plain = [
        ibis.ifelse(digits_lost(value) | masked(value), ibis.null("string"), value)
        for name in table.columns
        if name.endswith(".customer_id")
        for value in [table[name]]
    ]
    surrogates = [
        surrogate(kind, table[f"people.{kind}"], salt)
        for kind in PERSONAL
        if f"people.{kind}" in table.columns
    ]
    return ibis.coalesce(*plain, *surrogates, ibis.null("string"))


def surrogate(kind: str, value: Any, salt: str) -> ir.Value:
    """The customer id that a personal value gives; null where it is missing or masked."""
    usable = value.notnull() & ~masked(value)
    normal = value.lower() if kind in ("account", "email") else value
    content = ibis.literal(f"{salt}\x1f{kind}\x1f") + normal
    return ibis.ifelse(usable, ibis.literal("c") + left(sha256(content), 16), ibis.null("string"))
