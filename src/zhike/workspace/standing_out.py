"""What stands out in the published snapshot of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhike.insights import StandOuts, stand_outs

if TYPE_CHECKING:
    from zhike.workspace.workspace import Workspace


def workspace_stand_outs(workspace: Workspace) -> StandOuts:
    """What stands out over the results of the last run, in the language of the moment."""
    shop = workspace.open_snapshot()
    manifest = workspace.snapshots()[0]
    answered = [entry["name"] for entry in manifest.analyses if entry["status"] == "done"]
    results = {name: workspace.show(name) for name in answered}
    return stand_outs(results, shop)
