"""What of a customer a person may change, and what a writing of it means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import ibis
import pyarrow as pa

from zhike.i18n import LazyText, lazy
from zhike.preparation.standardise import reading_of
from zhike.preparation.standardise.choices import lookup_of
from zhike.preparation.standardise.text import cleaned
from zhike.schema import CustomField, Field, Kind, standard_table
from zhike.schema.vocabulary import flags, fold
from zhike.workspace.custom_fields import NOTE
from zhike.workspace.edits import Value

STANDARD: Mapping[str, tuple[str, ...]] = {
    "people": ("name", "phone", "email", "address"),
    "customers": (
        "gender", "birth_on", "country", "province", "city", "level", "tags", "acquired_from",
        "owner_id",
    ),
}  # fmt: skip
"""Standard table to the fields of it that a person may change."""

CUSTOM_TABLE = "custom_fields"
_KINDS = {
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "day": Kind.DAY,
    "flag": Kind.FLAG,
    "choice": Kind.CHOICE,
}
_PLAIN_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: 00:00:00)?")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]+)?")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_LOST = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}")


@dataclass(frozen=True, kw_only=True)
class Editable:
    """A field that a person may change.

    Attributes:
        name: Its name, and the key of its column in a workbook.
        table: Where it is: "people", "customers" or "custom_fields".
        kind: How its values are written.
        choices: What may be chosen; empty where anything may be written.
        required: Whether it may not be cleared.
        standard: Its definition, of a field that is not the company's own.
    """

    name: str
    table: str
    kind: Kind
    choices: tuple[str, ...] = ()
    required: bool = False
    standard: Field | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it names or reaches a person, so that exports mask it."""
        return self.table == "people"


@dataclass(frozen=True)
class Meaning:
    """What a writing means: a value, or why it has none.

    Attributes:
        value: As the store keeps it.
        fault: What is wrong with it; None where nothing is.
    """

    value: Value = None
    fault: LazyText | None = None


def editable_fields(custom: Mapping[str, CustomField]) -> dict[str, Editable]:
    """Every field that may be changed, by name.

    Args:
        custom: The company's own.

    Examples:
        >>> list(editable_fields({}))[:5]
        ['name', 'phone', 'email', 'address', 'gender']
    """
    found = dict(_standard_fields())
    for item in ({NOTE.name: NOTE} | dict(custom)).values():
        found[item.name] = Editable(
            name=item.name,
            table=CUSTOM_TABLE,
            kind=_KINDS[item.type],
            choices=item.choices,
            required=item.required,
        )
    return found


@cache
def _standard_fields() -> dict[str, Editable]:
    return {
        name: Editable(
            name=name,
            table=table,
            kind=standard_table(table)[name].kind,
            choices=standard_table(table)[name].choices,
            standard=standard_table(table)[name],
        )
        for table, names in STANDARD.items()
        for name in names
    }


def meanings(field: Editable, writings: Iterable[str | None]) -> dict[str | None, Meaning]:
    """What each of some writings means in that field.

    Texts stay as they are written but for blanks around them; numbers, days, phones and choices
    are read as in an import, full-width digits too.

    Examples:
        >>> note = editable_fields({})["note"]
        >>> meanings(note, [" ００7 😀 ", None])
        {' ００7 😀 ': Meaning(value='００7 😀', fault=None), None: Meaning(value=None, fault=None)}
        >>> gender = editable_fields({})["gender"]
        >>> meanings(gender, ["女"])["女"].value
        'female'
    """
    found: dict[str | None, Meaning] = {}
    odd: list[str] = []
    for writing in dict.fromkeys(writings):
        text = tidy(writing)
        meaning = Meaning() if text is None else _at_once(field, text)
        if meaning is None:
            odd.append(str(writing))
        else:
            found[writing] = meaning
    if odd:
        texts = [tidy(writing) or "" for writing in odd]
        found |= dict(zip(odd, _closely(field, texts), strict=True))
    return found


