"""Data come in through a browser: sent, looked at, corrected, computed, taken back."""

from __future__ import annotations

import html
import io
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from openpyxl import Workbook as Book

from web.asking import Said, Site, serving
from zhike.workspace import Settings, Workspace
from zhike.workspace.errands import Errands
from zhike.workspace.lock import sole_writer

FORM = {"content_type": "application/x-www-form-urlencoded"}
ROWS = "".join(f"A{n},C{n % 9},2024-01-{n % 28 + 1:02},{n % 50}.50,web\n" for n in range(1, 200))
ORDERS = f"order id,customer id,order date,paid,where\n{ROWS}A999,C1,2024-13-45,5,<i>x</i>\n"
ODD = "x1,x2,x3\n" + "".join(f"{n}x,day {n},about {n}\n" for n in range(60))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Workspace]]:
    """A new workspace, served; those of its tests that add something take it back."""
    settings = Settings(name="New", currency="CNY", largest_upload="1MB")
    workspace = Workspace.create(tmp_path_factory.mktemp("first") / "new", settings)
    with serving(workspace.folder) as site:
        yield site, workspace


def send(site: Site, files: dict[str, bytes | str], **headers: str) -> Said:
    body = bytearray()
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        head = f'Content-Disposition: form-data; name="files"; filename="{name}"'
        body += f"--edge\r\n{head}\r\nContent-Type: text/csv\r\n\r\n".encode() + data + b"\r\n"
    body += b"--edge--\r\n"
    kind = "multipart/form-data; boundary=edge"
    return site.post("/data/add", bytes(body), content_type=kind, **headers)


def over(site: Site, address: str) -> Said:
    """Where work leads once it has ended."""
    deadline = time.monotonic() + 120
    while 'http-equiv="refresh"' in (page := site.get(address)).text:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return page


def looked_at(site: Site, files: dict[str, bytes | str]) -> str:
    """The address where what the files are is confirmed."""
    answer = send(site, files)
    assert answer.status == 303
    there = over(site, answer.headers["location"])
    assert there.status == 303
    return there.headers["location"]


def said(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))


@pytest.mark.slow
def test_from_nothing_to_an_overview_and_back(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "new", Settings(name="New", currency="CNY"))
    with serving(workspace.folder) as site:
        assert site.get("/").headers["location"] == "/begin"
        address = looked_at(site, {"orders.csv": ORDERS, "leer.csv": ""})
        page = site.get(address)
        assert "leer.csv is empty." in said(page.text)
        assert "<code>&lt;i&gt;x&lt;/i&gt;</code>" in page.text
        assert '<option value="orders.paid_amount" selected>' in page.text
        where = re.search(r'<label for="(t0c4)">where</label>', page.text)
        assert where is not None
        form = urlencode({"do": "add", where[1]: "orders.channel"})
        watched = site.post(address, form, **FORM).headers["location"]
        assert site.post("/data/run", "", **FORM).status == 409
        events = site.get(f"{watched}/events")
        assert events.headers["content-type"].startswith("text/event-stream")
        assert '"status": "working"' in events.text
        there = over(site, watched)
        assert there.headers["location"] == "/data/arrive"
        assert site.get("/data/arrive").headers["location"] == "/"
        assert site.get("/api/v1/overview").json["snapshot"] == workspace.published
        [batch] = site.get("/api/v1/sources").json["batches"]
        assert (batch["file"], batch["computed"]) == ("orders.csv", True)
        assert batch["fates"] == {"loaded": 199, "rejected": 1}
        told = site.get("/api/v1/rejected").json
        assert (told["found"], told["reasons"]) == (1, {"unreadable_date": 1})
        assert "&lt;i&gt;x&lt;/i&gt;" in site.get("/data/rejected").text
        listed = site.get(f"/data/rejected.csv?batch={batch['batch']}")
        assert listed.headers["content-type"].startswith("text/csv")
        assert "2024-13-45" in listed.text
        assert "already" in said(site.get(looked_at(site, {"same.csv": ORDERS})).text)
        gone = urlencode({"batch": batch["batch"]})
        assert site.post("/data/remove", gone, **FORM).status == 303
        assert site.get("/api/v1/sources").json == {"outdated": True, "batches": []}
        assert "All files were taken back." in said(site.get("/data", accept_language="en").text)
        assert site.post("/data/remove", gone, **FORM).status == 409


