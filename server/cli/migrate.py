"""`croupier migrate`: brings the database to the version of the code, or says what is applied."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.errors import UserError
from server.cli.options import configured
from server.config import Config

if TYPE_CHECKING:
    from persistence.postgres.migrate import MigrationStatus

__all__ = ["command"]


@click.command(name="migrate")
@click.option("--status", "status_only", is_flag=True, help="List the migrations and change nothing.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@configured
def command(config: Config, status_only: bool, json_wanted: bool) -> None:
    """Apply pending migrations to the database of --database-url, or else to that of --data-dir.

    A data dir's database is that of the server running on it, or else its engine is started meanwhile. Runs of
    several commands at once are safe: each migration is applied by one of them.
    """
    url = config.database_url.get_secret_value() if config.database_url else None
    applied, listed = asyncio.run(_run(url, config.data_dir, status_only))
    pending = sum(one.applied_at is None for one in listed)
    if json_wanted:
        migrations = [_as_json(one) for one in listed]
        click.echo(json.dumps({"applied": applied, "pending": pending, "migrations": migrations}))
        return
    if status_only:
        for one in listed:
            when = one.applied_at.isoformat(sep=" ", timespec="seconds") if one.applied_at else "pending"
            click.echo(f"{one.number:04}  {one.name:<40}  {when}")
    for number in applied:
        click.echo(f"applied {number:04}_{listed[number - 1].name}")
    if not applied:
        click.echo(f"{len(listed) - pending} applied, {pending} pending")


async def _run(url: str | None, data_dir: Path, status_only: bool) -> "tuple[list[int], Sequence[MigrationStatus]]":
    from persistence import migrations
    from persistence.embedded import EngineError
    from persistence.postgres.migrate import MigrationError, connected, migrate, status

    try:
        async with _database(url, data_dir, create=not status_only) as dsn, connected(dsn) as connection:
            folder = migrations.folder()
            applied = [] if status_only else [one.number for one in await migrate(connection, folder)]
            return applied, await status(connection, folder)
    except (MigrationError, EngineError) as error:
        raise UserError(str(error)) from error


@asynccontextmanager
async def _database(url: str | None, data_dir: Path, *, create: bool) -> AsyncIterator[str]:
    from persistence.embedded import opened_database

    if url is not None:
        yield url
        return
    async with opened_database(data_dir, create=create) as dsn:
        yield dsn


def _as_json(one: "MigrationStatus") -> dict[str, object]:
    applied_at = one.applied_at.isoformat() if one.applied_at else None
    return {"number": one.number, "name": one.name, "applied_at": applied_at}
