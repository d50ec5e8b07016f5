from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fastexcel
import pyarrow.compute as pc
import pytest

from zhike.datasets import PLATFORMS, Simulated, expected, planted_defects, simulate, write_export
from zhike.datasets.exports import DIALECTS
from zhike.datasets.exports.dialects import headers
from zhike.errors import ParameterError

CSV_PLATFORMS = [name for name in PLATFORMS if DIALECTS[name].encoding]
Record = dict[str, str]


@pytest.fixture(scope="module")
def small() -> Simulated:
    return simulate(1_500, seed=23)


@pytest.fixture(scope="module")
def small_en() -> Simulated:
    return simulate(1_500, seed=23, language="en")


def records(simulated: Simulated, platform: str, folder: Path, **options: Any) -> list[Record]:
    [path] = write_export(simulated, platform, folder, **options)
    encoding = options.get("encoding") or DIALECTS[platform].encoding
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def amount(text: str) -> Decimal:
    return Decimal(text or "0")


def bare(order_id: str) -> str:
    return re.sub(r'^="(.*)"$|^\t(.*)$|^#?(.*)$', r"\1\2\3", order_id)


def as_written(order: dict[str, Any]) -> Decimal:
    """Goods as a file of lines writes them: with the cent of a test order."""
    worth: Decimal = order["gross_amount"]
    return worth + Decimal("0.01") * order["is_test"]


def totals(rows: list[Any], column: str) -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))


def test_every_platform_is_written_and_told(small: Simulated, tmp_path: Path):
    for platform in PLATFORMS:
        [path] = write_export(small, platform, tmp_path)
        assert path.stat().st_size > 10_000
        assert all(rows.num_rows for rows in expected(small, platform).values())


def test_an_unknown_platform_is_refused_with_the_nearest(small: Simulated, tmp_path: Path):
    with pytest.raises(ParameterError, match="Did you mean 'taobao_orders'"):
        write_export(small, "taobao_order", tmp_path)


@pytest.mark.parametrize(
    "platform", ["taobao_orders", "taobao_lines", "taobao_orders_new", "jd_orders"]
)
def test_chinese_platforms_write_gbk(small: Simulated, tmp_path: Path, platform: str):
    [path] = write_export(small, platform, tmp_path)
    path.read_bytes().decode("gbk")
    with pytest.raises(UnicodeDecodeError):
        path.read_bytes().decode("utf-8")


def test_any_encoding_gives_the_same_text(small: Simulated, tmp_path: Path):
    texts = {
        write_export(small, "plain", tmp_path, encoding=encoding)[0].read_bytes().decode(encoding)
        for encoding in ("gb18030", "utf-8", "utf-8-sig", "utf-16")
    }
    assert len(texts) == 1


def test_taobao_orders_say_what_is_expected(small: Simulated, tmp_path: Path):
    rows = {row["订单编号"]: row for row in records(small, "taobao_orders", tmp_path)}
    tables = expected(small, "taobao_orders")
    orders = tables["orders"].to_pylist()
    assert len(rows) == len(orders) == small.arrow("orders").num_rows
    for order in orders:
        row = rows[f'="{order["order_id"]}"']
        assert len(order["order_id"]) == 19
        assert row["买家会员名"] == (order["identity"] or "")
        assert amount(row["买家应付货款"]) == order["gross_amount"]
        assert amount(row["卡券抵扣"]) == order["discount_amount"]
        assert amount(row["买家实际支付金额"]) == order["paid_amount"]
        assert (row["订单状态"] == "交易关闭") == (order["status"] == "closed")
        assert ("刷单" in row["订单备注"]) == order["is_brushing"]
        assert ("测试" in row["订单备注"]) == order["is_test"]
        local = order["ordered_at"] + timedelta(hours=8)
        assert row["订单创建时间"] == local.strftime("%Y-%m-%d %H:%M:%S")
    back = {row["order_id"]: row["amount"] for row in tables["refunds"].to_pylist()}
    told = {bare(key): amount(row["退款金额"]) for key, row in rows.items()}
    assert back == {key: value for key, value in told.items() if value}
    assert {row["订单关闭原因"] for row in rows.values()} == {
        "订单未关闭", "买家未付款", "买家不想买了", "退款",
    }  # fmt: skip
    assert any("\n" in row["买家留言"] for row in rows.values())


