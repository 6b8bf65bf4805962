"""Machines so small that everything that can happen on them can be gone through one by one."""

from typing import Any

from protocol.games.slots import FreeSpins, Machine

ROWS_AND_DIAGONAL = ((0, 0, 0), (1, 1, 1), (2, 2, 2), (0, 1, 2))
STRIPS = (
    ("ace", "wild", "ten", "ten", "star"),
    ("wild", "ten", "star", "ace"),
    ("ten", "wild", "ace", "ten", "star", "ace"),
)
PAYS = {"wild": (0, 10, 50), "ace": (1, 2, 20), "ten": (0, 0, 7)}


def small_machine(**changes: Any) -> Machine:
    """Three reels with everything: wilds that pay, scatters, free spins with more of them to be won."""
    fields: dict[str, Any] = {
        "name": "small",
        "strips": STRIPS,
        "lines": ROWS_AND_DIAGONAL,
        "pays": PAYS,
        "best": 1_000,
        "wild": "wild",
        "scatter": "star",
        "scatter_pays": (0, 1, 5),
        "free_spins": FreeSpins(scatters=3, spins=2, again=1, spins_max=4, multiplier=3),
    }
    return Machine(**{**fields, **changes})
