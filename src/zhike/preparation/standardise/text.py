"""Text: trimmed, letters and digits of usual width, words that mean nothing taken for missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches, trim_of
from zhike.preparation.standardise.standardised import Standardised
from zhike.schema.vocabulary import FULL_WIDTH, HALF_WIDTH

MISSING = (
    "", "null", "(null)", "<null>", "n/a", "#n/a", "na", "nan", "none", "nil", "-", "--", "---",
    "—", "——", "\\n", "无", "空", "暂无", "未知", "未填写", "不详", "#ref!", "#value!", "#div/0!",
)  # fmt: skip
"""Folded writings of nothing."""

_BLANK = " \t\r\n\v\f"
_GONE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_SPACES = "\u00a0\u3000\u2002\u2003\u2009\u202f"
_PAIRS = list(zip(FULL_WIDTH, HALF_WIDTH, strict=True))
_LETTERS = [(full, half) for full, half in _PAIRS if half.isalnum()]
_NOTHING = "|".join(re.escape(word) for word in MISSING if word)
_ODD = rf"(?i)^\s|\s$|^(?:{_NOTHING})?$|[{_SPACES}{_GONE}"
ODD_PROSE, ODD_TOKEN = _ODD + "０-９Ａ-Ｚａ-ｚ]", _ODD + "！-～]"


def cleaned(text: Any, *, token: bool) -> ir.Value:
    """The text trimmed and folded, null where it says nothing.

    Most values are clean already, which one pattern tells; only the rest is taken apart. (A
    function of one column runs once a distinct value where Parquet holds a dictionary.)

    Args:
        text: As landed.
        token: Fold punctuation too, as in numbers and codes; prose keeps its Chinese marks.
    """
    wide, usual = zip(*(_PAIRS if token else _LETTERS), strict=True)
    folded_text = text.translate(
        "".join(wide) + _SPACES + _GONE, "".join(usual) + " " * len(_SPACES)
    )
    trimmed = trim_of(folded_text, _BLANK)
    nothing = regexp_matches(trimmed, f"(?i)^(?:{_NOTHING})?$")
    odd = regexp_matches(text, ODD_TOKEN if token else ODD_PROSE)
    return ibis.cases((~odd, text), (nothing, ibis.null("string")), else_=trimmed)


def folded(text: Any) -> ir.Value:
    """The text as words of the vocabulary are compared."""
    return cleaned(text, token=True).lower()


def read_text(text: Any, options: Mapping[str, Any]) -> Standardised:
    """Text as it stands once cleaned."""
    return Standardised(value=text)
