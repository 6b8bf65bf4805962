"""The machines that can be played. Their odds are in the reference; a test holds each to what it says of itself."""

from collections.abc import Mapping
from typing import Final

from protocol.games.slots.machine import FreeSpins, Machine

_FIVE_LINES: Final = ((1, 1, 1), (0, 0, 0), (2, 2, 2), (0, 1, 2), (2, 1, 0))
_TEN_LINES: Final = (
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
_TWENTY_LINES: Final = (
    *_TEN_LINES,
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


def _strips(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(text.split()) for text in texts)


_ORCHARD: Final = Machine(
    name="orchard",
    strips=_strips(
        "pear pear pear bee apple apple apple bell cherry cherry cherry plum plum plum pear pear pear bee"
        " bell bee honey apple apple apple honey bell cherry cherry cherry plum plum plum",
        "honey bee pear pear pear cherry cherry cherry bell plum plum plum bell apple apple apple honey"
        " cherry cherry cherry plum plum plum bell apple apple apple bee pear pear pear bee",
        "pear pear pear bee apple apple apple cherry cherry cherry honey bee bell pear pear pear plum plum"
        " plum honey bell plum plum plum cherry cherry cherry apple apple apple bee bell",
    ),
    lines=_FIVE_LINES,
    pays={
        "honey": (0, 0, 500),
        "bee": (0, 0, 160),
        "bell": (0, 0, 100),
        "pear": (0, 0, 30),
        "cherry": (0, 0, 25),
        "plum": (0, 0, 20),
        "apple": (0, 0, 15),
    },
    best=500,
    doubled=frozenset({"pear", "cherry", "plum", "apple"}),
)
"""Three reels and five lines; a full screen of one fruit pays double."""

_CARAVAN: Final = Machine(
    name="caravan",
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
    lines=_TEN_LINES,
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
    best=2_239,
    wild="compass",
)
"""Five reels and ten lines; the compass, on the middle three reels, is wild."""

_AURORA: Final = Machine(
    name="aurora",
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
    lines=_TWENTY_LINES,
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
    best=83_150,
    wild="moon",
    scatter="comet",
    scatter_pays=(0, 0, 2, 10, 50),
    free_spins=FreeSpins(scatters=3, spins=8, again=4, spins_max=24, multiplier=2),
)
"""Five reels and twenty lines; the moon is wild, and three comets give free spins that pay double."""

MACHINES: Final[Mapping[str, Machine]] = {machine.name: machine for machine in (_ORCHARD, _CARAVAN, _AURORA)}
"""By name."""
