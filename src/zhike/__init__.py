"""Zhike 知客: know your customers, decide, and see whether it worked.

A workspace is a folder with the data and what was computed from them:

    import zhike

    workspace = zhike.init("my-shop")
    workspace.add("orders.csv")
    workspace.run()
    workspace.show("rfm").numbers

Any analysis also runs on a bare table, without a workspace:

    zhike.analyse("rfm", orders=my_orders).numbers
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from zhike.errors import (
        InputError,
        MappingError,
        ParameterError,
        SourceError,
        UnavailableError,
        WorkspaceError,
        ZhikeError,
    )
    from zhike.i18n import use_language
    from zhike.schema import Shop
    from zhike.workspace import Settings, Workspace
    from zhike.workspace.verbs import analyse, init, list_analyses, open

_WHERE = {
    "InputError": "errors",
    "MappingError": "errors",
    "ParameterError": "errors",
    "Settings": "workspace",
    "Shop": "schema",
    "SourceError": "errors",
    "UnavailableError": "errors",
    "Workspace": "workspace",
    "WorkspaceError": "errors",
    "ZhikeError": "errors",
    "analyse": "workspace.verbs",
    "init": "workspace.verbs",
    "list_analyses": "workspace.verbs",
    "open": "workspace.verbs",
    "use_language": "i18n",
}

__all__ = [
    "InputError",
    "MappingError",
    "ParameterError",
    "Settings",
    "Shop",
    "SourceError",
    "UnavailableError",
    "Workspace",
    "WorkspaceError",
    "ZhikeError",
    "__version__",
    "analyse",
    "init",
    "list_analyses",
    "open",
    "use_language",
]


def __getattr__(name: str) -> object:
    """A public name, its room imported when it is first asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module 'zhike' has no attribute {name!r}")
    value = getattr(import_module(f"zhike.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
