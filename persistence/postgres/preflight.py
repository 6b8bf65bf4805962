"""Refuses a PostgreSQL that could lose what it confirmed, or that the ledger cannot be kept in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncpg import Connection, Record

__all__ = ["VERSION_MIN", "Check", "Facts", "Finding", "PreflightRefused", "Setting", "judge", "preflight"]

VERSION_MIN = 15
"""Oldest major version that is tested and still supported by its makers."""

QUERY = """\
SELECT current_setting('server_version_num')::int AS version,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS standby,
       current_setting('transaction_read_only') = 'on' AS read_only,
       current_user::text AS role,
       current_database()::text AS database"""

DURABILITY_QUERY = "SELECT name, setting, source FROM pg_settings WHERE name = ANY($1)"


class Check(StrEnum):
    """What is looked at."""

    FSYNC = "fsync"
    FULL_PAGE_WRITES = "full_page_writes"
    SYNCHRONOUS_COMMIT = "synchronous_commit"
    VERSION = "version"
    ENCODING = "encoding"
    STANDBY = "standby"
    READ_ONLY = "read_only"


DURABILITY = {
    Check.FSYNC: "a power failure can destroy the whole database",
    Check.FULL_PAGE_WRITES: "a power failure can leave pages half written",
    Check.SYNCHRONOUS_COMMIT: "a crash loses bets that players were told are placed",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as our session has it, and where it came from (`pg_settings.source`)."""

    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of itself. `version` is `server_version_num`: 150004 is 15.4."""

    version: int
    encoding: str
    standby: bool
    read_only: bool
    role: str
    database: str
    durability: dict[Check, Setting]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `overridable`: only durability is at stake, so the operator may accept it."""

    check: Check
    found: str
    needed: str
    remedy: str
    overridable: bool

    def __str__(self) -> str:
        """Return one line for the operator."""
        return f"{self.check} is {self.found}, needed is {self.needed}: {self.remedy}"


class PreflightRefused(Exception):
    """This PostgreSQL must not be used as it is."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        lines = "".join(f"\n- {finding}" for finding in findings)
        accept = "\nto accept that confirmed bets may be lost, start with --unsafe" if _acceptable(findings) else ""
        super().__init__(f"this PostgreSQL cannot be used:{lines}{accept}")


async def preflight(connection: "Connection[Record]", *, unsafe: bool = False) -> tuple[Finding, ...]:
    """Return what is wrong but accepted: durability settings that are off, when `unsafe`; otherwise nothing.

    Looks through the given session, so settings of the role and of the database count. Raises PreflightRefused with
    every finding.
    """
    findings = judge(await _facts(connection))
    if findings and not (unsafe and _acceptable(findings)):
        raise PreflightRefused(findings)
    return findings


def judge(facts: Facts) -> tuple[Finding, ...]:
    """Return all that is wrong with a server of these facts."""
    findings = []
    if facts.version // 10_000 < VERSION_MIN:
        found = f"{facts.version // 10_000}.{facts.version % 10_000}"
        findings.append(
            Finding(Check.VERSION, found, f"{VERSION_MIN} or later", "upgrade the server", overridable=False)
        )
    if facts.encoding != "UTF8":
        remedy = f"create the database anew: CREATE DATABASE {facts.database} TEMPLATE template0 ENCODING 'UTF8'"
        findings.append(Finding(Check.ENCODING, facts.encoding, "UTF8", remedy, overridable=False))
    if facts.standby:
        findings.append(Finding(Check.STANDBY, "on", "off", "connect to the primary server", overridable=False))
    elif facts.read_only:
        remedy = f"ALTER DATABASE {facts.database} (or ALTER ROLE {facts.role}) RESET default_transaction_read_only"
        findings.append(Finding(Check.READ_ONLY, "on", "off", remedy, overridable=False))
    for check, danger in DURABILITY.items():
        setting = facts.durability[check]
        if setting.value == "off":
            remedy = f"{danger}; {_reset(check, setting, facts)}"
            findings.append(Finding(check, "off", "on", remedy, overridable=True))
    return tuple(findings)


def _acceptable(findings: tuple[Finding, ...]) -> bool:
    return all(finding.overridable for finding in findings)


def _reset(check: Check, setting: Setting, facts: Facts) -> str:
    match setting.source:
        case "user":
            return f"ALTER ROLE {facts.role} RESET {check}"
        case "database":
            return f"ALTER DATABASE {facts.database} RESET {check}"
        case "database user":
            return f"ALTER ROLE {facts.role} IN DATABASE {facts.database} RESET {check}"
        case "client" | "session":
            return f"remove {check} from the connection's options"
        case "command line":
            return f"start PostgreSQL without -c {check}=off"
        case _:
            return f"ALTER SYSTEM SET {check} = on, then SELECT pg_reload_conf()"


async def _facts(connection: "Connection[Record]") -> Facts:
    row = await connection.fetchrow(QUERY)
    if row is None:
        raise RuntimeError("a SELECT without FROM returned no row")
    settings = await connection.fetch(DURABILITY_QUERY, list(DURABILITY))
    durability = {Check(one["name"]): Setting(one["setting"], one["source"]) for one in settings}
    return Facts(
        version=row["version"],
        encoding=row["encoding"],
        standby=row["standby"],
        read_only=row["read_only"],
        role=row["role"],
        database=row["database"],
        durability=durability,
    )
