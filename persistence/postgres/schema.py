"""Whether a database has the schema of this code; a tool makes it, not whoever only uses it."""

from persistence import migrations
from persistence.postgres.database import DatabaseRefused
from persistence.postgres.migrate import connected, status
from persistence.postgres.migration_errors import MigrationError

__all__ = ["require_schema"]


async def require_schema(dsn: str) -> None:
    """See that every migration was applied. Raises `DatabaseRefused`, which says what to do."""
    try:
        async with connected(dsn) as connection:
            known = await status(connection, migrations.folder())
    except MigrationError as error:
        raise DatabaseRefused(str(error)) from error
    pending = [f"{one.number:04}_{one.name}" for one in known if one.applied_at is None]
    if pending:
        raise DatabaseRefused(
            f"the database does not have the schema of this release ({', '.join(pending)}): run croupier migrate first"
        )
