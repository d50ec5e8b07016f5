"""Words in the reader's language: one `_()` for the whole project.

Message ids are the English sentences. Chinese lives in `locales/zh_CN/<room>.po`, one file a
room, so that two people never edit the same catalogue; together they are one gettext domain.
The language is a context variable: two requests on one server never mix.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from zhike.i18n.catalogues import translations
from zhike.i18n.formats import (
    format_amount,
    format_count,
    format_day,
    format_instant,
    format_number,
    format_share,
)
from zhike.i18n.languages import LANGUAGES, Language, from_environment, parse

__all__ = [
    "LANGUAGES",
    "Language",
    "LazyText",
    "_",
    "format_amount",
    "format_count",
    "format_day",
    "format_instant",
    "format_number",
    "format_share",
    "from_environment",
    "language",
    "lazy",
    "n_",
    "p_",
    "parse",
    "use_language",
]

_current: ContextVar[Language | None] = ContextVar("zhike_language", default=None)


def language() -> Language:
    """The language of this context: chosen by `use_language`, else the environment's."""
    return _current.get() or from_environment()


@contextmanager
def use_language(chosen: Language | str) -> Iterator[None]:
    """Speak `chosen` ("en", "zh" or any tag that begins so) inside the block."""
    token = _current.set(parse(chosen))
    try:
        yield
    finally:
        _current.reset(token)


def _(message: str) -> str:
    """The message in the reader's language; the English sentence where none is known."""
    return translations(language()).gettext(message)


def n_(singular: str, plural: str, count: int) -> str:
    """The message for `count` things, in the reader's language."""
    return translations(language()).ngettext(singular, plural, count)


def p_(context: str, message: str) -> str:
    """The message where one English word has two meanings, told apart by `context`."""
    return translations(language()).pgettext(context, message)


class LazyText:
    """A sentence kept untranslated, with its facts, until somebody reads it.

    Build it with `lazy`; `str()` gives it in the language of the moment. Facts may themselves be
    lazy. `LazyText.of(en=..., zh=...)` holds texts that are data rather than messages, such as
    the labels of the schema.
    """

    __slots__ = ("_both", "_facts", "_message")

    def __init__(self, message: str, facts: dict[str, object] | None = None) -> None:
        self._message = message
        self._facts = facts or {}
        self._both: dict[Language, str] | None = None

    @classmethod
    def of(cls, *, en: str, zh: str) -> LazyText:
        """A text whose two languages are given."""
        text = cls(en)
        text._both = {"en": en, "zh": zh}
        return text

    @property
    def message(self) -> str:
        """The English message id, before its facts are filled in."""
        return self._message

    @property
    def facts(self) -> dict[str, object]:
        """What is filled into the message."""
        return dict(self._facts)

    def __str__(self) -> str:
        text = self._both[language()] if self._both else _(self._message)
        return text.format(**self._facts) if self._facts else text

    def __repr__(self) -> str:
        return f"lazy({self._message!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LazyText):
            return NotImplemented
        return (self._message, self._facts) == (other._message, other._facts)

    def __hash__(self) -> int:
        return hash(self._message)

    def __reduce__(self) -> tuple[object, ...]:
        if self._both:
            return (_of_both, (self._both["en"], self._both["zh"]))
        return (LazyText, (self._message, self._facts))


def _of_both(en: str, zh: str) -> LazyText:
    return LazyText.of(en=en, zh=zh)


def lazy(message: str, /, **facts: object) -> LazyText:
    """The message to be translated when it is read: `lazy("{n} rows", n=3)`."""
    return LazyText(message, facts)
