"""The segments that people defined: `[segments.<name>]` in `zhike.toml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.errors import ParameterError, WorkspaceError
from zhike.i18n import lazy
from zhike.workspace.sections import section, write_section

if TYPE_CHECKING:
    from zhike.analyses.overview import OverviewResult
    from zhike.catalogue.rules import Rule
    from zhike.errors import RuleError
    from zhike.schema import Shop

TABLE = "segments"
_NAME = re.compile(r"\w[\w \-]{0,58}\w|\w")


@dataclass(frozen=True, kw_only=True)
class SavedSegment:
    """A segment that somebody defined.

    Attributes:
        name: What rules and commands call it.
        rule: Which customers are meant, as it was written.
        label: What people read; the name where it is empty.
        description: What it is for.
    """

    name: str
    rule: str
    label: str = ""
    description: str = ""

    @property
    def title(self) -> str:
        """What people read."""
        return self.label or self.name


class Segments(Mapping[str, SavedSegment]):
    """The saved segments of a workspace, as its `zhike.toml` has them at this moment.

    Args:
        file: The `zhike.toml`.
        opened: Opens the published snapshot, to check rules and count customers.
    """

    def __init__(self, file: Path, opened: Callable[[], Shop]) -> None:
        self._file = file
        self._opened = opened

    def __getitem__(self, name: str) -> SavedSegment:
        return self._saved()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._saved())

    def __len__(self) -> int:
        return len(self._saved())

    def save(self, name: str, rule: str, *, label: str = "", description: str = "") -> Rule:
        """Save a segment, or change the one of that name; gives its rule as it was understood.

        Raises:
            RuleError: The rule is none, or segments would name one another in a circle.
            ParameterError: The name is none.
            WorkspaceError: There is no snapshot yet to check the rule against.
        """
        name = checked_name(name.strip())
        shop = self._opened()
        read = _checked(shop, rule, self._rules() | {name: rule})
        saved = SavedSegment(name=name, rule=rule, label=label, description=description)
        write_section(self._file, TABLE, name, _parts(saved))
        return read

    def remove(self, name: str) -> SavedSegment:
        """Forget a segment; nothing happens to its customers.

        Raises:
            ParameterError: There is none of that name.
            WorkspaceError: Other segments name it.
        """
        found = self.find(name)
        users = [item.name for item in self.values() if _names(item.rule, found.name)]
        if users:
            raise WorkspaceError(
                lazy("Segment '{name}' is used by {users}.", name=name, users=", ".join(users)),
                hint=lazy("Change or remove those first."),
                code="segment_in_use",
            )
        write_section(self._file, TABLE, found.name, None)
        return found

    def find(self, name: str) -> SavedSegment:
        """The segment of that name.

        Raises:
            ParameterError: There is none.
        """
        saved = self._saved()
        if name not in saved:
            raise ParameterError.unknown(lazy("segment"), name, saved)
        return saved[name]

    def read(self, name: str) -> Rule:
        """The rule of a segment, checked against the published snapshot.

        Raises:
            RuleError: It is no rule any more.
        """
        from zhike.catalogue.rules import fields_of, parse_rule

        return parse_rule(self.find(name).rule, fields_of(self._opened()))

    def overview(self, name: str, period: str = "") -> OverviewResult:
        """Every metric of the segment's present customers, beside the targets set for it.

        Args:
            name: Of the segment.
            period: As for the overview of everybody.

        Raises:
            RuleError: Its rule is no rule any more.
        """
        from zhike.analyses.overview import Overview
        from zhike.catalogue import stage_thresholds
        from zhike.catalogue.own_metrics import declare, declared_in
        from zhike.catalogue.rules import segment_members, shop_of
        from zhike.workspace.settings import read_settings
        from zhike.workspace.targets import segment_targets

        shop = self._opened()
        own = declared_in(shop).metrics
        section = read_settings(self._file).targets
        targets = segment_targets(section, {metric.name: metric for metric in own})
        theirs = shop_of(shop, segment_members(shop, self.find(name).rule))
        lost = stage_thresholds(shop).lost_after_days
        declare(theirs, own, targets.get(name, {}))
        return Overview(period=period, lost_after_days=lost).run(theirs)

    def sizes(self) -> dict[str, int | RuleError]:
        """How many customers each segment has today; where its rule fails, why."""
        from zhike.catalogue.rules import fields_of, parse_rule, segment_sizes
        from zhike.errors import RuleError

        shop = self._opened()
        known = fields_of(shop)
        rules: dict[str, Rule] = {}
        failed: dict[str, int | RuleError] = {}
        for item in self.values():
            try:
                rules[item.name] = parse_rule(item.rule, known)
            except RuleError as fault:
                failed[item.name] = fault
        return failed | segment_sizes(shop, rules, known)

    def _saved(self) -> dict[str, SavedSegment]:
        from zhike.workspace.settings import read_settings

        return segments_of(read_settings(self._file).segments)

    def _rules(self) -> dict[str, str]:
        return {item.name: item.rule for item in self.values()}


def segments_of(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, SavedSegment]:
    """The segments that settings declare, by name.

    Raises:
        ParameterError: A part that there is not, or one that is no text.
    """
    parts = {item.name for item in fields(SavedSegment)} - {"name"}
    for name, given in declared.items():
        checked_name(name)
        for key, value in given.items():
            if key not in parts:
                raise ParameterError.unknown(lazy("part of a segment"), key, parts)
            if not isinstance(value, str):
                allowed = lazy("a text in quotes")
                raise ParameterError.out_of_bounds(f"segments.{name}.{key}", value, allowed)
        if not given.get("rule", "").strip():
            allowed = lazy("a rule such as recency_days > 90")
            raise ParameterError.out_of_bounds(f"segments.{name}.rule", "", allowed)
    return {name: SavedSegment(name=name, **given) for name, given in declared.items()}


def segment_section(item: SavedSegment) -> str:
    """The section of a `zhike.toml` that declares a segment."""
    return section(TABLE, item.name, _parts(item))


def checked_name(name: str) -> str:
    """The name, where a segment may be called so.

    Raises:
        ParameterError: It is no name.
    """
    if not _NAME.fullmatch(name):
        allowed = lazy("at most 60 letters, digits, spaces, - and _")
        raise ParameterError.out_of_bounds("name", name, allowed)
    return name


def _checked(shop: Shop, rule: str, rules: Mapping[str, str]) -> Rule:
    from zhike.catalogue.rules import Fields, fields_of, parse_rule

    known = fields_of(shop)
    fields = Fields(known.own, providers=known.providers.values(), segments=rules)
    return parse_rule(rule, fields)


def _names(rule: str, segment: str) -> bool:
    """Whether a rule names a segment; one that is none names nothing."""
    from zhike.catalogue.rules import named_segments

    return segment in named_segments(rule)


def _parts(item: SavedSegment) -> dict[str, str]:
    return {key: value for key, value in asdict(item).items() if key != "name"}
