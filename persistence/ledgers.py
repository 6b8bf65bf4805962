"""Every ledger of a platform, and which of them has what: one for each database."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from persistence.interfaces import BetRow, Ledger, Owner, StoreError, Unavailable
from protocol.ids import BetId, PlayerId, ShardId
from protocol.shards import Partition

__all__ = ["Ledgers"]

OWNERS_SECONDS_MAX: Final = 1.0
"""How long whoever asks all databases waits for one that says nothing."""


@dataclass(frozen=True, slots=True)
class Ledgers:
    """Ledgers by the parts of a partition, in its order."""

    partition: Partition
    all: Sequence[Ledger]

    @classmethod
    def one(cls, ledger: Ledger) -> Self:
        """A ledger that has everything."""
        return cls(Partition.whole(1), (ledger,))

    def of_player(self, player: PlayerId) -> Ledger:
        """Where a player's accounts, bets, commands and seeds are."""
        return self.all[self.partition.of_player(player)]

    def of_table(self, table: str) -> Ledger:
        """Where a table's rounds and journal are."""
        return self.all[self.partition.of_table(table)]

    async def owners(self) -> dict[ShardId, Owner]:
        """Whose every shard is, each as of one moment of its ledger; nothing of a ledger that does not answer in time.

        Raises the error of a store when none does.
        """
        if len(self.all) == 1:
            return await self.all[0].owners()
        answers = await asyncio.gather(*(_owners(ledger) for ledger in self.all))
        known = [answer for answer in answers if not isinstance(answer, StoreError)]
        if not known:
            raise next(answer for answer in answers if isinstance(answer, StoreError))
        return {shard: owner for answer in known for shard, owner in answer.items()}

    async def find_bets(self, bet: BetId, player: PlayerId | None) -> list[BetRow]:
        """The bet of this id: `player`'s, or whoever's.

        Ids are the clients' to make, and two players of two databases may have used the same one.
        """
        asked = self.all if player is None else [self.of_player(player)]
        found = [await ledger.find_bet(bet) for ledger in asked]
        return [one for one in found if one is not None]

    async def round_bets(self, table: str, number: int) -> list[BetRow]:
        """The bets of a round, by their ids, wherever their players are."""
        found = [bet for ledger in self.all for bet in await ledger.round_bets(table, number)]
        return sorted(found, key=lambda bet: bet.id)


async def _owners(ledger: Ledger) -> dict[ShardId, Owner] | StoreError:
    try:
        async with asyncio.timeout(OWNERS_SECONDS_MAX):
            return await ledger.owners()
    except TimeoutError:
        return Unavailable(f"a database did not say in {OWNERS_SECONDS_MAX:.0f} s whose its shards are")
    except StoreError as error:
        return error
