"""Who a record is about: ids as they are, personal data only as surrogates, masked data nobody."""

from __future__ import annotations

from hashlib import sha256

from preparation.kitchen import Kitchen

BASICS = {"orders.ordered_at": "2024-03-05", "orders.gross_amount": "1"}


def customers(kitchen: Kitchen, cells: dict[str, list[str | None]], *identity: str, salt: str = "a"
) -> list[str | None]:  # fmt: skip
    """The customer of each order."""
    rows = len(next(iter(cells.values())))
    dish = kitchen.prepare(
        {"orders.order_id": [f"A{n}" for n in range(rows)]}
        | {name: [cell] * rows for name, cell in BASICS.items()}
        | cells,
        identity=identity,
        context={"salt": salt},
    )
    orders = dish.by("orders", "order_id")
    known = {name for order in orders.values() if (name := order["customer_id"])}
    assert known == {row["customer_id"] for row in dish.rows("customers")}
    return [orders[f"A{n}"]["customer_id"] for n in range(rows)]


def surrogate(salt: str, kind: str, value: str) -> str:
    return "c" + sha256(f"{salt}{kind}{value}".encode()).hexdigest()[:16]


def test_a_plain_id_is_kept_as_it_is(kitchen: Kitchen) -> None:
    found = customers(
        kitchen, {"orders.customer_id": ["13085.0", "00042", None, "1.23E+18", "张**"]},
        "orders.customer_id",
    )  # fmt: skip
    assert found == ["13085", "00042", None, None, None]


def test_personal_data_become_surrogates_of_the_salt(kitchen: Kitchen) -> None:
    mails: dict[str, list[str | None]] = {"people.email": ["Anna@Example.com", "anna@example.com"]}
    first = customers(kitchen, mails, "people.email")
    assert first == [surrogate("a", "email", "anna@example.com")] * 2
    assert customers(kitchen, mails, "people.email", salt="b") != first


def test_equal_values_of_different_kinds_are_different_people(kitchen: Kitchen) -> None:
    found = customers(
        kitchen,
        {
            "people.account": ["13800138000", None, "Blue_Whale", "blue_whale"],
            "people.phone": [None, "138-0013-8000", None, None],
        },
        "people.account",
        "people.phone",
    )
    assert found[0] == surrogate("a", "account", "13800138000")
    assert found[1] == surrogate("a", "phone", "13800138000")
    assert found[2] == found[3]


def test_what_is_masked_identifies_nobody(kitchen: Kitchen) -> None:
    found = customers(
        kitchen,
        {
            "people.account": ["王**", "t***1", None, None],
            "people.email": ["a***@example.com", None, None, "anna@example.com"],
            "people.phone": ["138****1234", "13800138000", "138****1234", None],
        },
        "people.account",
        "people.email",
        "people.phone",
    )
    assert found == [
        None,
        surrogate("a", "phone", "13800138000"),
        None,
        surrogate("a", "email", "anna@example.com"),
    ]


def test_personal_data_live_only_with_people(kitchen: Kitchen) -> None:
    dish = kitchen.prepare(
        {
            "orders.order_id": ["A1", "A2"],
            "orders.ordered_at": ["2024-03-05", "2024-03-06"],
            "orders.gross_amount": ["1", "1"],
            "people.phone": ["13800138000", "13800138000"],
            "people.name": ["王小明", None],
            "customers.city": ["杭州市", "宁波市"],
        },
        identity=("people.phone",),
    )
    (person,), (customer,) = dish.rows("people"), dish.rows("customers")
    assert (person["phone"], person["name"]) == ("13800138000", "王小明")
    assert customer["city"] == "宁波"
    assert customer["customer_id"] == person["customer_id"]
    for table in ("orders", "customers"):
        assert "13800138000" not in str(dish.rows(table))


def test_nobody_is_known_where_nothing_says_who(kitchen: Kitchen) -> None:
    cells: dict[str, list[str | None]] = {"people.phone": ["13800138000"]}
    assert customers(kitchen, cells) == [None]
