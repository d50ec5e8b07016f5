"""Who sends a request: a person who signed in, a program with a token, nobody, or the only one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from starlette.requests import Request

from zhike.operations.accounts import Account
from zhike.operations.audit import Actor
from zhike.operations.records import Records
from zhike.operations.roles import PERSONAL, permissions
from zhike.operations.sight import EVERYTHING, Sight

COOKIE = "zhike_session"
BEARER = "bearer "


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whoever sends a request, where it is known who.

    Attributes:
        how: "alone" where nobody needs an account, "session" for people, "token" for programs.
        account: Whose; None where nobody needs one.
        may: What they may do.
        sight: What they may see.
        address: Of the network.
        form_token: What forms of theirs carry; empty where they need none.
        stamp: Differs between any two who might see different pages.
    """

    how: Literal["alone", "session", "token"]
    account: Account | None
    may: frozenset[str]
    sight: Sight
    address: str
    form_token: str = ""
    stamp: str = ""

    @property
    def actor(self) -> Actor:
        """Who they are in the audit log."""
        name = self.account.name if self.account is not None else "?"
        return Actor(who=name, address=self.address)


ALONE = Visitor(
    how="alone",
    account=None,
    may=frozenset(permissions()),
    sight=EVERYTHING,
    address="",
)
"""Whoever is at this machine, as long as there is no account: all rights."""


class Door:
    """Tells who sends a request.

    Args:
        records: Accounts, sessions and tokens.
    """

    def __init__(self, records: Records) -> None:
        self.records = records

    def visitor(self, request: Request) -> Visitor | None:
        """Who sent it; None where nobody signed in and somebody has to."""
        known: Visitor | None = getattr(request.state, "visitor", None)
        if known is None:
            known = self._told(request)
            request.state.visitor = known
        return known

    def _told(self, request: Request) -> Visitor | None:
        address = address_of(request)
        if not self.records.accounts.anybody():
            return replace(ALONE, address=address)
        shown = request.headers.get("authorization", "")
        if shown[: len(BEARER)].lower() == BEARER:
            return self._program(shown[len(BEARER) :].strip(), address)
        return self._person(request.cookies.get(COOKIE, ""), address)

    def _person(self, secret: str, address: str) -> Visitor | None:
        session = self.records.signing_in.session(secret)
        if session is None:
            return None
        account = session.account
        return Visitor(
            how="session",
            account=account,
            may=account.may,
            sight=account.sight,
            address=address,
            form_token=session.form_token,
            stamp=_stamp(session.form_token, account),
        )

    def _program(self, secret: str, address: str) -> Visitor | None:
        token = self.records.tokens.find(secret)
        if token is None:
            return None
        may = token.account.may & token.may
        personal = PERSONAL in may
        sight = replace(token.account.sight, personal=personal, by_parts=personal)
        return Visitor(
            how="token",
            account=token.account,
            may=may,
            sight=sight,
            address=address,
            stamp=_stamp(f"{token.token_id} {sorted(may)}", token.account),
        )


def address_of(request: Request) -> str:
    """The network address that a request came from."""
    return request.client.host if request.client is not None else "?"


def _stamp(what: str, account: Account) -> str:
    parts = (what, account.account_id, account.name, account.role.name, account.sight)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
