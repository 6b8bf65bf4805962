"""What is measured of each game, and what it should reach: four fifths of dice, and 20 KiB for a table nobody is at."""

from typing import Final

from actors.games.catalogue import TABLE_GAMES
from server.bench.figures import Figure, Ratio, at_least, at_most
from server.bench.games.wagers import DICE, GAMES, PLAYED

SHARE_OF_DICE: Final = at_least(0.8)
TABLE_BYTES: Final = at_most(20 * 1024)


def _turns() -> tuple[Figure, ...]:
    what = "a turn of {}, one core, no socket, no Postgres"
    return tuple(Figure(f"turns_{line}", "turns", what.format(_called(line)), "turns/s") for line in PLAYED)


def _floor() -> tuple[Figure, ...]:
    return tuple(
        figure
        for game in GAMES
        for figure in (
            Figure(f"floor_{game}_rate", "floor", f"{game}, 1 request in flight a bot", "turns/s"),
            Figure(f"floor_{game}_cpu", "floor", "  processor time of the server", "us/turn"),
        )
    )


def _tables() -> tuple[Figure, ...]:
    return tuple(
        figure
        for game in TABLE_GAMES
        for figure in (
            Figure(f"table_{game}", "tables", f"an idle table of {game}", "bytes", TABLE_BYTES),
            Figure(f"table_{game}_snapshot", "tables", "  its snapshot", "bytes", TABLE_BYTES),
        )
    )


def _called(line: str) -> str:
    return line.replace("_", " ")


GAME_FIGURES: Final = (*_turns(), *_floor(), *_tables())
GAME_RATIOS: Final = (
    *(
        Ratio(
            f"turns_{line}_over_dice", f"a turn: {_called(line)} / dice", f"turns_{line}", "turns_dice", SHARE_OF_DICE
        )
        for line in PLAYED
        if line != DICE
    ),
    *(
        Ratio(f"floor_{game}_over_dice", f"{game} / dice", f"floor_{game}_rate", "floor_dice_rate", SHARE_OF_DICE)
        for game in GAMES
        if game != DICE
    ),
)
