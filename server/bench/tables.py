"""Tables to measure with, of roulette and of poker: many alike, in a configuration file of their own."""

from collections.abc import Iterable
from pathlib import Path

TABLE = """
[[tables]]
id = "{id}"
variant = "european"
asset = "PLAY"
min_bet = 10
max_bet = 50000
max_total = 200000
exposure_max = 1000000000
betting_ms = {betting}
closed_ms = {closed}
spin_ms = {spin}
settled_ms = {settled}
"""
POKER = """
[[tables]]
id = "{id}"
game = "poker"
variant = "holdem"
asset = "PLAY"
seats = {seats}
small_blind = 50
big_blind = 100
buy_in_min = {buy_in}
buy_in_max = {buy_in}
rake_cap = 300
pause_ms = 200
"""
POKER_BUY_IN = 500_000
"""Five thousand big blinds: nobody is broke before it is over."""
UNPINGED = """
[limits]
ping_seconds = 600
"""


def table_ids(tables: int) -> list[str]:
    """What the tables are called."""
    return [f"bench-{n}" for n in range(tables)]


def write_tables(file: Path, tables: Iterable[str], phases_ms: tuple[int, int, int, int]) -> Path:
    """Write the configuration of tables with these ids; `phases_ms` are betting, closed, spinning and settled."""
    betting, closed, spin, settled = phases_ms
    file.write_text(
        "".join(TABLE.format(id=table, betting=betting, closed=closed, spin=spin, settled=settled) for table in tables),
        encoding="utf-8",
    )
    return file


def write_poker_tables(file: Path, tables: Iterable[str], seats: int) -> Path:
    """Write the configuration of tables of hold'em with these ids; players of the measurement do not answer pings."""
    written = (POKER.format(id=table, seats=seats, buy_in=POKER_BUY_IN) for table in tables)
    file.write_text(UNPINGED + "".join(written), encoding="utf-8")
    return file
