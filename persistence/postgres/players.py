"""Who is who, on PostgreSQL. Logins that come together are registered together."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

import asyncpg

from persistence.interfaces import PlayerRow, Players, Rejected, Unavailable
from protocol.ids import PlayerId
from protocol.money import Asset

REGISTRATIONS_MAX: Final = 256
WAITING_MAX: Final = 20_000
QUERY_SECONDS_MAX: Final = 10.0
_LOST: Final = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError,
                asyncpg.InsufficientResourcesError, OSError, TimeoutError)  # fmt: skip


class _Waiting(NamedTuple):
    provider: str
    subject: str
    name: str
    proof: bytes | None
    proof_expires_ms: int
    answer: "asyncio.Future[PlayerRow | None]"


class PostgresPlayers(Players):
    """Registers in groups: while one transaction runs, the next group gathers."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def register(self, provider: str, subject: str, name: str, proof: bytes | None, proof_expires_ms: int) -> PlayerRow | None:
        """See `Players.register`."""
        if len(self._waiting) >= WAITING_MAX:
            raise Unavailable(f"more than {WAITING_MAX} logins are waiting")
        waiting = _Waiting(provider, subject, name, proof, proof_expires_ms, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="register players")
        return await waiting.answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:REGISTRATIONS_MAX], self._waiting[REGISTRATIONS_MAX:]
                try:
                    answers = await self._register(group)
                except _LOST as error:
                    for one in group:
                        if not one.answer.done():
                            one.answer.set_exception(Unavailable(f"cannot register: {error or type(error).__name__}"))
                    continue
                for one, answer in zip(group, answers, strict=True):
                    if not one.answer.done():
                        one.answer.set_result(answer)
        finally:
            self._running = None

    async def _register(self, group: list[_Waiting]) -> list[PlayerRow | None]:
        fresh = await self._use_proofs(group)
        keys = sorted({(one.provider, one.subject) for one in group})
        names = {(one.provider, one.subject): one.name for one in group}
        async with self._pool.acquire(timeout=QUERY_SECONDS_MAX) as connection, connection.transaction():
            made = await connection.fetch(
                "INSERT INTO player (provider, subject, name) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"
                " ON CONFLICT (provider, subject) DO NOTHING RETURNING id",
                [key[0] for key in keys],
                [key[1] for key in keys],
                [names[key] for key in keys],
            )
            rows = await connection.fetch(
                "SELECT p.id, p.name, p.provider, p.subject FROM unnest($1::text[], $2::text[]) AS k (provider, subject)"
                " JOIN player p USING (provider, subject)",
                [key[0] for key in keys],
                [key[1] for key in keys],
            )
        new = {row[0] for row in made}
        found = {(row[2], row[3]): PlayerRow(PlayerId(row[0]), row[1], row[0] in new) for row in rows}
        return [found[one.provider, one.subject] if good else None for one, good in zip(group, fresh, strict=True)]

    async def _use_proofs(self, group: list[_Waiting]) -> list[bool]:
        """Spend the proofs. Committed before anyone is let in, so that a crash can only lose a login, never repeat one."""
        proofs = {one.proof: one.proof_expires_ms for one in group if one.proof is not None}
        if not proofs:
            return [True] * len(group)
        digests = sorted(proofs)
        async with self._pool.acquire(timeout=QUERY_SECONDS_MAX) as connection:
            rows = await connection.fetch(
                "INSERT INTO used_proof (digest, expires_ms) SELECT * FROM unnest($1::bytea[], $2::bigint[])"
                " ON CONFLICT DO NOTHING RETURNING digest",
                digests,
                [proofs[digest] for digest in digests],
            )
        unused = {row[0] for row in rows}
        fresh = []
        for one in group:
            fresh.append(one.proof is None or one.proof in unused)
            unused.discard(one.proof)
        return fresh

    async def find(self, player: PlayerId) -> PlayerRow | None:
        """See `Players.find`."""
        try:
            row = await self._pool.fetchrow("SELECT id, name FROM player WHERE id = $1", player)
        except _LOST as error:
            raise Unavailable(f"cannot look up a player: {error or type(error).__name__}") from error
        return PlayerRow(PlayerId(row[0]), row[1], False) if row else None

    async def forget_proofs(self, now_ms: int) -> int:
        """Forget proofs that would be refused for their age anyway; says how many."""
        rows = await self._pool.fetch("DELETE FROM used_proof WHERE expires_ms < $1 RETURNING 1", now_ms)
        return len(rows)

    async def define_assets(self, assets: Sequence[Asset]) -> None:
        """See `Players.define_assets`."""
        async with self._pool.acquire(timeout=QUERY_SECONDS_MAX) as connection, connection.transaction():
            known = {row[0]: Asset(row[0], row[1], row[2]) for row in await connection.fetch("SELECT number, code, scale FROM asset")}
            for asset in assets:
                if known.get(asset.number, asset) != asset:
                    raise Rejected(f"asset number {asset.number} is {known[asset.number]} in the database, {asset} in the configuration")
            await connection.executemany(
                "INSERT INTO asset (number, code, scale) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                [(asset.number, asset.code, asset.scale) for asset in assets],
            )
            stored = {row[0]: Asset(row[0], row[1], row[2]) for row in await connection.fetch("SELECT number, code, scale FROM asset")}
            for asset in assets:
                if stored.get(asset.number) != asset:
                    raise Rejected(f"asset {asset.code} has another number in the database than {asset.number}")
