"""Examples of baccarat: a round that is really played, by the game's own rules."""

from protocol.games.baccarat import BaccaratBet, BaccaratClear, BaccaratPlaced, BaccaratReturned, BaccaratUndo
from protocol.model import Message
from server.config.tables import DEFAULT_TABLES
from server.reference.examples.played import table_examples


def baccarat_examples() -> tuple[Message, ...]:
    """One of each message of baccarat."""
    settings = next(table for table in DEFAULT_TABLES if table.game == "baccarat")
    wagers = (("banker", 500), ("player_pair", 100))
    return table_examples(
        settings, wagers, (BaccaratBet, BaccaratUndo, BaccaratClear), (BaccaratPlaced, BaccaratReturned)
    )
