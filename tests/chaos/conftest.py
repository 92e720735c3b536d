"""Every test in this folder belongs to the campaign: it has a seed, and it says what it found."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from chaos.verdict import Verdict

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands here, so that `make test` leaves it to `make chaos`."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker("chaos")


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of this round."""
    return int(os.environ.get("ASKANCE_CHAOS_SEED", "1"))


@pytest.fixture
def random(seed: int, request: pytest.FixtureRequest) -> Random:
    """Chance of this test alone, the same for the same seed."""
    return Random(f"{seed} {request.node.name}")  # noqa: S311 (faults, no secret)


@pytest.fixture(scope="session")
def found() -> Callable[[Verdict], None]:
    """Take a verdict: it goes into the campaign's record first, and then has to be a good one."""

    def find(verdict: Verdict) -> None:
        record = os.environ.get("ASKANCE_CHAOS_RECORD")
        if record is not None:
            with Path(record).open("a") as file:
                file.write(json.dumps(verdict.as_json()) + "\n")
        assert [] == verdict.failures, verdict

    return find
