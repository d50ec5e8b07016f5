"""Whatever is said in English is said in Chinese, once, with the same facts."""

from __future__ import annotations

from collections import Counter

from house.messages import Key, Said, Unreadable, facts, forms, key_of, said, translated

SAID = [item for item in said() if isinstance(item, Said)]
NEEDED = {item.key: item for item in SAID}
CHINESE = list(translated("zh_CN"))
KNOWN = {key_of(message): message for _, message, obsolete in CHINESE if not obsolete}


def test_messages_are_literals_so_that_translators_see_them() -> None:
    assert not [item.place for item in said() if isinstance(item, Unreadable)]


def test_every_message_has_its_chinese() -> None:
    missing = {
        f"{item.place}: {item.key.message}"
        for item in SAID
        if item.key not in KNOWN or not all(forms(KNOWN[item.key]))
    }
    assert not missing, "\n".join(sorted(missing))


def test_no_translation_is_a_guess() -> None:
    assert not [f"{path.name}: {message.id}" for path, message, _ in CHINESE if message.fuzzy]


def test_no_translation_has_lost_its_message() -> None:
    unused = [
        f"{path.name}: {message.id}"
        for path, message, obsolete in CHINESE
        if obsolete or key_of(message) not in NEEDED
    ]
    assert not unused, "\n".join(unused)


def test_a_message_that_two_rooms_say_is_translated_once() -> None:
    counts = Counter(key_of(message) for _, message, obsolete in CHINESE if not obsolete)
    files = {key_of(message): set() for _, message, _ in CHINESE}
    for path, message, _ in CHINESE:
        files[key_of(message)].add(path.name)
    twice = {key.message: sorted(files[key]) for key, count in counts.items() if count > 1}
    assert not twice, "leave it in the lowest room that says it"


def test_translations_fill_in_the_same_facts() -> None:
    differing = {
        key.message: form
        for key, message in KNOWN.items()
        for form in forms(message)
        if form and facts(form) != _facts_of(key)
    }
    assert not differing, "\n".join(map(": ".join, differing.items()))


def _facts_of(key: Key) -> set[str]:
    item = NEEDED.get(key)
    return facts(key.message) | facts(item.plural if item else "")
