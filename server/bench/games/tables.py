"""What tables keep that nobody plays at: `python -m server.native server.bench.games.tables --game NAME --tables N`.

It prints `{"bytes": B, "snapshot": S}`: the growth of its process's resident memory per table, rules and layout and
all, and the largest snapshot that one of them has written down. Somebody has sat at each, and again when the seat was
given up, until its history was as long as it gets; now nobody is there, and it waits for the next who comes.
"""

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from actors.fairness.draws import KEYS_MAX, block
from actors.fairness.seal import Sealer
from actors.games.board.game import HISTORY_MAX
from actors.games.catalogue import BOARD_GAMES, TABLE_GAMES, table_rules
from actors.games.interface import TableGame
from actors.runtime.host import Host, HostLimits
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from actors.table.table import IDLE_ROUNDS_MAX
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked
from protocol.ids import Epoch, PlayerId, ShardId
from protocol.money import Asset
from protocol.records import Snapshot
from protocol.requests import Sit
from server.bench.child import DidNotWork, ask
from server.bench.crowd import new_id
from server.bench.ground import Ground
from server.bench.processes import resident_bytes
from server.clock import SystemClock
from server.config.tables import DEFAULT_TABLES, TableSettings

SHARDS: Final = 256
ASSETS: Final = (Asset(1, "PLAY", 2),)
SETTINGS: Final[Mapping[str, TableSettings]] = {
    one.game: one for one in reversed(DEFAULT_TABLES) if isinstance(one, TableSettings)
}
"""The first table of each game that a new platform has."""
WARM_UP: Final = 50
"""Tables that were played at before the first look at the memory: code and buffers are no table's."""
GUEST: Final = PlayerId(1)
LOADS_MAX: Final = 1_000
WAKES_MAX: Final = 10_000
"""Before a table that nobody bets at has given up its seat."""
SECONDS_MAX: Final = 600.0


class IdleTables:
    """Each game's tables in a host of their own."""

    name = "tables"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Resident bytes, and bytes of the snapshot, per table."""
        values: dict[str, float] = {}
        for game in sorted(TABLE_GAMES):
            options = ("--game", game, "--tables", str(ground.plan.idle_tables))
            with ground.folder() as folder:
                found = ask(
                    "tables", ("-m", "server.native", "server.bench.games.tables", *options), folder, SECONDS_MAX
                )
            values |= {f"table_{game}": found["bytes"], f"table_{game}_snapshot": found["snapshot"]}
        return values


class _House:
    """A host whose time goes as fast as it can, on a ledger that keeps nothing."""

    def __init__(self) -> None:
        self.now_ms = SystemClock().unix_ms()
        self.tables: dict[str, tuple[TableGame[Any], Any]] = {}
        self.snapshots: dict[str, int] = {}
        self._kind = TableKind(self.tables, ASSETS, Sealer(os.urandom(32)))
        self._ledger = MemoryLedger(SHARDS)
        self._host = Host(
            shards=SHARDS, clock=lambda: self.now_ms, entropy=os.urandom, limits=HostLimits(), on_fault=_raise
        )
        self._host.begin(Epoch(1), [ShardId(shard) for shard in range(SHARDS)])

    async def play(self, game: str, ids: Iterable[str]) -> None:
        """New tables, one after the other: sit down as often as it takes."""
        for table in ids:
            settings = SETTINGS[game].model_copy(update={"id": table})
            self.tables[table] = (TABLE_GAMES[game], table_rules(settings.model_dump()))
            for _ in range(sittings_at(game)):
                await self._sit(table)

    async def _sit(self, table: str) -> None:
        """Take a seat, and wait until it is given up."""
        answers: list[Any] = []
        self._host.post(Ref("table", table), Asked(GUEST, "guest", Sit(id=new_id(), table=table)), answers.append)
        await self._settle()
        if not answers or getattr(answers[0], "t", None) != "done":
            raise DidNotWork(f"{table} answered {answers}")
        await self._let_go_on(table)

    async def _let_go_on(self, table: str) -> None:
        for _ in range(WAKES_MAX):
            at = self._host.next_timer()
            if at is None:
                return
            self.now_ms = max(self.now_ms, at)
            self._host.run_timers()
            await self._settle()
        raise DidNotWork(f"{table} does not come to rest")

    async def _settle(self) -> None:
        while refs := self._host.take_loads(LOADS_MAX):
            for ref, actor in (await self._kind.load(self._ledger, refs)).items():
                self._host.loaded(ref, actor)
        while (batch := self._host.take_batch()) is not None:
            for record in batch.records:
                if type(record) is Snapshot:
                    self.snapshots[record.actor] = len(record.state)
            self._host.committed()


def sittings_at(game: str) -> int:
    """How often somebody who never bets has to sit down for a table's history to be full."""
    rounds = BOARD_GAMES[game].history_max if game in BOARD_GAMES else HISTORY_MAX
    return -(-rounds // IDLE_ROUNDS_MAX)


async def measure(game: str, tables: int, warm_up: int = WARM_UP) -> dict[str, float]:
    """Bytes per table of this game."""
    # What all seeds of a host share has a largest size, which it has reached long before there are many tables.
    for number in range(KEYS_MAX):
        block(f"{number:064x}", "", 0, 0)
    house = _House()
    await house.play(game, (f"{game}-warm-{n}" for n in range(warm_up)))
    before = _memory()
    await house.play(game, (f"{game}-{n}" for n in range(tables)))
    return {"bytes": (_memory() - before) / tables, "snapshot": float(max(house.snapshots.values()))}


def _memory() -> int:
    gc.collect()
    return resident_bytes()


def _raise(_ref: Ref, _message: Any, fault: BaseException) -> None:
    raise fault


def main() -> None:
    """Read the flags, measure, print."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--game", required=True, choices=sorted(TABLE_GAMES))
    flags.add_argument("--tables", type=int, required=True)
    given = flags.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(measure(given.game, given.tables))) + "\n")


if __name__ == "__main__":
    main()
