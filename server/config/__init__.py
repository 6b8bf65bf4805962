"""The one frozen configuration: what can be set, where it is read from, how it is shown."""

from server.config.any_table import AnyTableSettings
from server.config.cardroom import BlindsSettings, CardRoomSettings, PokerSettings, SitngoSettings
from server.config.databases import DatabasePart, DatabaseSettings
from server.config.jackpots import JackpotSettings, LevelSettings
from server.config.limits import Limits
from server.config.load import FILE_NAME, load
from server.config.play import AssetSettings, InstantSettings
from server.config.problems import ConfigError, Problem
from server.config.settings import Config
from server.config.show import MASK, as_json, as_toml
from server.config.tables import (
    TABLE_SETTINGS,
    BaccaratSettings,
    CrashSettings,
    RouletteSettings,
    SicBoSettings,
    TableSettings,
)

__all__ = [
    "FILE_NAME",
    "MASK",
    "TABLE_SETTINGS",
    "AnyTableSettings",
    "AssetSettings",
    "BaccaratSettings",
    "BlindsSettings",
    "CardRoomSettings",
    "Config",
    "ConfigError",
    "CrashSettings",
    "DatabasePart",
    "DatabaseSettings",
    "InstantSettings",
    "JackpotSettings",
    "LevelSettings",
    "Limits",
    "PokerSettings",
    "Problem",
    "RouletteSettings",
    "SicBoSettings",
    "SitngoSettings",
    "TableSettings",
    "as_json",
    "as_toml",
    "load",
]
