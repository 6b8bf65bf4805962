"""The slot machines: their reels, lines and pays, as players are told them."""

from typing import NamedTuple

FIVE_LINES = ((1, 1, 1), (0, 0, 0), (2, 2, 2), (0, 1, 2), (2, 1, 0))
TEN_LINES = (
    (1, 1, 1, 1, 1),
    (0, 0, 0, 0, 0),
    (2, 2, 2, 2, 2),
    (0, 1, 2, 1, 0),
    (2, 1, 0, 1, 2),
    (0, 0, 1, 2, 2),
    (2, 2, 1, 0, 0),
    (1, 0, 0, 0, 1),
    (1, 2, 2, 2, 1),
    (0, 1, 1, 1, 0),
)
TWENTY_LINES = (
    *TEN_LINES,
    (2, 1, 1, 1, 2),
    (1, 0, 1, 2, 1),
    (1, 2, 1, 0, 1),
    (0, 1, 0, 1, 0),
    (2, 1, 2, 1, 2),
    (1, 1, 0, 1, 1),
    (1, 1, 2, 1, 1),
    (0, 2, 0, 2, 0),
    (2, 0, 2, 0, 2),
    (0, 2, 2, 2, 0),
)


class FreeSpins(NamedTuple):
    """So many `scatters` give `spins`, and in free spins `again`, up to `most`; each pays `times` as much."""

    scatters: int
    spins: int
    again: int
    most: int
    times: int


class Machine(NamedTuple):
    """Symbols of each reel from the left; the row (0 is the upper one) of each line on each reel.

    `pays` says what runs of one, two, … pay, in line bets, and `scatter_pays` what so many scatters do, in stakes.
    """

    strips: tuple[str, ...]
    lines: tuple[tuple[int, ...], ...]
    pays: dict[str, tuple[int, ...]]
    wild: str = ""
    scatter: str = ""
    scatter_pays: tuple[int, ...] = ()
    free: FreeSpins | None = None
    doubled: tuple[str, ...] = ()
    """A full screen of one of these pays double."""


def _strips(*strips: str) -> tuple[str, ...]:
    return strips


ORCHARD = Machine(
    strips=_strips(
        "pear pear pear bee apple apple apple bell cherry cherry cherry plum plum plum pear pear pear bee"
        " bell bee honey apple apple apple honey bell cherry cherry cherry plum plum plum",
        "honey bee pear pear pear cherry cherry cherry bell plum plum plum bell apple apple apple honey"
        " cherry cherry cherry plum plum plum bell apple apple apple bee pear pear pear bee",
        "pear pear pear bee apple apple apple cherry cherry cherry honey bee bell pear pear pear plum plum"
        " plum honey bell plum plum plum cherry cherry cherry apple apple apple bee bell",
    ),
    lines=FIVE_LINES,
    pays={
        "honey": (0, 0, 500),
        "bee": (0, 0, 160),
        "bell": (0, 0, 100),
        "pear": (0, 0, 30),
        "cherry": (0, 0, 25),
        "plum": (0, 0, 20),
        "apple": (0, 0, 15),
    },
    doubled=("pear", "cherry", "plum", "apple"),
)
"""Three reels and five lines; a full screen of one fruit pays double."""

CARAVAN = Machine(
    strips=_strips(
        "rug salt well camel salt tent rug well salt camel salt well dates dates dates well tent salt lamp"
        " dates well camel well rug dates salt rug lamp tent",
        "salt rug lamp salt rug salt dates camel lamp compass dates tent well salt salt dates well well tent"
        " rug camel salt well tent well dates rug dates camel well",
        "dates salt compass salt camel compass dates rug dates well salt well lamp camel rug dates well camel"
        " tent well dates salt salt tent rug lamp salt well well tent rug",
        "dates tent camel rug well rug tent salt camel compass well tent well well well salt salt lamp dates"
        " salt rug well lamp dates rug dates salt salt camel dates",
        "well well lamp dates well rug salt tent well camel lamp dates tent dates rug salt well dates camel"
        " rug salt rug tent dates salt well salt salt camel",
    ),
    lines=TEN_LINES,
    pays={
        "compass": (0, 0, 0, 0, 0),
        "lamp": (0, 2, 100, 500, 2_000),
        "camel": (0, 0, 50, 150, 750),
        "tent": (0, 0, 30, 100, 500),
        "rug": (0, 0, 15, 60, 250),
        "dates": (0, 0, 10, 30, 125),
        "salt": (0, 0, 5, 20, 100),
        "well": (0, 0, 5, 20, 75),
    },
    wild="compass",
)
"""Five reels and ten lines; the compass, on the middle three reels, is wild."""

AURORA = Machine(
    strips=_strips(
        "fox pine fire bear pine fire fire fox snow hare owl moon comet snow bear fox snow fire fire bear owl"
        " pine pine owl snow snow snow owl hare hare hare pine comet",
        "fire snow snow owl fire snow pine owl bear owl pine hare pine pine comet hare bear fox fire snow"
        " pine owl fox snow fire hare moon fox bear moon hare snow fire",
        "hare fire owl pine pine bear owl comet snow snow moon fire hare snow comet hare snow snow bear fox"
        " hare owl bear fire snow owl fire pine pine fox pine fire fox",
        "hare pine bear snow fire owl snow snow snow pine pine pine snow pine moon bear fire fire fox snow"
        " hare owl fox bear owl fire hare hare owl comet moon fox fire",
        "fire fire bear snow pine comet hare fire comet bear fox owl snow pine owl moon owl snow pine snow"
        " fire fire hare snow snow hare bear fox pine pine fox owl hare",
    ),
    lines=TWENTY_LINES,
    pays={
        "moon": (0, 5, 50, 200, 1_000),
        "bear": (0, 0, 25, 125, 500),
        "fox": (0, 0, 20, 100, 400),
        "owl": (0, 0, 10, 50, 150),
        "hare": (0, 0, 10, 40, 150),
        "fire": (0, 0, 5, 25, 100),
        "pine": (0, 0, 5, 20, 75),
        "snow": (0, 0, 5, 15, 60),
    },
    wild="moon",
    scatter="comet",
    scatter_pays=(0, 0, 2, 10, 50),
    free=FreeSpins(scatters=3, spins=8, again=4, most=24, times=2),
)
"""Five reels and twenty lines; the moon is wild, and three comets give free spins that pay double."""

MACHINES = {"orchard": ORCHARD, "caravan": CARAVAN, "aurora": AURORA}
