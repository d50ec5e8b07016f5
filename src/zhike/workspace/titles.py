"""The titles of a customer sheet's columns in every language, and the keys they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from zhike.i18n import LANGUAGES, LazyText, lazy, use_language
from zhike.schema.vocabulary import fold
from zhike.workspace.editable import STANDARD


@cache
def id_titles() -> frozenset[str]:
    """Folded titles of the column of customer ids."""
    from zhike.schema import standard_table

    field = standard_table("customers")["customer_id"]
    return frozenset(fold(word) for word in (*_said(field.label), *field.synonyms))


@cache
def keys_by_title() -> dict[str, str]:
    """Folded title to key, of every column that an export may have but the company's own."""
    found: dict[str, str] = {}
    for key, label in _labels():
        for word in _said(label):
            found.setdefault(fold(word), key)
    return found


@cache
def computed_keys() -> frozenset[str]:
    """Keys of columns that nobody can change."""
    editable = {name for names in STANDARD.values() for name in names} | {"customer_id", "note"}
    return frozenset(key for key, _ in _labels()) - editable


def _labels() -> Iterator[tuple[str, LazyText]]:
    from zhike.catalogue.traits import TRAITS
    from zhike.reports.workbook.customer_columns import SCORES, STANDING
    from zhike.schema import standard_table

    yield "customer_id", standard_table("customers")["customer_id"].label
    for table, names in STANDARD.items():
        for name in names:
            yield name, standard_table(table)[name].label
    yield "note", lazy("Note")
    yield "account", standard_table("people")["account"].label
    yield from ((trait.name, trait.label) for trait in TRAITS)
    yield from ((key, label) for key, _, label, _ in STANDING)
    yield from SCORES


def _said(label: LazyText) -> Iterator[str]:
    for tongue in LANGUAGES:
        with use_language(tongue):
            yield str(label)
