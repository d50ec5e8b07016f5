"""A project on disk: settings, landing, runs, snapshots."""

from zhike.workspace.landing import FATES, Batch, Part
from zhike.workspace.settings import Settings
from zhike.workspace.snapshots import Manifest
from zhike.workspace.workspace import Workspace

__all__ = ["FATES", "Batch", "Manifest", "Part", "Settings", "Workspace"]
