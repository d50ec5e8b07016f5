from __future__ import annotations

import inspect

from zhike import errors
from zhike.errors import ParameterError, ZhikeError
from zhike.i18n import lazy, use_language


def test_the_tree_at_the_top_shows_every_error() -> None:
    names = [
        name
        for name, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, ZhikeError)
    ]
    assert not [name for name in names if name not in (errors.__doc__ or "")]


def test_every_error_has_a_code_of_its_own() -> None:
    classes = [
        item
        for _, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, ZhikeError)
    ]
    assert len({item.default_code for item in classes}) == len(classes)


def test_a_value_out_of_bounds_is_shown_with_what_is_allowed() -> None:
    fault = ParameterError.out_of_bounds("bins", 40, "a whole number from 2 to 10")
    assert str(fault) == "bins is 40; it must be a whole number from 2 to 10."


def test_an_unknown_name_offers_the_nearest_one() -> None:
    fault = ParameterError.unknown("analysis", "rmf", ["rfm", "abc"])
    assert str(fault) == "There is no analysis 'rmf'. Did you mean 'rfm'? There are: abc, rfm."


def test_an_error_speaks_the_language_of_whoever_reads_it() -> None:
    fault = ParameterError.unknown(lazy("standard table"), "order", ["orders"])
    with use_language("zh"):
        assert str(fault) == "没有叫“order”的标准表。是不是想写“orders”？可用的有：orders。"
        assert fault.as_dict()["code"] == "parameter"
