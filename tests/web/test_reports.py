"""Reports are made beside the pages, kept, fetched and removed."""

from __future__ import annotations

import gzip
import io
import time
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from web.asking import Said, Site, serving
from zhike.workspace import Workspace
from zhike.workspace.archive import Archive

FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


def sent(site: Site, path: str, **fields: str) -> Said:
    return site.ask("POST", path, FORM, urlencode(fields))


def waited(site: Site, address: str) -> str:
    """Where the work leads when it is over."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        answer = site.get(address)
        if answer.status == 303:
            return answer.headers["location"]
        time.sleep(0.3)
    raise AssertionError(answer.text)


@pytest.mark.slow
def test_what_is_made_can_be_fetched_and_removed(own_shop: Workspace) -> None:
    with serving(own_shop.folder) as site:
        assert "No report was made here yet." in site.get("/reports").text
        begun = sent(site, "/reports", kind="full-page", language="zh")
        assert begun.status == 303
        assert waited(site, begun.headers["location"]) == "/reports"
        (made,) = Archive(own_shop.folder).all()
        assert (made.kind, made.language) == ("full-page", "zh")
        page = site.get("/reports").text
        assert f'href="/reports/files/{made.name}"' in page
        fetched = site.get(f"/reports/files/{made.name}")
        assert fetched.headers["content-disposition"].startswith("attachment")
        assert '<html lang="zh' in fetched.text
        assert sent(site, "/reports/remove", name=made.name).status == 303
        assert site.get(f"/reports/files/{made.name}").status == 404
        assert Archive(own_shop.folder).all() == []


@pytest.mark.slow
def test_a_workbook_is_made_masked(own_shop: Workspace) -> None:
    people = own_shop.open_snapshot()["people"]
    names = set(people.drop_null("name").to_pyarrow()["name"].to_pylist())
    with serving(own_shop.folder) as site:
        begun = sent(site, "/reports", kind="workbook", language="en")
        assert waited(site, begun.headers["location"]) == "/reports"
        (made,) = Archive(own_shop.folder).all()
        headers, content = site.ask_bytes(f"/reports/files/{made.name}")
    if headers.get("content-encoding") == "gzip":
        content = gzip.decompress(content)
    book = load_workbook(io.BytesIO(content), read_only=True)
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert names
    assert not names & {cell for cell in cells if isinstance(cell, str)}


@pytest.mark.parametrize(
    "name",
    ["..%2F..%2Fzhike.toml", "%2Fetc%2Fpasswd", "2025-07-01-full-zh.pdf", "2025-07-01-x-zh.html"],
)
def test_no_other_file_is_given(site: Site, name: str) -> None:
    assert site.get(f"/reports/files/{name}").status == 404


def test_what_cannot_be_made_is_said(site: Site) -> None:
    answer = sent(site, "/reports", kind="novel")
    assert answer.status == 400
    assert "novel" in answer.text
    assert "workbook" in answer.text
