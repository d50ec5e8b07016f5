"""Customer files: 有赞 (Youzan) and Shopify, one row a customer, with what they bought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.datasets.columns import (
    NEVER,
    Ints,
    cents,
    chosen,
    instants,
    joined,
    seconds,
    texts,
    where,
)
from zhike.datasets.exports.dialects import Dialect, Tables, headers, repeated
from zhike.datasets.exports.pages import clock_of, numbers, whole, written
from zhike.datasets.season import Clock
from zhike.datasets.simulation import Simulated

GENDER_WORDS = {"female": "女", "male": "男", "other": "其他"}


@dataclass(frozen=True)
class Members:
    """Customers and what they have bought; second records of a person are left out.

    Attributes:
        clock: The company's zone.
        customers: Rows of `customers`.
        people: Rows of `people`, in the same order.
        kept: Rows of `orders` that were paid or accepted and not closed.
        refunds: Rows of `refunds`.
    """

    clock: Clock
    customers: pa.Table
    people: pa.Table
    kept: pa.Table
    refunds: pa.Table

    def __len__(self) -> int:
        return int(self.customers.num_rows)

    @cached_property
    def _ids(self) -> Ints:
        return numbers(self.customers["customer_id"])

    def summed(self, rows: pa.Table, values: Ints | None = None) -> Ints:
        """Number of rows of each customer, or the sum of their values."""
        owner = numbers(rows["customer_id"])
        place = np.minimum(np.searchsorted(self._ids, owner), len(self) - 1)
        known = self._ids[place] == owner
        weights = None if values is None else values[known].astype(float)
        return np.bincount(place[known], weights, minlength=len(self)).astype(np.int64)

    @cached_property
    def last_bought_at(self) -> Ints:
        """UTC seconds of the last order kept."""
        owner = numbers(self.kept["customer_id"])
        place = np.minimum(np.searchsorted(self._ids, owner), len(self) - 1)
        known = self._ids[place] == owner
        last = np.zeros(len(self), np.int64)
        np.maximum.at(last, place[known], seconds(self.kept["ordered_at"])[known])
        return np.where(last == 0, NEVER, last)

    def local_text(self, utc: Ints) -> pa.Array:
        """UTC seconds as the zone's clock shows them."""
        return instants(self.clock.to_local(utc)).cast(pa.timestamp("s")).cast(pa.string())


def members(simulated: Simulated) -> Iterator[Members]:
    """All customers of a company, as one page."""
    truth, customers = simulated.arrow("truth"), simulated.arrow("customers")
    second = truth.filter(truth["duplicate_of"].is_valid())["customer_id"]
    first = pc.invert(pc.is_in(customers["customer_id"], whole(second)))
    orders = simulated.arrow("orders")
    kept = pc.is_in(orders["status"], pa.array(["paid", "shipped", "completed"]))
    yield Members(
        clock_of(simulated),
        customers.filter(first),
        simulated.arrow("people").filter(first),
        orders.filter(kept).filter(orders.filter(kept)["customer_id"].is_valid()),
        simulated.arrow("refunds").filter(simulated.arrow("refunds")["customer_id"].is_valid()),
    )


def _youzan_records(page: Members) -> pa.Table:
    customers, people, rows = page.customers, page.people, len(page)
    spent = page.summed(page.kept, cents(page.kept["paid_amount"]))
    count = page.summed(page.kept)
    back = page.summed(page.refunds, cents(page.refunds["amount"]))
    joined_at = page.local_text(seconds(customers["registered_at"]))
    gender = pc.index_in(customers["gender"], pa.array(list(GENDER_WORDS)))
    filled = {
        "客户姓名": people["name"],
        "客户昵称": people["account"],
        "客户手机号": people["phone"],
        "客户生日": customers["birth_on"].cast(pa.string()),
        "客户性别": pc.coalesce(pa.array(list(GENDER_WORDS.values())).take(whole(gender)), "未知"),
        "标签": customers["tags"],
        "是否会员": repeated("是", rows),
        "成长值": texts(spent // 100),
        "免费等级": customers["level"],
        "客户积分": texts(spent // 100),
        "客户储值余额": repeated("0.00", rows),
        "消费次数": texts(count),
        "消费金额": written(spent),
        "累计退款金额": written(back),
        "累计退款订单数": texts(page.summed(page.refunds)),
        "笔单价": where(count > 0, written(spent // np.maximum(count, 1))),
        "上次消费时间": page.local_text(page.last_bought_at),
        "来源渠道": customers["acquired_from"],
        "来源方式": repeated("自然流量", rows),
        "成为客户时间": joined_at,
        "成为会员时间": joined_at,
        "微信地域": joined(whole(customers["province"]), whole(customers["city"])),
    }
    nothing = pa.nulls(rows, pa.string())
    return pa.table({header: filled.get(header, nothing) for header in headers("youzan_customers")})


def _youzan_truth(page: Members) -> Tables:
    same = ("gender", "birth_on", "tags", "level", "acquired_from", "registered_at")
    return {
        "customers": pa.table(
            {
                "identity_kind": repeated("phone", len(page)),
                "identity": page.people["phone"],
                "name": page.people["name"],
                **{name: page.customers[name] for name in same},
            }
        )
    }


def _shopify_records(page: Members) -> pa.Table:
    customers, people, rows = page.customers, page.people, len(page)
    name = pc.replace_substring_regex(whole(people["name"]), "^([^ ]+)$", r"\1 ")
    name = pc.split_pattern(name, " ", max_splits=1)
    spent = page.summed(page.kept, cents(page.kept["paid_amount"]))
    filled = {
        "First Name": pc.list_element(name, 0),
        "Last Name": pc.list_element(name, 1),
        "Email": people["email"],
        "Accepts Email Marketing": chosen(["no", "yes"], numbers(customers["customer_id"]) % 2),
        "Address1": people["address"],
        "City": customers["city"],
        "Province": customers["province"],
        "Country": customers["country"],
        "Phone": joined("'", people["phone"]),
        "Accepts SMS Marketing": repeated("no", rows),
        "Total Spent": written(spent),
        "Total Orders": texts(page.summed(page.kept)),
        "Tags": customers["tags"],
    }
    nothing = pa.nulls(rows, pa.string())
    return pa.table(
        {header: filled.get(header, nothing) for header in headers("shopify_customers")}
    )


def _shopify_truth(page: Members) -> Tables:
    same = ("province", "city", "country", "tags")
    return {
        "customers": pa.table(
            {
                "identity_kind": repeated("email", len(page)),
                "identity": page.people["email"],
                "name": page.people["name"],
                "phone": page.people["phone"],
                **{name: page.customers[name] for name in same},
            }
        ).filter(page.people["email"].is_valid())
    }


YOUZAN = Dialect(
    file_name="有赞客户.csv",
    encoding="utf-8-sig",
    grain="customer",
    records=_youzan_records,
    expected=_youzan_truth,
    key="客户手机号",
    date="成为客户时间",
    needs_lines=False,
)
SHOPIFY = Dialect(
    file_name="customers_export.csv",
    encoding="utf-8",
    grain="customer",
    records=_shopify_records,
    expected=_shopify_truth,
    key="Email",
    date="",
    needs_lines=False,
)