def test_the_newer_taobao_file_has_name_phone_and_place_in_one_cell(
    small: Simulated, tmp_path: Path
):
    orders = {
        row["order_id"]: row for row in expected(small, "taobao_orders_new")["orders"].to_pylist()
    }
    people = {
        row["identity"]: row
        for row in expected(small, "taobao_orders_new")["customers"].to_pylist()
    }
    for row in records(small, "taobao_orders_new", tmp_path):
        order = orders[bare(row["订单编号"])]
        assert amount(row["买家应付货款"]) == order["gross_amount"]
        if order["identity"] is None:
            assert row["收货地址"] == ""
            continue
        name, phone, place = row["收货地址"].split("，")
        assert phone == "86-" + order["identity"]
        person = people[order["identity"]]
        assert [name, *place.split(" ")[:2]] == [person["name"], person["province"], person["city"]]


def test_taobao_lines_add_up_to_the_orders(small: Simulated, tmp_path: Path):
    goods: dict[str, Decimal] = defaultdict(Decimal)
    for row in records(small, "taobao_lines", tmp_path):
        goods[bare(row["订单编号"])] += amount(row["价格"]) * int(row["购买数量"])
    told = {
        row["order_id"]: row["gross_amount"]
        for row in expected(small, "taobao_orders")["orders"].to_pylist()
    }
    assert goods == told
    lines = expected(small, "taobao_lines")["order_lines"].to_pylist()
    assert sum(goods.values()) == totals(lines, "amount")
    assert {line["kind"] for line in lines} == {"goods", "sample", "test"}


def test_jd_repeats_the_order_on_every_row(small: Simulated, tmp_path: Path):
    rows = records(small, "jd_orders", tmp_path)
    orders = {row["order_id"]: row for row in expected(small, "jd_orders")["orders"].to_pylist()}
    goods: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        order = orders[bare(row["订单号"])]
        goods[order["order_id"]] += amount(row["京东价"]) * int(row["订购数量"])
        assert amount(row["订单金额"]) == as_written(order)
        assert amount(row["结算金额"]) == as_written(order) - order["discount_amount"]
        assert amount(row["应付金额"]) == order["paid_amount"]
        assert (row["支付方式"] == "货到付款") == order["is_cash_on_delivery"]
        assert re.fullmatch(r"(1\*{6}\d{4})?", row["联系电话"])
        assert re.fullmatch(r"[\d.]+(（系统计算中，该值仅供参考）)?", row["商家应收"])
    assert goods == {key: as_written(order) for key, order in orders.items()}
    assert sum(amount(row["订单金额"]) for row in rows) > sum(goods.values())
    assert any("系统计算中" in row["商家应收"] for row in rows)
    first_line = write_export(small, "jd_orders", tmp_path)[0].read_bytes().split(b"\n")[1]
    assert first_line.startswith(b'"\t1')


