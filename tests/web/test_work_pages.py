"""How much of an errand is done grows from its beginning to its end."""

from __future__ import annotations

import pytest

from zhike.web.work_pages import STAGES, next_of, share_of
from zhike.workspace.errands import Errand, Kind, Progress


@pytest.mark.parametrize("kind", STAGES)
def test_the_share_that_is_done_only_grows_and_ends_at_one(kind: Kind) -> None:
    errand = Errand(id="0" * 16, kind=kind)
    told = [Progress(status="working")]
    told += [
        Progress(status="working", stage=stage, done=done, of=4)
        for stage in STAGES[kind]
        for done in range(5)
    ]
    shares = [share_of(errand, item) for item in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1
    if kind != "look":
        assert shares[-1] == pytest.approx(1)
    assert share_of(errand, Progress(status="done", stage=STAGES[kind][-1])) == 1


def test_what_is_over_leads_on_and_what_is_not_stays() -> None:
    look = Errand(id="a" * 16, kind="look", files=("a.csv",))
    run = Errand(id="b" * 16, kind="run")
    assert next_of(look, Progress(status="working")) == ""
    assert next_of(look, Progress(status="done")) == f"/data/add/{look.id}"
    assert next_of(run, Progress(status="done")) == "/data/arrive"
    assert next_of(run, Progress(status="failed")) == ""
    report = Errand(id="c" * 16, kind="report", wanted="full-zh")
    assert next_of(report, Progress(status="done")) == "/reports"
