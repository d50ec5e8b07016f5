"""Conditions written as a rule again, in English or Chinese; reading that gives the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhike.catalogue.rules.conditions import (
    And,
    Between,
    Compare,
    Condition,
    Empty,
    In,
    Matches,
    Member,
    Not,
    Or,
    Value,
)
from zhike.catalogue.rules.fields import RuleField, Vocabulary
from zhike.catalogue.rules.tokens import is_bare
from zhike.i18n import Language, use_language


@dataclass(frozen=True)
class Style:
    """How rules are written in one language."""

    language: Language
    words: dict[str, str]
    quotes: tuple[str, str]
    name_marks: tuple[str, str]
    brackets: tuple[str, str]
    comma: str


STYLES: dict[Language, Style] = {
    "en": Style(
        "en",
        {
            "and": "and", "or": "or", "not": "not", "in": " in ", "not in": " not in ",
            "between": "between", "not between": "not between", "to": "and",
            "is empty": "is empty", "is not empty": "is not empty",
            "contains": "contains", "not contains": "not contains",
            "starts with": "starts with", "not starts with": "not starts with",
            "true": "true", "false": "false", "segment": "segment",
        },
        ("'", "'"), ("`", "`"), ("(", ")"), ", ",
    ),
    "zh": Style(
        "zh",
        {
            "and": "且", "or": "或", "not": "非", "in": " 属于", "not in": " 不属于",
            "between": "介于", "not between": "不介于", "to": "和",
            "is empty": "为空", "is not empty": "不为空",
            "contains": "包含", "not contains": "不包含",
            "starts with": "开头是", "not starts with": "开头不是",
            "true": "是", "false": "否", "segment": "分群",
        },
        ("“", "”"), ("【", "】"), ("（", "）"), "，",
    ),
}  # fmt: skip


def written(condition: Condition, vocabulary: Vocabulary, language: Language) -> str:
    """The rule that says this."""
    return _Writer(vocabulary, STYLES[language]).write(condition)


@dataclass(frozen=True)
class _Writer:
    vocabulary: Vocabulary
    style: Style

    def write(self, condition: Condition) -> str:
        words = self.style.words
        match condition:
            case Or(parts):
                return f" {words['or']} ".join(map(self.write, parts))
            case And(parts):
                return f" {words['and']} ".join(self._inside(part, Or) for part in parts)
            case Not(part):
                return f"{words['not']} {self._inside(part, And, Or)}"
            case Member(segment):
                return words["segment"] + self._bracketed(self._text(segment))
        return self._test(condition)

    def _test(self, test: Compare | In | Between | Empty | Matches) -> str:
        words, field = self.style.words, self.vocabulary.fields[test.field]
        name = self._name(field)
        match test:
            case Compare(_, sign, value):
                return f"{name} {sign} {self._value(field, value)}"
            case In(_, values, negated):
                listed = self.style.comma.join(self._value(field, value) for value in values)
                return name + words["not in" if negated else "in"] + self._bracketed(listed)
            case Between(_, low, high, negated):
                ends = f" {words['to']} ".join(self._value(field, end) for end in (low, high))
                return f"{name} {words['not between' if negated else 'between']} {ends}"
            case Empty(_, negated):
                return f"{name} {words['is not empty' if negated else 'is empty']}"
            case Matches(_, how, part, negated):
                word = words[f"not {how}" if negated else how]
                return f"{name} {word} {self._text(part)}"

    def _inside(self, part: Condition, *looser: type) -> str:
        text = self.write(part)
        return self._bracketed(text) if isinstance(part, looser) else text

    def _bracketed(self, text: str) -> str:
        opening, closing = self.style.brackets
        return f"{opening}{text}{closing}"

    def _name(self, field: RuleField) -> str:
        name = field.name
        if self.style.language == "zh":
            name = self.vocabulary.chinese_name(name)
        if is_bare(name):
            return name
        opening, closing = self.style.name_marks
        return f"{opening}{name.replace(closing, closing * 2)}{closing}"

    def _value(self, field: RuleField, value: Value) -> str:
        match value:
            case bool():
                return self.style.words["true" if value else "false"]
            case Decimal():
                return _plain_number(value)
            case date():
                return value.isoformat()
        return self._text(self._shown(field, value))

    def _shown(self, field: RuleField, value: str) -> str:
        """In Chinese the words for a code, where they mean no other."""
        if self.style.language != "zh" or value not in field.choices:
            return value
        with use_language("zh"):
            words = str(field.choices[value])
        return words if field.codes.get(words) == value else value

    def _text(self, text: str) -> str:
        opening, closing = self.style.quotes
        return f"{opening}{text.replace(closing, closing * 2)}{closing}"


def _plain_number(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"
