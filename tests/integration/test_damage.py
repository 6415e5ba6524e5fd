"""Damage to the warehouse's file and to raw objects, with dbt itself. `make raw-damage` runs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from damages import DAMAGES, heals
from machines import Machine, made
from shortdrama.core.settings import Settings
from shortdrama.lake.store import ObjectStore

pytestmark = [pytest.mark.damage, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def machine(lake: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder: Path = tmp_path_factory.mktemp("machine")
    with made(lake, ObjectStore.of(lake.s3), folder, "dbt") as machine:
        yield machine


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_warehouse_ends_in_a_good_build(machine: Machine, name: str) -> None:
    heals(machine, name)
