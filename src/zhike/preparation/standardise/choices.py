"""Words that stand for one of a few things: statuses, kinds, gender, yes and no, places.

Such columns hold few distinct words, so each is looked up once in Python and joined back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from zhike.schema import Field, Kind
from zhike.schema.vocabulary import flags, fold, genders, regions, statuses

Lookup = Callable[[str], "Meaning"]

MOST_WORDS = 20_000
"""More distinct words than this are not choices; the rest is taken for unknown."""


@dataclass(frozen=True)
class Meaning:
    """What a word means and how it is told.

    Attributes:
        value: The standard word, None where nothing is known of it.
        repair: Code of the rule that was needed, "" where the word stands as written.
    """

    value: str | None
    repair: str = ""


def is_looked_up(target: str, field: Field) -> bool:
    """Whether the words of a field are looked up."""
    return lookup_of(target, field) is not None


def lookup_of(target: str, field: Field, *, guessed: bool = False) -> Lookup | None:
    """How words of a field are looked up, or None where they are no choices.

    Args:
        target: "table.field".
        field: Its definition.
        guessed: The word was cut out of an address: what no vocabulary knows is then nothing.
    """
    if target in _PLACES:
        return _only_known(_PLACES[target]) if guessed else _PLACES[target]
    if target in _TOLD:
        return _TOLD[target]
    if field.kind is Kind.FLAG:
        return lambda word: _known(flags().get(word))
    if field.kind is not Kind.CHOICE:
        return None
    words = {fold(choice): choice for choice in field.choices}
    return lambda word: _known(words.get(fold(word)))


def _only_known(place: Lookup) -> Lookup:
    return lambda word: place(word) if fold(word) in _known_places() else Meaning(None)


def _known(value: str | None) -> Meaning:
    return Meaning(value, "" if value is not None else "unknown_word")


def _gender(word: str) -> Meaning:
    value = genders().get(word)
    return Meaning(None) if value == "unknown" else _known(value)


def _province(word: str) -> Meaning:
    return _place(word, regions().provinces.get(fold(word)))


def _city(word: str) -> Meaning:
    return _place(word, regions().cities.get(fold(word)))


def _country(word: str) -> Meaning:
    return _place(word, regions().countries.get(fold(word)))


def _place(word: str, standard: str | None) -> Meaning:
    """A place that nobody knows stays as it is written."""
    return Meaning(standard or word.strip(), "place_name" if standard not in (None, word) else "")


@lru_cache(maxsize=1)
def _known_places() -> frozenset[str]:
    return frozenset(regions().provinces) | frozenset(regions().cities)


_PLACES: dict[str, Lookup] = {
    "customers.province": _province,
    "customers.city": _city,
    "customers.country": _country,
}

_CURRENCIES = {
    "¥": "CNY", "￥": "CNY", "rmb": "CNY", "元": "CNY", "人民币": "CNY", "cn¥": "CNY",
    "$": "USD", "us$": "USD", "美元": "USD", "€": "EUR", "欧元": "EUR", "£": "GBP", "英镑": "GBP",
    "hk$": "HKD", "港币": "HKD", "港元": "HKD", "日元": "JPY", "円": "JPY", "韩元": "KRW",
}  # fmt: skip


def _currency(word: str) -> Meaning:
    folded = fold(word)
    if folded in _CURRENCIES:
        return Meaning(_CURRENCIES[folded])
    if len(folded) == 3 and folded.isascii() and folded.isalpha():
        return Meaning(folded.upper())
    return Meaning(None, "unknown_word")


def _status(word: str) -> Meaning:
    return _known(statuses().get(word))


_TOLD: dict[str, Lookup] = {
    "orders.status": _status,
    "orders.currency": _currency,
    "customers.gender": _gender,
}
