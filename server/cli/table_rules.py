"""The rules of a configured table, as its odds are computed from them."""

from collections.abc import Mapping
from typing import Any

from actors.games.catalogue import BOARD_GAMES
from actors.games.sheets import SAMPLES
from protocol.games.blackjack import ENDLESS
from server.cli.errors import UserError
from server.config import Config


def rules_at(config: Config, game: str, table: str) -> Mapping[str, Any]:
    """What the odds of a table depend on. Raises `UserError` if there is no such table of this game.

    A blackjack table from an endless shoe has no `decks`: its odds are exact. At crash each target has the same odds
    at every table.
    """
    found = next((one for one in config.tables if one.id == table and one.game == game), None)
    if found is None:
        there = ", ".join(one.id for one in config.tables if one.game == game)
        raise UserError(f"there is no table {table!r} of {game}" + (f", but {there}" if there else ""))
    settings = found.model_dump()
    if game in BOARD_GAMES:
        return BOARD_GAMES[game].layout(settings).params
    if game != "blackjack":
        return {}
    rules = {key: settings[key] for key in SAMPLES[game][0]}
    return rules if settings["decks"] == ENDLESS else {"decks": settings["decks"], **rules}
