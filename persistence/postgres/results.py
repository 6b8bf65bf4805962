"""What settled bets staked and were paid, read for whoever compares it with the odds."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import msgpack

from persistence.postgres.audit_lanes import Lanes
from persistence.results import AloneResult, RoundResult

__all__ = ["alone_results", "round_results"]

ROWS_AHEAD: Final = 500

_ALONE: Final = """
    SELECT b.game, a.code, b.params, b.stake, count(*), sum(b.payout)::bigint,
        sum(b.payout::numeric * b.payout)::float8
    FROM bet b JOIN asset a ON a.number = asset_of(b.account)
    WHERE b.state = 2 AND b.table_id IS NULL GROUP BY 1, 2, 3, 4"""

_ROUNDS: Final = """
    SELECT b.table_id, b.round, b.game, a.code, sum(b.payout)::bigint, array_agg(b.params)
    FROM bet b JOIN asset a ON a.number = asset_of(b.account)
    WHERE b.state = 2 AND b.table_id IS NOT NULL
    GROUP BY 1, 2, 3, 4 ORDER BY b.table_id COLLATE "C", b.round, a.code COLLATE "C" """


async def alone_results(lanes: Lanes) -> AsyncIterator[AloneResult]:
    """Those of one database, in any order."""
    async for game, asset, params, *figures in _rows(lanes, _ALONE):
        yield AloneResult(game, asset, msgpack.unpackb(params), *figures)


async def round_results(databases: Sequence[Lanes]) -> AsyncIterator[RoundResult]:
    """Those of all databases, table by table and round by round: a round's bets may lie in several."""
    rows = [_rows(lanes, _ROUNDS) for lanes in databases]
    heads = {number: head for number, one in enumerate(rows) if (head := await anext(one, None)) is not None}
    while heads:
        first = min((head[0], head[1], head[3]) for head in heads.values())
        paid, bets, game = 0, [], ""
        for number in [number for number, head in heads.items() if (head[0], head[1], head[3]) == first]:
            head = heads.pop(number)
            game, paid = head[2], paid + head[4]
            bets += [msgpack.unpackb(params) for params in head[5]]
            if (following := await anext(rows[number], None)) is not None:
                heads[number] = following
        yield RoundResult(first[0], first[1], game, first[2], paid, tuple(bets))


async def _rows(lanes: Lanes, query: str) -> AsyncIterator[Any]:
    connection = await lanes.get()
    try:
        async for row in connection.cursor(query, prefetch=ROWS_AHEAD):
            yield row
    finally:
        lanes.put_nowait(connection)
