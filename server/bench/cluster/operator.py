"""Whoever operates a cluster that is measured, or broken on purpose: obeys lines of JSON on stdin.

    {"do": "status"}                                  {"hosts": [...], "gateways": [...], ...}
    {"do": "pids"}                                    {"host-1": 4711, "gateway-3": 4712, "directory-17": 4713}
    {"do": "work", "method": "restart"}               {"done": "rolling restart: 3 processes replaced", "seconds": 9.1}
    {"do": "place", "shards": {"host-1": [3, 4]}}     {"moved": 2, "began": 8.1, "ended": 8.2}
    {"do": "fenced", "host": "host-1"}                {"at": 12.5}
    {"do": "usurp", "host": "host-1", "by": "host-2"} {"shards": 128}

`python -m server.bench.cluster.operator --data-dir FOLDER` joins the Ray of the cluster that was started with this
folder, and says `{"ready": true}`. What cannot be done is answered with `error`. Times are of the machine's monotonic
clock, the same for all its processes.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from actors.runtime.carrier import CarrierError, ProcessName
from actors.runtime.control import pack_shards
from actors.runtime.transport import PeerLost
from persistence.embedded import owner
from persistence.interfaces import StoreError
from persistence.postgres.ledger import PostgresLedger
from server.bench.cluster.mover import Mover
from server.cluster.client import CannotReach, followed, joined
from server.cluster.keeper import ask, find_directory

if TYPE_CHECKING:
    from actors.runtime.ray import RayCarrier

NAME: Final = "croupier"
READERS_MAX: Final = 2
FENCED_SECONDS_MAX: Final = 30.0
STATUS_SECONDS_MAX: Final = 60.0
RETRY_SECONDS: Final = 0.2
LOOK_SECONDS: Final = 0.01
"""How often it is looked whether a host is fenced: the error of that time."""


class Operator:
    """Asks the directory, and the processes themselves."""

    def __init__(self, carrier: "RayCarrier", ledger: PostgresLedger) -> None:
        self._carrier = carrier
        self._ledger = ledger
        self._mover = Mover(carrier, ledger)
        self._methods: Mapping[str, Callable[..., Awaitable[dict[str, Any]]]] = {
            "status": self._status,
            "pids": self._pids,
            "work": self._work,
            "place": self._mover.place,
            "fenced": self._fenced,
            "usurp": self._usurp,
        }

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do one thing and return what came of it."""
        method = self._methods[order.pop("do")]
        try:
            return await method(**order)
        except (CannotReach, CarrierError, PeerLost, StoreError, TimeoutError) as error:
            return {"error": str(error) or type(error).__name__}

    async def _ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        directory = await find_directory(self._carrier)
        if directory is None:
            raise PeerLost("there is no directory")
        return await ask(self._carrier.peer(directory), method, **arguments)

    async def _status(self) -> dict[str, Any]:
        """Of the directory, or of the one that comes in its place."""
        async with asyncio.timeout(STATUS_SECONDS_MAX):
            while True:
                try:
                    return await self._ask("status")
                except (CarrierError, PeerLost):
                    await asyncio.sleep(RETRY_SECONDS)

    async def _pids(self) -> dict[str, Any]:
        status = await self._status()
        members = {one["name"]: one["pid"] for one in (*status["hosts"], *status["gateways"]) if one.get("pid")}
        return {status["cluster"]["directory"]: status["cluster"]["directory_pid"], **members}

    async def _work(self, method: str, **arguments: Any) -> dict[str, Any]:
        began = time.monotonic()
        done = await followed(self._ask, method, arguments, lambda _: None)
        return {"done": done, "seconds": time.monotonic() - began}

    async def _fenced(self, host: ProcessName) -> dict[str, Any]:
        """Wait until nothing that a host writes is taken any more."""
        async with asyncio.timeout(FENCED_SECONDS_MAX):
            while await self._owns(host):  # noqa: ASYNC110 - a database does not call
                await asyncio.sleep(LOOK_SECONDS)
        return {"at": time.monotonic()}

    async def _usurp(self, host: ProcessName, by: ProcessName) -> dict[str, Any]:
        """Have a host own all that another one has, who is told nothing of it and goes on."""
        owners = await self._ledger.owners()
        epochs = {shard: one.epoch for shard, one in owners.items() if one.host == host and one.epoch is not None}
        for epoch in sorted(set(epochs.values())):
            await self._ledger.end_epoch(epoch)
        await self._carrier.peer(by).call("acquire", pack_shards(epochs))
        return {"shards": len(epochs)}

    async def _owns(self, host: ProcessName) -> bool:
        owners = await self._ledger.owners()
        return any(one.host == host and not one.is_free for one in owners.values())


async def operate(data_dir: Path, voice: TextIO) -> None:
    """Obey until stdin ends, and answer on `voice`. Raises `CannotReach`."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    engines = owner(data_dir)
    if engines is None:
        raise CannotReach(f"no cluster with engines of its own runs in {data_dir}")
    ledger = PostgresLedger(engines.database_url, readers_max=READERS_MAX)
    try:
        async with joined(data_dir, NAME, None) as carrier:
            operator = Operator(carrier, ledger)
            _say(voice, {"ready": True})
            while line := await orders.readline():
                _say(voice, await operator.obey(json.loads(line)))
    finally:
        await ledger.close()


def _say(voice: TextIO, answer: dict[str, Any]) -> None:
    voice.write(json.dumps(answer) + "\n")
    voice.flush()


def main() -> None:
    """Read the flags and operate."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--data-dir", type=Path, required=True)
    data_dir, voice = flags.parse_args().data_dir, sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # Ray says things too
        asyncio.run(operate(data_dir, voice))


if __name__ == "__main__":
    main()
