"""What a column is when its header says nothing: told from its values and how they repeat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import ibis.expr.types as ir

from zhike.preparation.mapping.profiles import Profile
from zhike.preparation.mapping.structure import Structure, line_arithmetic, structure_of
from zhike.schema.headers import fold_header

_ANONYMOUS = re.compile(
    r"^([a-z]|[a-z]?_?\d+"
    r"|(column|col|field|var|unnamed|attribute|列|字段|栏|第)[ _:]*\d*列?)$"
)
_ENDS_AS_NUMBER = re.compile(r"(^|\b)(id|no|number|key|code)$|(编号|编码|号|代码)$")
_KEYS_TRIED = 3


def says_nothing(header: str) -> bool:
    """Whether a header is a mere place holder: "A", "column_2", "列3".

    Examples:
        >>> says_nothing("A"), says_nothing("column_2"), says_nothing("total")
        (True, True, False)
    """
    return _ANONYMOUS.match(header.strip().lower()) is not None


def plain_guesses(columns: Mapping[str, Profile]) -> dict[str, dict[str, float]]:
    """What values of a telling shape are, whatever the file is: column to field to score."""
    found: dict[str, dict[str, float]] = {}
    for name, profile in columns.items():
        told = {target: score for target, score, test in _TELLING if test(profile)}
        if _ENDS_AS_NUMBER.search(fold_header(name)) and _is_unique(profile):
            told["customers.customer_id"] = 0.6  # weighed in files of customers only
        if profile.filled and told:
            found[name] = told
    return found


def _is_unique(seen: Profile) -> bool:
    return _may_be_key(seen) and seen.distinct_share > 0.99 and seen.filled_share > 0.99


def _is_address(profile: Profile) -> bool:
    return profile.share("chinese_address") > 0.9 and profile.length >= 9


_TELLING: tuple[tuple[str, float, Callable[[Profile], bool]], ...] = (
    ("people.email", 0.78, lambda seen: seen.share("email") > 0.8),
    ("people.phone", 0.74, lambda seen: seen.share("mobile") > 0.8),
    ("orders.status", 0.72, lambda seen: seen.share("status") > 0.8 and seen.distinct <= 40
     and seen.share("number") < 0.2),
    ("customers.gender", 0.66, lambda seen: seen.share("gender") > 0.9 and seen.distinct <= 6),
    ("customers.province", 0.68, lambda seen: seen.share("province") > 0.9),
    ("customers.city", 0.62, lambda seen: seen.share("city") > 0.8),
    ("customers.country", 0.64, lambda seen: seen.share("country") > 0.9 and seen.length > 2),
    ("people.address", 0.68, _is_address),
)  # fmt: skip


class OrderGuess:
    """Guesses at the columns of an order file among columns whose headers say nothing.

    Args:
        raw: The landing.
        columns: Profiles of the columns that nothing is known of.
        taken: Fields that other columns already give, with their column.
    """

    def __init__(
        self, raw: ir.Table, columns: Mapping[str, Profile], taken: Mapping[str, str]
    ) -> None:
        self._raw = raw
        self._free = {name: seen for name, seen in columns.items() if seen.filled}
        self._taken = dict(taken)
        self.found: dict[str, dict[str, float]] = {}

    def run(self) -> dict[str, dict[str, float]]:
        """Column to field to score."""
        self._dates()
        key = self._taken.get("orders.order_id") or self._order_key()
        shape = structure_of(self._raw, key, self._free) if key else None
        self._customer(shape)
        self._products(shape)
        self._numbers(shape)
        return self.found

    def _give(self, column: str, target: str, score: float) -> None:
        self.found.setdefault(column, {})[target] = score
        self._taken.setdefault(target, column)
        self._free.pop(column, None)

    def _dates(self) -> None:
        if "orders.ordered_at" in self._taken:
            return
        dated = {
            name: seen
            for name, seen in self._free.items()
            if seen.share("date", "compact_date") > 0.9 or seen.share("epoch") > 0.99
        }
        for name in dated:
            self._give(name, "orders.ordered_at", 0.66)

    def _order_key(self) -> str | None:
        date = self._taken.get("orders.ordered_at")
        if date is None:
            return None
        tried = sorted(
            (name for name, seen in self._free.items() if _may_be_key(seen)),
            key=lambda name: -self._free[name].distinct,
        )[:_KEYS_TRIED]
        shapes = [structure_of(self._raw, name, [date]) for name in tried]
        lined = [
            shape for shape in shapes if shape.repeats and shape.constant.get(date, 0.0) > 0.97
        ]
        unique = [shape for shape in shapes if not shape.repeats]
        best = max(lined or unique, key=lambda shape: shape.groups, default=None)
        if best is None:
            return None
        self._give(best.key, "orders.order_id", 0.64)
        return best.key

    def _customer(self, shape: Structure | None) -> None:
        if self._taken.keys() & {"orders.customer_id", "people.account"}:
            return
        fitting = [
            name
            for name, seen in self._free.items()
            if _may_be_key(seen)
            and seen.distinct_share < 0.97
            and (shape is None or not shape.repeats or shape.constant.get(name, 0) > 0.97)
        ]
        best = max(fitting, key=lambda name: self._free[name].distinct, default=None)
        if best is not None and self._free[best].distinct >= 3:
            self._give(best, "orders.customer_id", 0.6)

    def _products(self, shape: Structure | None) -> None:
        varying = [
            name
            for name in self._free
            if shape is None or not shape.repeats or not shape.is_constant(name)
        ]
        titles = [name for name in varying if _is_title(self._free[name])]
        if "products.name" not in self._taken and titles:
            best = max(titles, key=lambda name: self._free[name].distinct)
            self._give(best, "products.name", 0.6)
        codes = [name for name in varying if name in self._free and _may_be_key(self._free[name])]
        codes = self._of_no_customer(codes)
        if "order_lines.product_id" not in self._taken and codes:
            best = max(codes, key=lambda name: self._free[name].distinct)
            self._give(best, "order_lines.product_id", 0.58)

    def _of_no_customer(self, names: list[str]) -> list[str]:
        """Those that are not a further number of the customer, the same on all of their records."""
        customer = self._taken.get("orders.customer_id") or self._taken.get("people.account")
        if customer is None or not names:
            return names
        shape = structure_of(self._raw, customer, names)
        return [name for name in names if not (shape.repeats and shape.is_constant(name))]

    def _numbers(self, shape: Structure | None) -> None:
        numbers = [name for name, seen in self._free.items() if seen.share("number") > 0.95]
        if shape is not None and shape.repeats:
            same = [name for name in numbers if shape.is_constant(name)]
            numbers = [name for name in numbers if name not in same]
            for name in _with_cents(self._free, same):
                self._give(name, "orders.paid_amount", 0.58)
        counts = [name for name in numbers if _is_count(self._free[name])]
        if "order_lines.quantity" not in self._taken and counts:
            best = min(counts, key=lambda name: self._free[name].mean or 0.0)
            self._give(best, "order_lines.quantity", 0.58)
            numbers.remove(best)
        self._money(_with_cents(self._free, numbers) or numbers, shape)

    def _money(self, amounts: list[str], shape: Structure | None) -> None:
        quantity = self._taken.get("order_lines.quantity")
        lined = "products.name" in self._taken or "order_lines.product_id" in self._taken
        if not lined:
            for name in amounts:
                self._give(name, "orders.paid_amount", 0.6)
            return
        if quantity and len(amounts) >= 2:
            small, large = sorted(amounts, key=lambda name: self._free[name].mean or 0.0)[:2]
            if line_arithmetic(self._raw, quantity, small, large) > 0.8:
                self._give(small, "order_lines.unit_price", 0.62)
                self._give(large, "order_lines.amount", 0.62)
                return
        if len(amounts) == 1:
            self._give(
                amounts[0], "order_lines.unit_price" if quantity else "order_lines.amount", 0.56
            )
            return
        for name in amounts:
            self._give(name, "order_lines.amount", 0.55)


def _may_be_key(seen: Profile) -> bool:
    return (
        seen.filled_share > 0.6
        and seen.share("date", "email", "masked", "clock") < 0.3
        and seen.share("number") - seen.share("integer") < 0.2
        and seen.share("words") < 0.3
        and seen.share("code", "uuid") > 0.8
        and not _is_count(seen)
    )


def _is_count(seen: Profile) -> bool:
    small = seen.mean is not None and abs(seen.mean) < 60 and seen.length <= 4
    return seen.share("integer") > 0.98 and small and seen.distinct_share < 0.3


def _is_title(seen: Profile) -> bool:
    wordy = seen.share("words") > 0.5 or (seen.share("chinese") > 0.6 and seen.length > 4)
    return seen.share("letters") > 0.9 and wordy and seen.distinct >= 3 and not _is_address(seen)


def _with_cents(columns: Mapping[str, Profile], names: Iterable[str]) -> list[str]:
    return [name for name in names if columns[name].share("decimals", "money_mark") > 0.2]
