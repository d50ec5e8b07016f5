"""The people who may sign in: made, changed, closed. Each act is in the audit log with it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from zhike.errors import InputError, ParameterError, WorkspaceError
from zhike.i18n import lazy
from zhike.operations.audit import Actor, Audit
from zhike.operations.passwords import checked_password, hashed
from zhike.operations.roles import ADMIN, PERSONAL, Role, role_of
from zhike.operations.sight import EVERYTHING, REACHES, Reach, Sight
from zhike.operations.store import Store
from zhike.operations.tables import ACCOUNTS, ATTEMPTS, SESSIONS, TOKENS

LONGEST_NAME = 60
FIRST = "first"
WHOLE_ONLY = frozenset({"edit_data"})
"""Permissions that somebody who sees a part of the customers does not have."""
ALREADY = lazy("There is an account already; an admin makes further ones.")


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person who may sign in.

    Attributes:
        account_id: Number of the account.
        name: What they sign in with.
        role: What they may do.
        reach: Which customers they see.
        reach_of: Whose, where not all.
        made_at: When it was made, in UTC.
        closed_at: Since when nobody can sign in with it; None while somebody can.
    """

    account_id: int
    name: str
    role: Role
    reach: Reach
    reach_of: tuple[str, ...]
    made_at: datetime
    closed_at: datetime | None

    @property
    def may(self) -> frozenset[str]:
        """What they may do: files hold everybody's records, for those who see everybody."""
        return self.role.may if self.reach == "all" else self.role.may - WHOLE_ONLY

    @property
    def sight(self) -> Sight:
        """What they see of the data."""
        personal = PERSONAL in self.role.may
        return Sight(reach=self.reach, of=self.reach_of, personal=personal, by_parts=personal)


class Accounts:
    """The accounts of a workspace.

    Args:
        store: Where they are.
        audit: Where each act is written down.
    """

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit
        self._somebody = False

    def anybody(self) -> bool:
        """Whether there is any account; once there is, everybody needs one."""
        if self._somebody:
            return True
        if not self._store.is_there:
            return False
        with self._store.reading() as connection:
            self._somebody = _count(connection) > 0
        return self._somebody

    def add(
        self, name: str, password: str, role: str, *, by: Actor, sight: Sight = EVERYTHING
    ) -> Account:
        """Make an account.

        Raises:
            InputError: The name or the password is none.
            ParameterError: There is no such role or reach.
            WorkspaceError: Somebody has that name.
        """
        return self._added(name, password, role, by=by, sight=sight, only_first=False)

    def add_first(self, name: str, password: str, *, by: Actor) -> Account:
        """Make the first account, an admin's, unless somebody was quicker.

        Raises:
            WorkspaceError: There is one already.
        """
        return self._added(name, password, ADMIN, by=by, sight=EVERYTHING, only_first=True)

    def all(self) -> list[Account]:
        """Every account, closed ones last."""
        if not self._store.is_there:
            return []
        asked = sa.select(ACCOUNTS).order_by(ACCOUNTS.c.closed_at.is_not(None), ACCOUNTS.c.key)
        with self._store.reading() as connection:
            return [account_of(row) for row in connection.execute(asked).mappings()]

    def find(self, name: str) -> Account:
        """The account of that name.

        Raises:
            ParameterError: There is none.
        """
        known = {key_of(item.name): item for item in self.all()}
        if key_of(name) not in known:
            names = [item.name for item in known.values()]
            raise ParameterError.unknown(lazy("account"), name, names)
        return known[key_of(name)]

    def change(self, name: str, *, by: Actor, role: str = "", sight: Sight | None = None) -> None:
        """Give an account another role, or other customers to see.

        Raises:
            WorkspaceError: Nobody would be left who can manage accounts.
        """
        found = self.find(name)
        values: dict[str, Any] = {}
        if role:
            values["role"] = role_of(role).name
        if sight is not None:
            values |= _reach(sight)
        with self._store.writing() as connection:
            self._set(connection, found, values)
            if role and role != ADMIN:
                _keep_an_admin(connection)
            self._audit.note_within(connection, by, "change_account", found.name, values)

    def set_password(self, name: str, password: str, *, by: Actor) -> None:
        """Give an account another password; whoever is signed in with it is signed out."""
        found = self.find(name)
        kept = hashed(checked_password(password, found.name))
        with self._store.writing() as connection:
            self._set(connection, found, {"password": kept})
            _sign_out(connection, found)
            connection.execute(ATTEMPTS.delete().where(ATTEMPTS.c.key == key_of(found.name)))
            self._audit.note_within(connection, by, "change_password", found.name)

    def close(self, name: str, *, by: Actor) -> None:
        """Let nobody sign in with an account any more; what they did stays in the log.

        Raises:
            WorkspaceError: Nobody would be left who can manage accounts.
        """
        found = self.find(name)
        with self._store.writing() as connection:
            self._set(connection, found, {"closed_at": self._store.clock()})
            _keep_an_admin(connection)
            _sign_out(connection, found)
            revoked = TOKENS.update().where(TOKENS.c.account_id == found.account_id)
            revoked = revoked.where(TOKENS.c.closed_at.is_(None))
            connection.execute(revoked.values(closed_at=self._store.clock()))
            self._audit.note_within(connection, by, "close_account", found.name)

    def reopen(self, name: str, *, by: Actor) -> None:
        """Let somebody sign in with a closed account again; its tokens stay revoked."""
        found = self.find(name)
        with self._store.writing() as connection:
            self._set(connection, found, {"closed_at": None})
            self._audit.note_within(connection, by, "reopen_account", found.name)

    def _added(
        self, name: str, password: str, role: str, *, by: Actor, sight: Sight, only_first: bool
    ) -> Account:
        name = checked_name(name)
        if only_first and self.anybody():
            raise WorkspaceError(ALREADY, code=FIRST)
        key = key_of(name)
        values: dict[str, Any] = {
            "key": key,
            "name": name,
            "role": role_of(role).name,
            "password": hashed(checked_password(password, name)),
            "made_at": self._store.clock(),
            **_reach(sight),
        }
        with self._store.writing() as connection:
            _refuse(connection, key, name, only_first)
            if values["role"] != ADMIN and not _count(connection):
                raise WorkspaceError(
                    lazy("The first account is an admin's, who lets others in."),
                    hint=lazy("Make it with the role admin."),
                    code="no_admin",
                )
            connection.execute(ACCOUNTS.insert().values(values))
            told = {key: values[key] for key in ("role", "reach", "reach_of")}
            self._audit.note_within(connection, by, "add_account", name, told)
        return self.find(name)

    def _set(self, connection: sa.Connection, account: Account, values: dict[str, Any]) -> None:
        if values:
            meant = ACCOUNTS.c.account_id == account.account_id
            connection.execute(ACCOUNTS.update().where(meant).values(values))


