"""Header words as they are compared: case, width, units, marks and plurals aside."""

from __future__ import annotations

import re
from functools import lru_cache

from zhike.schema.vocabulary import fold

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>")
_MARKS = re.compile(r"[\s_\-./\\:;,#*'’\"“”|·、&+?!=~`^%$€£¥￥@–—]+")
_IDEOGRAPH = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_CJK = re.compile(_IDEOGRAPH)
_BESIDE_CJK = re.compile(rf"(?<={_IDEOGRAPH}) | (?={_IDEOGRAPH})")


@lru_cache(maxsize=16384)
def fold_header(header: str) -> str:
    """A header as it is compared.

    Units and notes in brackets, marks, width, case, camel case, English plurals and blanks
    between Chinese characters make no difference.

    Examples:
        >>> fold_header("实付金额（元）"), fold_header("OrderDate"), fold_header("order_dates")
        ('实付金额', 'order date', 'order date')
        >>> fold_header(" Customer ID "), fold_header("商家编码-SKU维度"), fold_header("InvoiceNo")
        ('customer id', '商家编码sku维度', 'invoice no')
    """
    spaced = _CAMEL.sub(" ", header.strip())
    folded = fold(spaced)
    bare = _BRACKETED.sub(" ", folded)
    text = bare if bare.strip() else folded.strip("()[]【】<>")
    text = _MARKS.sub(" ", text).strip()
    if _CJK.search(text):
        return _BESIDE_CJK.sub("", text)
    return " ".join(_singular(word) for word in text.split())


@lru_cache(maxsize=4096)
def bracketed(header: str) -> str:
    """What stands in brackets in a header, folded: its unit or a note.

    Examples:
        >>> bracketed("销售额（万元）"), bracketed("total")
        ('万元', '')
    """
    return " ".join(part[1:-1].strip() for part in _BRACKETED.findall(fold(header)))


def is_chinese(text: str) -> bool:
    """Whether the text has Chinese, Japanese or Korean characters."""
    return _CJK.search(text) is not None


_KEPT = frozenset({"address", "status", "gross", "business", "class", "is", "sms", "cvs", "gps",
                   "plus", "less", "process", "access", "wireless", "express", "series", "news",
                   "cds", "os", "ms", "us", "statut", "pos", "bonus", "previous", "date's",
                   "mrs", "ss", "cogs", "upcs", "goods", "units", "pays"})  # fmt: skip


def _singular(word: str) -> str:
    if word == "ids":
        return "id"
    if len(word) <= 3 or word in _KEPT or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]
