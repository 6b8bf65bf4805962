"""Which part of which fleet a database is: written when the fleet is founded, compared whenever it is opened.

A fleet is all databases of one platform. Its first one, which holds shard 0, is the register: it is claimed first, and
says when all others are. So a database that is empty afterwards is a wrong address or a loss, never a new part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from persistence.interfaces import StoreError, Unavailable
from persistence.postgres.shards import ShardCountDiffers, prepare_shards
from protocol.shards import Partition, ShardRange

if TYPE_CHECKING:
    from asyncpg import Connection, Record

__all__ = [
    "FleetDiffers",
    "Part",
    "PartDiffers",
    "PartEmpty",
    "PartMisplaced",
    "claim",
    "compare_part",
    "complete",
    "judge",
    "read_part",
]


class PartMisplaced(StoreError):
    """A database is not the part of the fleet that it is configured for."""


class PartDiffers(PartMisplaced):
    """The database holds other shards."""

    def __init__(self, configured: ShardRange, found: ShardRange, shards: int) -> None:
        self.configured = configured
        self.found = found
        self.shards = shards
        super().__init__(
            f"it is the database of the shards {found} of {shards}, and configured for {configured}:"
            " addresses were exchanged, or ranges changed, which cannot be done afterwards"
        )


class FleetDiffers(PartMisplaced):
    """The database is another platform's."""

    def __init__(self, expected: UUID, found: UUID) -> None:
        self.expected = expected
        self.found = found
        super().__init__(f"it is of another platform: its fleet is {found}, that of the first database {expected}")


class PartEmpty(PartMisplaced):
    """The database is new, and the fleet is not."""

    def __init__(self, fleet: UUID) -> None:
        self.fleet = fleet
        super().__init__(
            f"it has nothing in it, but the fleet {fleet} had all its databases before:"
            " the address is wrong, or the database was lost and must be restored"
        )


@dataclass(frozen=True, slots=True)
class Part:
    """What a database says of itself: it has these of so many shards. `complete` is the register's word on all."""

    fleet: UUID
    shards: int
    range: ShardRange
    complete: bool


async def read_part(connection: "Connection[Record]") -> Part | None:
    """What the database says of itself; nothing if it is new. Changes nothing."""
    if not await connection.fetchval("SELECT to_regclass('part') IS NOT NULL"):
        return None
    row = await connection.fetchrow("SELECT fleet::text, shards, first_shard, last_shard, complete FROM part")
    return Part(UUID(row[0]), row[1], ShardRange(row[2], row[3]), row[4]) if row is not None else None


def compare_part(part: Part, configured: ShardRange, shards: int, fleet: UUID) -> None:
    """See that a database is the part it is configured for. Raises ShardCountDiffers, PartDiffers, FleetDiffers."""
    if part.shards != shards:
        raise ShardCountDiffers(shards, part.shards)
    if part.range != configured:
        raise PartDiffers(configured, part.range, part.shards)
    if part.fleet != fleet:
        raise FleetDiffers(fleet, part.fleet)


def judge(partition: Partition, parts: Sequence[Part | None]) -> tuple[int, StoreError] | None:
    """What is wrong with databases that say this of themselves, and with which one; nothing if they may be opened.

    The register must have been asked after the others: it is claimed before them.
    """
    register = parts[0]
    if register is None:
        strangers = [part.fleet for part in parts if part is not None]
        return (0, PartEmpty(strangers[0])) if strangers else None
    for index, (part, configured) in enumerate(zip(parts, partition.parts, strict=True)):
        try:
            if part is not None:
                compare_part(part, configured, partition.shards, register.fleet)
            elif register.complete:
                raise PartEmpty(register.fleet)
        except StoreError as error:
            return index, error
    return None


async def claim(connection: "Connection[Record]", configured: ShardRange, shards: int, fleet: UUID | None) -> UUID:
    """Make a new database a part of this fleet (the register: of one that begins with it), and return the fleet's id.

    Leaves one that is claimed as it is: of several callers at once one claims it, and the others find it claimed.
    Raises as `compare_part` and `prepare_shards` do.
    """
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO part (fleet, shards, first_shard, last_shard)"
            " VALUES (coalesce($1::text::uuid, gen_random_uuid()), $2, $3, $4) ON CONFLICT DO NOTHING",
            str(fleet) if fleet is not None else None,
            shards,
            configured.first,
            configured.last,
        )
        part = await read_part(connection)
        if part is None:
            raise Unavailable("what was just written is not there")
        compare_part(part, configured, shards, fleet or part.fleet)
        await prepare_shards(connection, list(configured))
    return part.fleet


async def complete(register: "Connection[Record]") -> None:
    """Write down that every part is claimed."""
    await register.execute("UPDATE part SET complete = true WHERE NOT complete")
