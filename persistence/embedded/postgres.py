"""The embedded PostgreSQL: a real server, on a Unix socket in its own data folder."""

import signal
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from persistence.embedded.account import Account, engine_account
from persistence.embedded.binaries import COPIES, POSTGRES, programs
from persistence.embedded.cluster import ADMIN, DATABASE, data_argument, ensure_cluster
from persistence.embedded.data_dir import DataDir
from persistence.embedded.engine import Engine
from persistence.embedded.leftovers import Steps, end_leftovers
from persistence.embedded.logfile import LogFile
from persistence.embedded.process import Child
from persistence.embedded.settings import PostgresSettings

__all__ = ["PostgresEngine"]

START_SECONDS_MAX = 120.0
"""Long, because a start may have to replay as much log as `max_wal_size`; a failed start is told at once."""


class PostgresEngine(Engine):
    """PostgreSQL as a child process, driven directly rather than through the wheel's own manager.

    That one opens every parent folder of the data to everybody, detaches the server with `pg_ctl`, and leaves
    stopping it to `atexit`, so a killed server would leave it running. Here it ends with us: a fast shutdown,
    whether asked for or because we were killed.
    """

    name: ClassVar[str] = "postgres"
    # SIGINT is PostgreSQL's fast shutdown: abort transactions, checkpoint, end. SIGQUIT ends without the checkpoint,
    # to be recovered.
    stop_steps: ClassVar[Steps] = ((signal.SIGINT, 5.0), (signal.SIGQUIT, 1.5), (signal.SIGKILL, 5.0))

    def __init__(self, data_dir: DataDir, settings: PostgresSettings | None = None, copies: Path = COPIES) -> None:
        super().__init__()
        self._data_dir = data_dir
        self._settings = settings or PostgresSettings()
        self._copies = copies
        self._log = LogFile(data_dir.path / "postgres.log")

    @property
    def cluster(self) -> Path:
        """The data folder."""
        return self._data_dir.path / "postgres"

    @property
    def dsn(self) -> str:
        """Where the server's own role and database are. Raises EngineNotRunning when the data dir is not held."""
        return self._address(DATABASE, DATABASE)

    @property
    def admin_dsn(self) -> str:
        """The superuser's address, for maintenance. Raises EngineNotRunning when the data dir is not held."""
        return self._address(ADMIN, "postgres")

    @property
    def binaries(self) -> Path:
        """The folder of `postgres`, `psql`, `pgbench` and the other programs."""
        return programs(POSTGRES, self._account(), self._copies)

    def _account(self) -> Account:
        return engine_account(self.cluster)

    def _address(self, role: str, database: str) -> str:
        host = quote(str(self._data_dir.short_path / "postgres"), safe="/")
        return f"postgresql://{role}@/{database}?host={host}&port=5432"

    async def _launch(self) -> Child:
        account = self._account()
        folder = programs(POSTGRES, account, self._copies)
        await ensure_cluster(self.cluster, folder, account)
        await end_leftovers("postgres", self.cluster, self._recorded_pid(), self.stop_steps)
        # Nobody lives in the cluster, so this pid is stale; PostgreSQL would trust it if a stranger had been given
        # the number since.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        options = [part for name, value in self._settings.options().items() for part in ("-c", f"{name}={value}")]
        child = await Child.spawn(
            self.name,
            [str(folder / "postgres"), "-D", data_argument(self.cluster, account), *options],
            folder=self.cluster,
            account=account,
            log=self._log,
            death_signal=signal.SIGINT,
        )
        await child.ready(lambda: self._status() == (child.pid, "ready"), START_SECONDS_MAX)
        return child

    def _status(self) -> tuple[int, str] | None:
        """Return pid and state from `postmaster.pid` (src/include/utils/pidfile.h), None when it is not complete."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            return int(lines[0]), lines[7].strip()
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
