"""Who comes in: signing in, what each may do, and the pages where that is settled."""

from __future__ import annotations

from zhike.web.door.admitting import SignInNeeded, admitting
from zhike.web.door.visiting import ALONE, Door, Visitor

__all__ = ["ALONE", "Door", "SignInNeeded", "Visitor", "admitting"]
