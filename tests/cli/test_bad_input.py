"""Bad input: a sentence that says what to do, nothing lost, and the right exit code."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from cli.conftest import Said

ORDERS = "订单号,客户编号,下单时间,实付金额\n" + "".join(
    f"A{n:05},C{n % 40},2024-{n % 12 + 1:02}-{n % 27 + 1:02} 10:00,{n % 90 + 5}.50\n"
    for n in range(400)
)


def protected_workbook() -> bytes:
    import msoffcrypto.format.ooxml
    from openpyxl import Workbook

    plain, locked = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["订单号", "下单时间"])
    book.save(plain)
    plain.seek(0)
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("secret", locked)
    return locked.getvalue()


UNUSABLE = {
    "empty.csv": lambda: b"",
    "picture.csv": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "cut off.csv.gz": lambda: gzip.compress(ORDERS.encode() * 50)[:-900],
    "locked.xlsx": protected_workbook,
    "no text.csv": lambda: b"a,b\n" + bytes(range(1, 256)) * 50,
    "header only.csv": "订单号,下单时间\n".encode,
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_loaded(
    zhike: Said, tmp_path: Path, name: str
) -> None:
    (tmp_path / "good.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / name).write_bytes(UNUSABLE[name]())
    code, answer = zhike("add", tmp_path / "good.csv", tmp_path / name)
    assert code not in (0, 70), answer
    assert name in answer["error"]["message"]
    assert answer["error"]["hint"]
    assert not zhike("sources")[1]["batches"]
    assert not list((tmp_path / "shop" / "landing").iterdir())


def test_a_file_that_is_not_there_is_refused(zhike: Said, tmp_path: Path) -> None:
    code, answer = zhike("add", tmp_path / "gone.csv")
    assert code == 1
    assert "gone.csv" in answer["error"]["message"]


def test_two_columns_that_could_both_be_the_date_are_asked_before_anything_is_loaded(
    zhike: Said, tmp_path: Path
) -> None:
    rows = "".join(
        f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},2024-02-{n * 5 % 23 + 1:02},{n % 50}.00\n"
        for n in range(1, 200)
    )
    file = tmp_path / "two dates.csv"
    file.write_text("order id,customer id,order date,purchase date,paid\n" + rows)
    code, answer = zhike("add", file)
    assert code == 2
    assert answer["error"]["questions"]
    assert not zhike("sources")[1]["batches"]
    settling = answer["error"]["questions"][0]["answer_with"]
    assert settling.startswith("--map ")
    code, answer = zhike("add", file, "--map", settling.removeprefix("--map ").strip("\"'"))
    assert code == 0, answer


def test_a_workspace_that_is_none_is_told(tmp_path: Path, zhike: Said) -> None:
    code, answer = zhike("-C", tmp_path, "run")
    assert code == 1
    assert answer["error"]["code"] == "no_workspace"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2024-03-03 10:00", "2099-03-03 10:00"),
        ("A00007,C7,2024-08-08 10:00,12.50", "A00007,C7,2024-13-45 10:00,12.50"),
    ],
)
def test_one_bad_record_is_counted_and_the_rest_is_loaded(
    zhike: Said, tmp_path: Path, old: str, new: str
) -> None:
    assert old in ORDERS
    (tmp_path / "orders.csv").write_text(ORDERS.replace(old, new, 1), encoding="utf-8")
    code, answer = zhike("add", tmp_path / "orders.csv")
    assert code == 0, answer
    (report,) = answer["files"]
    assert report["fates"]["rejected"] == 1
    assert sum(report["reasons"].values()) == 1
    assert report["fates"]["loaded"] == report["rows_read"] - 1
    quality = zhike("quality")[1]
    (aside,) = quality["rejected"]
    assert "A000" in aside["raw"]


def test_a_negative_price_is_rejected_and_counted(zhike: Said, tmp_path: Path) -> None:
    lines = "order id,customer id,order date,sku,quantity,unit price\n" + "".join(
        f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},S{n % 5},{n % 3 + 1},{n % 50 + 1}.00\n"
        for n in range(1, 300)
    )
    text = lines.replace("A7,C7,2024-01-08,S2,2,8.00", "A7,C7,2024-01-08,S2,2,-8.00")
    assert text != lines
    (tmp_path / "lines.csv").write_text(text)
    code, answer = zhike("add", tmp_path / "lines.csv")
    assert code == 0, answer
    assert answer["files"][0]["fates"]["rejected"] == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals on Windows")
def test_on_a_terminal_the_question_is_asked_and_the_answer_is_used(
    zhike: Said, tmp_path: Path
) -> None:
    import pty

    rows = "".join(
        f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},2024-02-{n * 5 % 23 + 1:02},{n % 50}.00\n"
        for n in range(1, 200)
    )
    (tmp_path / "dates.csv").write_text(
        "order id,customer id,order date,purchase date,paid\n" + rows
    )
    person, terminal = pty.openpty()
    words = ["-C", str(tmp_path / "shop"), "add", str(tmp_path / "dates.csv")]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "zhike", *words],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
    )
    os.close(terminal)
    os.write(person, b"2\n")
    seen = b""
    with suppress(OSError):  # what the other end of a terminal says when it is closed
        while said := os.read(person, 4096):
            seen += said
    out, _ = process.communicate(timeout=60)
    os.close(person)
    assert process.returncode == 0
    assert b"1. order date" in seen
    assert "purchase date  orders.ordered_at" in out.decode()
