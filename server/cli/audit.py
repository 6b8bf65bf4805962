"""`croupier audit`: derives every invariant of the ledger again from its rows, and says which one broke, where."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from server.cli.errors import UserError
from server.cli.options import configured
from server.config import Config

if TYPE_CHECKING:
    from persistence.postgres.audit import Check, Report

__all__ = ["command"]

BROKEN_EXIT_CODE: Final = 1
SALT_BITS: Final = 63


@click.command(name="audit")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@configured
def command(config: Config, json_wanted: bool) -> None:
    """Audit the ledger in the database of --database-url, or else in that of --data-dir.

    Works beside a running server, and without one: then the data dir's engine is started meanwhile. Writes nothing.
    Ends with 0 when every invariant holds, with 1 when one is broken, with 2 when the audit could not be made.
    """
    url = config.database_url.get_secret_value() if config.database_url else None
    report = asyncio.run(_audit(url, config.data_dir))
    if json_wanted:
        click.echo(json.dumps({"ok": report.ok, "checks": {check.name: _as_json(check) for check in report.checks}}))
    else:
        _print(report)
    if not report.ok:
        raise SystemExit(BROKEN_EXIT_CODE)


async def _audit(url: str | None, data_dir: Path) -> "Report":
    from persistence.embedded import EngineError
    from persistence.postgres.audit import AuditImpossible, audit

    try:
        async with _database(url, data_dir) as dsn:
            return await audit(dsn, salt=secrets.randbits(SALT_BITS))
    except (AuditImpossible, EngineError) as error:
        raise UserError(str(error)) from error


@asynccontextmanager
async def _database(url: str | None, data_dir: Path) -> AsyncIterator[str]:
    from persistence.embedded import opened_database

    if url is not None:
        yield url
        return
    async with opened_database(data_dir) as dsn:
        yield dsn


def _as_json(check: "Check") -> dict[str, object]:
    found: dict[str, object] = {"ok": check.ok, "rows": check.rows}
    return found if check.ok else {**found, "broken": check.broken}


def _print(report: "Report") -> None:
    width = max(len(check.name) for check in report.checks)
    for check in report.checks:
        click.echo(f"{check.name:<{width}}  {check.rows:>13,} rows  {'ok' if check.ok else 'BROKEN'}")
    for check in report.checks:
        for row in check.broken:
            evidence = "  ".join(f"{name}={value}" for name, value in row.items() if name != "problem")
            click.echo(f"\n{check.name}: {row['problem']}\n  {evidence}")
    broken = [check.name for check in report.checks if not check.ok]
    verdict = f"broken: {', '.join(broken)}" if broken else "every invariant holds"
    click.echo(f"\n{verdict} ({report.seconds:.1f} s)")