def account_of(row: Any) -> Account:
    """The account in a row of the store."""
    return Account(
        account_id=row["account_id"],
        name=row["name"],
        role=role_of(row["role"]),
        reach=row["reach"],
        reach_of=tuple(json.loads(row["reach_of"])),
        made_at=row["made_at"],
        closed_at=row["closed_at"],
    )


def key_of(name: str) -> str:
    """A name as it is compared: Ann, ANN and ａｎｎ are one person.

    Examples:
        >>> key_of(" Ａnn ")
        'ann'
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()[:200]


def checked_name(name: str) -> str:
    """The name, where one may sign in with it.

    Raises:
        ParameterError: It is empty, too long, or has signs that cannot be seen.
    """
    clean = name.strip()
    if not key_of(clean) or len(clean) > LONGEST_NAME or not clean.isprintable():
        allowed = lazy("1 to {most} signs that can be seen", most=LONGEST_NAME)
        raise ParameterError.out_of_bounds("name", name[:LONGEST_NAME], allowed)
    return clean


def sight_of(reach: str, of: Sequence[str]) -> Sight:
    """Which customers are meant by words that somebody typed.

    Raises:
        ParameterError: There is no such reach.
        InputError: It does not say whose customers.
    """
    known: Reach | None = next((item for item in REACHES if item == reach), None)
    if known is None:
        raise ParameterError.unknown(lazy("reach"), reach, REACHES)
    names = tuple(sorted({item.strip() for item in of if item.strip()}))
    if known != "all" and not names:
        raise InputError(
            lazy("Whose customers are meant is not said."),
            hint=lazy("Name colleagues by their numbers, teams, or regions."),
            code="reach",
        )
    return Sight(reach=known, of=() if known == "all" else names)


def _reach(sight: Sight) -> dict[str, str]:
    of = json.dumps(list(sight.of), ensure_ascii=False)
    return {"reach": sight.reach, "reach_of": of}


def _refuse(connection: sa.Connection, key: str, name: str, only_first: bool) -> None:
    if only_first and _count(connection):
        raise WorkspaceError(ALREADY, code=FIRST)
    taken = sa.select(ACCOUNTS.c.account_id).where(ACCOUNTS.c.key == key)
    if connection.execute(taken).one_or_none() is not None:
        raise WorkspaceError(lazy("Somebody has the name {name} already.", name=name), code="taken")


def _count(connection: sa.Connection) -> int:
    asked = sa.select(sa.func.count()).select_from(ACCOUNTS)
    return int(connection.execute(asked).scalar_one())


def _keep_an_admin(connection: sa.Connection) -> None:
    """Refuse to leave nobody who can manage accounts; the change is rolled back."""
    asked = sa.select(sa.func.count()).select_from(ACCOUNTS)
    asked = asked.where(ACCOUNTS.c.role == ADMIN, ACCOUNTS.c.closed_at.is_(None))
    if not connection.execute(asked).scalar_one():
        raise WorkspaceError(
            lazy("Nobody would be left who can manage accounts."),
            hint=lazy("Make somebody else an admin first."),
            code="last_admin",
        )


def _sign_out(connection: sa.Connection, account: Account) -> None:
    connection.execute(SESSIONS.delete().where(SESSIONS.c.account_id == account.account_id))
