"""Roulette tables to measure with: many alike, in a configuration file of their own."""

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
