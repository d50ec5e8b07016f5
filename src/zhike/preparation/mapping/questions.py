"""What only a person can say, and the refusal where nothing tells what a file is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from zhike.errors import MappingError
from zhike.i18n import LazyText, lazy
from zhike.preparation.mapping.assignment import Assignment, Candidate
from zhike.preparation.mapping.columns import Read
from zhike.preparation.mapping.evidence import NAMED, Evidence
from zhike.preparation.mapping.grains import field_of
from zhike.preparation.mapping.structure import equal_share, structure_of
from zhike.preparation.reading import FileReading, Question


class UnclearError(MappingError):
    """Nothing tells what a file is.

    Attributes:
        guesses: Column to "table.field", as far as the nearest kind of file goes.
    """

    def __init__(
        self, message: LazyText, *, hint: LazyText, code: str, guesses: Mapping[str, str]
    ) -> None:
        self.guesses = guesses
        super().__init__(message, hint=hint, code=code)


NEAR = 0.05
"""Two columns whose scores differ by less could be the same field."""
_SURE_WORD = 0.85
"""From here on, two amounts or customers are told apart by which word is the more usual."""

_DATES = {"orders": "orders.ordered_at", "refunds": "refunds.refunded_at"}


def questions_of(
    evidence: Evidence, assignment: Assignment, read: Read, made: FileReading
) -> tuple[Question, ...]:
    """Everything that is not sure, to be asked before anything is loaded."""
    asked = [*_rivals(evidence, assignment), *_unsure_days(read)]
    asked += _wanting(assignment, made)
    return tuple(asked)


def _rivals(evidence: Evidence, assignment: Assignment) -> Iterator[Question]:
    codes = (
        ("orders.ordered_at", "two_dates"), ("orders.customer_id", "two_customers"),
        ("customers.customer_id", "two_customers"), ("orders.paid_amount", "two_amounts"),
        ("order_lines.amount", "two_amounts"), ("orders.order_id", "two_orders"),
    )  # fmt: skip
    for target, code in codes:
        best = assignment.chosen.get(target)
        if best is None or best.header_score >= NAMED:
            continue
        near = [
            rival
            for rival in assignment.rivals(target)
            if rival.column != best.column
            and best.score - rival.score < NEAR
            and (code == "two_dates" or rival.header_score < _SURE_WORD)
            and rival.column not in evidence.said
            and not _says_the_same(evidence, best.column, rival.column)
        ]
        if near:
            yield _which_column(target, code, [best, *near])


def _says_the_same(evidence: Evidence, column: str, other: str) -> bool:
    """Whether the columns are equal, or each value of one goes with one value of the other."""
    if equal_share(evidence.raw, column, other) > 0.99:
        return True
    there = structure_of(evidence.raw, column, [other])
    back = structure_of(evidence.raw, other, [column])
    one_to_one = all(
        shape.constant[name] > 0.99 for shape, name in ((there, other), (back, column))
        if shape.repeated
    )  # fmt: skip
    return one_to_one and there.repeated > 0 and there.groups == back.groups


def _which_column(target: str, code: str, candidates: list[Candidate]) -> Question:
    label = field_of(target).label
    names = [candidate.column for candidate in candidates]
    return Question(
        code=code,
        text=lazy("Which column is {label}: {columns}?", label=label, columns=_quoted(names)),
        choices={f"{name}={target}": name for name in names},
        answer_with=f"--map {_argument(names[0], target)}",
    )


def _unsure_days(read: Read) -> Iterator[Question]:
    fields = {item.column: item.field for item in read.columns}
    for name in read.unsure_dates:
        target = fields[name] or ""
        yield Question(
            code="day_or_month_first",
            text=lazy("Does '{column}' write the day first or the month first? Both fit every "
                      "value.", column=name),
            choices={
                f"{name}={target}:dmy": str(lazy("day first (31/12/2024)")),
                f"{name}={target}:mdy": str(lazy("month first (12/31/2024)")),
            },
            answer_with=f"--map {_argument(name, f'{target}:dmy')}",
        )  # fmt: skip


def _wanting(assignment: Assignment, made: FileReading) -> Iterator[Question]:
    """An order file without a day is of no use, unless another file of the orders has it."""
    if made.grain != "order" or "orders.ordered_at" in assignment.chosen:
        return
    if "orders.paid_at" in assignment.chosen:
        name = assignment.chosen["orders.paid_at"].column
        yield Question(
            code="no_order_date",
            text=lazy("No column says when an order was placed. Shall '{column}' stand for it?",
                      column=name),
            choices={f"{name}=orders.ordered_at": name},
            answer_with=f"--map {_argument(name, 'orders.ordered_at')}",
        )  # fmt: skip


def unclear_grain(evidence: Evidence, tried: list[Assignment], name: str) -> UnclearError:
    """The refusal where no grain has what it needs: names the nearest and what it lacks."""
    nearest = max(tried, key=lambda each: (len(each.chosen) - 1.5 * len(each.missing), each.weight))
    columns = _quoted(evidence.header)
    if not nearest.chosen:
        return UnclearError(
            lazy("Nothing tells what {name} is. Its columns are {columns}.",
                 name=name, columns=columns),
            hint=lazy("Say what they are: --map \"column=table.field\", such as "
                      "--map \"{first}=orders.order_id\".", first=evidence.header[0]),
            code="unknown_file",
            guesses={},
        )  # fmt: skip
    wanted = nearest.missing[0] if nearest.missing else ("orders.order_id",)
    return UnclearError(
        lazy(
            "{name} looks like {table}, but no column is {wanted}. Its columns are {columns}.",
            name=name,
            table=_table_label(nearest),
            wanted=field_of(wanted[0]).label,
            columns=columns,
        ),
        hint=lazy(
            "Say which column it is, as in --map {argument}. What is no such table can be left "
            "out: name the other files one by one.",
            argument=_argument(_unused(evidence, nearest), wanted[0]),
        ),
        code="missing_field",
        guesses={item.column: target for target, item in nearest.chosen.items()},
    )


def _table_label(assignment: Assignment) -> LazyText:
    from zhike.schema import standard_table

    return standard_table(assignment.rule.main).label


def _unused(evidence: Evidence, assignment: Assignment) -> str:
    used = {item.column for item in assignment.chosen.values()}
    return next((name for name in evidence.header if name not in used), evidence.header[0])


def _argument(column: str, target: str) -> str:
    return f'"{column}={target}"'


def _quoted(names: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
