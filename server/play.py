"""What is played, from the configuration: the tables with their games and rules."""

from typing import Any

from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.games.interface import TableGame
from server.config import Config

__all__ = ["configured_tables"]


def configured_tables(config: Config) -> dict[str, tuple[TableGame[Any], Any]]:
    """Each table's game and rules, by its id."""
    return {table.id: (TABLE_GAMES[table.game], table_rules(table.model_dump())) for table in config.tables}
