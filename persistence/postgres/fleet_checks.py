"""The auditor's checks over all databases of a platform: what no database can say of itself alone.

No transfer crosses databases: a stake goes to an account of the house beside the player's. What does cross is the word
of a round on the bets at its table. Rounds and players are read at a later moment than bets and accounts, when whatever
these rest on is there.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final
from uuid import UUID

from persistence.postgres import fleet_queries as queries
from persistence.postgres.audit_checks import Answer, results_of
from persistence.postgres.audit_questions import Row
from persistence.postgres.audits import Audits, Evidence
from persistence.postgres.fleet_tables import tables
from persistence.postgres.merging import joined, repeated
from protocol.ids import AccountId, PlayerId
from protocol.money import asset_of, house_shard_of

__all__ = ["FLEET_CHECKS", "totals"]


async def _assets(audits: Audits) -> Answer:
    evidence, looked = Evidence(audits.evidence_max), 0
    known: dict[int, Row] = {}
    for database in audits.databases:
        for row in await database.ask.rows(queries.ASSETS):
            looked += 1
            first = known.setdefault(row["number"], row)
            if first != row:
                evidence.add(
                    "an asset that is another one elsewhere", database=str(database.shards), **row, elsewhere=first
                )
    return looked, evidence.rows


async def _places(audits: Audits) -> Answer:
    evidence, looked = Evidence(audits.evidence_max), 0
    for index, database in enumerate(audits.databases):
        here = str(database.shards)
        async for chunk in database.ask.chunks(queries.PLAYERS):
            looked += len(chunk)
            for (player,) in chunk:
                if audits.partition.of_player(PlayerId(player)) != index:
                    evidence.add("a player whose place is another database", database=here, player=player)
        for row in await database.ask.rows(queries.TABLES):
            looked += 1
            if audits.partition.of_table(row["table_id"]) != index:
                evidence.add("a table whose place is another database", database=here, table=row["table_id"])
        for row in await database.ask.rows(queries.HOUSE_ACCOUNTS):
            looked += 1
            account = AccountId(row["id"])
            if house_shard_of(account) not in database.shards:
                problem = "an account of the house whose place is another database"
                evidence.add(problem, database=here, account=account, asset=asset_of(account))
    return looked, evidence.rows


async def _players(audits: Audits) -> Answer:
    evidence, looked = Evidence(audits.evidence_max), 0
    register, *others = audits.databases
    for database in audits.databases:
        pairs = joined(
            database.ask.chunks(queries.ACCOUNT_OWNERS), register.later.chunks(queries.REGISTERED), _first_of, _first_of
        )
        async for row, registered in pairs:
            looked += 1
            if registered is None:
                evidence.add("a player whom nobody registered", database=str(database.shards), player=row[0])
    for database in others:
        for row in await database.ask.rows(queries.REGISTERED):
            looked += 1
            evidence.add(
                "registered elsewhere than in the first database", database=str(database.shards), player=row["id"]
            )
    return looked, evidence.rows


async def _ids(audits: Audits) -> Answer:
    evidence, looked = Evidence(audits.evidence_max), 0
    async for count, again in repeated([_only(one.ask.chunks(queries.IDS)) for one in audits.databases]):
        looked += count
        if again:
            await _judge_ids(audits, evidence, again)
    return looked, evidence.rows


async def _judge_ids(audits: Audits, evidence: Evidence, again: list[bytes]) -> None:
    """Ids are the clients' to make: two players may use the same one, each with the effect that it has for them."""
    uses: defaultdict[UUID, list[Row]] = defaultdict(list)
    for database in audits.databases:
        for row in await database.later.rows(queries.OWNERS_OF_IDS, [UUID(bytes=one) for one in again]):
            uses[row["id"]].append({"database": str(database.shards), **row})
    for command, rows in uses.items():
        databases = [row["database"] for row in rows]
        players = [row["player"] for row in rows]
        bets = [(row["table_id"], row["round"]) for row in rows if row["table_id"] is not None]
        if len(set(databases)) == 1:
            continue  # one database alone has it twice, and its own audit says so
        if len(set(players)) < len(players):
            evidence.add(
                "an id that one player used in two databases", id=command, databases=databases, players=players
            )
        elif len(set(bets)) < len(bets):
            evidence.add(
                "an id of two bets in one round", id=command, table=bets[0][0], round=bets[0][1], players=players
            )
        else:
            audits.note("players of two databases used one id", id=str(command), players=players)


