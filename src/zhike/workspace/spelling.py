"""Chinese names as people type them on a keyboard without Chinese: in full, or by first letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

SURNAMES: Mapping[str, str] = {
    "仇": "qiu", "单": "shan", "区": "ou", "员": "yun", "华": "hua", "任": "ren", "冼": "xian",
    "召": "shao", "查": "zha", "曾": "zeng", "朴": "piao", "繁": "po", "纪": "ji", "缪": "miao",
    "翟": "zhai", "盖": "ge", "覃": "qin", "解": "xie", "种": "chong", "秘": "bi", "乐": "yue",
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "宿": "su", "重": "chong", "洗": "xian",
}  # fmt: skip
"""Surnames that are read otherwise than the same characters elsewhere."""
DOUBLE = frozenset(
    {
        "欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "夏侯", "东方", "尉迟", "公孙", "慕容",
        "令狐", "宇文", "长孙", "司空", "端木", "南宫", "轩辕", "万俟",
    }
)  # fmt: skip
"""The surnames of two characters that are met."""


def spellings(names: pa.Array) -> pa.Array:
    """How each name may be typed, with a space before every way: " wangxiaoming wxm wangxm".

    Args:
        names: Names; what is not Chinese is spelled as it is.

    Returns:
        Texts of the same length, null where the name is. Each distinct name is spelled once.

    Examples:
        >>> spellings(pa.array(["王小明", "Anna Li", None])).to_pylist()
        [' wangxiaoming wxm wangxm', ' annali', None]
    """
    listed = names.dictionary_encode()
    signs = _Signs()
    spelled = [" " + " ".join(_ways(name, signs)) for name in listed.dictionary.to_pylist()]
    return pc.take(pa.array(spelled, pa.string()), listed.indices)


class _Signs(dict[str, str]):
    """What a character sounds like, without tones; looked up once each."""

    def __missing__(self, sign: str) -> str:
        from pypinyin import lazy_pinyin

        self[sign] = lazy_pinyin(sign)[0] if _is_chinese(sign) else sign.lower()
        return self[sign]


def _ways(name: str, signs: Mapping[str, str]) -> Iterable[str]:
    """The ways to type one name, the fullest first, each once."""
    plain = [sign for sign in name if sign.isalnum()]
    if not any(map(_is_chinese, plain)):
        return ["".join(plain).lower()]
    surname = "".join(plain[:2]) if "".join(plain[:2]) in DOUBLE else plain[0]
    given = [signs[sign] for sign in plain[len(surname) :]]
    letters = "".join(sound[0] for sound in given)
    found: dict[str, None] = {}
    for sounds in _readings(surname, signs):
        whole = "".join(sounds)
        firsts = "".join(sound[0] for sound in sounds)
        found |= dict.fromkeys((whole + "".join(given), firsts + letters, whole + letters))
    return found


def _readings(surname: str, signs: Mapping[str, str]) -> list[list[str]]:
    """A surname as it is read as one, and as its characters usually are."""
    usual = [signs[sign] for sign in surname]
    special = SURNAMES.get(surname)
    return [usual] if special is None or special == "".join(usual) else [[special], usual]


def _is_chinese(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff" or "\U00020000" <= sign <= "\U0003ffff"
