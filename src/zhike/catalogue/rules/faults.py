"""What is wrong with a rule, where, and what was expected there."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from zhike.catalogue.rules.words import CLOSING
from zhike.errors import RuleError
from zhike.i18n import LazyText, lazy

MOST_SHOWN = 12
MOST_CHARACTERS_SHOWN = 60


def rule_error(
    text: str, at: int, end: int, message: LazyText, hint: LazyText | str = ""
) -> RuleError:
    """A fault at the characters from `at` to before `end`, counted from 0."""
    return RuleError(
        lazy("Character {at}: {message}", at=at + 1, message=message),
        hint=hint,
        at=at + 1,
        length=max(end - at, 1),
        picture=_pointed(text, at, max(end, at + 1)),
    )


def expected(text: str, at: int, end: int, wanted: LazyText | str) -> RuleError:
    """Something else stands where `wanted` should."""
    if at >= len(text.rstrip()):
        message = lazy("the rule ends where {wanted} was expected.", wanted=wanted)
    else:
        message = lazy(
            "found {found}, expected {wanted}.", found=quoted(text[at:end]), wanted=wanted
        )
    return rule_error(text, at, end, message)


def nearest(wanted: str, known: Iterable[str]) -> LazyText:
    """What may have been meant, and what there is."""
    names = list(dict.fromkeys(known))
    plain = {name.casefold(): name for name in reversed(names)}
    # Chinese names are short: one wrong character of two leaves half of it.
    alike = 0.6 if wanted.isascii() else 0.5
    near = difflib.get_close_matches(wanted.casefold(), plain, n=1, cutoff=alike)
    listed = ", ".join(names[:MOST_SHOWN]) + (" …" if len(names) > MOST_SHOWN else "")
    if near:
        return lazy(
            "Did you mean '{near}'? There are: {listed}.", near=plain[near[0]], listed=listed
        )
    return lazy("There are: {listed}.", listed=listed)


def quoted(text: str) -> str:
    """A part of a rule inside a sentence: cut short, and in marks unless it has its own."""
    short = text if len(text) <= MOST_CHARACTERS_SHOWN else text[:MOST_CHARACTERS_SHOWN] + "…"
    return short if short[:1] in CLOSING else f"‘{short}’"


def _pointed(text: str, at: int, end: int) -> str:
    """The part of the rule around the fault, with carets under it."""
    first = max(at - MOST_CHARACTERS_SHOWN, 0)
    shown = text[first : at + MOST_CHARACTERS_SHOWN]
    line = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in shown)
    before = "".join("\u3000" if _is_wide(sign) else " " for sign in line[: at - first])
    under = line[at - first : end - first] or " "
    return f"{line}\n{before}{''.join('＾' if _is_wide(sign) else '^' for sign in under)}"


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"
