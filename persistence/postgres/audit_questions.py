"""Asks the auditor's questions, on whichever connection is free, and keeps the answers that several checks need."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from persistence.jackpot_books import ReadJackpots
from persistence.postgres import audit_queries as queries
from persistence.postgres.audit_lanes import Lanes

__all__ = ["Questions", "Row", "Surveys", "told"]

CHUNK_ROWS: Final = 20_000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Surveys:
    """Sums of the big tables, accounts that are not what their transfers make them, and the sizes of small tables."""

    transfers: list[Row]
    bets: list[Row]
    holds: list[Row]
    batches: list[Row]
    accounts: list[Row]
    counts: Row


class Questions:
    """One audit's questions. `lanes` are connections that see the same moment of the ledger.

    `elsewhere`: tables whose rounds are in other databases; `is_whole`: there are no other databases. `read_jackpots`
    reads what the actors of jackpots have written: without it, only transfers are looked at.
    """

    def __init__(self, lanes: Lanes, salt: int, evidence_max: int) -> None:
        self.evidence_max = evidence_max
        self.elsewhere: list[str] = []
        self.is_whole = True
        self.read_jackpots: ReadJackpots | None = None
        self._lanes = lanes
        self._salt = salt
        self._surveyed: asyncio.Future[Surveys] = asyncio.get_running_loop().create_future()

    async def rows(self, query: str, *arguments: object) -> list[Row]:
        """Every row of the answer."""
        connection = await self._lanes.get()
        try:
            return [dict(row) for row in await connection.fetch(query, *arguments)]
        finally:
            self._lanes.put_nowait(connection)

    async def chunks(self, query: str, *arguments: object) -> AsyncGenerator[list[Any]]:
        """The answer's rows in order, `CHUNK_ROWS` at a time; a connection is taken until the last of them."""
        connection = await self._lanes.get()
        try:
            cursor = await connection.cursor(query, *arguments)
            while rows := await cursor.fetch(CHUNK_ROWS):
                yield rows
        finally:
            self._lanes.put_nowait(connection)

    async def evidence(self, problem: str, query: str, *arguments: object) -> list[Row]:
        """The first rows of the answer, each with the problem that it shows."""
        return told(problem, await self.rows(query, self.evidence_max, *arguments))

    async def surveys(self) -> Surveys:
        """What several checks need: waits for `survey_in`."""
        return await self._surveyed

    def survey_in(self, group: asyncio.TaskGroup) -> None:
        """Ask for what several checks need, once."""
        asked = [
            group.create_task(self.rows(query, *arguments))
            for query, *arguments in (
                (queries.TRANSFERS, self._salt),
                (queries.BETS, self._salt),
                (queries.HOLDS, self._salt),
                (queries.BATCHES,),
                (queries.ACCOUNTS,),
                (queries.COUNTS,),
            )
        ]
        group.create_task(self._gather(asked))

    async def _gather(self, asked: list[asyncio.Task[list[Row]]]) -> None:
        transfers, bets, holds, batches, accounts, counts = [await task for task in asked]
        self._surveyed.set_result(Surveys(transfers, bets, holds, batches, accounts, counts[0]))


def told(problem: str, rows: Iterable[Row]) -> list[Row]:
    """Rows as evidence: with the problem that they show, and values as JSON has them."""
    return [{"problem": problem, **{name: _plain(value) for name, value in row.items()}} for row in rows]


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
        case Decimal():
            return int(value)
        case _:
            return value
