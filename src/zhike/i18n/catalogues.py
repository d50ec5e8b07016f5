"""The compiled message catalogues, one gettext domain a language.

The build compiles every `locales/<locale>/*.po` into one `zhike.mo`. In a checkout where a
`.po` is newer than that file (somebody is translating), the `.po` files are read instead.
"""

from __future__ import annotations

import gettext
import io
from functools import lru_cache
from pathlib import Path

from zhike.i18n.languages import LOCALES, Language

LOCALE_DIR = Path(__file__).parent / "locales"


@lru_cache(maxsize=len(LOCALES))
def translations(language: Language) -> gettext.NullTranslations:
    """The translations of a language; English is the message ids themselves."""
    if language == "en":
        return gettext.NullTranslations()
    folder = LOCALE_DIR / LOCALES[language]
    compiled, sources = folder / "zhike.mo", sorted(folder.glob("*.po"))
    if compiled.exists() and all(
        compiled.stat().st_mtime >= source.stat().st_mtime for source in sources
    ):
        with compiled.open("rb") as file:
            return gettext.GNUTranslations(file)
    return gettext.GNUTranslations(io.BytesIO(compile_catalogue(folder)))


def compile_catalogue(folder: Path) -> bytes:
    """All `.po` files of a locale as the bytes of one `.mo`."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale=folder.name, domain="zhike")
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=folder.name):
                if message.id and message.string:
                    merged[message.id] = message
    out = io.BytesIO()
    write_mo(out, merged)
    return out.getvalue()
