"""The embedded Valkey, which speaks Redis: a real server on a Unix socket, keeping nothing on disk."""

import signal
import socket
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from persistence.embedded.account import engine_account, give_tree
from persistence.embedded.binaries import COPIES, VALKEY, programs
from persistence.embedded.data_dir import DataDir
from persistence.embedded.engine import Engine
from persistence.embedded.leftovers import Steps, end_leftovers
from persistence.embedded.logfile import LogFile
from persistence.embedded.process import Child
from persistence.embedded.settings import ValkeySettings

__all__ = ["ValkeyEngine"]

START_SECONDS_MAX = 30.0
PING_SECONDS_MAX = 0.2


class ValkeyEngine(Engine):
    """Valkey as a child process. It holds only what can be rebuilt, so it is simply killed with us."""

    name: ClassVar[str] = "valkey"
    stop_steps: ClassVar[Steps] = ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0))

    def __init__(self, data_dir: DataDir, settings: ValkeySettings | None = None, copies: Path = COPIES) -> None:
        super().__init__()
        self._data_dir = data_dir
        self._settings = settings or ValkeySettings()
        self._copies = copies
        self._log = LogFile(data_dir.path / "valkey.log")

    @property
    def folder(self) -> Path:
        """The working folder, with the socket."""
        return self._data_dir.path / "valkey"

    @property
    def url(self) -> str:
        """Where it is, as redis-py takes it. Raises EngineNotRunning when the data dir is not held."""
        return f"unix://{quote(str(self._socket()), safe='/')}?db=0"

    def _socket(self) -> Path:
        return self._data_dir.short_path / "valkey" / "valkey.sock"

    async def _launch(self) -> Child:
        # The cluster decides for both, so that the two always share one account.
        account = engine_account(self._data_dir.path / "postgres")
        program = programs(VALKEY, account, self._copies) / "valkey-server"
        await end_leftovers("valkey-server", self.folder, None, self.stop_steps)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        give_tree(self.folder, account)
        options = [part for name, value in self._settings.options().items() for part in (f"--{name}", value)]
        child = await Child.spawn(
            self.name,
            [str(program), *options],
            folder=self.folder,
            account=account,
            log=self._log,
            death_signal=signal.SIGKILL,
        )
        await child.ready(self._answers, START_SECONDS_MAX)
        return child

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(PING_SECONDS_MAX)
                client.connect(str(self._socket()))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
