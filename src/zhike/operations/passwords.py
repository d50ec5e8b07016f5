"""Passwords: what one may be, how it is kept, and whether one is right.

They are kept as Argon2id digests (RFC 9106), made by argon2-cffi with its recommended costs.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from zhike.errors import InputError
from zhike.i18n import lazy

SHORTEST, LONGEST = 10, 256
"""Characters. Length makes a password hard, rules on its signs do not (NIST SP 800-63B)."""
AT_ONCE = 2
"""Each takes 64 MB while it is computed: a crowd at the door must not fill the memory."""

_HASHER = PasswordHasher()
_TURNS = threading.BoundedSemaphore(AT_ONCE)


def checked_password(password: str, name: str = "") -> str:
    """The password, where it is one that may be used.

    Args:
        password: As it was typed.
        name: Of whom; a password must not be made of it.

    Raises:
        InputError: It is too short, too long or too easily guessed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(
            lazy(
                "A password has {least} to {most} characters; this one has {count}.",
                least=SHORTEST, most=LONGEST, count=len(password),
            ),
            hint=lazy("Several words in a row are easy to remember and hard to guess."),
            code="password",
        )  # fmt: skip
    bare = password.casefold()
    if len(set(bare)) < 4 or (len(name) > 2 and name.casefold() in bare):
        raise InputError(
            lazy("That password is too easily guessed: it repeats few signs, or has the name."),
            hint=lazy("Several words in a row are easy to remember and hard to guess."),
            code="password",
        )
    return password


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _TURNS:
        return _HASHER.hash(_typed(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether it is the password that was kept; takes as long where there is nobody of that name.

    Examples:
        >>> is_right(hashed("four quiet grey horses"), "four quiet grey horses")
        True
        >>> is_right(None, "four quiet grey horses")
        False
    """
    with _TURNS:
        try:
            _HASHER.verify(kept or _nobodys(), _typed(password))
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_dated(kept: str) -> bool:
    """Whether it was made with costs that are no longer recommended."""
    return _HASHER.check_needs_rehash(kept)


def _typed(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _HASHER.hash("a password that nobody has")
