"""The fields that a company defines of its own: `[fields.<name>]` in `zhike.toml`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from zhike.errors import ParameterError
from zhike.i18n import lazy
from zhike.schema.custom import CUSTOM_TYPES, CustomField, CustomType
from zhike.schema.vocabulary import flags
from zhike.workspace.durable import write_durably

NOTE = CustomField(name="note", type="text", label="备注")
"""A field of the company's own that everybody has without declaring it."""

NAME_LENGTH = 60
_NAME = re.compile(r"[^\W\d]\w{0,59}")
_PARTS = frozenset(("type", "label", "choices", "required", "hidden"))
_NUMBER = re.compile(r"[-+]?(0|[1-9]\d{0,14})(\.\d+)?")
_DAY = re.compile(r"\d{4}([-/.年])\d{1,2}([-/.月])\d{1,2}日?( 00:00:00)?")


def fields_of(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, CustomField]:
    """The fields that settings declare, by name.

    Raises:
        ParameterError: A part that there is not, or a value outside what is allowed.

    Examples:
        >>> fields_of({"pet": {"type": "choice", "label": "宠物", "choices": ["猫", "狗"]}})
        {'pet': CustomField(name='pet', type='choice', label='宠物', choices=('猫', '狗'), \
required=False, hidden=False)}
    """
    return {name: _declared(name, parts) for name, parts in declared.items()}


def shown_fields(declared: Mapping[str, Mapping[str, Any]]) -> tuple[CustomField, ...]:
    """The company's own fields that are not hidden, the note first, as their columns stand."""
    known = {NOTE.name: NOTE} | fields_of(declared)
    return tuple(item for item in known.values() if not item.hidden)


def _declared(name: str, parts: Mapping[str, Any]) -> CustomField:
    for key in parts.keys() - _PARTS:
        raise ParameterError.unknown(lazy("part of a field"), key, _PARTS)
    where = f"fields.{name}"
    kind, choices = parts.get("type", "text"), parts.get("choices", ())
    checked_name(name)
    if kind not in CUSTOM_TYPES:
        raise ParameterError.out_of_bounds(f"{where}.type", kind, ", ".join(CUSTOM_TYPES))
    if not isinstance(choices, list | tuple) or (kind == "choice") != bool(choices):
        allowed = lazy("a list of texts for a field of type choice, and left out for others")
        raise ParameterError.out_of_bounds(f"{where}.choices", choices, allowed)
    for key in ("required", "hidden"):
        if not isinstance(parts.get(key, False), bool):
            raise ParameterError.out_of_bounds(f"{where}.{key}", parts[key], "true, false")
    return CustomField(
        name=name,
        type=kind,
        label=str(parts.get("label", "")) or name,
        choices=tuple(map(str, choices)),
        required=parts.get("required", False),
        hidden=parts.get("hidden", False),
    )


def checked_name(name: str) -> str:
    """The name, where a field may be called so.

    Raises:
        ParameterError: It is no word, or a standard field is called so.
    """
    if not _NAME.fullmatch(name) or name in standard_names():
        allowed = lazy("a word of letters, digits and _ that no standard field is called")
        raise ParameterError.out_of_bounds("name", name, allowed)
    return name


def standard_names() -> frozenset[str]:
    """What columns about customers are called already."""
    from zhike.catalogue.traits import TRAITS
    from zhike.schema import standard_table

    fields = [
        item.name for table in ("customers", "people") for item in standard_table(table).fields
    ]
    return frozenset((*fields, *(trait.name for trait in TRAITS)))


def slug(label: str, taken: Collection[str]) -> str:
    """A field's name made of its label, other than those that are taken.

    Examples:
        >>> slug("宠物 名字（选填）", ()), slug("Shoe size", ["shoe_size"]), slug("🐱", ())
        ('宠物_名字_选填', 'shoe_size_2', 'field')
    """
    folded = unicodedata.normalize("NFKC", label).lower()
    word = re.sub(r"\W+", "_", folded).strip("_")[: NAME_LENGTH - 4].strip("_") or "field"
    word = word if not word[0].isdigit() else f"field_{word}"
    tried, number = word, 1
    while tried in taken or tried in standard_names():
        number += 1
        tried = f"{word}_{number}"
    return tried


def guessed_type(texts: Iterable[str]) -> CustomType:
    """The type that every value fits: text where they differ, or where nothing is there.

    Numbers with leading zeros or more than fifteen digits are names of something, so text. That
    a field has few choices is never guessed: the next value may be a new one.

    Examples:
        >>> guessed_type(["12", "-3.5"]), guessed_type(["007", "12"]), guessed_type(["是", "否"])
        ('number', 'text', 'flag')
        >>> guessed_type(["2024-01-05 00:00:00", "2024/3/1"]), guessed_type([])
        ('day', 'text')
    """
    values = [unicodedata.normalize("NFKC", text).strip() for text in texts]
    values = [value for value in values if value]
    if not values:
        return "text"
    if all(_NUMBER.fullmatch(value) for value in values):
        return "number"
    if all(_DAY.fullmatch(value) for value in values):
        return "day"
    if all(flags().get(value) is not None for value in values):
        return "flag"
    return "text"


def write_field(path: Path, field: CustomField) -> None:
    """Write a field into a `zhike.toml`, leaving everything else as people wrote it."""
    text = path.read_text(encoding="utf-8-sig")
    block = field_section(field)
    found = _section(text, field.name)
    if found is None:
        told = text.rstrip("\n") + "\n\n" + block
    else:
        told = text[: found[0]] + block + text[found[1] :]
    write_durably(path, told.encode())


def _section(text: str, name: str) -> tuple[int, int] | None:
    """From where to where a field is declared; comments and blanks after it are not its own."""
    key = re.escape(name)
    head = re.search(rf"(?m)^\[fields\.(?:{key}|\"{key}\")\][^\n]*(?:\n|\Z)", text)
    if head is None:
        return None
    end = head.end()
    for line in re.finditer(r"[^\n]*(?:\n|\Z)", text[head.end() :]):
        said = line.group().strip()
        if said.startswith("["):
            break
        if said and not said.startswith("#"):
            end = head.end() + line.end()
    return head.start(), end


def field_section(field: CustomField) -> str:
    """The section of a `zhike.toml` that declares a field."""
    name = field.name if field.name.isascii() else json.dumps(field.name, ensure_ascii=False)
    lines = [
        f"[fields.{name}]",
        f'type = "{field.type}"',
        f"label = {json.dumps(field.label, ensure_ascii=False)}",
    ]
    if field.choices:
        lines.append(f"choices = {json.dumps(list(field.choices), ensure_ascii=False)}")
    lines += [f"{key} = true" for key in ("required", "hidden") if getattr(field, key)]
    return "\n".join(lines) + "\n"