def test_shopify_tells_an_order_on_its_first_line_only(small_en: Simulated, tmp_path: Path):
    rows = records(small_en, "shopify_orders", tmp_path)
    tables = expected(small_en, "shopify_orders")
    orders = {row["order_id"]: row for row in tables["orders"].to_pylist()}
    goods: dict[str, Decimal] = defaultdict(Decimal)
    seen: set[str] = set()
    zone = ZoneInfo("America/New_York")
    for row in rows:
        goods[row["Name"]] += amount(row["Lineitem price"]) * int(row["Lineitem quantity"])
        once = ("Email", "Created at", "Total", "Id", "Billing Zip", "Financial Status")
        if row["Name"] in seen:
            assert not any(row[name] for name in once)
            continue
        seen.add(row["Name"])
        order = orders[row["Name"]]
        assert row["Email"] == (order["identity"] or "")
        assert amount(row["Subtotal"]) == as_written(order) - order["discount_amount"]
        assert amount(row["Total"]) == order["paid_amount"]
        assert re.fullmatch(r"('\d{5})?", row["Billing Zip"])
        told = datetime.strptime(row["Created at"], "%Y-%m-%d %H:%M:%S %z")
        assert told.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) == order["ordered_at"]
        assert told.utcoffset() == told.astimezone(zone).utcoffset()
        assert bool(row["Cancelled at"]) == (order["closed_at"] is not None)
    assert seen == set(orders)
    assert goods == {key: as_written(order) for key, order in orders.items()}
    refunded = sum(amount(row["Refunded Amount"]) for row in rows)
    assert refunded == totals(tables["refunds"].to_pylist(), "amount")
    assert Counter(row["Financial Status"] for row in rows).keys() >= {"paid", "refunded", "voided"}


def test_the_flat_file_sells_and_takes_back_by_invoice(small_en: Simulated, tmp_path: Path):
    rows = records(small_en, "flat", tmp_path)
    tables = expected(small_en, "flat")
    worth = [(row, amount(row["Price"]) * int(row["Quantity"])) for row in rows]
    sold = sum(value for row, value in worth if not row["Invoice"].startswith("C"))
    back = -sum(value for row, value in worth if row["Invoice"].startswith("C"))
    assert sold == totals(tables["order_lines"].to_pylist(), "amount")
    assert back == totals(tables["refunds"].to_pylist(), "amount") > 0
    orders = tables["orders"].to_pylist()
    tests = sum(value for row, value in worth if row["StockCode"] == "TEST001")
    assert totals(orders, "paid_amount") == sold - tests
    assert {"D", "POST", "BANK CHARGES", "S", "TEST001", "M"} <= {row["StockCode"] for row in rows}
    assert any(int(row["InvoiceDate"].split("/")[1]) > 12 for row in rows)
    assert any(row["Customer ID"] == "" for row in rows)


def test_a_plain_file_says_everything_of_an_order(small: Simulated, tmp_path: Path):
    orders = {row["order_id"]: row for row in expected(small, "plain")["orders"].to_pylist()}
    columns = {
        "商品金额": "gross",
        "优惠金额": "discount",
        "运费": "shipping",
        "手续费": "fee",
        "实付金额": "paid",
    }
    for row in records(small, "plain", tmp_path):
        order = orders[row["订单编号"]]
        for header, name in columns.items():
            assert amount(row[header]) == order[f"{name}_amount"]
        assert row["会员编号"] == (order["identity"] or "")
        assert (row["是否预售"] == "是") == order["is_presale"]
    same = [order for order in orders.values() if not order["is_test"]]
    truth = small.arrow("orders").filter(pc.invert(small.arrow("orders")["is_test"]))
    assert totals(same, "gross_amount") == pc.sum(truth["gross_amount"]).as_py()


def test_the_workbook_holds_what_the_csv_holds(small: Simulated, tmp_path: Path):
    rows = records(small, "plain", tmp_path)
    [path] = write_export(small, "plain_xlsx", tmp_path)
    book = fastexcel.read_excel(path)
    sheet = book.load_sheet(0).to_arrow()
    assert book.sheet_names == ["订单明细"]
    assert sheet.num_rows == len(rows)
    assert sheet["订单编号"].to_pylist() == [row["订单编号"] for row in rows]
    assert [stamp.strftime("%Y-%m-%d %H:%M:%S") for stamp in sheet["下单时间"].to_pylist()] == [
        row["下单时间"] for row in rows
    ]
    assert sum(sheet["实付金额"].to_pylist()) == pytest.approx(
        float(sum(amount(row["实付金额"]) for row in rows))
    )


@pytest.mark.parametrize("platform", ["youzan_customers", "shopify_customers"])
def test_customer_files_have_everybody_once(small_en: Simulated, tmp_path: Path, platform: str):
    key = DIALECTS[platform].key
    rows = records(small_en, platform, tmp_path)
    told = expected(small_en, platform)["customers"]
    assert [row[key].lstrip("'") for row in rows] == told["identity"].to_pylist()
    assert len({row[key] for row in rows}) == len(rows)
    assert tuple(rows[0]) == headers(platform)


