"""Both embedded engines under one data dir, owned by this process from start to stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from persistence.embedded.binaries import COPIES
from persistence.embedded.data_dir import DataDir, Owner, owner
from persistence.embedded.engine import Engine
from persistence.embedded.errors import DatabaseElsewhere, DatabaseMissing
from persistence.embedded.postgres import PostgresEngine
from persistence.embedded.settings import PostgresSettings, ValkeySettings
from persistence.embedded.valkey import ValkeyEngine

__all__ = ["DEFAULT_DATA_DIR", "Engines", "opened_database"]

DEFAULT_DATA_DIR = Path(".croupier")


class Engines:
    """PostgreSQL and Valkey, or the one of them that is wanted."""

    def __init__(
        self,
        data_dir: Path,
        *,
        with_postgres: bool = True,
        with_valkey: bool = True,
        postgres: PostgresSettings | None = None,
        valkey: ValkeySettings | None = None,
        copies: Path = COPIES,
    ) -> None:
        self._data_dir = DataDir(data_dir)
        self.postgres = PostgresEngine(self._data_dir, postgres, copies)
        self.valkey = ValkeyEngine(self._data_dir, valkey, copies)
        self._wanted: list[Engine] = []
        if with_postgres:
            self._wanted.append(self.postgres)
        if with_valkey:
            self._wanted.append(self.valkey)

    @property
    def data_dir(self) -> Path:
        """The absolute path of the data dir."""
        return self._data_dir.path

    async def start(self) -> None:
        """Take the data dir and start the engines in it; when one fails, leave nothing running.

        Raises DataDirInUse at once when another server has it, and any other EngineError.
        """
        self._data_dir.acquire()
        try:
            # One after the other: the cluster's owner decides the account of both, and both take well under a second.
            for engine in self._wanted:
                await engine.start()
        except BaseException:
            await self.stop()
            raise
        self._data_dir.publish(
            database_url=self.postgres.dsn if self.postgres in self._wanted else "",
            redis_url=self.valkey.url if self.valkey in self._wanted else "",
        )

    async def stop(self, *, by_force: bool = False) -> None:
        """Stop the engines, in bounded time, and free the data dir. Safe to call twice."""
        try:
            await asyncio.gather(*(engine.stop(by_force=by_force) for engine in self._wanted))
        finally:
            self._data_dir.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


@asynccontextmanager
async def opened_database(
    data_dir: Path, *, create: bool = False, postgres: PostgresSettings | None = None
) -> AsyncIterator[str]:
    """Yield the DSN of the data dir's database: of the server that has it now, or else of an engine of our own.

    For tools (audit, migrate) that work beside a running server as well as without one. Raises DatabaseMissing when
    there is none and it is not to be made, DatabaseElsewhere when the owner has none in it, DataDirInUse when one
    starts in the same instant.
    """
    present: Owner | None = owner(data_dir)
    if present is not None:
        if not present.database_url:
            raise DatabaseElsewhere(data_dir, present.pid)
        yield present.database_url
        return
    if not create and not PostgresEngine(DataDir(data_dir)).cluster.exists():
        raise DatabaseMissing(data_dir)
    async with Engines(data_dir, with_valkey=False, postgres=postgres) as engines:
        yield engines.postgres.dsn
