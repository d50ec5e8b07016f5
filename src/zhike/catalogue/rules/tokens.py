"""A rule cut into tokens, each with its place.

Chinese is written without spaces, so a run of letters may be several words: 城市属于 is the field
城市 and the word 属于. A run that is a known name or word as a whole is that; otherwise the
longest known beginning is cut off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhike.catalogue.rules.faults import rule_error
from zhike.catalogue.rules.words import CLOSING, NAME_CLOSING, SAME_SIGN, SIGNS, WORDS, folded
from zhike.i18n import lazy

MOST_CHARACTERS = 50_000
MOST_DIGITS = 15
"""More significant digits than a double holds exactly would compare as another number."""

_RUN = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?%?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])")
_CHINESE_DAY = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_SPACES = re.compile(r"\s+")

Value = Decimal | str | date | bool


@dataclass(frozen=True)
class Token:
    """One token.

    Attributes:
        kind: A word of the grammar, a sign, a name (of a field, segment or function), a value,
            or the end.
        value: The word, sign or name as the grammar knows it, or the value.
        at: Its first character, from 0.
        end: The character after its last.
    """

    kind: Literal["word", "sign", "name", "number", "text", "day", "end"]
    value: Decimal | str | date
    at: int
    end: int

    def means(self, *words: str) -> bool:
        """Whether it is one of these words or signs."""
        return self.kind in ("word", "sign") and self.value in words


def tokens_of(text: str, names: Collection[str] = ()) -> list[Token]:
    """The tokens of a rule, an end token last.

    Args:
        text: The rule.
        names: Case-folded names that are known, to cut Chinese runs by.

    Raises:
        RuleError: A character, number, day or text that is none.

    Examples:
        >>> [token.value for token in tokens_of("城市属于（‘上海’）", {"城市"})]
        ['城市', 'in', '(', '上海', ')', '']
    """
    _check_characters(text)
    plain = folded(text)
    found: list[Token] = []
    at = 0
    while at < len(plain):
        spaces = _SPACES.match(plain, at)
        if spaces:
            at = spaces.end()
            continue
        new = list(_token(text, plain, at, names))
        found += new
        at = new[-1].end
    return [*found, Token("end", "", len(text.rstrip()), len(text.rstrip()))]


def is_bare(name: str) -> bool:
    """Whether a name may stand without marks around it."""
    return _RUN.fullmatch(name) is not None and folded(name) == name and _words_of(name) is None


def _check_characters(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise rule_error(
            text,
            MOST_CHARACTERS,
            len(text),
            lazy("a rule has at most {most} characters.", most=MOST_CHARACTERS),
        )
    for at, sign in enumerate(text):
        if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\n\r":
            raise rule_error(text, at, at + 1, lazy("this character cannot be in a rule."))


def _token(text: str, plain: str, at: int, names: Collection[str]) -> Iterator[Token]:
    day = _DAY.match(plain, at) or _CHINESE_DAY.match(plain, at)
    number = _NUMBER.match(plain, at)
    run = _RUN.match(plain, at)
    if text[at] in CLOSING:
        inside, end = _enclosed(text, at, CLOSING[text[at]])
        yield Token("text", inside, at, end)
    elif text[at] in NAME_CLOSING:
        inside, end = _enclosed(text, at, NAME_CLOSING[text[at]])
        yield Token("name", inside, at, end)
    elif day:
        yield Token("day", _day(text, day), at, day.end())
    elif number:
        yield Token("number", _number(text, number), at, number.end())
    elif run:
        yield from _named(run, names)
    else:
        yield _sign(text, plain, at)


def _enclosed(text: str, at: int, closing: str) -> tuple[str, int]:
    """What stands between marks, and where it ends; a doubled mark is one of it."""
    place, inside = at + 1, []
    while place < len(text):
        if text[place] != closing:
            inside.append(text[place])
        elif text[place + 1 : place + 2] == closing:
            inside.append(closing)
            place += 1
        else:
            return "".join(inside), place + 1
        place += 1
    raise rule_error(
        text, at, at + 1, lazy("what begins here is not closed; {mark} is missing.", mark=closing)
    )


def _day(text: str, match: re.Match[str]) -> date:
    year, month, day = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise rule_error(
            text,
            match.start(),
            match.end(),
            lazy("there is no day {day}.", day=match.group()),
        ) from None


def _number(text: str, match: re.Match[str]) -> Decimal:
    written = match.group()
    value = Decimal(written.rstrip("%"))
    if len(value.normalize().as_tuple().digits) > MOST_DIGITS or value >= 10**MOST_DIGITS:
        raise rule_error(
            text,
            match.start(),
            match.end(),
            lazy("a number has at most {most} digits.", most=MOST_DIGITS),
        )
    return value / 100 if written.endswith("%") else value


def _sign(text: str, plain: str, at: int) -> Token:
    if text[at] in SAME_SIGN:
        return Token("sign", SAME_SIGN[text[at]], at, at + 1)
    for sign in SIGNS:
        if plain.startswith(sign, at):
            return Token("sign", SAME_SIGN.get(sign, sign), at, at + len(sign))
    raise rule_error(
        text,
        at,
        at + 1,
        lazy("found ‘{sign}’, which has no meaning in a rule.", sign=text[at]),
        lazy("Put texts in quotes, such as '上海'."),
    )


def _named(run: re.Match[str], names: Collection[str]) -> Iterator[Token]:
    """The first name or word of a run of letters."""
    written, at = run.group(), run.start()
    cuts = [len(written), *_seams(written)]
    for cut in cuts:
        part = written[:cut]
        words = _words_of(part)
        if words is not None:
            for word in words:
                kind: Literal["word", "sign"] = "word" if word.isalpha() else "sign"
                yield Token(kind, word, at, at + cut)
            return
        if part.casefold() in names:
            yield Token("name", part, at, at + cut)
            return
    cut = _unknown_end(written)
    yield Token("name", written[:cut], at, at + cut)


def _words_of(part: str) -> tuple[str, ...] | None:
    return WORDS.get(part.casefold() if part.isascii() else part)


def _seams(written: str) -> list[int]:
    """Where one word may end and the next begin: anywhere but between two Latin letters."""
    return [
        cut
        for cut in range(len(written) - 1, 0, -1)
        if not (written[cut - 1].isascii() and written[cut].isascii())
    ]


def _unknown_end(written: str) -> int:
    """Where an unknown name ends: before the next Chinese word of the grammar, if any."""
    starts = [written.find(word, 1) for word in WORDS if len(word) > 1 and not word.isascii()]
    return min((start for start in starts if start > 0), default=len(written))
