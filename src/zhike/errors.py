"""Every exception that Zhike raises on purpose.

    ZhikeError                  what a person can mend; printed as one sentence, never a traceback
    ├── InputError              what came in cannot be used
    │   ├── SourceError         a file cannot be read (empty, binary, truncated, locked …)
    │   ├── MappingError        columns that cannot be told without asking
    │   ├── ParameterError      a parameter outside what is allowed
    │   └── RuleError           a rule of a segment, or an expression of a metric, that is none
    ├── WorkspaceError          a folder that is no workspace, a run under way, no snapshot yet
    └── UnavailableError        an optional part is not installed, a server does not answer

A message says what was found, what was expected and what to do. It is built from facts where it
is raised, translated when it is read, and carries a stable `code` for programs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar

from zhike.i18n import LazyText, lazy


class ZhikeError(Exception):
    """A fault that a person can mend.

    Args:
        message: What was found and what was expected.
        hint: What to do about it.
        code: Stable name for programs; the class gives the default.

    Examples:
        >>> from zhike.i18n import lazy
        >>> str(ZhikeError(lazy("There is nothing at {path}.", path="a.csv")))
        'There is nothing at a.csv.'
    """

    default_code: ClassVar[str] = "error"

    def __init__(
        self, message: LazyText | str, *, hint: LazyText | str = "", code: str = ""
    ) -> None:
        self.message = message
        self.hint = hint
        self.code = code or self.default_code
        super().__init__(message)

    def __str__(self) -> str:
        hint = str(self.hint)
        if not hint:
            return str(self.message)
        return str(lazy("{message} {hint}", message=self.message, hint=hint))

    def as_dict(self) -> dict[str, str]:
        """The error as programs read it: `code`, `message`, `hint`."""
        return {"code": self.code, "message": str(self.message), "hint": str(self.hint)}


class InputError(ZhikeError):
    """What came in cannot be used."""

    default_code = "input"


class SourceError(InputError):
    """A file cannot be read."""

    default_code = "source"


class MappingError(InputError):
    """Columns that cannot be told without asking."""

    default_code = "mapping"


class ParameterError(InputError):
    """A parameter outside what is allowed."""

    default_code = "parameter"

    @classmethod
    def out_of_bounds(cls, name: str, value: object, allowed: LazyText | str) -> ParameterError:
        """A value that is not allowed: `bins is 40; it must be a whole number from 2 to 10.`."""
        return cls(
            lazy(
                "{name} is {value}; it must be {allowed}.", name=name, value=value, allowed=allowed
            )
        )

    @classmethod
    def unknown(cls, what: LazyText | str, value: str, choices: Iterable[str]) -> ParameterError:
        """A name that is not there: `There is no analysis 'rmf'. Did you mean 'rfm'?`."""
        known = sorted(choices)
        return cls(
            lazy("There is no {what} '{value}'.", what=what, value=value),
            hint=_did_you_mean(value, known),
        )


class RuleError(InputError):
    """A rule of a segment, or an expression of a metric, that cannot be read.

    Attributes:
        at: The character where it goes wrong, from 1.
        length: How many characters are meant.
        picture: The rule, and under it carets that point at the place.
    """

    default_code = "rule"

    def __init__(
        self,
        message: LazyText,
        *,
        hint: LazyText | str = "",
        at: int,
        length: int = 1,
        picture: str = "",
    ) -> None:
        self.at = at
        self.length = length
        self.picture = picture
        super().__init__(message, hint=hint)

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.picture}".rstrip()

    @property
    def details(self) -> dict[str, int]:
        """Where it is, for programs."""
        return {"at": self.at, "length": self.length}


class WorkspaceError(ZhikeError):
    """A folder that is no workspace, a run under way, no snapshot yet."""

    default_code = "workspace"


class UnavailableError(ZhikeError):
    """An optional part is not installed, or a server does not answer."""

    default_code = "unavailable"


def _did_you_mean(value: str, known: list[str]) -> LazyText:
    near = difflib.get_close_matches(value, known, n=1)
    listed = ", ".join(known)
    if near:
        return lazy("Did you mean '{near}'? There are: {listed}.", near=near[0], listed=listed)
    return lazy("There are: {listed}.", listed=listed)