async def _rounds(audits: Audits) -> Answer:
    evidence, looked = Evidence(audits.evidence_max), 0
    for database in audits.databases:
        tables: defaultdict[int, list[str]] = defaultdict(list)
        for table in database.ask.elsewhere:
            tables[audits.partition.of_table(table)].append(table)
        for index, names in tables.items():
            owner = audits.databases[index]
            places = {"database": str(database.shards), "database_of_table": str(owner.shards)}
            pairs = joined(
                database.ask.chunks(queries.BETS_ELSEWHERE, names),
                owner.later.chunks(queries.ROUNDS_HERE, names),
                lambda row: (row[0], row[1]),
                lambda row: (row[0], row[1]),
            )
            async for (table, number, outcome, settled, bets, bet), found in pairs:
                looked += bets
                fields = {**places, "table_id": table, "round": number, "bets": bets, "bet": bet}
                if found is None:
                    evidence.add("bets in a round that there is none of", **fields)
                elif settled and found[2] is None:
                    evidence.add("bets that are settled in a round without outcome", **fields)
                elif outcome is not None and outcome != found[2]:
                    evidence.add(
                        "bets with another outcome than their round", **fields, outcome=outcome, round_outcome=found[2]
                    )
    return looked, evidence.rows


async def _double_entry(audits: Audits) -> Answer:
    evidence, looked = Evidence(audits.evidence_max), 0
    posted: defaultdict[int, int] = defaultdict(int)
    for database in audits.databases:
        looked += sum(row["transfers"] for row in (await database.ask.surveys()).transfers)
        for row in await database.ask.rows(queries.SUMS):
            posted[row["asset"]] += int(row["posted"])
    for asset, total in sorted(posted.items()):
        if total:
            evidence.add("the balances of an asset do not add up to zero over all databases", asset=asset, posted=total)
    return looked, evidence.rows


async def _pnl(audits: Audits) -> Answer:
    evidence, looked = Evidence(audits.evidence_max), 0
    for row in await totals(audits):
        if row["players_profit_and_loss"] != -row["gross_gaming_revenue"]:
            evidence.add("what players lost is not what the house won, over all databases", **row)
    for database in audits.databases:
        looked += sum(row["transfers"] for row in (await database.ask.surveys()).transfers)
    return looked, evidence.rows


async def totals(audits: Audits) -> list[Row]:
    """By asset, over all databases: what players have, what they won in games, and what the house did."""
    balances: defaultdict[int, int] = defaultdict(int)
    players: defaultdict[int, int] = defaultdict(int)
    house: defaultdict[int, int] = defaultdict(int)
    for database in audits.databases:
        for row in await database.ask.rows(queries.SUMS):
            balances[row["asset"]] += int(row["players"])
        for asset, (won, lost) in results_of(await database.ask.surveys()).items():
            players[asset] += won
            house[asset] += lost
    return [
        {
            "asset": asset,
            "players_balances": balances[asset],
            "players_profit_and_loss": players[asset],
            "gross_gaming_revenue": house[asset],
        }
        for asset in sorted(asset for asset in balances.keys() | players.keys() if balances[asset] or asset in players)
    ]


def _first_of(row: Any) -> Any:
    return row[0]


async def _only(chunks: AsyncIterator[list[Any]]) -> AsyncIterator[list[bytes]]:
    async for chunk in chunks:
        yield [row[0] for row in chunk]


FLEET_CHECKS: Final[dict[str, Callable[[Audits], Coroutine[None, None, Answer]]]] = {
    "double_entry": _double_entry,
    "pnl": _pnl,
    "assets": _assets,
    "places": _places,
    "players": _players,
    "ids": _ids,
    "rounds": _rounds,
    "tables": tables,
}
"""By name; the answer is how many rows were looked at, and rows that break the invariant. One runs at a time."""
