"""The auditor's check of jackpots: what moved on their accounts, beside what their actors have written.

Per database and jackpot: contributions are what its feeders have had, seeds are what its pools have begun with, wins
are what its feeders have had paid, and what pools have heard and begun with is what they have awarded and still hold.
Where feeders and pools are in one database, no pool has heard of more than its feeders have had, and what was awarded
is paid or still claimed. So then the jackpot's accounts hold what is in its pools, on its way there, or on its way out.
"""

from typing import Final

from persistence.interfaces import JournalRow
from persistence.jackpot_books import JackpotBooks
from persistence.postgres.audit_questions import Questions, Row, told
from protocol.money import HouseAccount
from protocol.records import TransferKind

__all__ = ["jackpots"]

_FEEDS: Final = frozenset({TransferKind.CONTRIBUTION, TransferKind.JACKPOT_SEED})
_KINDS: Final = _FEEDS | {TransferKind.JACKPOT_WIN}

# Kinds of transfers: 11 contribution, 12 seed, 13 win. A jackpot's account has its number above the 28 bits of others.
TRANSFERS: Final = """
    SELECT asset_of(least(debit, credit)) AS asset, (-least(debit, credit) - 1) >> 28 AS jackpot, kind,
        sum(amount) AS amount
    FROM transfer WHERE kind IN (11, 12, 13) GROUP BY 1, 2, 3"""

IMPOSSIBLE: Final = """
    SELECT id AS transfer, debit, credit, amount, kind FROM transfer
    WHERE (kind IN (11, 12, 13) OR house_kind_of(debit) IS NOT DISTINCT FROM 3
            OR house_kind_of(credit) IS NOT DISTINCT FROM 3)
        AND NOT CASE
            WHEN kind IN (11, 12) THEN coalesce(house_kind_of(debit) = 0 AND house_kind_of(credit) = 3, false)
            WHEN kind = 13 THEN coalesce(house_kind_of(debit) = 3 AND credit > 0, false)
            ELSE false END
    ORDER BY id LIMIT $1"""

WITHOUT_BETS: Final = """
    SELECT t.id AS transfer, t.kind, t.amount, t.ref AS bet, b.state AS bet_state
    FROM transfer t LEFT JOIN bet b ON b.id = t.ref
    WHERE t.kind IN (11, 13) AND (b.state IS DISTINCT FROM 2 OR (t.kind = 13 AND t.credit <> b.account)) LIMIT $1"""

SNAPSHOTS: Final = """
    SELECT actor, n, state FROM snapshot WHERE actor LIKE 'feeder:%' OR actor LIKE 'jackpot:%'"""

EVENTS: Final = """SELECT actor, n, event FROM journal WHERE actor LIKE 'jackpot:%' ORDER BY actor, n"""


async def jackpots(ask: Questions) -> tuple[int, list[Row]]:
    """How many transfers were looked at, and what is wrong."""
    found = (await ask.surveys()).transfers
    touching = [
        row for row in found if row["kind"] in _KINDS or HouseAccount.JACKPOT in (row["debtor"], row["creditor"])
    ]
    broken: list[Row] = []
    if any(_impossible(row) for row in touching):
        broken += await ask.evidence("not between the house, a jackpot and a player as its kind says", IMPOSSIBLE)
    if touching:
        broken += await ask.evidence("a contribution to a jackpot, or a win, without its settled bet", WITHOUT_BETS)
        broken += await _unlike_memories(ask)
    return sum(row["transfers"] for row in touching), broken


def _impossible(row: Row) -> bool:
    sides = (row["debtor"], row["creditor"])
    if row["kind"] in _FEEDS:
        return sides != (HouseAccount.HOUSE, HouseAccount.JACKPOT)
    return row["kind"] != TransferKind.JACKPOT_WIN or sides != (HouseAccount.JACKPOT, None)


async def _unlike_memories(ask: Questions) -> list[Row]:
    if ask.read_jackpots is None:
        return []
    memories = {row["actor"]: JournalRow(row["n"], row["state"], ()) for row in await ask.rows(SNAPSHOTS)}
    events: dict[str, list[tuple[int, bytes]]] = {}
    for row in await ask.rows(EVENTS):
        events.setdefault(row["actor"], []).append((row["n"], row["event"]))
    for actor, entries in events.items():
        before = memories.get(actor, JournalRow(0, None, ()))
        memories[actor] = JournalRow(before.snapshot_n, before.snapshot, tuple(entries))
    books = ask.read_jackpots(memories)
    moved: dict[tuple[int, int], dict[int, int]] = {}
    for row in await ask.rows(TRANSFERS):
        moved.setdefault((row["asset"], row["jackpot"]), {})[row["kind"]] = int(row["amount"])
    broken: list[Row] = []
    for key in sorted(moved.keys() | books.keys()):
        sums, one = moved.get(key, {}), books.get(key, JackpotBooks())
        compared = {
            "contributions": (sums.get(TransferKind.CONTRIBUTION, 0), one.fed),
            "seeds": (sums.get(TransferKind.JACKPOT_SEED, 0), one.seeded),
            "wins": (sums.get(TransferKind.JACKPOT_WIN, 0), one.paid),
            "pools": (one.heard + one.seeded, one.awarded + one.pooled),
        }
        if ask.is_whole:
            compared["awards"] = (one.awarded, one.paid + one.unpaid)
            compared["reports"] = (int(one.ahead), 0)
        evidence = [
            {"asset": key[0], "jackpot": key[1], "what": what, "transfers": said, "actors": known}
            for what, (said, known) in compared.items()
            if said != known
        ]
        broken += told("the ledger and the actors of a jackpot disagree", evidence)
    return broken[: ask.evidence_max]