@pytest.mark.slow
def test_a_file_that_nothing_tells_is_told_by_hand(empty: tuple[Site, Workspace]) -> None:
    site, workspace = empty
    address = looked_at(site, {"odd.csv": ODD})
    page = site.get(address, accept_language="en")
    assert "Choose below what each column is" in page.text
    keys = re.findall(r'<select id="(t0c\d)"', page.text)
    chosen = dict(zip(keys, ("products.product_id", "products.name", ""), strict=True))
    watched = site.post(address, urlencode({"do": "look"} | chosen), **FORM).headers["location"]
    assert over(site, watched).headers["location"] == address
    again = site.get(address, accept_language="en").text
    assert "Choose below what each column is" not in again
    assert '<option value="products.name" selected>' in again
    assert site.post(f"{address}/drop", "", **FORM).status == 303
    assert site.get(address).status == 404
    assert workspace.sources() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("leer.csv", b"", "leer.csv is empty."),
        ("picture.png", bytes(range(256)) * 40, "picture.png is"),
        ("locked.xlsx", b"", "locked.xlsx is protected with a password."),
        ("damaged.xlsx", b"PK\x03\x04" + b"\x00" * 400, "damaged.xlsx"),
    ],
)
def test_what_is_no_table_is_told_in_the_sentence_of_the_command_line(
    empty: tuple[Site, Workspace], name: str, content: bytes, sentence: str
) -> None:
    site, workspace = empty
    address = looked_at(site, {name: locked() if name == "locked.xlsx" else content})
    page = site.get(address, accept_language="en")
    assert sentence in said(page.text)
    assert "Traceback" not in page.text
    assert 'name="do" value="add"' not in page.text
    assert site.post(address, "do=add", **FORM).status == 400
    assert workspace.sources() == []


def locked() -> bytes:
    import msoffcrypto

    plain, sealed = io.BytesIO(), io.BytesIO()
    book = Book()
    book.active.append(["order"])
    book.save(plain)
    office = msoffcrypto.OfficeFile(plain)
    office.encrypt("secret", sealed)
    return sealed.getvalue()


@pytest.mark.slow
def test_days_that_could_be_either_are_asked_on_the_page(empty: tuple[Site, Workspace]) -> None:
    site, workspace = empty
    rows = "".join(f"A{n},C{n},0{n % 9 + 1}/0{n % 8 + 1}/2024,5\n" for n in range(1, 40))
    address = looked_at(site, {"a.csv": "order id,customer id,order date,paid\n" + rows})
    page = site.get(address, accept_language="zh-CN")
    assert "日在前" in page.text
    answers = re.findall(r'name="(t0q0)" value="([^"]+)"', page.text)
    assert len(answers) == 2
    watched = site.post(address, "do=add", **FORM).headers["location"]
    assert over(site, watched).headers["location"] == address
    assert "order date" in said(site.get(address, accept_language="en").text)
    assert workspace.sources() == []
    form = urlencode({"do": "look", answers[0][0]: html.unescape(answers[0][1])})
    assert over(site, site.post(address, form, **FORM).headers["location"]).status == 303
    assert "t0q0" not in site.get(address).text


