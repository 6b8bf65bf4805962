"""Why a schema cannot be brought to the version of the code, each with its evidence.

MigrationError
├── MigrationFileInvalid     a file's name is wrong, or a number is missing or double
├── MigrationChanged         the file of an applied migration is not what was applied
├── DatabaseNewer            the database has a migration that this code does not know
├── MigrationHistoryBroken   the rows of applied migrations are not 1, 2, 3, …
├── MigrationBusy            another runner, or a table's user, did not let go in time
├── DatabaseUnreachable      no connection to the database could be made
└── MigrationFailed          PostgreSQL refused the statements; carries what it said and where
"""

from pathlib import Path

__all__ = [
    "DatabaseNewer",
    "DatabaseUnreachable",
    "MigrationBusy",
    "MigrationChanged",
    "MigrationError",
    "MigrationFailed",
    "MigrationFileInvalid",
    "MigrationHistoryBroken",
]


class MigrationError(Exception):
    """The schema cannot be brought to, or is not of, the version of the code."""


class MigrationFileInvalid(MigrationError):
    """The folder's files do not form a sequence 0001, 0002, …"""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"migration file {path}: {reason}")


class MigrationChanged(MigrationError):
    """An applied migration's file has been edited since."""

    def __init__(self, number: int, name: str, applied: bytes, found: bytes) -> None:
        self.number = number
        self.name = name
        self.applied = applied
        self.found = found
        super().__init__(
            f"migration {number:04}_{name} was changed after it was applied: the database has checksum "
            f"{applied.hex()[:12]}…, the file {found.hex()[:12]}…; restore the file and put the change into a new one"
        )


class DatabaseNewer(MigrationError):
    """A newer version of the code has migrated the database."""

    def __init__(self, number: int, name: str, newest_known: int) -> None:
        self.number = number
        self.name = name
        self.newest_known = newest_known
        super().__init__(
            f"the database has migration {number:04}_{name}, and this version knows them up to {newest_known:04}: "
            f"run the version that applied it, or a later one"
        )


class MigrationHistoryBroken(MigrationError):
    """A row is missing among those of the applied migrations."""

    def __init__(self, missing: int) -> None:
        self.missing = missing
        super().__init__(f"the database has later migrations, but not the row of {missing:04}: its table was edited")


class DatabaseUnreachable(MigrationError):
    """The database does not answer, or does not let us in."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"cannot connect to the database: {reason}")


class MigrationBusy(MigrationError):
    """A lock could not be had in time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"waited {seconds:g} s for another migration, or for a table in use, in vain: try again")


class MigrationFailed(MigrationError):
    """PostgreSQL refused a migration's statements. Nothing of it was kept, unless it ended its transaction itself."""

    def __init__(self, number: int, name: str, reason: str, sqlstate: str | None, line: int | None) -> None:
        self.number = number
        self.name = name
        self.reason = reason
        self.sqlstate = sqlstate
        self.line = line
        place = f", line {line}" if line is not None else ""
        super().__init__(f"migration {number:04}_{name}{place}: {reason}")
