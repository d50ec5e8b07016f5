"""The verbs of `import zhike`: make or open a workspace, or analyse a bare table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zhike.workspace.settings import Settings
from zhike.workspace.workspace import Workspace


def init(folder: str | Path, **settings: Any) -> Workspace:
    """Make a folder a workspace.

    Args:
        folder: Where; it is made where it does not exist.
        **settings: Fields of `Settings`: `name`, `currency`, `timezone` …

    Raises:
        WorkspaceError: It is a workspace already.
    """
    return Workspace.create(folder, Settings(**{"name": Path(folder).name} | settings))


def open(folder: str | Path = ".") -> Workspace:
    """The workspace in a folder.

    Raises:
        WorkspaceError: The folder is none.
    """
    return Workspace.open(folder)


def analyse(name: str, *, orders: Any, currency: str = "CNY", **more: Any) -> Any:
    """What an analysis finds in bare tables, without a workspace.

    Args:
        name: Such as "rfm"; `list_analyses()` has them all.
        orders: Arrow, pandas or polars rows, or a Parquet file: at least `customer_id`,
            `ordered_at`, `paid_amount`, one row an order.
        currency: ISO code that every amount is in.
        **more: Further standard tables (`order_lines`, `customers`, `refunds` …) and parameters
            of the analysis (`as_of`, …).

    Returns:
        The analysis' own result: `numbers`, `blocks()`, `findings()`, `customers()` and its
        tables.

    Raises:
        InputError: The tables lack what the analysis needs.
        ParameterError: There is no such analysis or parameter.

    Examples:
        >>> import pyarrow as pa
        >>> found = analyse("rfm", orders=pa.table({
        ...     "customer_id": ["ann", "ann", "bob"],
        ...     "ordered_at": ["2024-01-05", "2024-02-05", "2024-02-07"],
        ...     "paid_amount": [10.0, 20.0, 5.0],
        ... }))
        >>> found.customers().count().to_pyarrow().as_py()
        2
    """
    from zhike.analyses import REGISTRY
    from zhike.catalogue import lacking, shop_from
    from zhike.errors import InputError, ParameterError
    from zhike.i18n import lazy
    from zhike.schema import TABLE_NAMES
    from zhike.workspace.running import made

    if name not in REGISTRY:
        raise ParameterError.unknown(lazy("analysis"), name, REGISTRY)
    tables = {key: more.pop(key) for key in TABLE_NAMES if key in more}
    chosen = made(REGISTRY[name], more)
    shop = shop_from(orders=orders, currency=currency, as_of=chosen.as_of, **tables)
    missing = lacking(chosen, shop)
    if missing is not None:
        raise InputError(missing, code="needs")
    return chosen.run(shop)


def list_analyses() -> dict[str, str]:
    """Analysis name to the question that it answers."""
    from zhike.analyses import REGISTRY

    return {name: str(kind.question) for name, kind in REGISTRY.items()}
