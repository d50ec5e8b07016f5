"""Plays: what usually answers a problem, for whom, when, and how to see whether it worked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from zhike.blocks import Finding
from zhike.i18n import LazyText

MOST_PLAYS = 3


@dataclass(frozen=True, kw_only=True)
class Play:
    """One strategy.

    Attributes:
        code: Stable name.
        title: What it is called.
        problem: What it answers.
        whom: For which customers.
        when: At which moment.
        what: What to do.
        measure: How to see whether it worked.
        metric: Metric of the catalogue that it is to move.
        stages: Lifecycle stages that it is for; empty means any.
        answers: Finding codes that it answers, "*" standing for anything; with "@dimension" only
            causes in that dimension.
    """

    code: str
    title: LazyText
    problem: LazyText
    whom: LazyText
    when: LazyText
    what: LazyText
    measure: LazyText
    metric: str
    stages: tuple[str, ...]
    answers: tuple[str, ...]

    def answers_to(self, code: str, dimension: str = "") -> bool:
        """Whether it answers a finding of this code."""
        for wanted in self.answers:
            pattern, _, where = wanted.partition("@")
            if fnmatchcase(code, pattern) and where in ("", dimension):
                return True
        return False


@cache
def all_plays() -> tuple[Play, ...]:
    """Every play of the catalogue, in its order.

    Examples:
        >>> [play.code for play in all_plays()][:2]
        ['second_purchase', 'welcome']
    """
    source = files("zhike.insights") / "plays.toml"
    read = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(
        Play(
            code=code,
            metric=entry["metric"],
            stages=tuple(entry.get("stages", ())),
            answers=tuple(entry["answers"]),
            **{name: _both(entry[name]) for name in TEXTS},
        )
        for code, entry in read.items()
    )


TEXTS = ("title", "problem", "whom", "when", "what", "measure")
"""What of a play is said in both languages: first Chinese, then English."""


def plays_for(finding: Finding) -> tuple[Play, ...]:
    """The plays that usually answer a finding, the most particular first.

    Examples:
        >>> from zhike.i18n import lazy
        >>> found = Finding(code="why_refunds_rose", sentence=lazy("…"))
        >>> [play.code for play in plays_for(found)]
        ['stop_defect', 'describe_better', 'after_sales']
    """
    dimension = finding.customers.get("dimension", "")
    found = [play for play in all_plays() if play.answers_to(finding.code, dimension)]
    return tuple(sorted(found, key=lambda play: _generality(play, finding.code, dimension)))[
        :MOST_PLAYS
    ]


def _generality(play: Play, code: str, dimension: str) -> int:
    """0 where a play names the code and its dimension, more where it only stands near."""
    named = {f"{code}@{dimension}": 0, code: 1}
    return min(named.get(wanted, 2) for wanted in play.answers)


def _both(texts: list[str]) -> LazyText:
    return LazyText.of(zh=texts[0], en=texts[1])
