"""Puts bets on every table at once: `python -m server.bench.bettor --url URL --tables N --bets M`.

It prints one line, `{"bets": [[id, table, round], …]}` (ids in hexadecimal), of all bets, once they are accepted.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgpack
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from protocol.version import SUBPROTOCOL
from server.bench.crowd import new_id
from server.bench.tables import table_ids

TABLES_PER_PLAYER: Final = 10
IN_FLIGHT_MAX: Final = 50
STAKE: Final = 10
POCKETS: Final = 37
SECONDS_MAX: Final = 60.0

Placed = tuple[str, str, int]


class Refused(Exception):
    """The server said no."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(f"the server answered {answer}")
        self.answer = answer


class Bettor:
    """A guest at some of the tables."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def ask(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Make requests, some at a time, and return their answers in the same order. Raises `Refused`."""
        answers: list[dict[str, Any]] = []
        for start in range(0, len(requests), IN_FLIGHT_MAX):
            answers += await self._ask_at_once(requests[start : start + IN_FLIGHT_MAX])
        return answers

    async def _ask_at_once(self, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = [new_id() for _ in requests]
        for request_id, request in zip(ids, requests, strict=True):
            await self._connection.send(msgpack.packb({**request, "id": request_id}))
        answers: dict[bytes, dict[str, Any]] = {}
        while len(answers) < len(ids):
            message = msgpack.unpackb(await self._connection.recv())
            if message["t"] == "error":
                raise Refused(message)
            if message.get("id") in ids:
                answers[message["id"]] = message
        return [answers[request_id] for request_id in ids]


async def bet_on(url: str, tables: Sequence[str], bets: int) -> list[Placed]:
    """One guest's part: so many bets on each of these tables."""
    async with connect(
        url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, ping_interval=None
    ) as connection:
        bettor = Bettor(connection)
        await bettor.ask([{"t": "auth.guest"}])
        await bettor.ask([{"t": "table.sit", "table": table} for table in tables])
        wanted = [(table, number % POCKETS) for number in range(bets) for table in tables]
        placed = await bettor.ask(
            [
                {
                    "t": "roulette.bet",
                    "table": table,
                    "wagers": [{"t": "wager", "spot": f"straight:{pocket}", "amount": STAKE}],
                    "entropy": f"{table}.{pocket}",
                }
                for table, pocket in wanted
            ]
        )
        return [(one["id"].hex(), one["table"], one["round"]) for one in placed]


async def bet_everywhere(url: str, tables: int, bets: int) -> list[Placed]:
    """All guests together. Raises `TimeoutError` when it takes too long."""
    ids = table_ids(tables)
    groups = [ids[start : start + TABLES_PER_PLAYER] for start in range(0, tables, TABLES_PER_PLAYER)]
    async with asyncio.timeout(SECONDS_MAX):
        placed = await asyncio.gather(*(bet_on(url, group, bets // tables) for group in groups))
    return [one for part in placed for one in part]


def main() -> None:
    """Read the flags, bet, print."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--url", required=True)
    flags.add_argument("--tables", type=int, required=True)
    flags.add_argument("--bets", type=int, required=True)
    given = flags.parse_args()
    bets = uvloop.run(bet_everywhere(given.url, given.tables, given.bets))
    sys.stdout.write(json.dumps({"bets": bets}) + "\n")


if __name__ == "__main__":
    main()
