"""Seeded damages of objects in raw/: bytes flipped, cut short, another load's, deleted."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shortdrama.lake.ledger import LoadRecord
from shortdrama.lake.store import ObjectStore

SEED = 20261128
KINDS = ("flipped", "cut short", "another load's", "deleted")


@dataclass(frozen=True)
class RawDamage:
    """What becomes of a load's object: other bytes, or none (None)."""

    kind: str
    record: LoadRecord
    body: bytes | None

    def __str__(self) -> str:
        return f"{self.record.load_id} {self.kind}"

    def inflict(self, store: ObjectStore) -> None:
        if self.body is None:
            store.delete(self.record.key)
        else:
            store.put(self.record.key, self.body)


def seeded(
    records: Sequence[LoadRecord], bodies: Mapping[str, bytes], count: int
) -> list[RawDamage]:
    """So many damages, of each kind equally many; `bodies` are the objects by load."""
    chosen = random.Random(SEED)  # noqa: S311 - chosen, not secret
    return [_damage(KINDS[number % len(KINDS)], records, bodies, chosen) for number in range(count)]


def _damage(
    kind: str, records: Sequence[LoadRecord], bodies: Mapping[str, bytes], chosen: random.Random
) -> RawDamage:
    record = chosen.choice(records)
    body = bodies[record.load_id]
    if kind == "deleted":
        return RawDamage(kind, record, None)
    if kind == "cut short":
        return RawDamage(kind, record, body[: chosen.randrange(len(body))])
    if kind == "another load's":
        others = [one for one in records if one.load_id != record.load_id]
        # Of the same dataset where there is one: such an object reads well.
        alike = [one for one in others if one.dataset == record.dataset] or others
        return RawDamage(kind, record, bodies[chosen.choice(alike).load_id])
    broken = bytearray(body)
    for at in chosen.sample(range(len(body)), chosen.randint(1, 8)):
        broken[at] ^= chosen.randint(1, 255)
    return RawDamage(kind, record, bytes(broken))
