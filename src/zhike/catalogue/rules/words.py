"""The words and signs of rules in both languages, and how typing habits are evened out."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "and": ("and",), "且": ("and",), "并且": ("and",), "而且": ("and",),
    "or": ("or",), "或": ("or",), "或者": ("or",),
    "not": ("not",), "非": ("not",),
    "in": ("in",), "属于": ("in",), "不属于": ("not", "in"),
    "between": ("between",), "介于": ("between",), "不介于": ("not", "between"),
    "和": ("to",), "与": ("to",), "到": ("to",), "至": ("to",), "之间": ("within",),
    "is": ("is",), "empty": ("empty",), "null": ("empty",),
    "为空": ("is", "empty"), "是空": ("is", "empty"),
    "不为空": ("is", "not", "empty"), "非空": ("is", "not", "empty"),
    "contains": ("contains",), "包含": ("contains",), "不包含": ("not", "contains"),
    "starts": ("starts",), "with": ("with",),
    "开头是": ("starts", "with"), "开头不是": ("not", "starts", "with"),
    "true": ("true",), "真": ("true",), "是": ("true",),
    "false": ("false",), "假": ("false",), "否": ("false",),
    "等于": ("=",), "不等于": ("!=",), "大于": (">",), "小于": ("<",),
    "大于等于": (">=",), "不小于": (">=",), "不低于": (">=",),
    "小于等于": ("<=",), "不大于": ("<=",), "不超过": ("<=",),
}  # fmt: skip
"""A word to what it means: one or several tokens of the grammar."""

SIGNS = ("<=", ">=", "!=", "<>", "==", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/")
"""Longer ones first."""

SAME_SIGN: Mapping[str, str] = {"<>": "!=", "==": "=", "≠": "!=", "≤": "<=", "≥": ">="}

CLOSING: Mapping[str, str] = {
    "'": "'", '"': '"', "“": "”", "”": "”", "‘": "’", "’": "’", "＇": "＇", "＂": "＂",
    "「": "」", "『": "』",
}  # fmt: skip
"""A mark that opens a text to the one that closes it. An input method may well type a closing
mark for an opening one."""

NAME_CLOSING: Mapping[str, str] = {"`": "`", "【": "】"}
"""Marks around a field name that is more than letters, digits and dots."""

_FOLDED = {place: place - 0xFEE0 for place in range(0xFF01, 0xFF5F)} | {
    ord("\u3000"): ord(" "),
    ord("、"): ord(","),
    ord("−"): ord("-"),
    ord("×"): ord("*"),
    ord("÷"): ord("/"),
}


def folded(text: str) -> str:
    """The text with full-width letters, digits and punctuation made plain, place for place.

    Examples:
        >>> folded("年龄＞＝３０，城市")
        '年龄>=30,城市'
    """
    return text.translate(_FOLDED)
