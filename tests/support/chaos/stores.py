"""PostgreSQL and Valkey on a machine of their own, where others reach them over the network."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from persistence.embedded import Engine, Engines, PostgresSettings, ValkeySettings
from tests.support.chaos.network import SUBNET, Network

POSTGRES_PORT: Final = 5432
VALKEY_PORT: Final = 6379
EVERYBODY: Final = f"host all all {SUBNET}.0/24 trust\n"
"""Nobody else is on this network."""


@dataclass(frozen=True)
class NetworkedPostgres(PostgresSettings):
    """As it comes along, and on an address too."""

    address: str = ""

    def options(self) -> dict[str, str]:
        """See `PostgresSettings.options`."""
        return {**PostgresSettings.options(self), "listen_addresses": self.address, "port": str(POSTGRES_PORT)}


@dataclass(frozen=True)
class NetworkedValkey(ValkeySettings):
    """As it comes along, and on an address too."""

    address: str = ""

    def options(self) -> dict[str, str]:
        """See `ValkeySettings.options`."""
        reached = {"bind": self.address, "port": str(VALKEY_PORT), "protected-mode": "no"}
        return {**ValkeySettings.options(self), **reached}


class Stores:
    """Both engines in a data dir that was made before; the data dir's owner is this process."""

    def __init__(self, network: Network, machine: str, data_dir: Path) -> None:
        self._network = network
        self._machine = machine
        address = network.addresses[machine]
        self._engines = Engines(
            data_dir, postgres=NetworkedPostgres(address=address), valkey=NetworkedValkey(address=address)
        )
        with (data_dir / "postgres" / "pg_hba.conf").open("a") as file:
            file.write(EVERYBODY)
        self.redis_url = f"redis://{address}:{VALKEY_PORT}/0"
        self.database_url = f"postgresql://croupier@{address}:{POSTGRES_PORT}/croupier"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """They run until the end of the block."""
        with self._network.entered(self._machine):
            await self._engines.start()
        try:
            yield
        finally:
            await self._engines.stop()

    def engine(self, name: str) -> Engine:
        """`postgres` or `valkey`."""
        return {"postgres": self._engines.postgres, "valkey": self._engines.valkey}[name]

    async def restart(self, name: str) -> None:
        """Stop one of them in order, or see that it has ended, and start it again where it was."""
        with self._network.entered(self._machine):
            await self.engine(name).restart()
