"""Header words of the standard fields: which fields a header may mean, and how surely."""

from __future__ import annotations

import difflib
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from zhike.i18n import LANGUAGES, use_language
from zhike.schema.fields import Field
from zhike.schema.headers import fold_header, is_chinese
from zhike.schema.tables import standard_tables

STRONG, LABEL, WEAK = 1.0, 0.95, 0.7
"""How surely a header means a field that lists it as a synonym, is labelled so, or lists it as
weak."""

RANK = 0.03
"""What the last word of a list is worth less than the first: earlier words are the surer ones."""

PART_LEAST = 0.5
_NEAR_LEAST = 0.88


@lru_cache(maxsize=1)
def words() -> Mapping[str, Mapping[str, float]]:
    """Folded header word to the fields it may mean ("table.field") with how surely."""
    found: dict[str, dict[str, float]] = {}
    shared = _shared_labels()
    for table in standard_tables():
        for field in table.fields:
            if field.derived:
                continue
            labels = _labels(field)
            vague = tuple(word for word in labels if fold_header(word) in shared)
            for tier, listed in (
                (WEAK, (*field.weak, *vague)),
                (LABEL, tuple(word for word in labels if word not in vague)),
                (STRONG, field.synonyms),
            ):
                for at, word in enumerate(listed):
                    fields = found.setdefault(fold_header(word), {})
                    target, score = f"{table.name}.{field.name}", tier - RANK * at / len(listed)
                    fields[target] = max(fields.get(target, 0.0), score)
    return found


def _labels(field: Field) -> tuple[str, ...]:
    found = [field.name]
    for tongue in LANGUAGES:
        with use_language(tongue):
            found.append(str(field.label))
    return tuple(dict.fromkeys(found))


def _shared_labels() -> frozenset[str]:
    """Labels that fields of several tables have, such as "amount": vague words."""
    counted = Counter(
        word
        for table in standard_tables()
        for word in {fold_header(label) for field in table.fields for label in _labels(field)}
    )
    return frozenset(word for word, tables in counted.items() if tables > 1)


@lru_cache(maxsize=1)
def known_headers() -> Mapping[str, str]:
    """Folded header words that feed nothing, to "known" or "summary" (totals of a customer)."""
    read = _known()
    return {fold_header(word): kind for kind in ("known", "summary") for word in read[kind]}


def _known() -> dict[str, list[str]]:
    source = files("zhike.schema") / "known_headers.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def meanings(header: str) -> Mapping[str, float]:
    """The fields a header may mean, each with a score from 0 to 1.

    A whole synonym counts most; a header that contains one counts by how much of it the synonym
    covers (the end of it more, because the noun stands there in Chinese and English alike); a
    slip of the pen counts a little less than the word meant.

    Examples:
        >>> meanings("下单时间")["orders.ordered_at"] > 0.97
        True
        >>> meanings("客户下单时间")["orders.ordered_at"] > 0.7
        True
        >>> meanings("Custmer ID")["orders.customer_id"] > 0.7
        True
    """
    folded = fold_header(header)
    scores = dict(words().get(folded, {}))
    if scores or folded in known_headers() or _is_of_something_else(folded):
        return scores
    parts = _parts_of_chinese(folded) if is_chinese(folded) else _parts_of_words(folded)
    for word, cover in parts.items():
        for target, tier in words()[word].items():
            scores[target] = max(scores.get(target, 0.0), cover * tier)
    for word in _slips(folded):
        for target, tier in words()[word].items():
            scores[target] = max(scores.get(target, 0.0), 0.85 * tier)
    return {target: score for target, score in scores.items() if score >= PART_LEAST}


@lru_cache(maxsize=1)
def _other_words() -> tuple[frozenset[str], tuple[str, ...]]:
    read = _known()["within"]
    chinese = tuple(word for word in read if is_chinese(word))
    return frozenset(read) - frozenset(chinese), chinese


def _is_of_something_else(folded: str) -> bool:
    """Whether a word in it says that the rest means something else: "tax total" is no total."""
    tokens, chinese = _other_words()
    return bool(tokens & set(folded.split())) or any(word in folded for word in chinese)


def _slips(folded: str) -> list[str]:
    """Words of which the header may be a misspelling."""
    if len(folded) < 5 or is_chinese(folded):
        return []
    alike = [word for word in words() if word[0] == folded[0] and abs(len(word) - len(folded)) < 3]
    return difflib.get_close_matches(folded, alike, n=2, cutoff=_NEAR_LEAST)


def _parts_of_chinese(folded: str) -> dict[str, float]:
    found = {}
    for start in range(len(folded)):
        for end in range(start + 2, len(folded) + 1):
            word = folded[start:end]
            if word in words():
                place = 0.08 if end == len(folded) else -0.08
                found[word] = 0.52 + 0.36 * (end - start) / len(folded) + place
    return found


def _parts_of_words(folded: str) -> dict[str, float]:
    tokens = folded.split()
    found = {}
    for start in range(len(tokens)):
        for end in range(start + 1, len(tokens) + 1):
            word = " ".join(tokens[start:end])
            if word in words() and len(word) > 2:
                place = 0.08 if end == len(tokens) else -0.08
                found[word] = 0.45 + 0.4 * (end - start) / len(tokens) + place
    return found
