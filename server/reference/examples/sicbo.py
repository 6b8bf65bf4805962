"""Examples of sic bo: a round that is really played, by the game's own rules."""

from protocol.games.sicbo import SicBoBet, SicBoClear, SicBoPlaced, SicBoReturned, SicBoUndo
from protocol.model import Message
from server.config.tables import DEFAULT_TABLES
from server.reference.examples.played import table_examples


def sicbo_examples() -> tuple[Message, ...]:
    """One of each message of sic bo."""
    settings = next(table for table in DEFAULT_TABLES if table.game == "sicbo")
    wagers = (("small", 500), ("combo:2-5", 100))
    return table_examples(settings, wagers, (SicBoBet, SicBoUndo, SicBoClear), (SicBoPlaced, SicBoReturned))
