"""A reading on disk: JSON that keeps the whole decision, and the name it is found by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from zhike.i18n import LANGUAGES, LazyText, use_language
from zhike.preparation.reading import ColumnReading, FileReading, Question
from zhike.schema.headers import fold_header

_VERSION = 1


def signature(header: Iterable[str]) -> str:
    """The name of a set of headers: the same whatever their order, width, case or units.

    Examples:
        >>> signature(["订单号", "金额（元）"]) == signature(["金额", " 订单号 "])
        True
    """
    folded = "\n".join(sorted(map(fold_header, header)))
    return hashlib.sha256(folded.encode()).hexdigest()[:16]


def to_json(reading: FileReading) -> str:
    """The reading as JSON, in which every sentence stands in both languages."""
    made = {
        "version": _VERSION,
        "signature": reading.signature,
        "platform": reading.platform,
        "grain": reading.grain,
        "tables": list(reading.tables),
        "order_fields": reading.order_fields,
        "identity": list(reading.identity),
        "order_id_from": reading.order_id_from,
        "channel": reading.channel,
        "columns": [
            {
                "column": item.column,
                "field": item.field,
                "confidence": round(item.confidence, 4),
                "why": _both(item.why),
                "rule": item.rule,
                "options": item.options,
            }
            for item in reading.columns
        ],
        "questions": [
            {
                "code": item.code,
                "text": _both(item.text),
                "choices": item.choices,
                "answer_with": item.answer_with,
            }
            for item in reading.questions
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=2)


def from_json(text: str) -> FileReading:
    """The reading that `to_json` wrote."""
    read: dict[str, Any] = json.loads(text)
    return FileReading(
        signature=read["signature"],
        platform=read["platform"],
        grain=read["grain"],
        tables=tuple(read["tables"]),
        order_fields=read["order_fields"],
        identity=tuple(read["identity"]),
        order_id_from=read["order_id_from"],
        channel=read["channel"],
        columns=tuple(
            ColumnReading(**{**item, "why": LazyText.of(**item["why"])}) for item in read["columns"]
        ),
        questions=tuple(
            Question(**{**item, "text": LazyText.of(**item["text"])}) for item in read["questions"]
        ),
    )


def _both(text: LazyText) -> dict[str, str]:
    found: dict[str, str] = {}
    for tongue in LANGUAGES:
        with use_language(tongue):
            found[tongue] = str(text)
    return found
