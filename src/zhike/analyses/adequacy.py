"""Adequacy: which questions these data can answer, which not yet, and what to add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar

import ibis.expr.types as ir
import pyarrow as pa

from zhike.analyses.adequacy_advice import (
    CHECK_ADVICE,
    CHECKS,
    ENOUGH,
    GOALS,
    STEPS,
    TABLE_ADVICE,
)
from zhike.analyses.adequacy_facts import checks_table, measures_of, tables_table
from zhike.blocks import Block, Column, Finding, Format, Number, Table, Text
from zhike.catalogue import (
    Analysis,
    Needs,
    OneOf,
    Shown,
    as_of_day,
    customer_facts,
    customers_of,
    lacking,
)
from zhike.i18n import LazyText, lazy
from zhike.schema import Shop, standard_table

YES_NO: dict[str, LazyText] = {"yes": lazy("yes"), "no": lazy("no")}
NOT_THERE: dict[str, LazyText] = {"yes": lazy("yes"), "no": lazy("not yet")}
EVERY = "all"


@dataclass(frozen=True, kw_only=True)
class Adequacy(Analysis):
    """Every question with whether these data answer it, and the analyses to read for a goal.

    A question can be answered where the tables and columns that its analysis needs hold values.
    How well depends on the amount of data: the checks say from which amount on the answers rest
    on more than a handful.

    Args:
        goal: What is to be reached; the analyses for it are listed in the order in which to read
            them. "all" lists those of every goal.

    Examples:
        >>> from zhike.datasets import corner_shop
        >>> found = Adequacy(goal="retention").run(corner_shop())
        >>> found.checks.select(["check", "value"]).to_pylist()[0]
        {'check': 'history_days', 'value': 307.0}
        >>> found.advice["analysis"].to_pylist()[:2]
        ['lifecycle', 'cohorts']
    """

    name: ClassVar[str] = "adequacy"
    title: ClassVar[LazyText] = lazy("What these data can answer")
    question: ClassVar[LazyText] = lazy(
        "Which questions can these data answer, and what should be added?"
    )
    needs: ClassVar[Needs] = Needs(columns={"orders": ("ordered_at",)})

    goal: Annotated[
        str,
        OneOf((EVERY, *GOALS)),
        lazy("What is to be reached: the analyses to read for it are listed."),
    ] = EVERY

    def run(self, data: Shop) -> AdequacyResult:
        """Every question, every check, every table, and the steps for the goal."""
        from zhike.analyses.registry import REGISTRY  # it knows us; we only ask when we run

        day = as_of_day(data, self.as_of)
        kinds = {name: REGISTRY[name] for name in REGISTRY}
        missing = {name: lacking(kind, data) for name, kind in kinds.items()}
        measures = measures_of(data, day)
        return AdequacyResult(
            as_of=day,
            facts=customer_facts(data, day),
            missing={name: words for name, words in missing.items() if words is not None},
            titles={name: kind.title for name, kind in kinds.items()},
            asked={name: kind.question for name, kind in kinds.items()},
            measures=measures,
            questions=_questions(missing),
            checks=checks_table(measures),
            tables=tables_table(data),
            advice=_advice(self.goal, missing),
        )


@dataclass(frozen=True, kw_only=True)
class AdequacyResult:
    """What the data can answer.

    Attributes:
        as_of: The day looked back from.
        facts: Lazy, one row a customer: the customer facts.
        missing: Analysis that cannot answer to the sentence that says what to add.
        titles: Analysis to its title.
        asked: Analysis to its question.
        measures: Check to its value.
        questions: One row an analysis: `analysis`, `is_answerable` ("yes" or "no").
        checks: One row a check: `check`, `value`, `enough`, `is_enough`, `advice` (the check, where
            it is not enough).
        tables: One row a standard table: `table`, `is_there`, `rows`, `filled`.
        advice: One row a step: `goal`, `step`, `place` (which reason), `analysis`,
            `is_answerable`.
    """

    as_of: date
    facts: ir.Table = field(repr=False)
    missing: Mapping[str, LazyText]
    titles: Mapping[str, LazyText] = field(repr=False)
    asked: Mapping[str, LazyText] = field(repr=False)
    measures: Mapping[str, float | None]
    questions: pa.Table
    checks: pa.Table
    tables: pa.Table
    advice: pa.Table

    @property
    def numbers(self) -> Mapping[str, float | None]:
        """How many questions can be answered, and the checks."""
        answers = self.questions["is_answerable"].to_pylist()
        return {
            "questions": float(len(answers)),
            "answerable": float(answers.count("yes")),
            **self.measures,
        }

    def blocks(self) -> Iterator[Block]:
        """The questions, the checks, the tables, and the steps."""
        yield Number(
            name="answerable",
            label=lazy("Questions that can be answered"),
            value=self.numbers["answerable"],
            format="count",
            definition=lazy(
                "Of {questions} questions, those whose tables and columns hold values.",
                questions=len(self.asked),
            ),
            direction="up",
        )
        yield self._questions_table()
        yield self._checks_table()
        yield self._tables_table()
        if self.advice.num_rows:
            yield self._advice_table()
        else:
            yield Text(body=lazy("No analysis for this goal is installed."), tone="note")

    def _questions_table(self) -> Table:
        nothing = {name: lazy("nothing") for name in self.asked}
        return Table(
            name="questions",
            title=lazy("Questions and what they lack"),
            rows=self.questions,
            columns=(
                Column(name="analysis", label=lazy("Question"), labels=self.asked),
                Column(name="is_answerable", label=lazy("Can be answered"), labels=NOT_THERE),
                Column(
                    name="analysis",
                    label=lazy("What to add"),
                    labels={**nothing, **self.missing},
                ),
            ),
        )

    def _checks_table(self) -> Table:
        return Table(
            name="checks",
            title=lazy("How firm the answers are"),
            rows=self.checks,
            columns=(
                Column(name="check", label=lazy("Check"), labels=CHECKS),
                Column(name="value", label=lazy("There is"), format="number"),
                Column(name="enough", label=lazy("Good from"), format="number"),
                Column(name="is_enough", label=lazy("Enough"), labels=YES_NO),
                Column(name="advice", label=lazy("Where it is not enough"), labels=CHECK_ADVICE),
            ),
            note=lazy(
                "Below these amounts the analyses still run; their numbers then rest on few "
                "observations. Shares are from 0 to 1."
            ),
        )

    def _tables_table(self) -> Table:
        labels = {name: standard_table(name).label for name in TABLE_ADVICE}
        return Table(
            name="tables",
            title=lazy("Tables, and what each adds"),
            rows=self.tables,
            columns=(
                Column(name="table", label=lazy("Table"), labels=labels),
                Column(name="is_there", label=lazy("Is there"), labels=YES_NO),
                Column(name="rows", label=lazy("Rows"), format="count"),
                Column(name="filled", label=lazy("Columns with values"), format="share"),
                Column(name="table", label=lazy("What it adds"), labels=TABLE_ADVICE),
            ),
        )

    def _advice_table(self) -> Table:
        reasons = {
            f"{goal}_{place}": words
            for goal, steps in STEPS.items()
            for place, (_, words) in enumerate(steps)
        }
        return Table(
            name="advice",
            title=lazy("What to read for which goal, in this order"),
            rows=self.advice,
            columns=(
                Column(name="goal", label=lazy("Goal"), labels=GOALS),
                Column(name="step", label=lazy("Step"), format="count"),
                Column(name="analysis", label=lazy("Analysis"), labels=self.titles),
                Column(name="place", label=lazy("What for"), labels=reasons),
                Column(name="is_answerable", label=lazy("Can be answered"), labels=NOT_THERE),
            ),
        )

    def findings(self) -> Iterator[Finding]:
        """How many questions are open, and every check that is not passed."""
        number = self.numbers
        if self.missing:
            yield Finding(
                code="adequacy_questions",
                sentence=lazy(
                    "{answerable} of {questions} questions can be answered with these data; for "
                    "the others something has to be added.",
                    answerable=Shown(number["answerable"], "count"),
                    questions=Shown(number["questions"], "count"),
                ),
            )
        for row in self.checks.to_pylist():
            if row["is_enough"] == "yes" or row["value"] is None:
                continue
            kind: Format = "share" if ENOUGH[row["check"]] < 1 else "count"
            yield Finding(
                code=f"adequacy_{row['check']}",
                sentence=lazy(
                    "{check}: {value}; good from {enough}. {advice}",
                    check=CHECKS[row["check"]],
                    value=Shown(row["value"], kind),
                    enough=Shown(row["enough"], kind),
                    advice=CHECK_ADVICE[row["check"]],
                ),
                tone="bad",
            )

    def customers(self, **cell: str) -> ir.Table:
        """Every customer with a purchase: those about whom the data tell anything."""
        return customers_of(self.facts, cell)


def _questions(missing: Mapping[str, LazyText | None]) -> pa.Table:
    return pa.table(
        {
            "analysis": pa.array(list(missing), pa.string()),
            "is_answerable": pa.array([_answer(it) for it in missing.values()], pa.string()),
        }
    )


def _advice(goal: str, missing: Mapping[str, LazyText | None]) -> pa.Table:
    rows = []
    for name in GOALS if goal == EVERY else (goal,):
        there = [(place, it) for place, (it, _) in enumerate(STEPS[name]) if it in missing]
        for step, (place, analysis) in enumerate(there, start=1):
            rows.append((name, step, f"{name}_{place}", analysis, _answer(missing[analysis])))
    kinds = {
        "goal": pa.string(), "step": pa.int64(), "place": pa.string(), "analysis": pa.string(),
        "is_answerable": pa.string(),
    }  # fmt: skip
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(kinds.items())
        }
    )


def _answer(missing: LazyText | None) -> str:
    return "yes" if missing is None else "no"
