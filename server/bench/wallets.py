"""What an idle wallet costs its host: `python -m server.bench.wallets --data-dir NEW --wallets N` wakes so many.

It prints `{"bytes": B}`: the growth of its process's resident memory per wallet, all of which slept in the ledger.
"""

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import uvloop

from actors.runtime.host import Host, HostLimits
from actors.runtime.local import LocalRuntime
from actors.runtime.ref import Ref
from actors.wallet.load import WalletKind
from persistence.embedded import Engines
from persistence.postgres.database import open_pool, prepare_database
from persistence.postgres.ledger import PostgresLedger
from protocol.commands import Look
from protocol.ids import PlayerId
from protocol.money import Asset, Balance, player_account
from protocol.replies import WalletSnapshot
from server.bench.child import DidNotWork, ask
from server.bench.ground import Ground
from server.bench.processes import resident_bytes
from server.clock import SystemClock

SHARDS: Final = 256
ASSET: Final = Asset(1, "PLAY", 2)
WARM_UP: Final = 2_000
"""Wallets that are woken before the first look at the memory: code, buffers and connections are no wallet's."""
AT_ONCE: Final = 2_000
BALANCE: Final = 1_000
SECONDS_MAX: Final = 300.0


class Wallets:
    """Wallets of players with one balance, woken by a look at them, in a host without anything else."""

    name = "wallets"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Resident bytes per wallet, in a process of its own."""
        with ground.folder() as folder:
            options = ("--data-dir", str(folder / "data"), "--wallets", str(ground.plan.idle_wallets))
            found = ask("wallets", ("-m", "server.native", "server.bench.wallets", *options), folder, SECONDS_MAX)
        return {"wallet_memory": found["bytes"]}


async def measure(data_dir: Path, wallets: int) -> float:
    """Bytes per wallet."""
    async with Engines(data_dir, with_valkey=False) as engines:
        dsn = engines.postgres.dsn
        await prepare_database(dsn, shards=SHARDS, unsafe=False)
        await _open_accounts(dsn, WARM_UP + wallets)
        ledger = PostgresLedger(dsn)
        runtime = LocalRuntime(
            Host(shards=SHARDS, clock=SystemClock().unix_ms, entropy=os.urandom, limits=HostLimits(), on_fault=_raise),
            ledger,
            {"wallet": WalletKind((ASSET,))},
            name="bench",
            standing=(),
            on_event=_quiet,
        )
        await runtime.start()
        try:
            await _wake(runtime, 1, WARM_UP)
            before = _memory()
            await _wake(runtime, 1 + WARM_UP, wallets)
            return (_memory() - before) / wallets
        finally:
            await runtime.stop()
            await ledger.close()


async def _open_accounts(dsn: str, players: int) -> None:
    pool = await open_pool(dsn, connections_max=1)
    try:
        first = player_account(PlayerId(1), ASSET.number, Balance.CASH)
        step = player_account(PlayerId(2), ASSET.number, Balance.CASH) - first
        await pool.execute(
            "INSERT INTO account (id, posted) SELECT $1::bigint + n * $2::bigint, $3 FROM generate_series(0, $4) n",
            first,
            step,
            BALANCE,
            players - 1,
        )
    finally:
        pool.terminate()


async def _wake(runtime: LocalRuntime, first: int, players: int) -> None:
    """Look at every wallet, some at a time, and see that each has its balance."""
    loop = asyncio.get_running_loop()
    for start in range(first, first + players, AT_ONCE):
        answers: list[asyncio.Future[object]] = []
        for player in range(start, min(start + AT_ONCE, first + players)):
            answer: asyncio.Future[object] = loop.create_future()
            runtime.post(Ref("wallet", player), Look(PlayerId(player)), answer.set_result)
            answers.append(answer)
        for found in await asyncio.gather(*answers):
            if not isinstance(found, WalletSnapshot) or found.balances[0].available != BALANCE:
                raise DidNotWork(f"a wallet answered {found}")


def _memory() -> int:
    gc.collect()
    return resident_bytes()


def _raise(_ref: Ref, _message: Any, fault: BaseException) -> None:
    raise fault


def _quiet(_event: str, _details: Mapping[str, Any]) -> None:
    """Nothing that happens to this host is of interest."""


def main() -> None:
    """Read the flags, measure, print."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--data-dir", type=Path, required=True)
    flags.add_argument("--wallets", type=int, required=True)
    given = flags.parse_args()
    sys.stdout.write(json.dumps({"bytes": uvloop.run(measure(given.data_dir, given.wallets))}) + "\n")


if __name__ == "__main__":
    main()
