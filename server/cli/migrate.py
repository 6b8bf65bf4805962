"""`croupier migrate`: brings the databases to the version of the code, or says what is applied."""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from server.cli.databases import opened_databases
from server.cli.errors import UserError
from server.cli.options import configured
from server.config import Config

if TYPE_CHECKING:
    from persistence.postgres.migrate import MigrationStatus

__all__ = ["command"]


class _Migrated(NamedTuple):
    """What was applied to one database just now, and what it has."""

    shards: str
    applied: list[int]
    listed: "Sequence[MigrationStatus]"

    @property
    def pending(self) -> int:
        return sum(one.applied_at is None for one in self.listed)


@click.command(name="migrate")
@click.option("--status", "status_only", is_flag=True, help="List the migrations and change nothing.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@configured
def command(config: Config, status_only: bool, json_wanted: bool) -> None:
    """Apply pending migrations to the database of --database-url, or else to that of --data-dir.

    Where database.shards names several, to each of them, one after the other. A data dir's database is that of the
    server running on it, or else its engine is started meanwhile. Runs of several commands at once are safe: each
    migration is applied by one of them.
    """
    migrated = asyncio.run(_run(config, status_only))
    if json_wanted:
        described = {one.shards: _as_json(one) for one in migrated}
        click.echo(json.dumps({"databases": described} if len(migrated) > 1 else described[migrated[0].shards]))
        return
    for one in migrated:
        if len(migrated) > 1:
            click.echo(f"the database of the shards {one.shards}")
        _print(one, status_only)


def _print(migrated: _Migrated, status_only: bool) -> None:
    if status_only:
        for one in migrated.listed:
            when = one.applied_at.isoformat(sep=" ", timespec="seconds") if one.applied_at else "pending"
            click.echo(f"{one.number:04}  {one.name:<40}  {when}")
    for number in migrated.applied:
        click.echo(f"applied {number:04}_{migrated.listed[number - 1].name}")
    if not migrated.applied:
        click.echo(f"{len(migrated.listed) - migrated.pending} applied, {migrated.pending} pending")


async def _run(config: Config, status_only: bool) -> list[_Migrated]:
    from persistence import migrations
    from persistence.embedded import EngineError
    from persistence.postgres.migrate import MigrationError, connected, migrate, status

    migrated = []
    folder = migrations.folder()
    try:
        async with opened_databases(config, create=not status_only) as addresses:
            for address in addresses:
                try:
                    async with connected(address.dsn) as connection:
                        applied = [] if status_only else [one.number for one in await migrate(connection, folder)]
                        migrated.append(_Migrated(str(address.shards), applied, await status(connection, folder)))
                except MigrationError as error:
                    name = f"{address.name}: " if len(addresses) > 1 else ""
                    raise UserError(f"{name}{error}") from error
    except EngineError as error:
        raise UserError(str(error)) from error
    return migrated


def _as_json(migrated: _Migrated) -> dict[str, object]:
    migrations = [_one_as_json(one) for one in migrated.listed]
    return {"applied": migrated.applied, "pending": migrated.pending, "migrations": migrations}


def _one_as_json(one: "MigrationStatus") -> dict[str, object]:
    applied_at = one.applied_at.isoformat() if one.applied_at else None
    return {"number": one.number, "name": one.name, "applied_at": applied_at}
