"""PostgreSQL's own benchmark, on the embedded PostgreSQL as the platform runs it: what the machine and disk give."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import uvloop

from persistence.embedded import Engines, PostgresSettings
from server.bench.child import DidNotWork
from server.bench.ground import Ground

CONNECTIONS_SPARE: Final = 20
THREADS_MAX: Final = 2
PGBENCH_SECONDS_MAX: Final = 300.0
_TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


class Pgbench:
    """TPC-B with prepared statements at several client counts; the best one counts."""

    name = "pgbench"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Fill a new cluster, and run it with each number of clients."""
        with ground.folder() as folder:
            rates = uvloop.run(_measure(ground, folder / "data"))
        best = max(rates, key=lambda clients: rates[clients])
        return {"pgbench_rate": rates[best], "pgbench_clients": best}


async def _measure(ground: Ground, data_dir: Path) -> dict[int, float]:
    plan = ground.plan
    settings = PostgresSettings(connections_max=max(plan.pgbench_clients) + CONNECTIONS_SPARE)
    async with Engines(data_dir, with_valkey=False, postgres=settings) as engines:
        program, dsn = engines.postgres.binaries / "pgbench", engines.postgres.dsn
        await _run(program, "--initialize", "--quiet", "--init-steps=dtGvp", f"--scale={plan.pgbench_scale}", dsn)
        rates: dict[int, float] = {}
        for clients in plan.pgbench_clients:
            printed = await _run(
                program,
                "--protocol=prepared",
                f"--client={clients}",
                f"--jobs={min(THREADS_MAX, clients)}",
                f"--time={max(1, round(plan.seconds / 2))}",
                dsn,
            )
            rates[clients] = tps_of(printed)
        return rates


async def _run(program: Path, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        str(program), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, errors = await asyncio.wait_for(process.communicate(), PGBENCH_SECONDS_MAX)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise DidNotWork(f"pgbench ended with {process.returncode}: {errors.decode(errors='replace').strip()}")
    return out.decode()


def tps_of(printed: str) -> float:
    """Transactions a second, as pgbench prints them, connecting not counted. Raises `DidNotWork` when it did not."""
    found = _TPS.search(printed)
    if found is None:
        raise DidNotWork(f"pgbench printed {printed!r}")
    return float(found[1])
