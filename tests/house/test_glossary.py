"""The glossary speaks both languages, and no header word means two fields of a table."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from zhike.i18n import LazyText, use_language
from zhike.schema import TABLE_NAMES, standard_table, standard_tables

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def both(text: LazyText) -> tuple[str, str]:
    with use_language("zh"):
        zh = str(text)
    with use_language("en"):
        return zh, str(text)


def complete(text: LazyText) -> bool:
    zh, en = both(text)
    return bool(CHINESE.search(zh)) and bool(en.strip()) and not CHINESE.search(en)


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_labels_are_complete_in_both_languages(name: str) -> None:
    table = standard_table(name)
    assert complete(table.label)
    assert complete(table.grain)
    lacking = [
        item.name
        for item in table.fields
        if not complete(item.description) or not all(both(item.label))
    ]
    assert not lacking


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_no_synonym_means_two_fields_of_one_table(name: str) -> None:
    meanings: dict[str, list[str]] = defaultdict(list)
    for item in standard_table(name).fields:
        for word in {synonym.strip().lower() for synonym in item.synonyms}:
            meanings[word].append(item.name)
    assert not {word: fields for word, fields in meanings.items() if len(fields) > 1}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_keys_are_fields(name: str) -> None:
    table = standard_table(name)
    assert table.key
    assert all(part in table for part in table.key)


def test_a_choice_says_what_may_be_chosen() -> None:
    fields = [(table.name, item) for table in standard_tables() for item in table.fields]
    wrong = [
        f"{table}.{item.name}"
        for table, item in fields
        if (item.kind == "choice") != bool(item.choices)
    ]
    assert not wrong


def test_names_say_their_unit() -> None:
    ends = {"instant": ("_at", "at"), "day": ("_on", "on", "day", "period")}
    wrong = [
        f"{table.name}.{item.name}"
        for table in standard_tables()
        for item in table.fields
        if item.kind in ends and not item.name.endswith(ends[item.kind])
    ]
    assert not wrong
