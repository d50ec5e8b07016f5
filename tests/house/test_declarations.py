"""What an analysis declares is enough to make its command, its form and its page."""

from __future__ import annotations

import re

import pytest

from zhike.analyses import REGISTRY
from zhike.catalogue import parameters_of
from zhike.i18n import use_language

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("analysis", REGISTRY)
def test_an_analysis_says_what_it_answers_in_both_languages(analysis: str) -> None:
    kind = REGISTRY[analysis]
    assert kind.name == analysis
    assert str(kind.question).endswith("?")
    with use_language("zh"):
        assert CHINESE.search(str(kind.title))
        assert CHINESE.search(str(kind.question))


@pytest.mark.parametrize("analysis", REGISTRY)
def test_every_parameter_says_what_it_is_for(analysis: str) -> None:
    silent = [item.name for item in parameters_of(REGISTRY[analysis]) if not str(item.description)]
    assert not silent


@pytest.mark.parametrize("analysis", REGISTRY)
def test_an_analysis_is_needed_for_something(analysis: str) -> None:
    from zhike.schema import standard_table

    needed = REGISTRY[analysis].needs.columns
    assert needed
    assert all(name in standard_table(table) for table in needed for name in needed[table])
