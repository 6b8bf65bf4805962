"""Reads what jackpots and their feeders have written, for the audit."""

from collections.abc import Mapping
from typing import Final

from actors.jackpots.feeder import FeederState, read_feeder
from actors.jackpots.plan import jackpot_of_feeder
from actors.jackpots.pools import Heard, Memory, read_memory
from persistence.interfaces import JournalRow
from persistence.jackpot_books import JackpotBooks

FEEDER: Final = "feeder:"
JACKPOT: Final = "jackpot:"


def read_jackpots(rows: Mapping[str, JournalRow]) -> dict[tuple[int, int], JackpotBooks]:
    """See `ReadJackpots`. Of several databases the feeders of others are not among the rows."""
    feeders = {name.removeprefix(FEEDER): read_feeder(row) for name, row in rows.items() if name.startswith(FEEDER)}
    pools = {name.removeprefix(JACKPOT): read_memory(row) for name, row in rows.items() if name.startswith(JACKPOT)}
    books: dict[tuple[int, int], JackpotBooks] = {}
    for key, feeder in feeders.items():
        one = books.setdefault((feeder.asset, feeder.number), JackpotBooks())
        one.fed += sum(feeder.units.values())
        one.paid += feeder.paid
        memory = pools.get(jackpot_of_feeder(key))
        heard = memory.feeders.get(key, Heard()) if memory is not None else Heard()
        one.ahead |= _is_ahead(feeder, heard)
    for name, memory in pools.items():
        one = books.setdefault((memory.asset, memory.number), JackpotBooks())
        one.heard += sum(sum(heard.totals.values()) for heard in memory.feeders.values())
        one.seeded += memory.seeded
        one.awarded += memory.awarded
        one.pooled += sum(pool.amount + pool.reserve for pool in memory.pools.values())
        one.unpaid += _unpaid(name, memory, feeders)
    return books


def _is_ahead(feeder: FeederState, heard: Heard) -> bool:
    more = any(total > feeder.units.get(level, 0) for level, total in heard.totals.items())
    return more or heard.claimed > feeder.last


def _unpaid(name: str, memory: Memory, feeders: Mapping[str, FeederState]) -> int:
    """What was awarded to claims that their feeders still have."""
    return sum(
        amount
        for (key, number), amount in memory.unpaid.items()
        if jackpot_of_feeder(key) == name and (key not in feeders or number in feeders[key].claims)
    )
