"""What click says by itself, so that translators see it and `--lang zh` is wholly Chinese.

click asks the gettext domain "messages" of the process, in the language of the environment.
`--lang` chooses otherwise, and the language may differ between two calls in one process, so its
modules are given our `_` instead.
"""

from __future__ import annotations

import importlib
from functools import cache

from zhike.i18n import _, lazy, n_

MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types", "utils")

WORDS = (
    lazy("Usage:"),
    lazy("Options"),
    lazy("Positional arguments"),
    lazy("Commands"),
    lazy("Aborted!"),
    lazy("Error: {message}"),
    lazy("Error: invalid input"),
    lazy("Missing command."),
    lazy("Missing argument"),
    lazy("Missing option"),
    lazy("Missing parameter"),
    lazy("Missing parameter: {param_name}"),
    lazy("Missing {param_type}"),
    lazy("Try '{command} {option}' for help."),
    lazy("Invalid value: {message}"),
    lazy("Invalid value for {param_hint}: {message}"),
    lazy("No such option {name!r}."),
    lazy("No such command {name!r}."),
    lazy("Did you mean {possibility}?"),
    lazy("(Did you mean one of: {possibilities}?)"),
    lazy("Option {name!r} does not take a value."),
    lazy("Option {name!r} requires an argument."),
    lazy("Option {name!r} requires {nargs} arguments."),
    lazy("Argument {name!r} takes {nargs} values."),
    lazy("Got unexpected extra argument ({args})"),
    lazy("Got unexpected extra arguments ({args})"),
    lazy("{value!r} is not {choice}."),
    lazy("{value!r} is not one of {choices}."),
    lazy("{value!r} is not a valid {number_type}."),
    lazy("{value!r} is not a valid boolean. Recognized values: {states}"),
    lazy("{value!r} does not match the format {format}."),
    lazy("{value!r} does not match the formats {formats}."),
    lazy("{value} is not in the range {range}."),
    lazy("{name} {filename!r} does not exist."),
    lazy("{name} {filename!r} is a file."),
    lazy("{name} {filename!r} is a directory."),
    lazy("{name} {filename!r} is not readable."),
    lazy("{name} {filename!r} is not writable."),
    lazy("Could not open file {filename!r}: {message}"),
    lazy("Choose from:\n\t{choices}"),
    lazy("Show this message and exit."),
    lazy("default: {default}"),
    lazy("file"),
    lazy("directory"),
    lazy("path"),
    lazy("Do you want to continue?"),
    lazy("unknown error"),
)


@cache
def speak_through_zhike() -> None:
    """Have click's own words looked up where ours are."""
    for name in MODULES:
        module = importlib.import_module(f"click.{name}")
        for word, ours in (("_", _), ("ngettext", n_)):
            if hasattr(module, word):
                setattr(module, word, ours)
