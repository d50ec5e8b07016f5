"""`zhike account`, `zhike audit`: who may sign in to the pages, and who did what."""

from __future__ import annotations

import getpass
import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from zhike.cli.answers import Answer, Sheet
from zhike.cli.frame import Group, State, argument, command, option
from zhike.i18n import _, format_count, format_instant, lazy

if TYPE_CHECKING:
    from zhike.operations.accounts import Account
    from zhike.operations.audit import Actor

ROLES = lazy("viewer, front_line, analyst, steward, manager or admin.")

account = Group(
    "account",
    lazy("Who may sign in to the pages: list, add, change, close."),
    {
        "list": "zhike.cli.accounts:listed",
        "add": "zhike.cli.accounts:add",
        "change": "zhike.cli.accounts:change",
        "password": "zhike.cli.accounts:password",
        "close": "zhike.cli.accounts:close",
        "reopen": "zhike.cli.accounts:reopen",
    },
)
audit = Group(
    "audit",
    lazy("The audit log of the pages: read it, and see whether it is whole."),
    {"log": "zhike.cli.accounts:log", "verify": "zhike.cli.accounts:verify"},
)


def _reach() -> tuple[click.Parameter, ...]:
    return (
        option("--reach", lazy("Which customers they see: all, own, team, region."), default=""),
        option(
            "--of",
            lazy("Whose: a staff number, a team or a region; may be given several times."),
            multiple=True,
        ),
    )


@command("list", lazy("List the accounts."))
def listed(state: State) -> Answer:
    """List them."""
    several = state.workspace().records.accounts.all()
    if not several:
        return Answer(
            data={"accounts": []},
            shown=[
                lazy(
                    "There is no account: whoever is at this machine sees everything. "
                    "`zhike account add NAME --role admin` makes the first."
                )
            ],
        )
    rows = [
        (item.name, str(item.role.label), _reached(item), _("closed") if item.closed_at else "")
        for item in several
    ]
    header = (_("Name"), _("Role"), _("Which customers they see"), "")
    return Answer(
        data={"accounts": [_as_json(item) for item in several]},
        shown=[Sheet(header=header, rows=rows)],
    )


@command(
    "add",
    lazy("Let somebody sign in; the password is asked for, or read from standard input."),
    argument("name"),
    option("--role", ROLES, required=True),
    *_reach(),
)
def add(state: State, name: str, role: str, reach: str, of: tuple[str, ...]) -> Answer:
    """Make an account."""
    from zhike.operations.accounts import checked_name, sight_of
    from zhike.operations.roles import role_of

    accounts = state.workspace().records.accounts
    checked_name(name), role_of(role)
    sight = sight_of(reach or "all", of)
    is_first = not accounts.anybody()
    made = accounts.add(name, _password(), role, by=_operator(), sight=sight)
    said = [lazy("{name} may sign in: {role}.", name=made.name, role=made.role.label)]
    if is_first:
        said.append(lazy("From now on every page asks for an account."))
    return Answer(data=_as_json(made), shown=said)


@command(
    "change",
    lazy("Give an account another role, or other customers to see."),
    argument("name"),
    option("--role", ROLES, default=""),
    *_reach(),
)
def change(state: State, name: str, role: str, reach: str, of: tuple[str, ...]) -> Answer:
    """Change an account."""
    from zhike.operations.accounts import sight_of

    accounts = state.workspace().records.accounts
    sight = sight_of(reach, of) if reach else None
    accounts.change(name, by=_operator(), role=role, sight=sight)
    return _done(accounts.find(name))


@command(
    "password",
    lazy("Set another password: asked for, or read from standard input. It signs them out."),
    argument("name"),
)
def password(state: State, name: str) -> Answer:
    """Set a password."""
    accounts = state.workspace().records.accounts
    found = accounts.find(name)
    accounts.set_password(name, _password(), by=_operator())
    return _done(found)


@command("close", lazy("Let nobody sign in with an account any more."), argument("name"))
def close(state: State, name: str) -> Answer:
    """Close an account."""
    accounts = state.workspace().records.accounts
    accounts.close(name, by=_operator())
    return _done(accounts.find(name))


@command("reopen", lazy("Let somebody sign in with a closed account again."), argument("name"))
def reopen(state: State, name: str) -> Answer:
    """Reopen an account."""
    accounts = state.workspace().records.accounts
    accounts.reopen(name, by=_operator())
    return _done(accounts.find(name))


@command(
    "log",
    lazy("The newest entries of the audit log."),
    option("--before", lazy("Those older than the entry of this number."), type=int, default=0),
    option("--who", lazy("Only what this person did."), default=""),
)
def log(state: State, before: int, who: str) -> Answer:
    """Show entries."""
    workspace = state.workspace()
    zone = ZoneInfo(workspace.settings.timezone)
    entries = workspace.records.audit.entries(before=before, who=who)

    def local(at: str) -> str:
        return format_instant(datetime.fromisoformat(f"{at}+00:00").astimezone(zone))

    rows = [
        (str(item.number), local(item.at), item.who, item.address, item.action, item.subject)
        for item in entries
    ]
    header = ("", _("When"), _("Who"), _("From the address"), _("Act"), _("Of whom or what"))
    return Answer(
        data={"entries": [asdict(item) for item in entries]},
        shown=[Sheet(header=header, rows=rows)],
    )


@command(
    "verify",
    lazy("See whether the audit log is as it was written; fails where it is not."),
    option("--head", lazy("A digest of an earlier call; it must still be there."), default=""),
)
def verify(state: State, head: str) -> Answer:
    """Check the chain."""
    verdict = state.workspace().records.audit.verified(head)
    data = {
        "whole": verdict.is_whole,
        "entries": verdict.entries,
        "head": verdict.head,
        "broken_at": verdict.broken_at,
    }
    if verdict.broken_at is not None:
        said = lazy("Entry {number} is not as it was written.", number=verdict.broken_at)
    elif verdict.known_head is False:
        said = lazy("That digest is not in the log: its end was cut off, or it is another log.")
    else:
        said = lazy(
            "The log is whole: {count} entries. Write this digest down elsewhere and give it to "
            "--head one day: {head}",
            count=format_count(verdict.entries),
            head=verdict.head,
        )
    return Answer(data=data, shown=[said], exit_code=0 if verdict.is_whole else 1)


def _password() -> str:
    """As typed twice and not shown; from a pipe its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt(_("Password"), hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _operator() -> Actor:
    from zhike.operations.audit import Actor

    return Actor(who=getpass.getuser())


def _done(item: Account) -> Answer:
    return Answer(data=_as_json(item), shown=[lazy("Saved: {name}.", name=item.name)])


def _reached(item: Account) -> str:
    from zhike.operations.sight import REACH_WORDS

    words = str(REACH_WORDS[item.reach])
    return f"{words}: {', '.join(item.reach_of)}" if item.reach_of else words


def _as_json(item: Account) -> dict[str, object]:
    return {
        "name": item.name,
        "role": item.role.name,
        "reach": item.reach,
        "of": list(item.reach_of),
        "closed": item.closed_at is not None,
    }
