"""Signing in, staying signed in, and who is locked out."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from operations.conftest import ANN, PASSWORD, Clock
from zhike.operations.records import Records
from zhike.operations.signing_in import (
    IDLE,
    LONGEST,
    MOST_BY_ADDRESS,
    MOST_BY_NAME,
    WINDOW,
    LockedOutError,
    RefusedError,
)

HERE = "10.0.0.7"


@pytest.fixture
def peopled(records: Records) -> Records:
    records.accounts.add_first("Ann", PASSWORD, by=ANN)
    return records


def sign_in(records: Records, address: str = HERE, replaced: str = "") -> str:
    return records.signing_in.sign_in("ann", PASSWORD, address, replaced).secret


def fail(records: Records, times: int, name: str = "ann", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(RefusedError) as refused:
            records.signing_in.sign_in(name, "wrong", address)
        assert not isinstance(refused.value, LockedOutError)


def test_whoever_knows_the_password_is_let_in_and_out(peopled: Records) -> None:
    secret = sign_in(peopled)
    found = peopled.signing_in.session(secret)
    assert found is not None
    assert found.account.name == "Ann"
    peopled.signing_in.sign_out(secret, HERE)
    assert peopled.signing_in.session(secret) is None
    assert [item.action for item in peopled.audit.entries()][:2] == ["sign_out", "sign_in"]


def test_a_stranger_and_a_wrong_password_are_told_the_same(peopled: Records) -> None:
    said = set()
    for name in ("ann", "nobody"):
        with pytest.raises(RefusedError) as refused:
            peopled.signing_in.sign_in(name, "wrong", HERE)
        said.add(str(refused.value))
    assert len(said) == 1


def test_each_sign_in_is_another_session_and_ends_the_one_before(peopled: Records) -> None:
    planted = sign_in(peopled)
    own = sign_in(peopled, replaced=planted)
    assert own != planted
    assert peopled.signing_in.session(planted) is None
    assert peopled.signing_in.session("") is None
    assert peopled.signing_in.session(own) is not None


def test_the_store_does_not_hold_what_opens_a_session(peopled: Records) -> None:
    secret = sign_in(peopled)
    with peopled.store.reading() as connection:
        kept = connection.execute(sa.text("SELECT digest FROM sessions")).scalar_one()
    assert kept != secret
    assert peopled.signing_in.session(kept) is None


def test_a_session_ends_unused_and_in_any_case(peopled: Records, clock: Clock) -> None:
    idle = sign_in(peopled)
    clock.turn(seconds=IDLE.total_seconds() + 1)
    assert peopled.signing_in.session(idle) is None
    used = sign_in(peopled)
    for _ in range(int(LONGEST / IDLE)):
        assert peopled.signing_in.session(used) is not None
        clock.turn(seconds=IDLE.total_seconds() - 1)
    clock.turn(seconds=60)
    assert peopled.signing_in.session(used) is None


def test_a_new_password_and_a_closed_account_sign_out(peopled: Records) -> None:
    peopled.accounts.add("Bob", PASSWORD, "viewer", by=ANN)
    session = peopled.signing_in.sign_in("Bob", PASSWORD, HERE).secret
    peopled.accounts.set_password("Bob", "another quiet horse", by=ANN)
    assert peopled.signing_in.session(session) is None
    session = peopled.signing_in.sign_in("Bob", "another quiet horse", HERE).secret
    peopled.accounts.close("Bob", by=ANN)
    assert peopled.signing_in.session(session) is None
    with pytest.raises(RefusedError):
        peopled.signing_in.sign_in("Bob", "another quiet horse", HERE)


def test_a_name_is_locked_from_everywhere_for_a_while(peopled: Records, clock: Clock) -> None:
    fail(peopled, MOST_BY_NAME)
    for address in (HERE, "10.0.0.8"):
        with pytest.raises(LockedOutError) as locked:
            peopled.signing_in.sign_in("Ann", PASSWORD, address)
        assert locked.value.seconds == WINDOW.total_seconds()
    clock.turn(seconds=WINDOW.total_seconds())
    assert sign_in(peopled)


def test_an_address_that_tries_many_names_is_locked(peopled: Records) -> None:
    for number in range(MOST_BY_ADDRESS):
        with pytest.raises(RefusedError):
            peopled.signing_in.sign_in(f"name {number}", "wrong", HERE)
    with pytest.raises(LockedOutError):
        sign_in(peopled)
    assert sign_in(peopled, address="10.0.0.8")


def test_signing_in_forgets_the_failures_before(peopled: Records) -> None:
    for _ in range(3):
        fail(peopled, MOST_BY_NAME - 1)
        assert sign_in(peopled)


def test_many_attempts_at_once_gain_nothing(peopled: Records) -> None:
    outcomes: list[type[Exception]] = []

    def guess() -> None:
        try:
            peopled.signing_in.sign_in("ann", "wrong", HERE)
        except RefusedError as fault:
            outcomes.append(type(fault))

    threads = [threading.Thread(target=guess) for _ in range(MOST_BY_NAME + 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(RefusedError) == MOST_BY_NAME
    assert outcomes.count(LockedOutError) == 4


def test_a_flood_does_not_fill_the_log(peopled: Records) -> None:
    fail(peopled, MOST_BY_NAME)
    for _ in range(20):
        with pytest.raises(LockedOutError):
            sign_in(peopled)
    actions = [item.action for item in peopled.audit.entries()]
    assert actions.count("locked_out") == 1
    assert actions.count("sign_in_failed") == MOST_BY_NAME
