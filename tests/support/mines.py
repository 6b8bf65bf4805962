"""A player of mines in a casino that a test drives by hand, who may cheat: the test knows where the mines are."""

from typing import Any

from actors.fairness.draws import Draws
from actors.fairness.seal import player_seed
from actors.games.mines import positions_of
from protocol.games.mines import TILES, MinesBet, MinesCashOut, MinesReveal
from protocol.ids import CommandId, PlayerId
from protocol.requests import Seeds
from tests.support.casino import Casino


def mines_bet(casino: Casino, amount: int = 100, mines: int = 3, **fields: Any) -> MinesBet:
    """The start of a game."""
    return MinesBet(id=casino.new_id(), asset="PLAY", amount=amount, mines=mines, **fields)


def reveal(casino: Casino, bet: bytes, step: int, tile: int, id: CommandId | None = None) -> MinesReveal:
    """A step."""
    return MinesReveal(id=id or casino.new_id(), bet=bet, step=step, tile=tile)


def cash_out(casino: Casino, bet: bytes, step: int, id: CommandId | None = None) -> MinesCashOut:
    """The last step of one who has enough."""
    return MinesCashOut(id=id or casino.new_id(), bet=bet, step=step)


def next_mines(casino: Casino, player: PlayerId, mines: int = 3) -> tuple[int, ...]:
    """Where the mines of the player's next game will be."""
    shown: Any = casino.asks(player, Seeds(id=casino.new_id()))
    row = casino.ledger.load_seeds_now([player])[player]
    server_seed = casino.sealer.open(row.sealed, player_seed(player, row.number))
    return positions_of(Draws(server_seed, shown.client_seed, shown.nonce), mines)


def safe_tiles(mines: tuple[int, ...]) -> list[int]:
    """The others."""
    return [tile for tile in range(TILES) if tile not in mines]