def test_more_than_the_settings_allow_is_refused_and_leaves_nothing(
    empty: tuple[Site, Workspace],
) -> None:
    site, workspace = empty
    before = sorted(workspace.folder.glob("errands/*"))
    answer = send(site, {"big.csv": b"a,b\n" * 300_000}, accept_language="en")
    assert answer.status == 413
    assert "That is more than 1MB at once." in said(answer.text)
    assert sorted(workspace.folder.glob("errands/*")) == before


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=edge"),
        (b"--edge\r\nnonsense", "multipart/form-data; boundary=edge"),
        (b"--edge--\r\n", "multipart/form-data; boundary=edge"),
        (b"files=a", "application/x-www-form-urlencoded"),
        (b"x", "multipart/form-data"),
    ],
)
def test_what_is_no_form_with_files_is_refused(
    empty: tuple[Site, Workspace], body: bytes, kind: str
) -> None:
    site, workspace = empty
    before = sorted(workspace.folder.glob("errands/*"))
    assert site.post("/data/add", body, content_type=kind).status == 400
    assert sorted(workspace.folder.glob("errands/*")) == before


@pytest.mark.slow
def test_the_name_of_a_file_is_never_a_path(empty: tuple[Site, Workspace]) -> None:
    site, workspace = empty
    around = sorted(workspace.folder.parent.iterdir())
    address = looked_at(site, {"../../../outside.csv": ORDERS})
    assert "outside.csv" in site.get(address).text
    assert "../" not in said(site.get(address).text)
    assert sorted(workspace.folder.parent.iterdir()) == around
    for path in ("/data/add/..%2f..%2fprivate", "/data/work/%2e%2e", "/api/v1/work/..%2f..%2fa"):
        assert site.get(path).status == 404


@pytest.mark.slow
def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w") as member,
    ):
        member.write(b"a,b\n")
        for _ in range(70):
            member.write(b"1,2\n" * (1 << 20))
    workspace = Workspace.create(tmp_path / "new")
    with serving(workspace.folder) as site:
        page = site.get(looked_at(site, {"bomb.zip": packed.getvalue()}), accept_language="en")
    assert "unpacks to far more than a table would" in said(page.text)


@pytest.mark.parametrize("path", ["/data/add", "/data/run", "/data/demo", "/data/remove"])
def test_a_page_of_somebody_else_begins_nothing(empty: tuple[Site, Workspace], path: str) -> None:
    site, _workspace = empty
    before = site.get("/api/v1/work").json
    for theirs in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
        assert site.post(path, "", **theirs).status == 403
    assert site.get("/api/v1/work").json == before


def test_another_program_that_writes_is_named_on_the_page(
    own_shop: Workspace,
) -> None:
    with serving(own_shop.folder) as site, sole_writer(own_shop._layout, "add"):
        answer = site.post("/data/run", "", accept_language="en", **FORM)
        assert answer.status == 409
        assert "Another `zhike add` is at work here" in said(answer.text)
        demo = site.post("/data/demo", "", accept_language="en", **FORM)
        assert "There are data here already" in said(demo.text)


@pytest.mark.slow
def test_work_that_is_called_off_leaves_what_is_shown(own_shop: Workspace) -> None:
    before = own_shop.published
    with serving(own_shop.folder) as site:
        watched = site.post("/data/run", "", **FORM).headers["location"]
        assert site.post(f"{watched}/stop", "", **FORM).status == 303
        page = site.get(watched, accept_language="en")
        assert "It was called off; nothing was changed." in said(page.text)
        assert site.get("/api/v1/overview").json["snapshot"] == before
    assert Workspace.open(own_shop.folder).published == before


@pytest.mark.slow
def test_work_ends_with_the_server(own_shop: Workspace) -> None:
    before = own_shop.published
    with serving(own_shop.folder) as site:
        watched = site.post("/data/run", "", **FORM).headers["location"]
        assert site.get(f"/api/v1{watched.removeprefix('/data')}").json["status"] == "working"
    told = Errands(own_shop.folder).progress(watched.rpartition("/")[2])
    assert told.status == "stopped"
    assert Workspace.open(own_shop.folder).published == before
