"""Real engines for tests: one PostgreSQL and one Valkey per session, a fresh database and no keys per test."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import redis

from persistence import migrations
from persistence.embedded import Engines, PostgresSettings
from persistence.postgres.migrate import migrate

__all__ = ["SharedEngines", "empty_postgres_dsn", "engines", "postgres_admin_dsn", "postgres_dsn", "valkey_url"]

TEMPLATE = "croupier_template"
T = TypeVar("T")


class SharedEngines:
    """The session's engines, on an event loop of their own: tests come and go with theirs."""

    def __init__(self, data_dir: Path) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._settings = PostgresSettings(shared_buffers_mib=64, max_wal_size_mib=1024, connections_max=100)
        self._data_dir = data_dir
        self._databases = 0
        self._migrated = False

    def start(self) -> None:
        """Start both engines."""
        self.engines = self._run(self._started())

    def stop(self) -> None:
        """Stop both engines."""
        self._run(self.engines.stop())
        self._runner.close()

    @contextmanager
    def fresh_database(self, *, migrated: bool) -> Iterator[str]:
        """Yield the DSN of a database made for the role `croupier`. Dropped after: what stays is synced at the end."""
        if migrated and not self._migrated:
            self._run(self._make_template())
            self._migrated = True
        with self._database(TEMPLATE if migrated else "template1") as dsn:
            yield dsn

    @contextmanager
    def copy_of(self, dsn: str) -> Iterator[str]:
        """Yield the DSN of a copy of a database that nobody is connected to. Dropped after."""
        with self._database(urlsplit(dsn).path.removeprefix("/")) as copy:
            yield copy

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        self._databases += 1
        name = f"test_{self._databases}"
        self._run(self._execute(f"CREATE DATABASE {name} TEMPLATE {template}"))
        try:
            yield self.dsn(name)
        finally:
            # The superuser, because autovacuum may be at work in it, which nobody else may end.
            self._run(self._execute(f"DROP DATABASE {name} WITH (FORCE)", self.engines.postgres.admin_dsn))

    def dsn(self, database: str) -> str:
        """Return the DSN of a database of this PostgreSQL for the role `croupier`."""
        return urlunsplit(urlsplit(self.engines.postgres.dsn)._replace(path=f"/{database}"))

    async def _started(self) -> Engines:
        engines = Engines(self._data_dir, postgres=self._settings)
        await engines.start()
        return engines

    async def _make_template(self) -> None:
        await self._execute(f"CREATE DATABASE {TEMPLATE}")
        connection = await asyncpg.connect(self.dsn(TEMPLATE))
        try:
            await migrate(connection, migrations.folder())
        finally:
            await connection.close()

    async def _execute(self, statement: str, dsn: str | None = None) -> None:
        connection = await asyncpg.connect(dsn or self.engines.postgres.dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _run(self, work: Coroutine[object, object, T]) -> T:
        return self._runner.run(work)


@pytest.fixture(scope="session")
def engines() -> Iterator[SharedEngines]:
    """The session's running engines. For what needs to break one, start your own `Engines` in a folder of your own."""
    folder = Path(tempfile.mkdtemp(prefix="croupier-tests-"))
    shared = SharedEngines(folder / "data")
    try:
        shared.start()
        try:
            yield shared
        finally:
            shared.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_dsn(engines: SharedEngines) -> Iterator[str]:
    """DSN of a fresh database with every migration applied."""
    with engines.fresh_database(migrated=True) as dsn:
        yield dsn


@pytest.fixture
def empty_postgres_dsn(engines: SharedEngines) -> Iterator[str]:
    """DSN of a fresh database without any table."""
    with engines.fresh_database(migrated=False) as dsn:
        yield dsn


@pytest.fixture
def postgres_admin_dsn(engines: SharedEngines) -> str:
    """DSN of the superuser, for tests of the server itself."""
    return engines.engines.postgres.admin_dsn


@pytest.fixture
def valkey_url(engines: SharedEngines) -> str:
    """URL of a Valkey without any key."""
    client = redis.Redis.from_url(engines.engines.valkey.url)
    try:
        client.flushall()
    finally:
        client.close()
    return engines.engines.valkey.url
