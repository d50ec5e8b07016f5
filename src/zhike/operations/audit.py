"""The audit log: who did what, each entry sealed with the digest of the one before.

An entry is never changed nor removed: the database refuses it, and `verified` finds it out where
somebody went around the database. Cutting off the end leaves a chain that holds; whoever wants to
notice that too writes down the newest digest now and then, and has it looked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from zhike.operations.store import Store
from zhike.operations.tables import AUDIT

BEGINNING = "0" * 64
PAGE_ROWS = 100
LONGEST = 500
"""Characters of a subject that are kept."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something, from where.

    Attributes:
        who: Name of the account; what a stranger gave as theirs.
        address: Of the network; "command line" where it is none.
    """

    who: str
    address: str = "command line"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One act.

    Attributes:
        number: From 1, without gaps.
        at: When, as ISO text in UTC.
        who: Who did it.
        address: From where.
        action: What, by its code: "sign_in", "view_customer", "export" …
        subject: What it was done to: a customer, an account, an address.
        details: What else is known, as JSON text.
        previous: The digest of the entry before.
        digest: Over everything above.
    """

    number: int
    at: str
    who: str
    address: str
    action: str
    subject: str
    details: str
    previous: str
    digest: str

    @property
    def sealed(self) -> str:
        """What its digest must be."""
        held = {name: value for name, value in asdict(self).items() if name != "digest"}
        text = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether the log is whole.

    Attributes:
        entries: How many were looked at.
        head: Digest of the newest.
        broken_at: Number of the first entry that is not as it was written; None where all are.
        known_head: Whether the digest that was asked for is among them; None where none was.
    """

    entries: int
    head: str
    broken_at: int | None
    known_head: bool | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found wrong."""
        return self.broken_at is None and self.known_head is not False


class Audit:
    """The log.

    Args:
        store: Where it is.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, actor: Actor, action: str, subject: str = "", **details: Any) -> None:
        """Write an act down."""
        with self._store.writing() as connection:
            self.note_within(connection, actor, action, subject, details)

    def note_within(
        self,
        connection: sa.Connection,
        actor: Actor,
        action: str,
        subject: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """The same, in the transaction of what is being done: both hold, or neither."""
        newest = sa.select(AUDIT.c.number, AUDIT.c.digest).order_by(AUDIT.c.number.desc()).limit(1)
        last = connection.execute(newest).one_or_none()
        draft = Entry(
            number=1 if last is None else last.number + 1,
            at=self._store.clock().isoformat(timespec="milliseconds"),
            who=_clean(actor.who)[:100],
            address=actor.address[:60],
            action=action,
            subject=_clean(subject),
            details=json.dumps(details or {}, ensure_ascii=False, sort_keys=True, default=str),
            previous=BEGINNING if last is None else last.digest,
            digest="",
        )
        connection.execute(AUDIT.insert().values({**asdict(draft), "digest": draft.sealed}))

    def note_once(self, actor: Actor, action: str, since: datetime) -> None:
        """Write an act down unless the same stands there since then: a flood leaves one line."""
        asked = sa.select(AUDIT.c.number).where(
            AUDIT.c.action == action,
            AUDIT.c.address == actor.address[:60],
            AUDIT.c.at > since.isoformat(timespec="milliseconds"),
        )
        with self._store.writing() as connection:
            if connection.execute(asked.limit(1)).one_or_none() is None:
                self.note_within(connection, actor, action)

    def entries(self, *, before: int = 0, action: str = "", who: str = "") -> list[Entry]:
        """A page of them, the newest first.

        Args:
            before: Those older than the entry of this number; 0 begins with the newest.
            action: Only these acts.
            who: Only those of this person.
        """
        if not self._store.is_there:
            return []
        asked = sa.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(PAGE_ROWS)
        if before:
            asked = asked.where(AUDIT.c.number < before)
        if action:
            asked = asked.where(AUDIT.c.action == action)
        if who:
            asked = asked.where(AUDIT.c.who == who)
        with self._store.reading() as connection:
            return [Entry(**row) for row in connection.execute(asked).mappings()]

    def actions(self) -> list[str]:
        """Every kind of act that is in the log."""
        if not self._store.is_there:
            return []
        asked = sa.select(AUDIT.c.action).distinct().order_by(AUDIT.c.action)
        with self._store.reading() as connection:
            return list(connection.execute(asked).scalars())

    def verified(self, head: str = "") -> Verdict:
        """Whether every entry is as it was written, and none is missing in between.

        Args:
            head: A digest that was the newest once; it must still be among them.
        """
        previous, count, broken, found = BEGINNING, 0, None, False
        for entry in self._all():
            count += 1
            fine = (entry.number, entry.previous, entry.digest) == (count, previous, entry.sealed)
            if not fine and broken is None:
                broken = entry.number
            found = found or entry.digest == head
            previous = entry.digest
        known = found if head else None
        return Verdict(entries=count, head=previous, broken_at=broken, known_head=known)

    def _all(self) -> Iterator[Entry]:
        if not self._store.is_there:
            return
        asked = sa.select(AUDIT).order_by(AUDIT.c.number)
        with self._store.reading() as connection:
            rows = connection.execution_options(yield_per=1000).execute(asked)
            for row in rows.mappings():
                yield Entry(**row)


def _clean(text: str) -> str:
    """Text on one line, without what a database cannot hold."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:LONGEST]
