"""Small simulated companies that many tests look at."""

from __future__ import annotations

import pytest

from zhike.datasets import Simulated, simulate


@pytest.fixture(scope="session")
def shop_zh() -> Simulated:
    return simulate(6_000, seed=11)


@pytest.fixture(scope="session")
def shop_en() -> Simulated:
    return simulate(6_000, seed=11, language="en")


@pytest.fixture(scope="session", params=["zh", "en"])
def shop(request: pytest.FixtureRequest) -> Simulated:
    found: Simulated = request.getfixturevalue(f"shop_{request.param}")
    return found
