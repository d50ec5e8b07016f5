"""The fields that a rule may speak of, by their English names and their Chinese ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import ibis.expr.types as ir

from zhike.blocks import Format
from zhike.catalogue.rules.faults import rule_error
from zhike.catalogue.rules.tokens import Token, tokens_of
from zhike.catalogue.rules.words import folded
from zhike.errors import InputError
from zhike.i18n import LazyText, lazy, use_language

FieldKind = Literal["number", "text", "day", "flag"]


@dataclass(frozen=True, kw_only=True)
class RuleField:
    """One fact about a customer that rules compare.

    Attributes:
        name: In English and in programs, such as `recency_days` or `rfm.segment`.
        label: What people read; its Chinese form without spaces is the field's Chinese name.
        kind: What its values are.
        choices: Code to the words shown for it; where there are any, no other value is one.
        column: The column that holds it; the name where none is given.
        format: How its values are written.
        group: What it is about, for lists; may be empty.
        provider: The analysis that says it; empty for what is known of every customer.
        also: Further names that mean it.
    """

    name: str
    label: LazyText
    kind: FieldKind
    choices: Mapping[str, LazyText] = field(default_factory=dict)
    column: str = ""
    format: Format = "text"
    group: str = ""
    provider: str = ""
    also: tuple[str, ...] = ()

    @property
    def holder(self) -> str:
        """The column that holds it."""
        return self.column or self.name

    @cached_property
    def chinese(self) -> str:
        """Its Chinese name."""
        return squeezed(self.label)

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """What may be written for a value to its code: the code, and words that mean only one."""
        spelt: dict[str, set[str]] = {}
        for code, words in self.choices.items():
            for language in ("en", "zh"):
                with use_language(language):
                    spelt.setdefault(str(words), set()).add(code)
        unique = {words: codes.pop() for words, codes in spelt.items() if len(codes) == 1}
        return unique | {code: code for code in self.choices}


@dataclass(frozen=True)
class Provided:
    """What an analysis says of each customer.

    Attributes:
        fields: Its fields, their names beginning with the provider's.
        rows: Lazy, one row a customer: `customer_id` and the fields' columns.
    """

    fields: tuple[RuleField, ...]
    rows: ir.Table


@dataclass(frozen=True)
class Provider:
    """An analysis whose fields are there once a rule speaks of it; nothing runs before.

    Attributes:
        name: What its fields' names begin with, such as `rfm`.
        label: What people read.
        provide: Gives its fields and rows.
    """

    name: str
    label: LazyText
    provide: Callable[[], Provided]

    @cached_property
    def chinese(self) -> str:
        """What its fields' Chinese names begin with."""
        return squeezed(self.label)

    @cached_property
    def provided(self) -> Provided:
        """Its fields and rows, computed once."""
        return self.provide()

    def is_in(self, name: str) -> bool:
        """Whether a run of letters may hold the name of one of its fields."""
        plain = folded(name).casefold()
        return any(f"{own}.".casefold() in plain for own in (self.name, self.chinese))


class Fields:
    """All fields that rules may speak of, and the saved segments that they may name.

    Args:
        fields: Those known of every customer.
        providers: Analyses that say more.
        segments: Name of a saved segment to its rule.
    """

    def __init__(
        self,
        fields: Iterable[RuleField],
        *,
        providers: Iterable[Provider] = (),
        segments: Mapping[str, str] | None = None,
    ) -> None:
        self.own = tuple(fields)
        self.providers = {provider.name: provider for provider in providers}
        self.segments = dict(segments or {})

    def __iter__(self) -> Iterator[RuleField]:
        return iter(self.own)

    def in_rule(self, text: str) -> Vocabulary:
        """The fields that this rule may mean; analyses that it speaks of are computed.

        Raises:
            RuleError: It cannot be cut into tokens, or an analysis cannot say anything here.
        """
        names = [token for token in tokens_of(text) if token.kind == "name"]
        found = list(self.own)
        for provider in self.providers.values():
            token = next((item for item in names if provider.is_in(str(item.value))), None)
            if token is not None:
                found += _provided_to(text, token, provider)
        return Vocabulary(found, list(self.providers))


class Vocabulary:
    """Fields by everything that they are called."""

    def __init__(self, fields: Iterable[RuleField], providers: Iterable[str] = ()) -> None:
        self.fields = {item.name: item for item in fields}
        self.providers = tuple(providers)
        self._chinese = _by(self.fields.values(), lambda item: item.chinese.casefold())
        self._spelt = _by(self.fields.values(), lambda item: item.name.casefold())
        self._also = {
            name.casefold(): (item,) for item in self.fields.values() for name in item.also
        }

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name, case-folded."""
        return frozenset(name.casefold() for name in (*self.fields, *self._chinese, *self._also))

    def named(self, name: str) -> tuple[RuleField, ...]:
        """The fields of that name: one, none, or several where a Chinese name is not unique."""
        if name in self.fields:
            return (self.fields[name],)
        spellings = (self._spelt, self._chinese, self._also)
        return next((found for it in spellings if (found := it.get(name.casefold()))), ())

    def chinese_name(self, name: str) -> str:
        """The Chinese name of a field; its English one where the Chinese is not its alone."""
        item = self.fields[name]
        return item.chinese if self.named(item.chinese) == (item,) else name


def _provided_to(text: str, token: Token, provider: Provider) -> tuple[RuleField, ...]:
    try:
        return provider.provided.fields
    except InputError as fault:
        message = lazy("‘{name}’ says nothing here: {fault}", name=provider.name, fault=fault)
        raise rule_error(text, token.at, token.end, message) from fault


def squeezed(label: LazyText) -> str:
    """The Chinese form of a label without spaces."""
    with use_language("zh"):
        return "".join(str(label).split())


def _by(
    fields: Iterable[RuleField], key: Callable[[RuleField], str]
) -> dict[str, tuple[RuleField, ...]]:
    found: dict[str, tuple[RuleField, ...]] = {}
    for item in fields:
        found[key(item)] = (*found.get(key(item), ()), item)
    return found
