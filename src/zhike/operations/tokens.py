"""Tokens: what a program shows to ask in somebody's name, for a part of what they may do."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from zhike.errors import InputError, ParameterError
from zhike.i18n import lazy
from zhike.operations.accounts import Account, account_of
from zhike.operations.audit import Actor, Audit
from zhike.operations.signing_in import NOTED, SECRET_BYTES, digest_of
from zhike.operations.store import Store
from zhike.operations.tables import ACCOUNTS, TOKENS

PREFIX = "zhike_"
"""So that a secret that got out is found by those who look for secrets."""
SCOPES = ("results", "customers", "personal", "export", "segments", "data")
"""Permissions that a token may have: programs read."""
MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token, without its secret.

    Attributes:
        token_id: Its number.
        name: What it is for.
        account: In whose name it asks.
        may: Its scopes.
        made_at: When it was made, in UTC.
        ends_at: Until when it opens anything.
        used_at: When it was last used, to the minute; None where never.
        closed_at: When it was revoked; None where it was not.
    """

    token_id: int
    name: str
    account: Account
    may: frozenset[str]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None
    closed_at: datetime | None


class Tokens:
    """The tokens of a workspace.

    Args:
        store: Where they are.
        audit: Where it is written down that one was made or revoked.
    """

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit

    def make(self, account: Account, name: str, may: Iterable[str], days: int, *, by: Actor) -> str:
        """Make a token; gives its secret, which is told this once.

        Raises:
            ParameterError: A scope that there is not, or that the account has not.
            InputError: It would have no name or no scope.
        """
        scopes = sorted(set(may))
        own = [scope for scope in SCOPES if scope in account.role.may]
        for scope in scopes:
            if scope not in own:
                raise ParameterError.unknown(lazy("scope"), scope, own)
        if not name.strip() or not name.isprintable() or not scopes:
            raise InputError(lazy("A token needs a name and at least one scope."), code="token")
        if not 1 <= days <= MOST_DAYS:
            allowed = lazy("a whole number from {least} to {most}", least=1, most=MOST_DAYS)
            raise ParameterError.out_of_bounds("days", days, allowed)
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        now = self._store.clock()
        values = {
            "account_id": account.account_id,
            "name": name.strip()[:100],
            "digest": digest_of(secret),
            "may": json.dumps(scopes),
            "made_at": now,
            "ends_at": now + timedelta(days=days),
        }
        with self._store.writing() as connection:
            connection.execute(TOKENS.insert().values(values))
            told = {"name": values["name"], "may": scopes, "days": days}
            self._audit.note_within(connection, by, "make_token", account.name, told)
        return secret

    def find(self, secret: str) -> Token | None:
        """The token of that secret; None where it opens nothing."""
        if not secret.startswith(PREFIX) or not self._store.is_there:
            return None
        now = self._store.clock()
        asked = _joined().where(
            TOKENS.c.digest == digest_of(secret),
            TOKENS.c.closed_at.is_(None),
            TOKENS.c.ends_at > now,
            ACCOUNTS.c.closed_at.is_(None),
        )
        with self._store.reading() as connection:
            row = connection.execute(asked).mappings().one_or_none()
        if row is None:
            return None
        if row["used_at"] is None or now - row["used_at"] > NOTED:
            meant = TOKENS.c.token_id == row["token_id"]
            with self._store.writing() as connection:
                connection.execute(TOKENS.update().where(meant).values(used_at=now))
        return _token(row)

    def of(self, account: Account) -> list[Token]:
        """Those of a person, the newest first."""
        asked = _joined().where(TOKENS.c.account_id == account.account_id)
        with self._store.reading() as connection:
            rows = connection.execute(asked.order_by(TOKENS.c.token_id.desc())).mappings()
            return [_token(row) for row in rows]

    def revoke(self, account: Account, token_id: int, *, by: Actor) -> None:
        """Let a token of that person open nothing any more."""
        meant = (TOKENS.c.token_id == token_id) & (TOKENS.c.account_id == account.account_id)
        with self._store.writing() as connection:
            row = connection.execute(sa.select(TOKENS.c.name).where(meant)).one_or_none()
            if row is None:
                raise ParameterError.unknown(lazy("token"), str(token_id), ())
            connection.execute(TOKENS.update().where(meant).values(closed_at=self._store.clock()))
            self._audit.note_within(connection, by, "revoke_token", account.name, {"name": row[0]})


def _joined() -> Any:
    """Tokens with their people; what both have under one name is the token's with a prefix."""
    own = [TOKENS.c.token_id, TOKENS.c.may, TOKENS.c.ends_at, TOKENS.c.used_at]
    renamed = [TOKENS.c[name].label(f"token_{name}") for name in ("name", "made_at", "closed_at")]
    return sa.select(ACCOUNTS, *own, *renamed).join(
        ACCOUNTS, ACCOUNTS.c.account_id == TOKENS.c.account_id
    )


def _token(row: Any) -> Token:
    return Token(
        token_id=row["token_id"],
        name=row["token_name"],
        account=account_of(row),
        may=frozenset(json.loads(row["may"])),
        made_at=row["token_made_at"],
        ends_at=row["ends_at"],
        used_at=row["used_at"],
        closed_at=row["token_closed_at"],
    )
