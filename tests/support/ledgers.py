"""Both ledgers behind one face, so that one test says what each of them promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from persistence.interfaces import Ledger
from persistence.memory.ledger import MemoryLedger
from persistence.postgres.ledger import PostgresLedger, prepare_connection
from persistence.postgres.shards import prepare_shards

SHARDS: Final = 8

_ROWS: Final = {
    "epochs": "SELECT id, seq, host, ended_at IS NOT NULL FROM epoch ORDER BY id",
    "shards": "SELECT id, epoch FROM shard ORDER BY id",
    "batches": "SELECT epoch, seq, at_ms, transfers FROM batch ORDER BY epoch, seq",
    "accounts": "SELECT * FROM account ORDER BY id",
    "transfers": "SELECT * FROM transfer ORDER BY id",
    "holds": "SELECT * FROM hold ORDER BY id",
    "bets": "SELECT * FROM bet ORDER BY id",
    "commands": "SELECT * FROM command ORDER BY id",
    "journal": 'SELECT * FROM journal ORDER BY actor COLLATE "C", n',
    "snapshots": 'SELECT * FROM snapshot ORDER BY actor COLLATE "C"',
    "rounds": "SELECT table_id, round, game, commitment, sealed, opened_ms, server_seed, client_seed, contributions,"
    ' outcome, drawn_ms FROM round ORDER BY table_id COLLATE "C", round',
    "seeds": "SELECT player, number, commitment, sealed, client_seed, opened_ms, next_commitment, next_sealed,"
    " server_seed, nonces, revealed_ms FROM seed ORDER BY player, number",
}
Rows = dict[str, list[tuple[Any, ...]]]


class LedgerUnderTest:
    """A ledger of eight shards, and every row in it."""

    def __init__(self, ledger: Ledger, looker: asyncpg.Connection | None) -> None:
        self.ledger = ledger
        self._looker = looker

    async def rows(self) -> Rows:
        """Every row of every table, ordered by key: equal on both ledgers after equal batches."""
        if isinstance(self.ledger, MemoryLedger):
            return self.ledger.rows()
        if self._looker is None:
            raise RuntimeError("nobody looks at this ledger's rows")
        async with self._looker.transaction(isolation="repeatable_read", readonly=True):
            return {name: [tuple(row) for row in await self._looker.fetch(query)] for name, query in _ROWS.items()}


@asynccontextmanager
async def postgres_under_test(dsn: str) -> AsyncIterator[LedgerUnderTest]:
    """A `PostgresLedger` on a migrated database without shards."""
    looker = await asyncpg.connect(dsn)
    ledger = PostgresLedger(dsn)
    try:
        await prepare_connection(looker)
        await prepare_shards(looker, range(SHARDS))
        yield LedgerUnderTest(ledger, looker)
    finally:
        await ledger.close()
        await looker.close()


def memory_under_test() -> LedgerUnderTest:
    """A `MemoryLedger`."""
    return LedgerUnderTest(MemoryLedger(SHARDS), None)
