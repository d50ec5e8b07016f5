"""The encoding is told from what the bytes say, wherever they say it."""

from __future__ import annotations

import numpy as np
import pytest

from zhike.errors import ParameterError, SourceError
from zhike.sources import SourceOptions, open_source

from .conftest import rows_of

CHINESE = "订单编号,买家会员名,买家实际支付金额\n" + "".join(
    f"{n},{name},{n}.50\n" for n, name in enumerate(["张三", "李四", "王五", "赵六"] * 5)
)
FRENCH = "nom,ville,prix\n" + "".join(
    f"{name},{town},{n}.50\n"
    for n, (name, town) in enumerate([("Hélène", "Orléans"), ("Zoë", "Besançon"), ("Jean", "Nice")])
)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_chinese_is_read_in_every_encoding_it_is_written_in(opened, encoding, found) -> None:
    table = opened(CHINESE, encoding=encoding)
    assert table.encoding == found
    assert table.header == ("订单编号", "买家会员名", "买家实际支付金额")
    assert rows_of(table)[1]["买家会员名"] == "李四"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_words_with_accents_are_western(opened, encoding) -> None:
    table = opened(FRENCH + "Noël,Gien,£5\n", encoding=encoding)
    assert table.encoding == "cp1252"
    assert rows_of(table)[0]["nom"] == "Hélène"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Имя,Город\nИван,Москва\nПётр,Казань\n", "cp1251"),
        ("姓名,城市\n王小明,臺北市\n陳美麗,高雄市\n張國榮,臺中市\n", "big5"),
        ("名前,都市\nさとう,とうきょう\nすずき,おおさか\n", "shift_jis"),
        ("이름,도시\n김철수,서울특별시\n이영희,부산광역시\n박지성,수원시\n", "euc_kr"),
    ],
)
def test_what_latin_1_would_swallow_is_not_taken_for_it(written, text, encoding) -> None:
    with pytest.raises(SourceError) as refused:
        open_source(written(text, encoding=encoding))
    assert refused.value.code == "unknown_encoding"


def test_an_encoding_may_be_told(written) -> None:
    path = written("Имя,Город\nИван,Москва\n", encoding="cp1251")
    (table,) = open_source(path, options=SourceOptions(encoding="cp1251"))
    assert rows_of(table)[0]["Город"] == "Москва"


def test_an_encoding_that_does_not_exist_is_refused(written) -> None:
    with pytest.raises(ParameterError):
        open_source(written("a,b\n1,2\n"), options=SourceOptions(encoding="klingon"))


def test_random_bytes_are_text_in_no_encoding(written) -> None:
    noise = np.random.default_rng(1).integers(128, 256, 4000, np.uint8).tobytes()
    with pytest.raises(SourceError):
        open_source(written(b"a,b\n" + noise))


def test_chinese_far_below_a_long_ascii_beginning_is_found(opened) -> None:
    ascii_part = "order,buyer\n" + "".join(f"{n},someone\n" for n in range(120_000))
    table = opened(ascii_part + "120000,张三丰\n", encoding="gb18030")
    assert table.encoding == "gb18030"
    assert rows_of(table)[-1]["buyer"] == "张三丰"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_bad_byte_sequence_costs_one_record(opened, encoding) -> None:
    lines = CHINESE.encode(encoding).splitlines(keepends=True)
    lines[7] = b"6,\xff\xff,6.50\n"
    table = opened(b"".join(lines))
    rows = rows_of(table)
    bad = [row for row in rows if row["_fate"]]
    assert table.encoding == encoding
    assert len(rows) == 20
    assert [(row["_row"], row["_fate"], row["_reason"]) for row in bad] == [
        (8, "rejected", "undecodable")
    ]
    assert bad[0]["_raw"] == "6,\\xff\\xff,6.50"


def test_the_euro_sign_of_chinese_windows_is_read(read) -> None:
    data = CHINESE.encode("gbk") + b"99,\x80,1.00\n"
    assert read(data)[-1]["买家会员名"] == "€"


def test_a_few_chinese_characters_in_many_lines_are_enough(opened) -> None:
    text = "id,city,amount\n" + "".join(f"{n},x,1\n" for n in range(500)) + "500,北京,2\n"
    assert opened(text, encoding="gbk").encoding == "gb18030"
