"""Platforms of several databases: on one engine, because a database does not know what is beside it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Final

import asyncpg

from persistence.postgres.database import Address, prepare_fleet
from persistence.postgres.fleet import Fleet, open_fleet
from protocol.ids import PlayerId
from protocol.money import Asset, Balance, player_account
from protocol.records import JournalEntry, Snapshot
from protocol.shards import ShardRange
from tests.support.engines import SharedEngines
from tests.support.scribe import Scribe

__all__ = [
    "ANN",
    "ANNS",
    "GUS",
    "GUSES",
    "PLAY",
    "SHARDS",
    "TABLE",
    "Evening",
    "executed",
    "fresh_fleet",
    "opened_fleet",
]

SHARDS: Final = 8
RANGES: Final = ("0-3", "4-7")
PLAY: Final = Asset(1, "PLAY", 2)
TABLE: Final = "roulette-1"
"""On shard 0: in the first database."""
GUS: Final = PlayerId(7)
"""On shard 2: in the first database."""
ANN: Final = PlayerId(1)
"""On shard 7: in the second database, so every bet of hers at the table is one of two databases."""
GUSES: Final = player_account(GUS, PLAY.number, Balance.CASH)
ANNS: Final = player_account(ANN, PLAY.number, Balance.CASH)


@contextmanager
def fresh_fleet(engines: SharedEngines, *ranges: str, migrated: bool = True) -> Iterator[list[Address]]:
    """The addresses of fresh databases, one for each range, not claimed by any fleet. Dropped after."""
    with ExitStack() as stack:
        yield [
            Address(ShardRange.parse(text), stack.enter_context(engines.fresh_database(migrated=migrated)))
            for text in ranges or RANGES
        ]


@asynccontextmanager
async def opened_fleet(addresses: list[Address]) -> AsyncIterator[Fleet]:
    """Databases that became a fleet of eight shards, with their assets and two players, open."""
    await prepare_fleet(addresses, shards=SHARDS, unsafe=False)
    fleet = await open_fleet(addresses, shards=SHARDS)
    try:
        await fleet.define_assets([PLAY])
        await executed(
            addresses[0].dsn,
            "INSERT INTO player (id, provider, subject, name) OVERRIDING SYSTEM VALUE"
            f" VALUES ({ANN}, 'guest', 'ann', 'Ann'), ({GUS}, 'guest', 'gus', 'Gus')",
        )
        yield fleet
    finally:
        await fleet.close()


async def executed(dsn: str, statements: str) -> None:
    """Have a database do this, whatever it does to the books."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


class Evening:
    """Honest play on two databases: the table and Gus in the first one, Ann in the second."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._scribes: list[Scribe] = []

    async def play(self) -> None:
        """Both play dice. Of Ann's bets at the table one is settled, one returned, one open; Gus's one is settled."""
        for index, shards in enumerate(self._fleet.partition.parts):
            ledger = self._fleet.postgres[index]
            # Epochs are numbered by each database, and the scribe makes ids of them: let them be different.
            epochs = [await ledger.take_shards("host", list(shards)) for _ in range(index + 1)]
            self._scribes.append(Scribe(epochs[-1], shards, shards.first))
        tables, wallets = self._scribes
        await self._commit(0, *tables.opening(GUS, 500), *tables.seed(GUS), *tables.dice(GUSES, 10, 20))
        await self._commit(1, *wallets.opening(ANN, 1_000), *wallets.seed(ANN), *wallets.dice(ANNS, 11, 0))
        await self.open_round(1)
        await self._commit(0, *tables.placed(GUSES, 25, TABLE, 1))
        await self._commit(1, *wallets.placed(ANNS, 30, TABLE, 1), *wallets.placed(ANNS, 40, TABLE, 1))
        settled, returned = wallets.bets
        await self._commit(1, *wallets.returned(returned))
        await self._commit(0, tables.outcome(TABLE, 1), *tables.settled(next(iter(tables.bets)), 0))
        await self._commit(1, *wallets.settled(settled, 90))
        await self.open_round(2)
        await self._commit(1, *wallets.placed(ANNS, 5, TABLE, 2))

    async def open_round(self, number: int) -> None:
        """The table commits to a round."""
        table = f"table:{TABLE}"
        told = JournalEntry(table, number, b"event"), Snapshot(table, number, b"state")
        await self._commit(0, self._scribes[0].round(TABLE, number), *told)

    async def round(self, number: int) -> None:
        """A whole round with a bet of Ann's: each step in the database of who takes it, after the one before."""
        tables, wallets = self._scribes
        await self.open_round(number)
        await self._commit(1, *wallets.placed(ANNS, 1, TABLE, number))
        await self._commit(0, tables.outcome(TABLE, number))
        await self._commit(1, *wallets.settled(list(wallets.bets)[-1], 1))

    async def _commit(self, index: int, *records: object) -> None:
        await self._fleet.postgres[index].commit(self._scribes[index].batch(*records))  # type: ignore[arg-type]
