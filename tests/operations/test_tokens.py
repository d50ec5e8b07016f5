"""Tokens: for a part of what somebody may, until a day, and revoked at once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from operations.conftest import ANN, PASSWORD, Clock
from zhike.errors import ZhikeError
from zhike.operations.accounts import Account
from zhike.operations.records import Records
from zhike.operations.tokens import PREFIX, SCOPES


@pytest.fixture
def ann(records: Records) -> Account:
    return records.accounts.add_first("Ann", PASSWORD, by=ANN)


def made(records: Records, account: Account, *may: str, days: int = 30) -> str:
    return records.tokens.make(account, "stock", may or ("results",), days, by=ANN)


def test_a_token_opens_what_it_says_for_whom_it_says(records: Records, ann: Account) -> None:
    secret = made(records, ann, "results", "segments")
    assert secret.startswith(PREFIX)
    found = records.tokens.find(secret)
    assert found is not None
    assert (found.account.name, found.may) == ("Ann", {"results", "segments"})
    assert [item.name for item in records.tokens.of(ann)] == ["stock"]


def test_the_store_does_not_hold_what_opens(records: Records, ann: Account) -> None:
    secret = made(records, ann)
    with records.store.reading() as connection:
        kept = connection.execute(sa.text("SELECT digest FROM tokens")).scalar_one()
    assert kept not in secret
    for guess in (kept, PREFIX + kept, secret[:-1], "", PREFIX):
        assert records.tokens.find(guess) is None
    assert secret not in repr(records.audit.entries())


def test_a_token_ends_is_revoked_and_goes_with_its_account(
    records: Records, ann: Account, clock: Clock
) -> None:
    records.accounts.add("Bob", PASSWORD, "admin", by=ANN)
    bob = records.accounts.find("Bob")
    short, revoked, bobs = made(records, ann, days=1), made(records, ann), made(records, bob)
    number = next(item.token_id for item in records.tokens.of(ann) if item.ends_at > clock())
    records.tokens.revoke(ann, number, by=ANN)
    assert records.tokens.find(revoked) is None
    clock.turn(days=1)
    assert records.tokens.find(short) is None
    assert records.tokens.find(bobs) is not None
    records.accounts.close("Bob", by=ANN)
    assert records.tokens.find(bobs) is None
    records.accounts.reopen("Bob", by=ANN)
    assert records.tokens.find(bobs) is None


def test_nobody_revokes_a_token_of_another(records: Records, ann: Account) -> None:
    records.accounts.add("Bob", PASSWORD, "admin", by=ANN)
    secret = made(records, ann)
    [token] = records.tokens.of(ann)
    with pytest.raises(ZhikeError):
        records.tokens.revoke(records.accounts.find("Bob"), token.token_id, by=ANN)
    assert records.tokens.find(secret) is not None


@pytest.mark.parametrize(
    ("name", "may", "days"),
    [
        ("", ["results"], 30),
        ("x", [], 30),
        ("x", ["people"], 30),
        ("x", ["everything"], 30),
        ("x", ["results"], 0),
        ("x", ["results"], 367),
    ],
)
def test_a_token_that_cannot_be_is_refused(
    records: Records, ann: Account, name: str, may: list[str], days: int
) -> None:
    with pytest.raises(ZhikeError):
        records.tokens.make(ann, name, may, days, by=ANN)
    assert records.tokens.of(ann) == []


def test_nobody_gives_away_what_they_have_not(records: Records, ann: Account) -> None:
    records.accounts.add("Lin", PASSWORD, "analyst", by=ANN)
    lin = records.accounts.find("Lin")
    with pytest.raises(ZhikeError):
        made(records, lin, "personal")
    assert set(SCOPES) <= ann.role.may
