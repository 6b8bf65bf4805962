"""What the auditor asks each database of a fleet, so that the answers can be compared with those of the others.

Whatever has an order has it by bytes, so that two databases agree on it.
"""

from typing import Final

ASSETS: Final = """SELECT number, code, scale FROM asset ORDER BY number"""

SUMS: Final = """
    SELECT asset_of(id) AS asset, sum(posted) AS posted, coalesce(sum(posted) FILTER (WHERE id > 0), 0) AS players
    FROM account GROUP BY 1 ORDER BY 1"""

# Whoever anything here belongs to.
PLAYERS: Final = """
    SELECT id >> 8 AS player FROM account WHERE id > 0 UNION SELECT account >> 8 FROM hold
    UNION SELECT account >> 8 FROM bet UNION SELECT player FROM command UNION SELECT player FROM seed"""

ACCOUNT_OWNERS: Final = """SELECT DISTINCT id >> 8 FROM account WHERE id > 0 ORDER BY 1"""

# A journal is its actor's, `table:roulette-1`. Those of games of steps are of their bets, and so of players.
TABLES: Final = """
    SELECT table_id FROM round UNION SELECT regexp_replace(actor, '^[^:]*:', '') FROM journal WHERE actor LIKE 'table:%'
    UNION SELECT regexp_replace(actor, '^[^:]*:', '') FROM snapshot WHERE actor LIKE 'table:%'"""

SNAPSHOTS: Final = """SELECT n, state FROM snapshot WHERE actor = $1"""

JOURNAL: Final = """SELECT n, event FROM journal WHERE actor = $1 ORDER BY n"""

BETS: Final = """
    SELECT uuid_send(id) AS bet, account >> 8 AS player, table_id, stake, state, payout
    FROM bet WHERE id = ANY ($1::uuid[])"""

HOUSE_ACCOUNTS: Final = """SELECT id FROM account WHERE id < 0 ORDER BY id"""

REGISTERED: Final = """SELECT id FROM player ORDER BY id"""

# The ids of bets and of commands come out of their keys in order, and are merged.
IDS: Final = """SELECT uuid_send(id) FROM (SELECT id FROM bet UNION ALL SELECT id FROM command) one ORDER BY id"""

OWNERS_OF_IDS: Final = """
    SELECT id, account >> 8 AS player, table_id, round, state FROM bet WHERE id = ANY ($1::uuid[])
    UNION ALL SELECT id, player, NULL, NULL, NULL FROM command WHERE id = ANY ($1::uuid[])"""

# Bets at tables of another database, together where one round answers for them.
BETS_ELSEWHERE: Final = """
    SELECT table_id, coalesce(round, -1), outcome, bool_or(state = 2), count(*), min(id::text)
    FROM bet WHERE table_id = ANY ($1::text[]) GROUP BY 1, 2, 3 ORDER BY table_id COLLATE "C", 2"""

ROUNDS_HERE: Final = """
    SELECT table_id, round, outcome FROM round WHERE table_id = ANY ($1::text[]) ORDER BY table_id COLLATE "C", round"""
