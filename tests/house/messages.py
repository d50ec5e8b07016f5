"""The messages of the project: what the source says, and what the catalogues translate."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from house.sources import PACKAGE, modules, short, tree

TEXTS = {"_": 1, "lazy": 1, "n_": 2, "p_": 2}  # literal arguments that each call takes
LOCALES = PACKAGE / "i18n" / "locales"


@dataclass(frozen=True)
class Key:
    """What gettext finds a message by."""

    message: str
    context: str = ""


@dataclass(frozen=True)
class Said:
    """A message where the source says it."""

    key: Key
    place: str
    plural: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A call whose message is not a literal, so that no translator ever sees it."""

    place: str


def said() -> Iterator[Said | Unreadable]:
    """Every message of the Python source and of the templates."""
    for path in modules("src"):
        if path != PACKAGE / "i18n" / "__init__.py":  # which passes on what others say
            yield from _said_in_python(path)
    for path in sorted(PACKAGE.rglob("*.html.jinja")) + sorted(PACKAGE.rglob("*.html")):
        yield from _said_in_template(path)


def _said_in_python(path: Path) -> Iterator[Said | Unreadable]:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in TEXTS:
                place = f"{short(path)}:{node.lineno}"
                texts = [item.value for item in arguments if isinstance(item, ast.Constant)]
                yield _as_said(name, texts[: TEXTS[name]], place)


def _as_said(name: str, texts: list[object], place: str) -> Said | Unreadable:
    match name, texts:
        case (("_" | "lazy"), [str(message)]):
            return Said(Key(message), place)
        case "n_", [str(singular), str(plural)]:
            return Said(Key(singular), place, plural)
        case "p_", [str(context), str(message)]:
            return Said(Key(message, context), place)
    return Unreadable(place)


def _said_in_template(path: Path) -> Iterator[Said | Unreadable]:
    keywords = {"_": None, "gettext": None, "n_": (1, 2), "ngettext": (1, 2), "p_": ((1, "c"), 2)}
    for line, found, _comments, context in extract_from_file(
        "jinja2.ext:babel_extract", path, keywords=keywords
    ):
        place = f"{short(path)}:{line}"
        singular, plural = (found, "") if isinstance(found, str) else found
        yield Said(Key(singular, context or ""), place, plural)


def translated(locale: str) -> Iterator[tuple[Path, Message, bool]]:
    """Every message of the locale's catalogues, and whether it is obsolete there."""
    for path in sorted((LOCALES / locale).glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale)
        for message in catalogue:
            if message.id:
                yield path, message, False
        for message in catalogue.obsolete.values():
            yield path, message, True


def key_of(message: Message) -> Key:
    """What a catalogue's message is found by."""
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return Key(singular, message.context or "")


def forms(message: Message) -> list[str]:
    """The translations of a message, one a plural form."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


def facts(text: str) -> set[str]:
    """The names between braces: what is filled in."""
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(text) if name}
