"""Machines whose reels, pays and return are published, described in our terms."""

from typing import Any

from protocol.games.slots import Machine
from tests.vectors.read import read_vectors

_PUBLISHED = read_vectors("slots_par")
_THREE_REELS = ((1, 1, 1), (0, 0, 0), (2, 2, 2), (0, 1, 2), (2, 1, 0))
_FIVE_REELS = ((1,) * 5, (0,) * 5, (2,) * 5, (0, 1, 2, 1, 0), (2, 1, 0, 1, 2))
_SCATTER = "8"


def _strips(game: str, rtp: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(str, strip)) for strip in _PUBLISHED["reels"][game][rtp])


def five_reels_with_a_scatter() -> Machine:
    """95.655629 %: five lines of five reels, seven symbols and a scatter that pays on the whole stake."""
    pays: dict[str, Any] = dict(_PUBLISHED["games"]["sizzlinghot"]["pays"])
    [scatter_pays] = [pays.pop(key) for key in list(pays) if key.startswith("scatter")]
    return Machine(
        name="five-reels",
        strips=_strips("sizzlinghot", "95.655629"),
        lines=_FIVE_REELS,
        pays={symbol: tuple(paid) for symbol, paid in pays.items()},
        best=25_000,
        scatter=_SCATTER,
        scatter_pays=tuple(scatter_pays),
    )


def three_reels_doubling() -> Machine:
    """93.0625 %: three reels, on which a full screen of one of four symbols pays every line double."""
    return Machine(
        name="three-reels",
        strips=_strips("ultrahot", "93.062500"),
        lines=_THREE_REELS,
        pays={
            str(symbol): (0, 0, paid)
            for symbol, paid in enumerate(_PUBLISHED["games"]["ultrahot"]["pays_by_symbol"], start=1)
        },
        best=750,
        doubled=frozenset("4567"),
    )
