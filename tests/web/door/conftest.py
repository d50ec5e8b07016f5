"""The small shop with an account for each role, served."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from web.asking import Site, serving
from zhike.operations import passwords
from zhike.operations.audit import Actor
from zhike.operations.records import Records
from zhike.operations.roles import roles
from zhike.operations.sight import EVERYTHING, Sight
from zhike.workspace import Workspace

PASSWORD = "four quiet grey horses"
ADMIN = Actor(who="admin")


@dataclass
class People:
    """Accounts named by what they are, and their sessions."""

    records: Records
    sessions: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, role: str, sight: Sight = EVERYTHING) -> None:
        self.records.accounts.add(name, PASSWORD, role, by=ADMIN, sight=sight)

    def secret(self, name: str) -> str:
        """Of a session that is still open."""
        known = self.sessions.get(name, "")
        if self.records.signing_in.session(known) is None:
            known = self.records.signing_in.sign_in(name, PASSWORD, "127.0.0.9").secret
        self.sessions[name] = known
        return known

    def cookie(self, name: str) -> str:
        return f"zhike_session={self.secret(name)}"

    def form_token(self, name: str) -> str:
        session = self.records.signing_in.session(self.secret(name))
        assert session is not None
        return session.form_token


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Digests of the same kind that cost little: some tests make dozens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))
        passwords._nobodys.cache_clear()
        yield
    passwords._nobodys.cache_clear()


@pytest.fixture(scope="package")
def peopled_shop(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The shop with an account for each role, named by it."""
    folder = tmp_path_factory.mktemp("peopled") / "shop"
    shutil.copytree(shop.folder, folder)
    workspace = Workspace.open(folder)
    accounts = workspace.records.accounts
    for name in sorted(roles(), key=lambda name: name != "admin"):
        accounts.add(name, PASSWORD, name, by=ADMIN)
    return workspace


@pytest.fixture(scope="package")
def people(peopled_shop: Workspace) -> People:
    return People(peopled_shop.records)


@pytest.fixture(scope="package")
def peopled(peopled_shop: Workspace) -> Iterator[Site]:
    with serving(peopled_shop.folder) as site:
        yield site


@pytest.fixture
def own_folder(shop: Workspace, tmp_path: Path) -> Path:
    """A copy without accounts that a test may change."""
    folder = tmp_path / "shop"
    shutil.copytree(shop.folder, folder)
    return folder
