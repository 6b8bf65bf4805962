"""Jackpots of tests, and what must be true of the money of one at any commit."""

from typing import Final

import msgpack

from actors.jackpots.feeder import read_feeder
from actors.jackpots.plan import PARTS, Level, Plan
from actors.jackpots.reader import FEEDER, JACKPOT, read_jackpots
from persistence.jackpot_books import JackpotBooks
from persistence.memory.ledger import MemoryLedger
from protocol.money import jackpot_account, jackpot_of
from protocol.records import BetState, TransferKind
from tests.support.casino import PLAY

MINI: Final = Level("mini", 10_001, 1_000, 500, 2_000)
GRAND: Final = Level("grand", 5_003, 5_000, 5_000, 10**9)
POT: Final = Plan("pot", 1, PLAY, ("dice", "mines", "roulette"), (MINI, GRAND))
"""Its pools are won often: one by each tenth bet of 100, the other by each fiftieth."""


def moved(ledger: MemoryLedger, kind: TransferKind) -> list[int]:
    """The amounts of all transfers of a kind, in their order."""
    return [row.amount for _, row in sorted(ledger.tables.transfers.items()) if row.kind == kind]


def liability(ledger: MemoryLedger, plan: Plan = POT) -> int:
    """What the jackpot's accounts hold, on all shards together."""
    pools = range(jackpot_account(plan.asset.number, plan.number, 0) - (1 << 20) + 1, 0)  # type: ignore[arg-type]
    return sum(
        row.posted for row in ledger.tables.accounts.values() if row.id in pools and jackpot_of(row.id) == plan.number
    )


def books_of(ledger: MemoryLedger, plan: Plan = POT) -> JackpotBooks:
    """What its actors have written."""
    tables = ledger.tables
    names = {*tables.snapshots, *(actor for actor, _ in tables.journal)}
    rows = ledger.load_journals_now(sorted(name for name in names if name.startswith((FEEDER, JACKPOT))))
    return read_jackpots(rows).get((plan.asset.number, plan.number), JackpotBooks())


def pools_won(ledger: MemoryLedger) -> int:
    """How many pools settled bets of one draw say they have won."""
    settled = [msgpack.unpackb(row.params) for row in ledger.tables.bets.values() if row.state == BetState.SETTLED]
    return sum(len(params["jackpot"].get("won", ())) for params in settled if "jackpot" in params)


def check_money(ledger: MemoryLedger, plan: Plan = POT) -> None:
    """The transfers and the actors agree, and to the last part of a unit every stake has given its share."""
    books = books_of(ledger, plan)
    assert sum(moved(ledger, TransferKind.CONTRIBUTION)) == books.fed
    assert sum(moved(ledger, TransferKind.JACKPOT_SEED)) == books.seeded
    assert sum(moved(ledger, TransferKind.JACKPOT_WIN)) == books.paid
    assert books.heard + books.seeded == books.awarded + books.pooled
    assert books.awarded == books.paid + books.unpaid
    assert not books.ahead
    assert liability(ledger, plan) == books.pooled + books.unpaid + books.fed - books.heard
    names = [name for name in ledger.tables.snapshots if name.startswith(FEEDER)]
    feeders = [read_feeder(row) for row in ledger.load_journals_now(names).values()]
    staked = sum(
        row.stake
        for row in ledger.tables.bets.values()
        if row.state == BetState.SETTLED and "jackpot" in msgpack.unpackb(row.params)
    )
    for level in plan.levels:
        had = sum(one.units.get(level.name, 0) * PARTS + one.rest.get(level.name, 0) for one in feeders)
        assert had == staked * level.share
