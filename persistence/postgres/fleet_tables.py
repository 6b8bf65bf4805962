"""Whether tables and wallets, wherever each is, agree on the bets between them.

A table takes a bet after its player's wallet has held the stake, and says what it pays before the wallet pays. So what
a table has at one moment, the wallets have at a later one, or have gone on from it.
"""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from persistence.interfaces import JournalRow, TableBets
from persistence.postgres import fleet_queries as queries
from persistence.postgres.audit_checks import Answer
from persistence.postgres.audit_questions import Row
from persistence.postgres.audits import Audited, Audits, Evidence
from protocol.ids import BetId
from protocol.records import BetState

__all__ = ["tables"]

_OWED: Final = frozenset({BetState.OPEN, BetState.SETTLED})
_STANDING: Final = frozenset({*_OWED, BetState.RETURNED})
"""It may have been taken back since; but a stake that its table never counted on is given back in another way."""


async def tables(audits: Audits) -> Answer:
    """Each bet that a table has is its player's, with the same stake; and what it owes is not paid otherwise."""
    evidence, looked = Evidence(audits.evidence_max), 0
    for index, database in enumerate(audits.databases):
        for row in await database.ask.rows(queries.TABLES):
            table = row["table_id"]
            if audits.partition.of_table(table) != index:
                continue  # nobody plays at what is in the wrong place
            journal = await _journal_of(database, f"table:{table}")
            try:
                known = audits.read_table(table, journal)
            except Exception as error:  # noqa: BLE001 - whatever a reader says of what it does not understand
                problem = "a table whose memory is not understood"
                evidence.add(problem, database=str(database.shards), table=table, error=repr(error))
                continue
            if known is None:
                audits.note("a table that is not configured: its memory was not read", table=table)
                continue
            looked += len(known.standing.keys() | known.owed.keys())
            await _compare(audits, evidence, table, known)
    return looked, evidence.rows


async def _journal_of(database: Audited, actor: str) -> JournalRow:
    snapshots = await database.ask.rows(queries.SNAPSHOTS, actor)
    events = await database.ask.rows(queries.JOURNAL, actor)
    n, state = (snapshots[0]["n"], snapshots[0]["state"]) if snapshots else (0, None)
    return JournalRow(n, state, tuple((row["n"], row["event"]) for row in events))


async def _compare(audits: Audits, evidence: Evidence, table: str, known: TableBets) -> None:
    places: defaultdict[int, list[BetId]] = defaultdict(list)
    players = {bet: player for bets in (known.standing, known.owed) for bet, (player, _) in bets.items()}
    for bet, player in players.items():
        places[audits.partition.of_player(player)].append(bet)
    for index, bets in places.items():
        database = audits.databases[index]
        found = await database.later.rows(queries.BETS, [UUID(bytes=bet) for bet in bets])
        rows = {row["bet"]: row for row in found}
        for bet in bets:
            where = {
                "table": table,
                "bet": str(UUID(bytes=bet)),
                "player": players[bet],
                "database": str(database.shards),
            }
            row = rows.get(bet)
            if row is None or (row["player"], row["table_id"]) != (players[bet], table):
                evidence.add("a bet that its table has, and its player's database has not", **where)
            else:
                _compare_bet(evidence, known, bet, row, where)


def _compare_bet(evidence: Evidence, known: TableBets, bet: BetId, row: Row, where: dict[str, Any]) -> None:
    stake = known.standing[bet][1] if bet in known.standing else row["stake"]
    if stake != row["stake"]:
        evidence.add("a bet whose stake its table knows otherwise", **where, stake=row["stake"], table_knows=stake)
    if row["state"] not in (_OWED if bet in known.owed else _STANDING):
        evidence.add("a bet that its table counts on, and whose stake was given back", **where, state=row["state"])
    elif bet in known.owed and row["state"] == BetState.SETTLED and row["payout"] != known.owed[bet][1]:
        payouts = {"payout": row["payout"], "owed": known.owed[bet][1]}
        evidence.add("a bet that was paid otherwise than its table owes", **where, **payouts)
