"""The records that people edit while the program runs: accounts, sessions, tokens, the audit log.

They live in a transactional database beside the workspace's data: SQLite by default, PostgreSQL
where the settings name one. `zhike.operations.records` opens it; what a person may see of the
data is a `Sight`, which needs no database.
"""

from __future__ import annotations

from zhike.operations.sight import EVERYTHING, Sight

__all__ = ["EVERYTHING", "Sight"]
