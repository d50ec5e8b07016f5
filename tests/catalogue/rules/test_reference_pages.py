"""The pages about the rule language show rules that are rules, and every word that there is."""

from __future__ import annotations

import re

import pytest

from house.sources import CHECKOUT
from zhike.catalogue.rules import fields_of, parse_rule
from zhike.catalogue.rules.words import WORDS
from zhike.datasets import corner_shop

PAGES = ("docs/reference/rules.md", "docs/zh/reference/rules.md")


def page(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_names_every_word(name: str) -> None:
    text = page(name)
    alone = {"is", "empty", "null", "starts", "with"}
    assert not [
        word
        for word in WORDS
        if word not in alone
        and f"`{word}`" not in text
        and f"“{word}”" not in text
        and f'"{word}"' not in text
    ]


@pytest.mark.parametrize("name", PAGES)
def test_both_columns_of_the_page_say_the_same(name: str) -> None:
    fields = fields_of(corner_shop())
    pairs = re.findall(r"^\| `([^`]*\w [^`]+)` \| `([^`]+)` \|$", page(name), re.MULTILINE)
    assert len(pairs) == 6
    for english, chinese in pairs:
        rule = parse_rule(english, fields)
        assert rule == parse_rule(chinese, fields)
        assert rule.text("en") == english.replace("50%", "0.5")
