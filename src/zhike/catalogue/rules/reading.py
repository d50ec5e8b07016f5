"""A rule read into conditions, each value checked against its field.

    rule       = all { "or" all } .
    all        = part { "and" part } .
    part       = "not" part | "(" rule ")" | segment | test .

docs/reference/rules.md has the whole grammar.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from zhike.catalogue.rules.conditions import (
    Between,
    Compare,
    Condition,
    Empty,
    In,
    Matches,
    Member,
    Not,
    Sign,
    Value,
    all_of,
    any_of,
)
from zhike.catalogue.rules.faults import expected, nearest, quoted, rule_error
from zhike.catalogue.rules.fields import FieldKind, RuleField, Vocabulary
from zhike.catalogue.rules.tokens import Token, tokens_of
from zhike.errors import RuleError
from zhike.i18n import LazyText, lazy

DEEPEST = 40
"""Brackets and `not`s inside one another."""
MOST_VALUES = 2_000
"""Values in one list."""
SEGMENT_WORDS = ("segment", "分群")
COMPARISONS: dict[str, Sign] = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
A_TEST = lazy("a comparison such as =, >, in, between, contains or is empty")
WANTED: dict[FieldKind, LazyText] = {
    "number": lazy("a number such as 90"),
    "text": lazy("a text in quotes such as '上海'"),
    "day": lazy("a day such as 2024-03-05"),
    "flag": lazy("true or false"),
}


class Reader:
    """Reads one rule from its first token to its last.

    Args:
        text: The rule.
        vocabulary: The fields that it may mean.
        names: Further case-folded names that may stand in it.
    """

    def __init__(
        self, text: str, vocabulary: Vocabulary, names: frozenset[str] = frozenset()
    ) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._tokens = tokens_of(text, vocabulary.names | names)
        self._place = 0
        self._depth = 0
        self.members: dict[str, Token] = {}

    def read(self) -> Condition:
        """The whole rule.

        Raises:
            RuleError: It is none.
        """
        condition = self._any()
        if self._now.kind != "end":
            raise self._expected(lazy("‘and’, ‘or’ or the end of the rule"))
        return condition

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    @property
    def _next(self) -> Token:
        return self._tokens[min(self._place + 1, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._now
        self._place += 1
        return token

    def _took(self, *words: str) -> bool:
        if self._now.means(*words):
            self._place += 1
            return True
        return False

    def _need(self, word: str, wanted: LazyText | str) -> None:
        if not self._took(word):
            raise self._expected(wanted)

    def _expected(self, wanted: LazyText | str) -> RuleError:
        return expected(self._text, self._now.at, self._now.end, wanted)

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return any_of(*parts)

    def _all(self) -> Condition:
        parts = [self._part()]
        while self._took("and"):
            parts.append(self._part())
        return all_of(*parts)

    def _part(self) -> Condition:
        if not self._now.means("not", "("):
            return self._member() if self._is_member() else self._test()
        self._depth += 1
        if self._depth > DEEPEST:
            message = lazy("brackets and ‘not’ go deeper than {most} here.", most=DEEPEST)
            raise rule_error(self._text, self._now.at, self._now.end, message)
        if self._took("not"):
            part: Condition = Not(self._part())
        else:
            self._take()
            part = self._any()
            self._need(")", lazy("‘)’, ‘and’ or ‘or’"))
        self._depth -= 1
        return part

    def _is_member(self) -> bool:
        word = self._now
        return (
            word.kind == "name"
            and str(word.value).casefold() in SEGMENT_WORDS
            and self._next.means("(")
        )

    def _member(self) -> Condition:
        self._place += 2
        name = self._take() if self._now.kind == "text" else None
        if name is None:
            raise self._expected(lazy("the name of a segment in quotes"))
        self._need(")", "‘)’")
        self.members.setdefault(str(name.value), name)
        return Member(str(name.value))

    def _test(self) -> Condition:
        field = self._field()
        if self._now.kind == "sign" and self._now.value in COMPARISONS:
            return self._compared(field)
        if self._took("is"):
            negated = self._took("not")
            self._need("empty", lazy("‘empty’ or ‘not empty’"))
            return Empty(field.name, negated)
        negated = self._took("not")
        if self._took("in"):
            return In(field.name, self._values(field), negated)
        if self._now.means("between"):
            return self._between(field, negated)
        if self._now.means("contains", "starts"):
            return self._matched(field, negated)
        raise self._expected(A_TEST)

    def _field(self) -> RuleField:
        token = self._now
        if token.kind != "name":
            raise self._expected(lazy("the name of a field"))
        name = str(token.value)
        found = self._vocabulary.named(name)
        if len(found) == 1:
            self._take()
            return found[0]
        if found:
            names = ", ".join(item.name for item in found)
            message = lazy("‘{name}’ may be any of {names}.", name=name, names=names)
            hint: LazyText = lazy("Write the one that is meant.")
        else:
            message = lazy("there is no field ‘{name}’.", name=name)
            hint = nearest(name, self._known(name))
        raise rule_error(self._text, token.at, token.end, message, hint)

    def _known(self, name: str) -> list[str]:
        fields = self._vocabulary.fields
        beginning, dot, _ = name.partition(".")
        if dot:
            of_one = [item for item in fields if item.startswith(f"{beginning.casefold()}.")]
            if of_one:
                return of_one
        provided = [f"{provider}.…" for provider in self._vocabulary.providers]
        if name.isascii():
            return [*fields, *provided]
        return [*(item.chinese for item in fields.values()), *provided]

    def _compared(self, field: RuleField) -> Condition:
        token = self._take()
        sign = COMPARISONS[str(token.value)]
        if sign not in ("=", "!=") and field.kind in ("text", "flag"):
            message = lazy(
                "{field} has no larger and smaller values, so ‘{sign}’ cannot compare it.",
                field=field.name,
                sign=sign,
            )
            raise rule_error(
                self._text, token.at, token.end, message, lazy("Use =, != or in (...).")
            )
        return Compare(field.name, sign, self._value(field))

    def _values(self, field: RuleField) -> tuple[Value, ...]:
        opening = self._now
        self._need("(", lazy("‘(’ and the values"))
        values = [self._value(field)]
        while self._took(","):
            values.append(self._value(field))
        if len(values) > MOST_VALUES:
            message = lazy("a list has at most {most} values.", most=MOST_VALUES)
            raise rule_error(self._text, opening.at, self._now.end, message)
        self._need(")", lazy("‘,’ or ‘)’"))
        return tuple(values)

    def _between(self, field: RuleField, negated: bool) -> Condition:
        token = self._take()
        if field.kind not in ("number", "day"):
            message = lazy("{field} is neither a number nor a day.", field=field.name)
            raise rule_error(self._text, token.at, token.end, message)
        began = self._now.at
        low = self._value(field)
        if not self._took("and", "to"):
            raise self._expected(lazy("‘and’ and the second value"))
        high = self._value(field)
        self._took("within")
        if not _in_order(low, high):
            message = lazy("the first value is larger than the second, so nobody is between them.")
            raise rule_error(self._text, began, self._tokens[self._place - 1].end, message)
        return Between(field.name, low, high, negated)  # type: ignore[arg-type]

    def _matched(self, field: RuleField, negated: bool) -> Condition:
        token = self._take()
        if field.kind != "text" or field.choices:
            message = lazy("{field} is no free text.", field=field.name)
            raise rule_error(
                self._text, token.at, token.end, message, lazy("Use =, != or in (...).")
            )
        if token.value == "starts":
            self._need("with", lazy("‘with’"))
        part = self._now
        value = self._value(field)
        if not value:
            message = lazy("every text contains the empty one.")
            raise rule_error(
                self._text, part.at, part.end, message, lazy("Use ‘is empty’ for no text.")
            )
        if token.value == "contains":
            return Matches(field.name, "contains", str(value), negated)
        return Matches(field.name, "starts with", str(value), negated)

    def _value(self, field: RuleField) -> Value:
        """A value of the field's kind."""
        token, negative = self._now, False
        if field.kind == "number" and token.means("-", "+"):
            negative = self._take().value == "-"
        now = self._now
        match field.kind, now.kind:
            case "number", "number":
                value: Value = -Decimal(str(now.value)) if negative else Decimal(str(now.value))
            case "day", "day":
                value = date.fromisoformat(str(now.value))
            case "text", "text":
                value = self._coded(field, now)
            case "flag", "word" if now.means("true", "false"):
                value = now.value == "true"
            case _:
                raise self._wrong_kind(field)
        self._take()
        return value

    def _wrong_kind(self, field: RuleField) -> RuleError:
        wanted = WANTED[field.kind]
        if self._now.kind in ("end", "sign"):
            return self._expected(wanted)
        message = lazy(
            "{field} is compared with {wanted}, not with {found}.",
            field=field.name,
            wanted=wanted,
            found=quoted(self._text[self._now.at : self._now.end]),
        )
        return rule_error(self._text, self._now.at, self._now.end, message)

    def _coded(self, field: RuleField, token: Token) -> str:
        """The value that a text means: itself, or where there are choices the code of one."""
        written = str(token.value)
        if not field.choices:
            return written
        if written in field.codes:
            return field.codes[written]
        message = lazy("{field} is never ‘{value}’.", field=field.name, value=written)
        known = list(field.choices)
        if not written.isascii():
            known = [words for words in field.codes if not words.isascii()]
        raise rule_error(self._text, token.at, token.end, message, nearest(written, known))


def _in_order(low: Value, high: Value) -> bool:
    return low <= high  # type: ignore[operator]
