"""What a report is, before anything draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from zhike.blocks import Block, Finding, Number, Table
from zhike.i18n import LazyText

Label = str | LazyText


@dataclass(frozen=True, kw_only=True)
class Input:
    """One file that the numbers come from.

    Attributes:
        file: Its name, without the folders above it.
        platform: What it was taken for; empty where no platform was recognised.
        rows: Records read.
        landed_at: When it came in, in the business zone.
    """

    file: str
    rows: int
    platform: Label = ""
    landed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class About:
    """Whose report this is, and how it was made.

    Attributes:
        shop: Name of the company or shop; may be empty.
        currency: ISO code that every amount is in.
        timezone: Business time zone, by its IANA name.
        as_of: What happened on or after this day is left out.
        period: The first day of the period and the day after its last; None for the whole time.
        snapshot: Id of the snapshot; empty for a report on bare tables.
        made_at: When the snapshot was made, in the business zone.
        versions: Program or library to its version.
        inputs: The files behind it.
    """

    shop: str
    currency: str
    timezone: str
    as_of: date
    period: tuple[date, date] | None = None
    snapshot: str = ""
    made_at: datetime | None = None
    versions: Mapping[str, str] | None = None
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """Records that could not be used, for one reason.

    Attributes:
        reason: Why, in a few words.
        count: How many.
        example: Text of one of them, with personal data masked or left out by whoever gives it.
        file: Where they were; empty where they are counted over all files.
    """

    reason: Label
    count: int
    example: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How good the data are, and what became of every record read.

    Attributes:
        read: Records read.
        fates: Fate ("loaded", "merged", "rejected" …) to its count; they sum to `read`.
        set_aside: The rejected and skipped ones by reason.
        tables: Completeness and validity, repairs by rule: whatever there is to show.
    """

    read: int
    fates: Mapping[str, int]
    set_aside: tuple[SetAside, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """One analysis in the report.

    Attributes:
        name: Name of the analysis; the section's address on the page.
        title: What people read.
        question: What it answers.
        findings: What stands out, most important first.
        blocks: What it shows, in order.
        parameters: Name to value, as it was run.
        missing: Why there is no answer and what to add; None where there is one.
    """

    name: str
    title: Label
    question: Label
    findings: tuple[Finding, ...] = ()
    blocks: tuple[Block, ...] = ()
    parameters: Mapping[str, str] | None = None
    missing: Label | None = None

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Its numbers."""
        return tuple(block for block in self.blocks if isinstance(block, Number))

    @property
    def comparisons(self) -> tuple[str, ...]:
        """What its numbers are compared with, in order."""
        return tuple(dict.fromkeys(key for number in self.numbers for key in number.comparisons))

    @property
    def groups(self) -> tuple[tuple[Block, ...], ...]:
        """Its blocks in order, numbers that stand beside one another in one group."""
        runs = groupby(self.blocks, key=lambda block: isinstance(block, Number))
        return tuple(
            group
            for numbers, run in runs
            for group in ([tuple(run)] if numbers else [(block,) for block in run])
        )


@dataclass(frozen=True, kw_only=True)
class Highlight:
    """A finding on the first screen, with the section that it comes from."""

    finding: Finding
    section: Section


@dataclass(frozen=True, kw_only=True)
class Aim:
    """A metric that the goal names.

    Attributes:
        number: Where it stands; its `value` is None where nothing measured it.
        target: Where it should be; None where nobody said.
        reached: Whether it is there; None where that cannot be told.
    """

    number: Number
    target: float | None = None
    reached: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the company wants to find out or to change, in its own words.

    Attributes:
        text: The words.
        aims: The metrics that show whether it is reached.
    """

    text: str
    aims: tuple[Aim, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Something to do about a finding.

    Attributes:
        title: What to do, in a few words.
        because: The finding that it answers.
        steps: What exactly.
        timing: When.
        whom: For which customers.
        measure: How to see whether it worked.
    """

    title: Label
    because: Label = ""
    steps: Label = ""
    timing: Label = ""
    whom: Label = ""
    measure: Label = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Many results arranged for one reader.

    Attributes:
        about: Whose it is and how it was made.
        headline: The numbers of the first screen, the most important first.
        highlights: The findings of the first screen.
        sections: The analyses, in reading order.
        quality: What became of the records; None for a report on bare tables.
        goal: What it is for; None where the company did not say.
        findings: What stands out over all sections, the most important first.
        suggestions: What to do about it.
    """

    about: About
    headline: tuple[Number, ...]
    highlights: tuple[Highlight, ...]
    sections: tuple[Section, ...]
    quality: Quality | None = None
    goal: Goal | None = None
    findings: tuple[Highlight, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every number once, for the list of definitions."""
        numbers = [number for section in self.sections for number in section.numbers]
        return tuple({(number.name, number.definition): number for number in numbers}.values())
