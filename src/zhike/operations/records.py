"""All the records of a workspace, over one store."""

from __future__ import annotations

import os
from pathlib import Path

from zhike.operations.accounts import Accounts
from zhike.operations.audit import Audit
from zhike.operations.signing_in import SigningIn
from zhike.operations.store import Clock, Store, now
from zhike.operations.tokens import Tokens

ADDRESS = "ZHIKE_DATABASE"
"""Where the environment may name the database, so that its password need not stand in a file."""


class Records:
    """The records.

    Attributes:
        store: The database.
        audit: Who did what.
        accounts: Who may sign in.
        signing_in: Who is signed in.
        tokens: Programs that may ask.

    Args:
        address: The path of a SQLite file, or the URL of a PostgreSQL.
        clock: What time it is.
    """

    def __init__(self, address: str | Path, clock: Clock = now) -> None:
        self.store = Store(address, clock)
        self.audit = Audit(self.store)
        self.accounts = Accounts(self.store, self.audit)
        self.signing_in = SigningIn(self.store, self.audit)
        self.tokens = Tokens(self.store, self.audit)

    @classmethod
    def of(cls, file: Path, named: str = "") -> Records:
        """Those of a workspace.

        Args:
            file: Where they are by default.
            named: The database that the settings name; the environment comes before it.
        """
        return cls(os.environ.get(ADDRESS, "") or named or file)
