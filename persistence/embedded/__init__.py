"""Embedded engines: a real PostgreSQL and a real Valkey that come along and live as long as the server."""

from persistence.embedded.data_dir import Owner, owner
from persistence.embedded.engine import Engine
from persistence.embedded.engines import DEFAULT_DATA_DIR, Engines, opened_database
from persistence.embedded.errors import (
    AccountMissing,
    ClusterVersionMismatch,
    DatabaseElsewhere,
    DatabaseMissing,
    DataDirInUse,
    EngineError,
    EngineNotRunning,
    EngineStartFailed,
    FolderNotUsable,
)
from persistence.embedded.postgres import PostgresEngine
from persistence.embedded.process import Exit
from persistence.embedded.settings import PostgresSettings, ValkeySettings
from persistence.embedded.valkey import ValkeyEngine

__all__ = [
    "DEFAULT_DATA_DIR",
    "AccountMissing",
    "ClusterVersionMismatch",
    "DataDirInUse",
    "DatabaseElsewhere",
    "DatabaseMissing",
    "Engine",
    "EngineError",
    "EngineNotRunning",
    "EngineStartFailed",
    "Engines",
    "Exit",
    "FolderNotUsable",
    "Owner",
    "PostgresEngine",
    "PostgresSettings",
    "ValkeyEngine",
    "ValkeySettings",
    "opened_database",
    "owner",
]
