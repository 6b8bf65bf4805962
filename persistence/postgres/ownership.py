"""Who owns which shard, in PostgreSQL: epochs begin and end, and shards move between them.

Whoever changes owners locks the shards first, in their order, and then the row of its epoch, which every batch of the
epoch updates: so nobody waits for another in a circle, and no batch is open on a shard while it moves.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from persistence.interfaces import Fenced, Owner, Rejected, StillOwned
from persistence.postgres.failures import DRIVER_ERRORS, failure
from protocol.ids import Epoch, ShardId
from protocol.money import ASSETS_MAX, STANDING, house_account

_LOCK: Final = "SELECT id, epoch FROM shard WHERE id = ANY ($1::int[]) OR epoch = $2 ORDER BY id FOR UPDATE"
_GIVE: Final = (
    "UPDATE shard SET epoch = $1, version = version + 1 WHERE id = ANY ($2::int[]) AND epoch IS DISTINCT FROM $1"
)
_OWNERS: Final = """
    SELECT s.id, s.epoch, coalesce(e.host, ''), e.id IS NULL OR e.ended_at IS NOT NULL, s.version
    FROM shard s LEFT JOIN epoch e ON e.id = s.epoch ORDER BY s.id"""


async def take_shards(connection: Any, host: str, shards: Sequence[ShardId]) -> Epoch:
    """See `Ledger.take_shards`. The open transaction of an epoch that is ended holds its row, so this waits for it.

    Of two hosts that take a shard at once, the second ends the first one's epoch.
    """
    async with _transaction(connection, "take shards"):
        owners = await _lock(connection, shards)
        await connection.execute(
            "UPDATE epoch SET ended_at = now() WHERE id = ANY ($1::bigint[]) AND ended_at IS NULL",
            sorted({epoch for epoch in owners.values() if epoch is not None}),
        )
        epoch = await _insert(connection, host)
        await connection.execute(_GIVE, epoch, shards)
        await connection.execute(
            "INSERT INTO account (id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING",
            [house_account(asset, kind, min(shards)) for asset in range(ASSETS_MAX) for kind in STANDING],
        )
    return epoch


async def open_epoch(connection: Any, host: str) -> Epoch:
    """See `Ledger.open_epoch`."""
    async with _transaction(connection, "open an epoch"):
        await connection.execute("UPDATE epoch SET ended_at = now() WHERE host = $1 AND ended_at IS NULL", host)
        return await _insert(connection, host)


async def end_epoch(connection: Any, epoch: Epoch) -> None:
    """See `Ledger.end_epoch`. The epoch's open transaction holds its row, so this waits for it."""
    async with _transaction(connection, "end an epoch"):
        await connection.execute("UPDATE epoch SET ended_at = now() WHERE id = $1 AND ended_at IS NULL", epoch)


async def acquire_shards(connection: Any, epoch: Epoch, shards: Sequence[ShardId]) -> Epoch:
    """See `Ledger.acquire_shards`."""
    async with _transaction(connection, "acquire shards"):
        owners = await _lock(connection, shards, epoch)
        host = await _lock_own(connection, epoch)
        others = sorted({owner for owner in owners.values() if owner not in (None, epoch)})
        alive = await connection.fetch(
            "SELECT id FROM epoch WHERE id = ANY ($1::bigint[]) AND ended_at IS NULL", others
        )
        living = {row[0] for row in alive}
        kept = {shard: owner for shard, owner in owners.items() if owner is not None and owner in living}
        if kept:
            raise StillOwned(kept)
        await connection.execute("UPDATE epoch SET ended_at = now() WHERE id = $1", epoch)
        newer = await _insert(connection, host)
        await connection.execute(_GIVE, newer, list(owners))
        return newer


async def release_shards(connection: Any, epoch: Epoch, shards: Sequence[ShardId]) -> None:
    """See `Ledger.release_shards`."""
    async with _transaction(connection, "release shards"):
        owners = await _lock(connection, shards)
        await _lock_own(connection, epoch)
        await connection.execute(_GIVE, None, [shard for shard, owner in owners.items() if owner == epoch])


async def owners(connection: Any) -> dict[ShardId, Owner]:
    """See `Ledger.owners`."""
    try:
        return {row[0]: Owner(*row[1:]) for row in await connection.fetch(_OWNERS)}
    except DRIVER_ERRORS as error:
        raise failure("cannot read owners", error) from error


async def _insert(connection: Any, host: str) -> Epoch:
    return Epoch(await connection.fetchval("INSERT INTO epoch (host) VALUES ($1) RETURNING id", host))


async def _lock(connection: Any, shards: Sequence[ShardId], epoch: Epoch | None = None) -> dict[ShardId, Epoch | None]:
    """The owners of these shards, and of those that this epoch has, none of which changes from here on."""
    rows = {row[0]: row[1] for row in await connection.fetch(_LOCK, shards, epoch)}
    unknown = sorted(set(shards) - rows.keys())
    if unknown or not shards:
        raise Rejected(f"the database has no {f'shards {unknown}' if unknown else 'shard to take'}")
    return rows


async def _lock_own(connection: Any, epoch: Epoch) -> str:
    """Wait for the epoch's open transaction, and keep it from another one. Returns its host. Raises `Fenced`."""
    host = await connection.fetchval("SELECT host FROM epoch WHERE id = $1 AND ended_at IS NULL FOR UPDATE", epoch)
    if host is None:
        raise Fenced(f"epoch {epoch} has ended")
    return str(host)


@asynccontextmanager
async def _transaction(connection: Any, doing: str) -> AsyncIterator[None]:
    """Read what was waited for: an epoch that another host ended, a shard that it took."""
    try:
        async with connection.transaction(isolation="read_committed"):
            yield
    except DRIVER_ERRORS as error:
        raise failure(f"cannot {doing}", error) from error
