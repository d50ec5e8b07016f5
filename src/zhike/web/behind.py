"""The customers behind a finding, as a table to work with."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from zhike.web.contents import analysis_class
from zhike.web.desk import Desk


def customers_file(desk: Desk, request: Request, name: str) -> Response:
    """Those of whom an analysis of the run says what stands in the query, as CSV.

    They are told by the id that only the workspace can turn into a person.
    """
    if analysis_class(name) is None:
        raise HTTPException(404)
    where = [f"{key}={value}" for key, value in request.query_params.multi_items()]
    with tempfile.NamedTemporaryFile(prefix="zhike-", suffix=".csv", delete=False) as file:
        path = Path(file.name)
    try:
        desk.recomputing.write_customers(path, name, where)
    except BaseException:
        path.unlink()
        raise
    return FileResponse(
        path,
        media_type="text/csv",
        filename="-".join([name, *request.query_params.values()]) + ".csv",
        background=BackgroundTask(path.unlink),
    )
