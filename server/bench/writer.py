"""The writer alone: how many transfers a second one connection commits, with the account deltas that go with them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, cycle, islice
from pathlib import Path
from typing import Final

import uvloop

from persistence.embedded import Engines
from persistence.interfaces import Batch
from persistence.postgres.database import prepare_database
from persistence.postgres.ledger import PostgresLedger
from protocol.ids import AccountId, CommandId, Epoch, PlayerId, ShardId, command_id_from
from protocol.money import Balance, HouseAccount, house_account, player_account
from protocol.records import AccountMark, AccountOpen, Record, Transfer, TransferKind, transfer_id
from server.bench.ground import Ground

SHARDS: Final = 256
ASSET: Final = 1
AMOUNT: Final = 10


class Writer:
    """`PostgresLedger.commit` with batches of several sizes, one after another, made before the clock starts."""

    name = "writer"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Transfers a second by size of batch."""
        with ground.folder() as folder:
            return uvloop.run(_measure(ground, folder / "data"))


async def _measure(ground: Ground, data_dir: Path) -> dict[str, float]:
    plan = ground.plan
    async with Engines(data_dir, with_valkey=False) as engines:
        await prepare_database(engines.postgres.dsn, shards=SHARDS, unsafe=False)
        ledger = PostgresLedger(engines.postgres.dsn)
        try:
            epoch = await ledger.take_shards("bench", [ShardId(shard) for shard in range(SHARDS)])
            books = Books(epoch, plan.writer_players)
            await ledger.commit(books.batch(books.openings()))
            rates = {}
            for size, transfers in plan.writer_transfers:
                batches = [books.batch(books.wins(size)) for _ in range(transfers // size)]
                began = time.perf_counter()
                for batch in batches:
                    await ledger.commit(batch)
                rates[f"writer_rate_{size}"] = len(batches) * size / (time.perf_counter() - began)
        finally:
            await ledger.close()
    return rates


class Books:
    """Players' accounts as their actors would keep them, and batches of what happens to them."""

    def __init__(self, epoch: Epoch, players: int) -> None:
        self._epoch = epoch
        self._accounts = [player_account(PlayerId(1 + n), ASSET, Balance.CASH) for n in range(players)]
        self._turn: Iterator[AccountId] = cycle(self._accounts)
        self._posted = dict.fromkeys(self._accounts, 0)
        self._last: dict[AccountId, int | None] = dict.fromkeys(self._accounts)
        self._numbers = count(1)
        self._seqs = count(1)
        self._house = house_account(ASSET, HouseAccount.HOUSE, ShardId(0))

    def openings(self) -> list[Record]:
        """Every account begins."""
        return [AccountOpen(account) for account in self._accounts]

    def wins(self, size: int) -> list[Record]:
        """The house pays the next players in turn; each transfer is followed by what its account then holds."""
        records: list[Record] = []
        for account in islice(self._turn, size):
            n = next(self._numbers)
            number = transfer_id(self._epoch, n)
            posted = self._posted[account] = self._posted[account] + AMOUNT
            ref: CommandId = command_id_from(n, n.to_bytes(10, "little"))
            records += (
                Transfer(number, self._house, account, AMOUNT, TransferKind.WIN, ref, posted, self._last[account]),
                AccountMark(account, posted, 0, n, 0, number),
            )
            self._last[account] = number
        return records

    def batch(self, records: Sequence[Record]) -> Batch:
        """The next batch, on all shards."""
        shards = frozenset(ShardId(shard) for shard in range(SHARDS))
        return Batch(self._epoch, next(self._seqs), shards, ShardId(0), 0, records)
