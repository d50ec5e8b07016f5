"""Accounts: made once, changed, closed; the last admin stays."""

from __future__ import annotations

import threading

import pytest

from operations.conftest import ANN, PASSWORD
from zhike.errors import InputError, ParameterError, WorkspaceError, ZhikeError
from zhike.operations.accounts import checked_name, sight_of
from zhike.operations.passwords import checked_password
from zhike.operations.records import Records
from zhike.operations.roles import permissions, roles


def test_a_workspace_without_accounts_writes_nothing(records: Records) -> None:
    assert not records.accounts.anybody()
    assert records.accounts.all() == []


def test_the_first_account_is_an_admins_and_there_is_one_first(records: Records) -> None:
    first = records.accounts.add_first(" Ann ", PASSWORD, by=ANN)
    assert (first.name, first.role.name, first.sight.is_whole) == ("Ann", "admin", True)
    assert records.accounts.anybody()
    with pytest.raises(WorkspaceError) as refused:
        records.accounts.add_first("Bob", PASSWORD, by=ANN)
    assert refused.value.code == "first"


def test_the_first_account_is_never_one_that_cannot_let_others_in(records: Records) -> None:
    with pytest.raises(WorkspaceError) as refused:
        records.accounts.add("Vic", PASSWORD, "viewer", by=ANN)
    assert refused.value.code == "no_admin"
    assert not records.accounts.anybody()


def test_of_several_who_want_to_be_first_one_is(records: Records) -> None:
    records.store.migrate()
    made, refused = list[str](), list[str]()

    def try_it(name: str) -> None:
        try:
            made.append(records.accounts.add_first(name, PASSWORD, by=ANN).name)
        except WorkspaceError as fault:
            refused.append(fault.code)

    threads = [threading.Thread(target=try_it, args=(f"P{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), refused) == (1, ["first"] * 3)
    assert [item.name for item in records.accounts.all()] == made


def test_a_name_is_one_persons_however_it_is_written(records: Records) -> None:
    records.accounts.add("Ann", PASSWORD, "admin", by=ANN)
    with pytest.raises(WorkspaceError) as refused:
        records.accounts.add("ＡＮＮ", PASSWORD, "viewer", by=ANN)
    assert refused.value.code == "taken"
    assert records.accounts.find("aNN").name == "Ann"
    with pytest.raises(ParameterError, match="Ann"):
        records.accounts.find("Anne")


def test_nobody_can_take_the_last_admin_away(records: Records) -> None:
    records.accounts.add_first("Ann", PASSWORD, by=ANN)
    for act in (
        lambda: records.accounts.close("Ann", by=ANN),
        lambda: records.accounts.change("Ann", by=ANN, role="viewer"),
    ):
        with pytest.raises(WorkspaceError) as refused:
            act()
        assert refused.value.code == "last_admin"
    assert records.accounts.find("Ann").role.name == "admin"
    assert records.accounts.find("Ann").closed_at is None
    records.accounts.add("Bob", PASSWORD, "admin", by=ANN)
    records.accounts.close("Ann", by=ANN)
    assert records.accounts.find("Ann").closed_at is not None
    records.accounts.reopen("Ann", by=ANN)
    assert records.accounts.find("Ann").closed_at is None


def test_what_somebody_sees_is_kept(records: Records) -> None:
    records.accounts.add_first("Ann", PASSWORD, by=ANN)
    sight = sight_of("region", ["浙江省", " Bergen ", ""])
    records.accounts.add("Lin", PASSWORD, "front_line", by=ANN, sight=sight)
    found = records.accounts.find("Lin").sight
    assert (found.reach, found.of, found.personal) == ("region", ("Bergen", "浙江省"), True)
    records.accounts.change("Lin", by=ANN, role="viewer", sight=sight_of("all", ["x"]))
    changed = records.accounts.find("Lin").sight
    assert (changed.of, changed.personal) == ((), False)


@pytest.mark.parametrize("reach", ["own", "team", "region"])
def test_a_reach_says_whose_customers(reach: str) -> None:
    with pytest.raises(InputError):
        sight_of(reach, [" "])
    with pytest.raises(ParameterError):
        sight_of("some", ["x"])


@pytest.mark.parametrize(
    "password", ["short", "x" * 257, "aaaaaaaaaaaa", "1212121212", "i am Annabel!"]
)
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(InputError):
        checked_password(password, "annabel")


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 61, "a\u202eb"])
def test_a_name_that_cannot_be_seen_is_refused(name: str) -> None:
    with pytest.raises(ParameterError):
        checked_name(name)


def test_no_password_is_kept_as_it_is(records: Records) -> None:
    records.accounts.add("Ann", PASSWORD, "admin", by=ANN)
    import sqlalchemy as sa

    with records.store.reading() as connection:
        kept = connection.execute(sa.text("SELECT password FROM accounts")).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_roles_name_permissions_that_there_are_and_an_admin_has_them_all() -> None:
    known = set(permissions())
    assert all(role.may <= known for role in roles().values())
    assert roles()["admin"].may == known
    assert set(roles()) == {"viewer", "front_line", "analyst", "steward", "manager", "admin"}


def test_a_refused_account_leaves_nothing_behind(records: Records) -> None:
    records.accounts.add_first("Ann", PASSWORD, by=ANN)
    for name, password, role in (("Bo", "short", "viewer"), ("", PASSWORD, "viewer"),
                                 ("Bo", PASSWORD, "king")):  # fmt: skip
        with pytest.raises(ZhikeError):
            records.accounts.add(name, password, role, by=ANN)
    assert [item.name for item in records.accounts.all()] == ["Ann"]
    assert [entry.action for entry in records.audit.entries()] == ["add_account"]
