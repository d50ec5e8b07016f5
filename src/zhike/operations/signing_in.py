"""Signing in, staying signed in, and signing out; and who is locked out for guessing."""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from zhike.errors import ZhikeError
from zhike.i18n import lazy
from zhike.operations.accounts import Account, account_of, key_of
from zhike.operations.audit import Actor, Audit
from zhike.operations.passwords import hashed, is_dated, is_right
from zhike.operations.store import Store
from zhike.operations.tables import ACCOUNTS, ATTEMPTS, SESSIONS

MOST_BY_NAME, MOST_BY_ADDRESS = 5, 30
"""Failed sign-ins within the window before nobody of that name, or from there, is listened to."""
WINDOW = timedelta(minutes=15)
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
"""A session ends when nothing was asked for so long, and in any case so long after it began."""
NOTED = timedelta(minutes=1)
"""How exactly it is kept when something was asked last."""
SECRET_BYTES = 32


class RefusedError(ZhikeError):
    """Nobody was let in."""

    default_code = "sign_in"


class LockedOutError(RefusedError):
    """Too many attempts failed.

    Attributes:
        seconds: Until it can be tried again.
    """

    default_code = "locked_out"

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        minutes = max(math.ceil(seconds / 60), 1)
        super().__init__(
            lazy("Too many attempts failed; nobody is let in for a while."),
            hint=lazy("Try again in {minutes} minutes.", minutes=minutes),
        )


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that is signed in.

    Attributes:
        secret: What it must show; only the browser has it.
        account: Who signed in.
    """

    secret: str
    account: Account

    @property
    def form_token(self) -> str:
        """What a form must carry so that it can only have come from a page of this session."""
        return digest_of(f"form {self.secret}")


class SigningIn:
    """The sessions of a workspace.

    Args:
        store: Where they are.
        audit: Where sign-ins and failures are written down.
    """

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit

    def sign_in(self, name: str, password: str, address: str, replaced: str = "") -> Session:
        """Let somebody in.

        The session is always a new one: what a browser showed before, perhaps because somebody
        else made it, opens nothing.

        Args:
            name: As it was typed.
            password: As it was typed.
            address: Of the network.
            replaced: Secret of the session that the browser had; it ends.

        Raises:
            RefusedError: The name or the password is wrong, or the account is closed.
            LockedOutError: Too many attempts failed.
        """
        account = self.prove(name, password, address)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        actor = Actor(who=account.name, address=address)
        with self._store.writing() as connection:
            self._begin(connection, account, secret, address, replaced)
            self._audit.note_within(connection, actor, "sign_in")
        return Session(secret=secret, account=account)

    def prove(self, name: str, password: str, address: str) -> Account:
        """Whose name and password those are.

        Raises:
            RefusedError: They do not belong together, or the account is closed.
            LockedOutError: Too many attempts failed.
        """
        actor = Actor(who=name.strip() or "?", address=address)
        self._attempt(name, actor)
        asked = sa.select(ACCOUNTS).where(ACCOUNTS.c.key == key_of(name))
        with self._store.reading() as connection:
            row = connection.execute(asked).mappings().one_or_none()
        fine = is_right(row["password"] if row else None, password)
        if row is None or not fine or row["closed_at"] is not None:
            self._audit.note(actor, "sign_in_failed")
            raise RefusedError(
                lazy("That name and that password do not belong together."),
                hint=lazy("An admin can set a new password."),
            )
        renewed = hashed(password) if is_dated(row["password"]) else row["password"]
        own = ATTEMPTS.c.key == key_of(name)
        meant = ACCOUNTS.c.account_id == row["account_id"]
        with self._store.writing() as connection:
            connection.execute(ATTEMPTS.delete().where(own))
            connection.execute(ACCOUNTS.update().where(meant).values(password=renewed))
        return account_of(row)

    def session(self, secret: str) -> Session | None:
        """Who is signed in with that secret; None where nobody is, or not any more."""
        if not secret or not self._store.is_there:
            return None
        now = self._store.clock()
        asked = (
            sa.select(ACCOUNTS, SESSIONS.c.began_at, SESSIONS.c.seen_at)
            .join(SESSIONS, SESSIONS.c.account_id == ACCOUNTS.c.account_id)
            .where(SESSIONS.c.digest == digest_of(secret), ACCOUNTS.c.closed_at.is_(None))
            .where(SESSIONS.c.seen_at > now - IDLE, SESSIONS.c.began_at > now - LONGEST)
        )
        with self._store.reading() as connection:
            row = connection.execute(asked).mappings().one_or_none()
        if row is None:
            return None
        if now - row["seen_at"] > NOTED:
            meant = SESSIONS.c.digest == digest_of(secret)
            with self._store.writing() as connection:
                connection.execute(SESSIONS.update().where(meant).values(seen_at=now))
        return Session(secret=secret, account=account_of(row))

    def sign_out(self, secret: str, address: str) -> None:
        """End a session."""
        found = self.session(secret)
        if found is None:
            return
        with self._store.writing() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.digest == digest_of(secret)))
            actor = Actor(who=found.account.name, address=address)
            self._audit.note_within(connection, actor, "sign_out")

    def _attempt(self, name: str, actor: Actor) -> None:
        """Count an attempt before it is looked at, so that many at once gain nothing.

        Raises:
            LockedOutError: Too many failed before.
        """
        now = self._store.clock()
        since = ATTEMPTS.c.at > now - WINDOW
        limits = ((ATTEMPTS.c.key == key_of(name), MOST_BY_NAME),
                  (ATTEMPTS.c.address == actor.address, MOST_BY_ADDRESS))  # fmt: skip
        with self._store.writing() as connection:
            connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.at <= now - WINDOW))
            for meant, most in limits:
                asked = sa.select(ATTEMPTS.c.at).where(meant, since).order_by(ATTEMPTS.c.at.desc())
                several = list(connection.execute(asked.limit(most)).scalars())
                if len(several) == most:
                    left = several[-1] + WINDOW - now
                    locked = max(math.ceil(left.total_seconds()), 1)
                    break
            else:
                values = {"key": key_of(name), "address": actor.address, "at": now}
                connection.execute(ATTEMPTS.insert().values(values))
                return
        self._audit.note_once(actor, "locked_out", now - WINDOW)
        raise LockedOutError(locked)

    def _begin(
        self, connection: sa.Connection, account: Account, secret: str, address: str, replaced: str
    ) -> None:
        now = self._store.clock()
        stale = (SESSIONS.c.began_at <= now - LONGEST) | (SESSIONS.c.seen_at <= now - IDLE)
        if replaced:
            stale |= SESSIONS.c.digest == digest_of(replaced)
        connection.execute(SESSIONS.delete().where(stale))
        connection.execute(
            SESSIONS.insert().values(
                digest=digest_of(secret),
                account_id=account.account_id,
                began_at=now,
                seen_at=now,
                address=address,
            )
        )


def digest_of(secret: str) -> str:
    """What is kept of a secret that was drawn at random; nobody can turn it back."""
    return hashlib.sha256(secret.encode()).hexdigest()
