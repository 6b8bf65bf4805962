"""Who is who, on PostgreSQL. Logins that come together are registered together."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import asyncpg

from persistence.interfaces import PlayerRow, Players, Rejected, StoreError, Unavailable
from persistence.player_ids import checked_player_id
from persistence.postgres.failures import DRIVER_ERRORS, failure
from protocol.ids import PlayerId
from protocol.money import Asset

REGISTRATIONS_MAX: Final = 256
WAITING_MAX: Final = 20_000
QUERY_SECONDS_MAX: Final = 10.0
REGISTRATION_ERRORS: Final = (*DRIVER_ERRORS, Rejected)


class _Waiting(NamedTuple):
    provider: str
    subject: str
    name: str
    proof: bytes | None
    proof_expires_ms: int
    answer: "asyncio.Future[PlayerRow | None]"


class PostgresPlayers(Players):
    """Registers in groups: while one transaction runs, the next group gathers. The pool is its owner's to close."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def register(
        self, provider: str, subject: str, name: str, proof: bytes | None, proof_expires_ms: int
    ) -> PlayerRow | None:
        """See `Players.register`."""
        if len(self._waiting) >= WAITING_MAX:
            raise Unavailable(f"more than {WAITING_MAX} logins are waiting")
        answer: asyncio.Future[PlayerRow | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(provider, subject, name, proof, proof_expires_ms, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="register players")
        return await answer

    async def _run(self) -> None:
        group: list[_Waiting] = []
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:REGISTRATIONS_MAX], self._waiting[REGISTRATIONS_MAX:]
                await self._register(group)
        finally:
            # Whatever ended this: nobody is left waiting for an answer that does not come.
            self._running = None
            for one in (*group, *self._waiting):
                _fail(one, Unavailable("registering has ended"))
            self._waiting.clear()

    async def _register(self, group: list[_Waiting]) -> None:
        """Answer everyone of the group. Where the database refuses the group, it is asked about each one alone."""
        try:
            fresh = await self._use_proofs(group)
        except DRIVER_ERRORS as error:
            for one in group:
                _fail(one, failure("cannot use a login's proof", error))
            return
        welcome = [one for one, good in zip(group, fresh, strict=True) if good]
        for one, good in zip(group, fresh, strict=True):
            if not good:
                _answer(one, None)
        try:
            await self._insert(welcome)
        except REGISTRATION_ERRORS as error:
            found = _refusal(error)
            if not isinstance(found, Rejected) or len(welcome) == 1:
                for one in welcome:
                    _fail(one, found)
                return
            for one in welcome:
                try:
                    await self._insert([one])
                except REGISTRATION_ERRORS as single:
                    _fail(one, _refusal(single))

    async def _insert(self, group: list[_Waiting]) -> None:
        names: dict[tuple[str, str], str] = {}
        for one in group:
            names.setdefault((one.provider, one.subject), one.name)
        keys = sorted(names)
        if not keys:
            return
        providers, subjects = [key[0] for key in keys], [key[1] for key in keys]
        async with self._pool.acquire(timeout=QUERY_SECONDS_MAX) as connection, connection.transaction():
            made = await connection.fetch(
                "INSERT INTO player (provider, subject, name) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"
                " ON CONFLICT (provider, subject) DO NOTHING RETURNING id",
                providers,
                subjects,
                [names[key] for key in keys],
                timeout=QUERY_SECONDS_MAX,
            )
            rows = await connection.fetch(
                "SELECT p.id, p.name, p.provider, p.subject"
                " FROM unnest($1::text[], $2::text[]) AS k (provider, subject) JOIN player p USING (provider, subject)",
                providers,
                subjects,
                timeout=QUERY_SECONDS_MAX,
            )
            new = {checked_player_id(row[0]) for row in made}
        found = {(row[2], row[3]): (PlayerId(row[0]), row[1]) for row in rows}
        for one in group:
            number, name = found[one.provider, one.subject]
            _answer(one, PlayerRow(number, name, created=number in new))
            new.discard(number)

    async def _use_proofs(self, group: list[_Waiting]) -> list[bool]:
        """Spend the proofs. Committed before anyone is let in, so that a crash can lose a login, never repeat one."""
        proofs = {one.proof: one.proof_expires_ms for one in group if one.proof is not None}
        unused: set[bytes] = set()
        if proofs:
            digests = sorted(proofs)
            rows = await self._fetch(
                "INSERT INTO used_proof (digest, expires_ms) SELECT * FROM unnest($1::bytea[], $2::bigint[])"
                " ON CONFLICT DO NOTHING RETURNING digest",
                digests,
                [proofs[digest] for digest in digests],
            )
            unused = {row[0] for row in rows}
        fresh = []
        for one in group:
            fresh.append(one.proof is None or one.proof in unused)
            if one.proof is not None:
                unused.discard(one.proof)
        return fresh

    async def find(self, player: PlayerId) -> PlayerRow | None:
        """See `Players.find`."""
        try:
            rows = await self._fetch("SELECT id, name FROM player WHERE id = $1", player)
        except DRIVER_ERRORS as error:
            raise failure("cannot look up a player", error) from error
        return PlayerRow(PlayerId(rows[0][0]), rows[0][1], created=False) if rows else None

    async def forget_proofs(self, now_ms: int) -> int:
        """Forget proofs that would be refused for their age anyway; says how many. Raises `Unavailable`."""
        try:
            rows = await self._fetch("DELETE FROM used_proof WHERE expires_ms < $1 RETURNING 1", now_ms)
        except DRIVER_ERRORS as error:
            raise failure("cannot forget old proofs", error) from error
        return len(rows)

    async def define_assets(self, assets: Sequence[Asset]) -> None:
        """See `Players.define_assets`."""
        try:
            async with self._pool.acquire(timeout=QUERY_SECONDS_MAX) as connection, connection.transaction():
                await connection.executemany(
                    "INSERT INTO asset (number, code, scale) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    sorted((asset.number, asset.code, asset.scale) for asset in assets),
                    timeout=QUERY_SECONDS_MAX,
                )
                rows = await connection.fetch("SELECT number, code, scale FROM asset", timeout=QUERY_SECONDS_MAX)
                known = {row[0]: Asset(row[0], row[1], row[2]) for row in rows}
                for asset in assets:
                    if known.get(asset.number) != asset:
                        same = [one for one in known.values() if asset.number == one.number or asset.code == one.code]
                        raise Rejected(f"{asset} is known otherwise: {same}")
        except DRIVER_ERRORS as error:
            raise failure("cannot define assets", error) from error

    async def _fetch(self, query: str, *arguments: Any) -> list[Any]:
        async with self._pool.acquire(timeout=QUERY_SECONDS_MAX) as connection:
            return await connection.fetch(query, *arguments, timeout=QUERY_SECONDS_MAX)


def _refusal(error: Exception) -> StoreError:
    return error if isinstance(error, Rejected) else failure("cannot register", error)


def _answer(one: _Waiting, row: PlayerRow | None) -> None:
    if not one.answer.done():
        one.answer.set_result(row)


def _fail(one: _Waiting, error: StoreError) -> None:
    if not one.answer.done():
        one.answer.set_exception(error)
