"""360 seeded damages of raw objects: refused by name, or without a say; put back, all is right.

Each damage meets a lake in which new loads wait to be built. dbt's models build without its data
tests, in this process, for it is done hundreds of times; `test_damage.py` has the whole of dbt.
`make raw-damage` runs them.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from machines import Machine, made
from raw_damage import SEED, RawDamage, seeded
from shortdrama.core.errors import LoadsDamaged
from shortdrama.core.settings import Settings
from shortdrama.lake.store import ObjectStore

pytestmark = [pytest.mark.damage, pytest.mark.timeout(1200)]

COUNT = 360


@pytest.fixture(scope="module")
def machine(lake: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder: Path = tmp_path_factory.mktemp("machine")
    with made(lake, ObjectStore.of(lake.s3), folder, "models") as machine:
        yield machine


@pytest.fixture(scope="module")
def bodies(machine: Machine) -> dict[str, bytes]:
    """The accepted objects, by load."""
    return {record.load_id: machine.store.get(record.key) for record in machine.records}


@pytest.fixture(scope="module")
def damages(machine: Machine, bodies: dict[str, bytes]) -> list[RawDamage]:
    return seeded(machine.records, bodies, COUNT)


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """How the damages ended, for docs/operators.md."""
    tally: Counter[str] = Counter()
    yield tally
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    ended = ", ".join(f"{count} {end}" for end, count in sorted(tally.items()))
    terminal.write_line(f"\n{tally.total()} damages of raw objects, seed {SEED}: {ended}")


def refusal(machine: Machine) -> str | None:
    """What the run says that refuses a damaged load; None if it publishes."""
    try:
        machine.run()
    except LoadsDamaged as refused:
        return str(refused)
    return None


@pytest.mark.parametrize("number", range(COUNT))
def test_a_damage_is_refused_or_changes_no_row_and_put_back_readers_have_the_right_rows(
    machine: Machine,
    bodies: dict[str, bytes],
    damages: list[RawDamage],
    tally: Counter[str],
    number: int,
) -> None:
    damage = damages[number]
    machine.restore()
    damage.inflict(machine.store)
    said = refusal(machine)
    machine.store.put(damage.record.key, bodies[damage.record.load_id])
    if said is None:
        assert machine.rows() == machine.after, "the damage changed rows"
    else:
        assert f"1 accepted load damaged in the lake. {damage.record.dataset}" in said
        assert f"load {damage.record.load_id}: {damage.record.key}" in said
        assert machine.rows() == machine.before
    machine.run()
    assert machine.rows() == machine.after
    tally["refused by name" if said else "of loads that the build does not read"] += 1
