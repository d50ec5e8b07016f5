"""PostgreSQL and Spark for tests: started here on this machine, or skipped with what to install."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from zhike.engines import Engine, open_engine

POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/*/bin")


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of a PostgreSQL of our own, on a free port of this machine alone."""
    programs = _postgres_programs()
    if programs is None or find_spec("psycopg") is None:
        pytest.skip(
            "PostgreSQL is not installed; on Debian: apt install postgresql, "
            "and: pip install 'zhike[postgres]'"
        )
    folder = Path(tempfile.mkdtemp(prefix="zhike-postgres-"))  # pytest's own is closed to others
    user = _unprivileged(folder)
    port, data = _free_port(), folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder)

    run("initdb", "--pgdata", str(data), "--auth", "trust", "--username", "zhike", "--encoding",
        "UTF8", "--locale", "C", "--no-sync")  # fmt: skip
    listening = f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -k {folder}"
    log = str(folder / "log")
    run("pg_ctl", "start", "--pgdata", str(data), "--wait", "--log", log, "--options", listening)
    try:
        yield f"postgres://zhike@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "stop", "--pgdata", str(data), "--mode", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_engine(postgres_address: str) -> Iterator[Engine]:
    """An engine on that server."""
    engine = open_engine(postgres_address)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def spark_engine() -> Iterator[Engine]:
    """A local Spark."""
    if find_spec("pyspark") is None:
        pytest.skip("Spark is not installed: pip install 'zhike[spark]'")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Java is not installed; on Debian: apt install openjdk-17-jre-headless")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    engine = open_engine("spark", memory="1g", threads=2)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[Engine]:
    """An embedded DuckDB."""
    engine = open_engine("duckdb", threads=2)
    yield engine
    engine.close()


def _postgres_programs() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    for pattern in POSTGRES_FOLDERS:
        found = sorted(Path("/").glob(f"{pattern.lstrip('/')}/initdb"))
        if found:
            return found[-1].parent
    return None


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: hand the folder to a user who is not."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    shutil.chown(folder, user)
    return user


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
