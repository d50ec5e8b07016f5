"""The audit log only grows, and tells where somebody went around it."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from operations.conftest import ANN
from zhike.operations.audit import Actor
from zhike.operations.records import Records
from zhike.operations.store import Store


@pytest.fixture
def noted(records: Records) -> Records:
    for number in range(5):
        records.audit.note(ANN, "view_customer", f"c{number}", page="customer")
    return records


def tamper(store: Store, statement: str) -> None:
    """Change the log as somebody does who is master of the database."""
    with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER USER"))
        else:
            for act in ("update", "delete"):
                connection.execute(sa.text(f"DROP TRIGGER IF EXISTS audit_no_{act}"))
        connection.execute(sa.text(statement))


def test_a_whole_log_is_found_whole(noted: Records) -> None:
    verdict = noted.audit.verified()
    assert verdict.is_whole
    assert verdict.entries == 5
    assert noted.audit.verified(verdict.head).is_whole


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET subject = 'x' WHERE number = 2", "DELETE FROM audit WHERE number = 5"],
)
def test_the_database_refuses_to_change_an_entry(noted: Records, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only grows"), noted.store.writing() as connection:
        connection.execute(sa.text(statement))
    assert noted.audit.verified().is_whole


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit SET subject = 'c9' WHERE number = 2", 2),
        ("UPDATE audit SET who = 'Bob' WHERE number = 5", 5),
        ("UPDATE audit SET details = '{}' WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 3", 4),
        ("DELETE FROM audit WHERE number = 1", 2),
    ],
)
def test_who_goes_around_the_database_is_found_out(
    noted: Records, statement: str, broken_at: int
) -> None:
    tamper(noted.store, statement)
    assert noted.audit.verified().broken_at == broken_at


def test_an_end_that_was_cut_off_is_noticed_by_its_digest(noted: Records) -> None:
    head = noted.audit.verified().head
    tamper(noted.store, "DELETE FROM audit WHERE number > 3")
    assert noted.audit.verified().is_whole
    assert not noted.audit.verified(head).is_whole


def test_several_who_write_at_once_make_one_chain(records: Records) -> None:
    def write(who: str) -> None:
        for number in range(10):
            records.audit.note(Actor(who=who), "export", str(number))

    threads = [threading.Thread(target=write, args=(f"P{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = records.audit.verified()
    assert (verdict.is_whole, verdict.entries) == (True, 40)


def test_the_log_is_read_newest_first_by_act_and_person(noted: Records) -> None:
    noted.audit.note(Actor(who="Bob", address="10.0.0.7"), "export", "everybody")
    entries = noted.audit.entries()
    assert [item.number for item in entries] == [6, 5, 4, 3, 2, 1]
    assert [item.number for item in noted.audit.entries(before=3)] == [2, 1]
    assert [item.subject for item in noted.audit.entries(who="Bob")] == ["everybody"]
    assert [item.who for item in noted.audit.entries(action="export")] == ["Bob"]
    assert noted.audit.actions() == ["export", "view_customer"]


def test_what_a_stranger_writes_cannot_look_like_another_line(records: Records) -> None:
    records.audit.note(Actor(who="a\nb\x00c\u202e"), "sign_in_failed", "x" * 9000)
    [entry] = records.audit.entries()
    assert entry.who == "a b c "
    assert len(entry.subject) == 500
