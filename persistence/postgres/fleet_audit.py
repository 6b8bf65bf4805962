"""The audit of a platform on several databases: of each alone, and then over all of them."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from persistence.jackpot_books import ReadJackpots
from persistence.postgres.audit import CONNECTIONS, EVIDENCE_MAX, Report, ask_of, checked, impossible, said_part
from persistence.postgres.audit_checks import Check
from persistence.postgres.audit_lanes import AuditImpossible, Lanes, opened_lanes
from persistence.postgres.audit_questions import Questions, Row
from persistence.postgres.audits import Audited, Audits, ReadTable
from persistence.postgres.database import Address
from persistence.postgres.fleet_checks import FLEET_CHECKS, totals
from persistence.postgres.parts import Part, judge
from protocol.shards import Partition, ShardRange

__all__ = ["FleetReport", "audit_fleet"]


@dataclass(frozen=True, slots=True)
class FleetReport:
    """What was found in each database, and over all of them; `seconds` is how long it took.

    `totals` are sums by asset; `notes` are worth knowing and break nothing.
    """

    databases: tuple[tuple[ShardRange, Report], ...]
    checks: tuple[Check, ...]
    totals: list[Row]
    notes: list[Row]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every invariant holds, in each database and over all."""
        return self.overall_ok and all(report.ok for _, report in self.databases)

    @property
    def overall_ok(self) -> bool:
        """Whether every invariant over all databases holds."""
        return all(check.ok for check in self.checks)


async def audit_fleet(
    addresses: Sequence[Address],
    *,
    shards: int,
    salt: int,
    read_table: ReadTable,
    evidence_max: int = EVIDENCE_MAX,
    read_jackpots: ReadJackpots | None = None,
) -> FleetReport:
    """Audit each database, all at once, and then over all. Arguments as of `audit`. Raises AuditImpossible.

    A database that says of itself that it is another one is not audited, and so none is.
    """
    began = time.monotonic()
    partition = Partition(shards, tuple(address.shards for address in addresses))
    with impossible():
        async with AsyncExitStack() as stack:
            lanes = [await _opened(stack, address, CONNECTIONS) for address in addresses]
            # After the first moments of all databases: what bets rest on is there by now, wherever it is.
            later = [await _opened(stack, address, 1) for address in addresses]
            parts = [await said_part(one) for one in lanes]
            _see_that_they_are(partition, addresses, parts)
            asked = [
                await ask_of(one, part, salt, evidence_max, read_jackpots)
                for one, part in zip(lanes, parts, strict=True)
            ]
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(_alone(ask, part)) for ask, part in zip(asked, parts, strict=True)]
            audits = Audits(
                partition,
                [
                    Audited(address.shards, ask, Questions(afterwards, salt, evidence_max))
                    for address, ask, afterwards in zip(addresses, asked, later, strict=True)
                ],
                evidence_max,
                read_table,
            )
            checks = [Check(name, *await check(audits)) for name, check in FLEET_CHECKS.items()]
            sums = await totals(audits)
    reports = tuple((address.shards, task.result()) for address, task in zip(addresses, running, strict=True))
    return FleetReport(reports, tuple(checks), sums, audits.notes, time.monotonic() - began)


async def _opened(stack: AsyncExitStack, address: Address, connections: int) -> Lanes:
    try:
        with impossible():
            lanes = await stack.enter_async_context(opened_lanes(address.dsn, connections=connections))
    except AuditImpossible as error:
        raise AuditImpossible(f"{address.name}: {error}") from error
    return lanes


async def _alone(ask: Questions, part: Part | None) -> Report:
    began = time.monotonic()
    return Report(await checked(ask), time.monotonic() - began, part)


def _see_that_they_are(partition: Partition, addresses: Sequence[Address], parts: Sequence[Part | None]) -> None:
    wrong = judge(partition, parts)
    if wrong is not None:
        raise AuditImpossible(f"{addresses[wrong[0]].name}: {wrong[1]}") from wrong[1]
    for address, part in zip(addresses, parts, strict=True):
        if part is None:
            raise AuditImpossible(f"{address.name}: it was never claimed by a platform")