def tidy(writing: str | None) -> str | None:
    """A cell without blanks around it; None where it is empty."""
    if writing is None:
        return None
    text = _INVISIBLE.sub("", writing.replace("_x000D_", "").replace("\r\n", "\n"))
    text = text.replace("\r", "\n").strip(" \t\n\v\f\u00a0\u3000")
    return text or None


def _at_once(field: Editable, text: str) -> Meaning | None:
    """What a plain writing means; None where it must be looked at more closely."""
    found: Meaning | None = None
    if _is_place(field) or field.kind is Kind.CHOICE:
        found = _choice(field, text)
    elif field.kind is Kind.TEXT:
        found = Meaning(text)
    elif field.kind is Kind.DAY and (plain := _PLAIN_DAY.fullmatch(text)):
        found = _day(text, plain[1])
    elif field.kind is Kind.NUMBER and _PLAIN_NUMBER.fullmatch(text):
        found = Meaning(float(text))
    elif field.kind is Kind.FLAG:
        said = flags().get(text)
        found = _fault(field, text) if said is None else Meaning(said == "true")
    elif field.kind is Kind.ID and _LOST.fullmatch(text):
        found = Meaning(fault=lazy("a spreadsheet has lost its last digits"))
    elif field.name == "owner_id":
        found = Meaning(unicodedata.normalize("NFKC", text))
    return found


def _is_place(field: Editable) -> bool:
    return field.table == "customers" and field.name in ("country", "province", "city")


def _day(text: str, iso: str) -> Meaning:
    try:
        return Meaning(date.fromisoformat(iso).isoformat())
    except ValueError:
        return Meaning(fault=lazy("'{text}' is no day", text=text))


def _choice(field: Editable, text: str) -> Meaning:
    """A word of a vocabulary, as the data have it; a place that nobody knows stays as written."""
    if field.standard is not None:
        look_up = lookup_of(f"{field.table}.{field.name}", field.standard)
        value = look_up(text).value if look_up else text
    else:
        value = {fold(choice): choice for choice in field.choices}.get(fold(text))
    return _fault(field, text) if value is None else Meaning(value)


def _closely(field: Editable, texts: Sequence[str]) -> list[Meaning]:
    """What odd writings mean, by the readers of an import."""
    target = f"{field.table}.{field.name}"
    defined = field.standard or Field(
        name=field.name, kind=field.kind, label=_SILENT, description=_SILENT
    )
    reading = reading_of(target, defined, {})
    rows = ibis.memtable(pa.table({"place": range(len(texts)), "form": pa.array(texts)}))
    rows = rows.mutate(form=cleaned(rows.form, token=True))
    for stage in reading.stages:  # each for itself: together they grow beyond all bounds
        rows = ibis.memtable(rows.to_pyarrow())
        rows = rows.mutate(form=stage(rows.form))
    rows = ibis.memtable(rows.to_pyarrow())
    value = reading.read(rows.form, {}).value.cast("string")
    read = rows.select("place", value=value).order_by("place").to_pyarrow()
    values = read["value"].to_pylist()
    return [_read(field, text, value) for text, value in zip(texts, values, strict=True)]


_SILENT = LazyText.of(en="", zh="")


def _read(field: Editable, text: str, value: str | None) -> Meaning:
    if value is None:
        return _fault(field, text)
    return Meaning(float(value) if field.kind is Kind.NUMBER else value)


def _fault(field: Editable, text: str) -> Meaning:
    match field.kind:
        case Kind.NUMBER:
            return Meaning(fault=lazy("'{text}' is no number", text=text))
        case Kind.DAY:
            return Meaning(fault=lazy("'{text}' is no day", text=text))
        case Kind.FLAG:
            return Meaning(fault=lazy("'{text}' is neither yes nor no", text=text))
        case Kind.CHOICE:
            listed = ", ".join(field.choices)
            return Meaning(fault=lazy("'{text}' is none of: {listed}", text=text, listed=listed))
    return Meaning(fault=lazy("'{text}' cannot be read", text=text))
