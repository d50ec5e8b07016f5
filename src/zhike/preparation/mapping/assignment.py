"""Which column gives which field: one column a field, the surest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhike.preparation.mapping.fits import fit
from zhike.preparation.mapping.grains import GrainRule
from zhike.preparation.mapping.profiles import Profile

LEAST = 0.45
"""Scores below this are no reading at all."""

SIDE_LEAST = 0.75
"""Vague words ("amount", "created at") mean the record itself, not a refund or a customer that it
mentions."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One column as one field.

    Attributes:
        column: Header.
        target: "table.field".
        score: How sure, 0 to 1.
        header_score: What the header alone says; 0 where the values were all there was.
        values_fit: How well the values suit it.
    """

    column: str
    target: str
    score: float
    header_score: float
    values_fit: float


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Columns given to fields, for one grain.

    Attributes:
        rule: The grain.
        chosen: Field to the column that gives it.
        candidates: All that was weighed, best first.
    """

    rule: GrainRule
    chosen: Mapping[str, Candidate]
    candidates: tuple[Candidate, ...] = field(repr=False)

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Groups of needed fields of which no column gives any."""
        return tuple(
            group for group in self.rule.needs if not any(name in self.chosen for name in group)
        )

    @property
    def weight(self) -> float:
        """How much of the file this grain explains."""
        total = 0.0
        for target, candidate in self.chosen.items():
            main = target.startswith(f"{self.rule.main}.")
            needed = any(target in group for group in self.rule.needs)
            total += candidate.score**2 * (2.0 if needed else 1.2 if main else 0.8)
        return total

    def rivals(self, target: str) -> list[Candidate]:
        """The columns that could give a field and were not given another, best first."""
        used = {candidate.column for field_, candidate in self.chosen.items() if field_ != target}
        return [
            candidate
            for candidate in self.candidates
            if candidate.target == target and candidate.column not in used
        ]


def assign(
    rule: GrainRule,
    meanings: Mapping[str, Mapping[str, float]],
    told: Mapping[str, Mapping[str, float]],
    columns: Mapping[str, Profile],
) -> Assignment:
    """Give each field of a grain its best column.

    Args:
        rule: The grain.
        meanings: Column to field to what the header says.
        told: Column to field to what the values say, for headers that say nothing.
        columns: Profiles by column.
    """
    weighed = []
    for name, profile in columns.items():
        for target, header_score in meanings.get(name, {}).items():
            weight = rule.targets.get(target)
            if weight is None or (header_score < SIDE_LEAST and _is_aside(target, rule)):
                continue
            # What is called so by its platform, or by a person, need not look like it.
            suits = 1.0 if header_score > 1.0 else fit(target, profile)
            if suits >= 0.3:
                score = header_score * weight * (0.3 + 0.7 * min(1.0, suits))
                weighed.append(Candidate(column=name, target=target, score=score,
                                         header_score=header_score, values_fit=suits))  # fmt: skip
        for target, score in told.get(name, {}).items():
            if target in rule.targets and target not in meanings.get(name, {}):
                weighed.append(Candidate(column=name, target=target,
                                         score=score * rule.targets[target],
                                         header_score=0.0, values_fit=score))  # fmt: skip
    weighed.sort(key=lambda each: -each.score)
    chosen: dict[str, Candidate] = {}
    used: set[str] = set()
    for candidate in weighed:
        free = candidate.target not in chosen and candidate.column not in used
        if free and candidate.score >= LEAST:
            chosen[candidate.target] = candidate
            used.add(candidate.column)
    return Assignment(rule=rule, chosen=chosen, candidates=tuple(weighed))


def _is_aside(target: str, rule: GrainRule) -> bool:
    table = target.split(".", maxsplit=1)[0]
    return table in ("refunds", "customers") and table != rule.main
