"""What is played, from the configuration: the tables with their games and rules, and the jackpots."""

from dataclasses import replace
from typing import Any

from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.games.interface import TableGame
from actors.games.poker.rules import Rake, Rules, Timing, tournament_rules
from actors.jackpots.plan import Level, Plan
from protocol.ids import TableId
from protocol.money import Asset
from server.config import CardRoomSettings, Config, PokerSettings, SitngoSettings

__all__ = ["configured_jackpots", "configured_tables", "poker_rules", "poker_tables"]


def configured_tables(config: Config) -> dict[str, tuple[TableGame[Any], Any]]:
    """The game and rules of each table at which the house is played against, by its id."""
    return {
        table.id: (TABLE_GAMES[table.game], table_rules(table.model_dump()))
        for table in config.tables
        if table.game in TABLE_GAMES
    }


def poker_tables(config: Config) -> dict[str, Rules]:
    """The rules of each poker table, for cash or in tournaments, by its id."""
    return {table.id: poker_rules(table) for table in config.tables if isinstance(table, CardRoomSettings)}


def poker_rules(table: CardRoomSettings) -> Rules:
    """The rules of a poker table from its settings."""
    timing = Timing(table.act_ms, table.bank_ms_max, table.bank_gain_ms, pause_ms=table.pause_ms)
    if isinstance(table, SitngoSettings):
        timing = replace(timing, absent_ms=table.absent_ms)
        return tournament_rules(TableId(table.id), table.variant, table.asset, timing, table.structure)
    if not isinstance(table, PokerSettings):
        raise TypeError(f"{table.game} is no game of poker")
    return Rules(
        TableId(table.id),
        table.small_blind,
        table.big_blind,
        table.buy_in_min,
        table.buy_in_max,
        table.seats,
        table.variant,
        table.asset,
        Rake(table.rake_per_mille, table.rake_cap),
        replace(timing, away_ms=table.away_ms),
    )


def configured_jackpots(config: Config) -> list[Plan]:
    """The jackpots in assets that there are."""
    assets = {one.code: Asset(one.number, one.code, one.scale) for one in config.assets}
    return [
        Plan(
            one.name,
            one.number,
            assets[one.asset],
            one.games,
            tuple(Level(level.name, level.share, level.every, level.seed, level.cap) for level in one.levels),
        )
        for one in config.jackpots_played
    ]
