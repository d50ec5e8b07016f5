"""Raw rows of a simulated shop as plain SQL sees them, for the growth analyses' tests."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from zhike.datasets import simulate
from zhike.schema import Shop

DAY = date(2025, 3, 11)
"""In the middle of a month and of the simulated period, so that the future is there to be left
out."""

PURCHASES = """
CREATE VIEW kept AS
SELECT order_id, customer_id, ordered_on, channel, paid_amount::DOUBLE AS paid,
       (gross_amount - discount_amount)::DOUBLE AS net
FROM orders
WHERE ordered_on < DATE '{day}' AND gross_amount > 0 AND NOT is_test AND NOT is_brushing
  AND status IN ('paid', 'shipped', 'completed', 'refunded');
CREATE VIEW back AS
SELECT r.order_id, r.product_id, r.goods_returned, k.customer_id, k.channel, k.ordered_on,
       coalesce(r.refunded_on, k.ordered_on) AS refunded_on, r.refunded_on AS dated_on,
       r.amount::DOUBLE AS amount
FROM refunds r JOIN kept k USING (order_id)
WHERE r.kind IN ('goods', 'voucher', 'discount')
  AND (r.refunded_on IS NULL OR r.refunded_on < DATE '{day}');
CREATE VIEW whole AS
SELECT k.order_id FROM kept k JOIN back b USING (order_id)
GROUP BY k.order_id, k.net HAVING k.net > 0 AND sum(b.amount) >= k.net - 0.005;
CREATE VIEW bought AS SELECT * FROM kept WHERE order_id NOT IN (SELECT order_id FROM whole);
CREATE VIEW net_back AS SELECT * FROM back WHERE order_id NOT IN (SELECT order_id FROM whole);
CREATE VIEW firsts AS
SELECT customer_id, min(ordered_on) AS first_on FROM bought
WHERE customer_id IS NOT NULL GROUP BY 1;
CREATE VIEW seconds AS
SELECT f.customer_id, f.first_on, min(b.ordered_on) AS second_on
FROM firsts f LEFT JOIN bought b ON b.customer_id = f.customer_id AND b.ordered_on > f.first_on
GROUP BY 1, 2;
"""


class Raw:
    """The tables of a shop in a DuckDB of their own, asked in SQL.

    `kept` are accepted orders with goods, `back` their refunds before the day, `whole` those
    given back in full, `bought` the purchases, `firsts` and `seconds` the first days.
    """

    def __init__(self, tables: dict[str, pa.Table], day: date = DAY) -> None:
        self.day = day
        self._connection = duckdb.connect()
        for name, rows in tables.items():
            self._connection.register(name, rows)
        self._connection.execute(PURCHASES.format(day=day))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, in which {day} is the day looked back from."""
        return self._connection.execute(query.replace("{day}", f"DATE '{self.day}'")).fetchall()

    def one(self, query: str) -> Any:
        """The only value of a query."""
        return self.rows(query)[0][0]


def simulated(customers: int = 600, seed: int = 23) -> tuple[Shop, dict[str, pa.Table]]:
    """A simulated shop and its raw tables."""
    company = simulate(customers, seed=seed)
    return company.shop(), {name: company.arrow(name) for name in company.tables}
