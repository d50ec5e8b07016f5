"""Where customers live: which part of the address tells them apart."""

from __future__ import annotations

from zhike.catalogue.availability import filled_columns
from zhike.schema import Shop

PREFERRED = ("province", "country", "city")


def level_of(shop: Shop, wanted: str) -> str:
    """The part of the address to look at: the one wanted, else the first that tells regions apart.

    Empty where customers have no address.
    """
    if "customers" not in shop:
        return ""
    if wanted != "auto":
        return wanted
    customers = shop["customers"]
    filled = filled_columns(shop, "customers")
    there = [name for name in PREFERRED if filled[name]]
    if len(there) < 2:
        return there[0] if there else ""
    counts = customers.agg(**{name: customers[name].nunique() for name in there})
    found = counts.to_pyarrow().to_pylist()[0]
    return next((name for name in there if found[name] > 1), there[0])
