"""Platforms of several databases: on one engine, because a database does not know what is beside it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Final

import asyncpg

from actors.games.interface import BetPlaced, BetsReturned, OutcomeDrawn, RoundOpened, RoundSettled
from actors.table.journal import TableEvent, write_event
from persistence.postgres.database import Address, prepare_fleet
from persistence.postgres.fleet import Fleet, open_fleet
from protocol.ids import AccountId, BetId, PlayerId
from protocol.money import Asset, Balance, player_account, player_of
from protocol.records import JournalEntry, Record
from protocol.shards import ShardRange
from tests.support.engines import SharedEngines
from tests.support.scribe import START_MS, Scribe

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
PLACED: Final = ((ANNS, 30), (ANNS, 40), (GUSES, 25))


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
        self._events = 0

    async def play(self) -> None:
        """Both play dice. Of Ann's bets at the table one is settled, one returned, one open; Gus's one is settled."""
        for index, shards in enumerate(self._fleet.partition.parts):
            ledger = self._fleet.postgres[index]
            # Epochs are numbered by each database, and the scribe makes ids of them: let them be different.
            epochs = [await ledger.take_shards("host", list(shards)) for _ in range(index + 1)]
            self._scribes.append(Scribe(epochs[-1], shards, shards.first))
        table, anns = self._scribes
        await self._commit(0, *table.opening(GUS, 500), *table.seed(GUS), *table.dice(GUSES, 10, 20))
        await self._commit(1, *anns.opening(ANN, 1_000), *anns.seed(ANN), *anns.dice(ANNS, 11, 0))
        await self.open_round(1)
        settled, returned, guses = [await self.bet(account, stake, 1) for account, stake in PLACED]
        await self._tell(BetsReturned(ANN, (returned,), START_MS))
        await self._commit(1, *anns.returned(returned))
        await self.draw(1, (settled, 90), (guses, 0))
        await self._commit(0, *table.settled(guses, 0))
        await self._commit(1, *anns.settled(settled, 90))
        await self.open_round(2)
        await self.bet(ANNS, 5, 2)

    async def round(self, number: int) -> None:
        """A whole round with a bet of Ann's: each step in the database of who takes it, after the one before."""
        await self.open_round(number)
        bet = await self.bet(ANNS, 1, number)
        await self.draw(number, (bet, 1))
        await self._commit(1, *self._scribes[1].settled(bet, 1))

    async def open_round(self, number: int) -> None:
        """The table commits to a round."""
        opened = self._scribes[0].round(TABLE, number)
        await self._tell(RoundOpened(number, opened.commitment, START_MS, START_MS), opened)

    async def bet(self, account: AccountId, stake: int, number: int) -> BetId:
        """The player's wallet holds the stake, and then the table takes the bet."""
        index = self._fleet.partition.of_player(player_of(account))
        scribe = self._scribes[index]
        await self._commit(index, *scribe.placed(account, stake, TABLE, number))
        bet = list(scribe.bets)[-1]
        wagers = (("red", stake),)
        await self._tell(BetPlaced(bet, player_of(account), "somebody", account, wagers, stake, bet.hex(), START_MS))
        return bet

    async def draw(self, number: int, *payouts: tuple[BetId, int]) -> None:
        """The table draws, and owes these payouts."""
        drawn = self._scribes[0].outcome(TABLE, number)
        await self._tell(OutcomeDrawn(START_MS, drawn.server_seed, {"pocket": 17}, START_MS), drawn)
        await self._tell(RoundSettled(START_MS, payouts, START_MS))

    async def _tell(self, event: TableEvent, *records: Record) -> None:
        self._events += 1
        entry = JournalEntry(f"table:{TABLE}", self._events, write_event(event))
        await self._commit(0, entry, *records)

    async def _commit(self, index: int, *records: Record) -> None:
        await self._fleet.postgres[index].commit(self._scribes[index].batch(*records))
