"""The lines of PAR sheets as texts, for a terminal and for a page."""

from collections.abc import Mapping
from typing import Any

from actors.games.sheets import Line


def row_of(line: Line) -> list[str]:
    """A line of a sheet as texts: the wager, and its figures."""
    rtp, hit_rate = float(line.rtp), float(line.hit_rate)
    figures = (f"{100 * rtp:.4f}", f"{100 * (1 - rtp):.4f}", f"{line.deviation:.4f}", f"{1 / hit_rate:,.2f}")
    return [wager_of(line.params), *figures, f"{float(line.best):,.4f}".rstrip("0").rstrip(".") + "x"]


def wager_of(params: Mapping[str, Any]) -> str:
    """A wager in a few words; numbers that are picked are as good as any others."""
    return " ".join(
        f"{key}={len(value) if isinstance(value, list) else str(value).lower()}" for key, value in params.items()
    )
