"""What `add` tells of each file, and what it asks where a mapping is not sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhike.errors import InputError, MappingError
from zhike.i18n import language, lazy
from zhike.preparation.reading import Question
from zhike.workspace.landing import FATES, Batch, Part


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What became of one file, or one sheet of it.

    Attributes:
        file: What people call it.
        batch: The batch that holds it; empty where it was left out.
        part: How it was read, and the fates of its records.
        left_out: The fault of a file of a folder that was left out; None where it was not.
    """

    file: str
    batch: str
    part: Part
    left_out: InputError | None = None

    def as_json(self) -> dict[str, Any]:
        """The report as `add --json` prints it."""
        reading, part = self.part.reading, self.part
        left_out = {} if self.left_out is None else {"left_out": str(self.left_out.message)}
        mapped = [item for item in reading["columns"] if item["field"]]
        return left_out | {
            "file": self.file,
            "batch": self.batch,
            "platform": reading["platform"],
            "encoding": part.encoding,
            "tables": sorted(part.tables),
            "rows_read": part.rows_read,
            "fates": {fate: part.fates.get(fate, 0) for fate in FATES},
            "reasons": dict(part.reasons),
            "mapping": [
                {key: item[key] for key in ("column", "field", "confidence")} | {"why": _why(item)}
                for item in mapped
            ],
            "unmapped": [item["column"] for item in reading["columns"] if not item["field"]],
        }


class UnsettledMappingError(MappingError):
    """Columns whose meaning only a person can say; nothing was loaded.

    Args:
        questions: File name and question, each.
    """

    default_code = "mapping_questions"

    def __init__(self, questions: Sequence[tuple[str, Question]]) -> None:
        self.questions = tuple(questions)
        arguments = " ".join(dict.fromkeys(item.answer_with for _, item in questions))
        asked = " ".join(f"{name}: {item.text}" for name, item in questions)
        super().__init__(
            lazy("{asked} Nothing was loaded.", asked=asked),
            hint=lazy("Say it with {arguments}.", arguments=arguments),
        )

    @property
    def details(self) -> dict[str, Any]:
        """The questions as programs read them."""
        return {
            "questions": [
                {
                    "file": name,
                    "code": item.code,
                    "text": str(item.text),
                    "choices": {value: str(label) for value, label in item.choices.items()},
                    "answer_with": item.answer_with,
                }
                for name, item in self.questions
            ]
        }


def not_data(name: str, fault: InputError) -> FileReport:
    """The report on a file of a folder that is no data."""
    reading = {"platform": "", "columns": []}
    part = Part(name=name, encoding="", header=(), rows_read=0, reading=reading)
    return FileReport(file=name, batch="", part=part, left_out=fault)


def seen_before(batch: Batch, part: Part) -> FileReport:
    """The report on a file whose very content landed before: nothing changes."""
    again = replace(part, fates={"unchanged": part.rows_read}, reasons={})
    return FileReport(file=part.name, batch=batch.id, part=again)


def _why(column: Mapping[str, Any]) -> str:
    return str(column["why"][language()])
