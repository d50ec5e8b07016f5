"""Text: trimmed, letters and digits of usual width, words that mean nothing taken for missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from zhike.preparation.functions import regexp_matches, strlen, trim_of
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
_ODD = "[\uff01-\uff5e\u00a0\u3000\u2002\u2003\u2009\u202f\u200b-\u200f\u2060\ufeff\u00ad]"
_ALNUM = [(full, half) for full, half in zip(FULL_WIDTH, HALF_WIDTH, strict=True) if half.isalnum()]
_WIDE_LETTERS = "".join(full for full, _ in _ALNUM)
_LETTERS = "".join(half for _, half in _ALNUM)


def cleaned(text: Any, *, token: bool) -> ir.Value:
    """The text trimmed and folded, null where it says nothing.

    Args:
        text: As landed.
        token: Fold punctuation too, as in numbers and codes; prose keeps its Chinese marks.
    """
    wide, usual = (FULL_WIDTH, HALF_WIDTH) if token else (_WIDE_LETTERS, _LETTERS)
    wide, usual = wide + _SPACES, usual + " " * len(_SPACES)
    # Most values are ASCII, which comparing two lengths tells without looking at characters.
    plain = (strlen(text) == text.length()) | ~regexp_matches(text, _ODD)
    folded = ibis.ifelse(plain, text, text.translate(wide + _GONE, usual))
    trimmed = trim_of(folded, _BLANK)
    nothing = (strlen(trimmed) <= 9) & trimmed.lower().isin(MISSING)
    return ibis.ifelse(nothing, ibis.null("string"), trimmed)


def folded(text: Any) -> ir.Value:
    """The text as words of the vocabulary are compared."""
    return cleaned(text, token=True).lower()


def read_text(text: Any, options: Mapping[str, Any]) -> Standardised:
    """Text as it stands once cleaned."""
    return Standardised(value=text)