def test_youzan_knows_what_each_customer_bought(small: Simulated, tmp_path: Path):
    rows = records(small, "youzan_customers", tmp_path)
    bought = sum(int(row["消费次数"]) for row in rows)
    orders = small.arrow("orders").to_pylist()
    first = {
        row["customer_id"] for row in small.arrow("truth").to_pylist() if not row["duplicate_of"]
    }
    kept = [
        order for order in orders
        if order["customer_id"] in first and order["status"] in {"paid", "shipped", "completed"}
    ]  # fmt: skip
    assert bought == len(kept)
    assert sum(amount(row["消费金额"]) for row in rows) == totals(kept, "paid_amount")


@pytest.mark.parametrize("platform", CSV_PLATFORMS)
def test_planted_defects_stand_where_the_truth_says(
    small: Simulated, tmp_path: Path, platform: str
):
    clean = list(csv_rows(small, platform, tmp_path / "clean", defects=False))
    spoiled = list(csv_rows(small, platform, tmp_path / "spoiled", defects=True))
    defects = {defect.row: defect for defect in planted_defects(small, platform)}
    rest = [row for place, row in enumerate(spoiled, start=1) if place not in defects]
    if not DIALECTS[platform].is_untidy:
        assert rest == clean
    assert len(rest) == len(clean)
    width = len(clean[0])
    for place, defect in defects.items():
        row = spoiled[place - 1]
        match defect.kind:
            case "blank":
                assert not any(row)
            case "repeated_header":
                assert row == clean[0]
            case "too_many_columns":
                assert len(row) == width + 2
            case "total":
                assert row[0] == "合计"
            case "no_key":
                assert row[clean[0].index(DIALECTS[platform].key)] == ""
            case "future":
                assert row[clean[0].index(DIALECTS[platform].date)].startswith("2099")
            case "repeated_record":
                assert row in rest
    assert {"title", "blank", "total", "repeated_header", "too_many_columns"} <= {
        defect.kind for defect in defects.values()
    }


def test_untidy_writings_mean_the_same(small: Simulated, tmp_path: Path):
    def tidied(cell: str) -> str:
        cell = cell.strip()
        if found := re.fullmatch(
            r"(\d+)[年/](\d+)[月/](\d+)日? (\d+)[时:](\d+)[分:](\d+)秒?", cell
        ):
            return "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*map(int, found.groups()))
        if re.fullmatch(r"¥[\d,]+\.\d\d|[\d.]+元", cell):
            return cell.strip("¥元").replace(",", "")
        return cell.replace("-", "") if re.fullmatch(r"1\d\d-\d{4}-\d{4}", cell) else cell

    clean = list(csv_rows(small, "plain", tmp_path / "clean", defects=False))
    spoiled = list(csv_rows(small, "plain", tmp_path / "spoiled", defects=True))
    planted = {defect.row for defect in planted_defects(small, "plain")}
    rest = [row for place, row in enumerate(spoiled, start=1) if place not in planted]
    assert rest != clean
    assert [[tidied(cell) for cell in row] for row in rest] == clean


def csv_rows(simulated: Simulated, platform: str, folder: Path, *, defects: bool) -> Any:
    [path] = write_export(simulated, platform, folder, defects=defects)
    with path.open(encoding=DIALECTS[platform].encoding, newline="") as file:
        yield from csv.reader(file)


def test_exports_from_files_say_what_exports_from_memory_say(tmp_path: Path):
    memory, disk = simulate(400, seed=2), simulate(400, seed=2, folder=tmp_path / "tables")
    [first] = write_export(memory, "plain", tmp_path / "memory")
    [second] = write_export(disk, "plain", tmp_path / "disk")
    assert sorted(first.read_bytes().splitlines()) == sorted(second.read_bytes().splitlines())
