"""Whether databases have the schema of this code; a tool makes it, not whoever only uses it."""

from collections.abc import Sequence

from persistence import migrations
from persistence.postgres.database import Address, DatabaseRefused
from persistence.postgres.migrate import connected, status
from persistence.postgres.migration_errors import MigrationError

__all__ = ["require_schema"]


async def require_schema(addresses: Sequence[Address]) -> None:
    """See that every migration was applied to each of them. Raises `DatabaseRefused`, which says what to do."""
    for address in addresses:
        which = f"{address.name}: " if len(addresses) > 1 else ""
        try:
            async with connected(address.dsn) as connection:
                known = await status(connection, migrations.folder())
        except MigrationError as error:
            raise DatabaseRefused(f"{which}{error}") from error
        pending = [f"{one.number:04}_{one.name}" for one in known if one.applied_at is None]
        if pending:
            raise DatabaseRefused(
                f"{which}the database does not have the schema of this release ({', '.join(pending)}): run croupier"
                " migrate first"
            )
