"""A rule: which customers are meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import ibis.expr.types as ir

from zhike.catalogue.rules.conditions import Condition, Member, leaves
from zhike.catalogue.rules.expressions import expression_of
from zhike.catalogue.rules.faults import nearest, rule_error
from zhike.catalogue.rules.fields import Fields, RuleField, Vocabulary
from zhike.catalogue.rules.reading import SEGMENT_WORDS, Reader
from zhike.catalogue.rules.tokens import Token, tokens_of
from zhike.catalogue.rules.writing import written
from zhike.errors import RuleError
from zhike.i18n import Language, language, lazy

DEEPEST = 20
"""Segments that name one another."""
MOST_TESTS = 2_000
"""Tests of a rule, those of the segments that it names counted each time."""


@dataclass(frozen=True)
class Rule:
    """A rule that was read and checked.

    Attributes:
        condition: What it says; two rules are equal when they say the same.
        segments: The rules of the saved segments that it names.
    """

    condition: Condition
    segments: Mapping[str, Rule] = field(compare=False, repr=False)
    vocabulary: Vocabulary = field(compare=False, repr=False)

    def expression(self, table: ir.Table) -> ir.BooleanValue:
        """Whether a row meets it, for a table with the columns of its fields.

        A row with a missing value meets no comparison; see `conditions`.
        """
        known = self.vocabulary.fields
        return expression_of(
            self.condition,
            lambda name: table[known[name].holder],
            lambda name: self.segments[name].expression(table),
        )

    def text(self, language_of_text: Language | None = None) -> str:
        """The rule in its one form of a language; that of the reader where none is named."""
        return written(self.condition, self.vocabulary, language_of_text or language())

    def fields(self) -> Iterator[RuleField]:
        """The fields that it needs, those of named segments included, each once."""
        found: dict[str, RuleField] = {}
        for leaf in leaves(self.condition):
            if isinstance(leaf, Member):
                found |= {item.name: item for item in self.segments[leaf.segment].fields()}
            else:
                found[leaf.field] = self.vocabulary.fields[leaf.field]
        yield from found.values()

    @property
    def tests(self) -> int:
        """How many tests it is made of, those of named segments included."""
        return sum(
            self.segments[leaf.segment].tests if isinstance(leaf, Member) else 1
            for leaf in leaves(self.condition)
        )


def parse_rule(text: str, fields: Fields) -> Rule:
    """The rule that a text says, checked against the fields that there are.

    Args:
        text: Such as `recency_days > 90 and city in ('上海', '杭州')`, in English or Chinese.
        fields: What it may speak of.

    Raises:
        RuleError: It is no rule; says what was found at which character, and what was expected.

    Examples:
        >>> from zhike.i18n import lazy
        >>> days = RuleField(name="recency_days", label=lazy("Days"), kind="number")
        >>> parse_rule("NOT recency_days<=90.0", Fields([days])).text("en")
        'not recency_days <= 90'
    """
    return _Parsing(fields).parse(text, ())


def named_segments(text: str) -> set[str]:
    """The saved segments that a rule names, whether or not it is a rule in this shop.

    Examples:
        >>> named_segments("vip = true and not 分群（“老客”）")
        {'老客'}
    """
    try:
        tokens = tokens_of(text)
    except RuleError:
        return set()
    return {
        str(name.value)
        for word, bracket, name in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if name.kind == "text"
        and bracket.means("(")
        and str(word.value).casefold() in SEGMENT_WORDS
    }


class _Parsing:
    """Rules and the segments that they name, each read once."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._read: dict[str, Rule] = {}

    def parse(self, text: str, trail: tuple[str, ...]) -> Rule:
        vocabulary = self._fields.in_rule(text)
        reader = Reader(text, vocabulary)
        condition = reader.read()
        named = {
            name: self._segment(name, text, token, trail) for name, token in reader.members.items()
        }
        rule = Rule(condition, named, vocabulary)
        if rule.tests > MOST_TESTS:
            message = lazy("a rule has at most {most} tests, named ones included.", most=MOST_TESTS)
            raise rule_error(text, 0, len(text), message)
        return rule

    def _segment(self, name: str, text: str, token: Token, trail: tuple[str, ...]) -> Rule:
        if name not in self._fields.segments:
            message = lazy("there is no segment ‘{name}’.", name=name)
            hint = nearest(name, self._fields.segments) if self._fields.segments else ""
            raise rule_error(text, token.at, token.end, message, hint)
        if name in trail:
            circle = " → ".join([*trail[trail.index(name) :], name])
            message = lazy("segments name one another in a circle: {circle}.", circle=circle)
            raise rule_error(text, token.at, token.end, message)
        if len(trail) == DEEPEST:
            message = lazy("segments name one another deeper than {most} here.", most=DEEPEST)
            raise rule_error(text, token.at, token.end, message)
        if name not in self._read:
            self._read[name] = self._inner(name, text, token, trail)
        return self._read[name]

    def _inner(self, name: str, text: str, token: Token, trail: tuple[str, ...]) -> Rule:
        try:
            return self.parse(self._fields.segments[name], (*trail, name))
        except RuleError as fault:
            if trail:
                raise
            message = lazy("the rule of segment ‘{name}’: {fault}", name=name, fault=fault.message)
            raise rule_error(text, token.at, token.end, message, fault.hint) from fault
