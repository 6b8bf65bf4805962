"""`croupier audit`: derives every invariant of the ledger again from its rows, and says which one broke, where."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.databases import opened_databases
from server.cli.errors import UserError
from server.cli.options import configured
from server.config import CardRoomSettings, Config

if TYPE_CHECKING:
    from persistence.postgres.audit import Check, Report
    from persistence.postgres.fleet_audit import FleetReport

__all__ = ["command"]

BROKEN_EXIT_CODE: Final = 1
SALT_BITS: Final = 63


@click.command(name="audit")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@configured
def command(config: Config, json_wanted: bool) -> None:
    """Audit the ledger in the database of --database-url, or else in that of --data-dir.

    Where database.shards names several, each is audited, and then what only all of them together can show. Works
    beside a running server, and without one: then the data dir's engine is started meanwhile. Writes nothing.
    Ends with 0 when every invariant holds, with 1 when one is broken, with 2 when the audit could not be made.
    """
    several = len(config.databases) > 1
    report: Any = asyncio.run(_audit_all(config) if several else _audit_one(config))
    if json_wanted:
        click.echo(json.dumps(_all_as_json(report) if several else _as_json(report)))
    elif several:
        _print_all(report)
    else:
        _print(report)
    if not report.ok:
        raise SystemExit(BROKEN_EXIT_CODE)


async def _audit_one(config: Config) -> "Report":
    from actors.jackpots.reader import read_jackpots
    from actors.poker.reader import ChipsReader
    from persistence.embedded import EngineError
    from persistence.postgres.audit import AuditImpossible, Chips, audit

    numbers = {asset.code: asset.number for asset in config.assets}
    reader = ChipsReader({one.id: numbers[one.asset] for one in config.tables if isinstance(one, CardRoomSettings)})
    try:
        async with opened_databases(config) as [address]:
            chips = Chips(reader.tables, reader.read)
            return await audit(address.dsn, salt=secrets.randbits(SALT_BITS), chips=chips, read_jackpots=read_jackpots)
    except (AuditImpossible, EngineError) as error:
        raise UserError(str(error)) from error


async def _audit_all(config: Config) -> "FleetReport":
    from actors.jackpots.reader import read_jackpots
    from actors.table.reader import TableReader
    from persistence.postgres.audit import AuditImpossible
    from persistence.postgres.fleet_audit import audit_fleet
    from server.play import configured_tables

    try:
        async with opened_databases(config) as addresses:
            return await audit_fleet(
                addresses,
                shards=config.shards,
                salt=secrets.randbits(SALT_BITS),
                read_table=TableReader(configured_tables(config)).read,
                read_jackpots=read_jackpots,
            )
    except AuditImpossible as error:
        raise UserError(str(error)) from error


# --- for programs ---


def _as_json(report: "Report") -> dict[str, object]:
    return {"ok": report.ok, "checks": _checks_as_json(report.checks)}


def _all_as_json(report: "FleetReport") -> dict[str, object]:
    return {
        "ok": report.ok,
        "databases": {str(shards): _as_json(one) for shards, one in report.databases},
        "overall": {
            "ok": report.overall_ok,
            "checks": _checks_as_json(report.checks),
            "totals": report.totals,
            "notes": report.notes,
        },
    }


def _checks_as_json(checks: "Sequence[Check]") -> dict[str, object]:
    return {
        check.name: {"ok": check.ok, "rows": check.rows} | ({} if check.ok else {"broken": check.broken})
        for check in checks
    }


# --- for people ---


def _print(report: "Report") -> None:
    _print_checks(report.checks)
    if report.is_of_one_of_several and report.part is not None:
        click.echo(
            f"\nThis is the database of the shards {report.part.range} of {report.part.shards}: bets at tables of the"
            " others were not compared with their rounds. Name all in database.shards to have that done."
        )
    _print_verdict([check.name for check in report.checks if not check.ok], report.seconds)


def _print_all(report: "FleetReport") -> None:
    broken = []
    for shards, one in report.databases:
        click.echo(f"the database of the shards {shards}")
        _print_checks(one.checks)
        click.echo()
        broken += [f"{check.name} in {shards}" for check in one.checks if not check.ok]
    click.echo("all databases together")
    _print_checks(report.checks)
    broken += [f"{check.name} over all" for check in report.checks if not check.ok]
    for row in (*report.totals, *report.notes):
        click.echo(f"\n{_fields(row)}")
    _print_verdict(broken, report.seconds)


def _print_checks(checks: "Sequence[Check]") -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        click.echo(f"{check.name:<{width}}  {check.rows:>13,} rows  {'ok' if check.ok else 'BROKEN'}")
    for check in checks:
        for row in check.broken:
            evidence = _fields({name: value for name, value in row.items() if name != "problem"})
            click.echo(f"\n{check.name}: {row['problem']}\n  {evidence}")


def _fields(row: dict[str, Any]) -> str:
    return "  ".join(f"{name}={value}" for name, value in row.items())


def _print_verdict(broken: list[str], seconds: float) -> None:
    verdict = f"broken: {', '.join(broken)}" if broken else "every invariant holds"
    click.echo(f"\n{verdict} ({seconds:.1f} s)")
