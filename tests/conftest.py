"""What every test may lean on: the real data, one language, one way of generating examples."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from servers import duckdb_engine, postgres_address, postgres_engine, spark_engine

# Ibis makes many small objects; to look for garbage among them so often costs a fifth.
gc.set_threshold(100_000, 20, 20)

__all__ = ["duckdb_engine", "postgres_address", "postgres_engine", "spark_engine"]

CHECKOUT = Path(__file__).resolve().parents[1]

settings.register_profile(
    "zhike", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("ci", settings.get_profile("zhike"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "zhike")


def pytest_configure() -> None:
    """Speak English in this process and in those that tests start; a test may ask for Chinese."""
    os.environ["ZHIKE_LANG"] = "en"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole journeys from a file to a report take their time, each and every one."""
    for item in items:
        if item.path.parent.name == "journeys" or item.path.stem == "test_journeys":
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the project itself."""
    return CHECKOUT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data sets, read where it lies; without it the test is skipped."""
    named = os.environ.get("ZHIKE_TEST_DATA")
    folder = Path(named) if named else CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no data sets in {folder}; name their folder in ZHIKE_TEST_DATA")
    return folder
