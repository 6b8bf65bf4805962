"""`kill -9` with bets on every table: how soon players can connect again, and whether rounds end as they were bound."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import uvloop

from actors.fairness.seal import Sealer, round_seed
from actors.fairness.verify import verify
from actors.games.catalogue import VERIFIABLE
from persistence.embedded import opened_database
from persistence.ledgers import Ledgers
from persistence.postgres.database import open_pool
from persistence.postgres.ledger import PostgresLedger
from protocol.errors import Refusal
from protocol.ids import BetId, TableId
from server.bench.child import DidNotWork, ask
from server.bench.ground import Ground, served
from server.bench.tables import table_ids, write_tables
from server.config import Config
from server.queries import LedgerQueries
from server.secrets import read_secrets

PHASES_MS: Final = (500, 500, 60_000)
"""Closed, spinning, and then long enough for no second round to open while the first is checked."""
BETTOR_SECONDS_MAX: Final = 90.0
FINISH_SECONDS_MAX: Final = 60.0
POLL_SECONDS: Final = 0.25
READERS_MAX: Final = 2
PROOFS_AT_ONCE: Final = 64
_OPEN_ROUNDS: Final = "SELECT table_id, round, commitment, sealed FROM round WHERE outcome IS NULL"
_OPEN_BETS: Final = "SELECT count(*) FROM bet WHERE state = 1"
_SETTLED: Final = "SELECT count(*) FROM bet WHERE id = ANY ($1::uuid[]) AND state = 2"

Round = tuple[str, int]


class Bound(NamedTuple):
    """What a round was bound to while bets were still taken: its commitment, and the seed behind it."""

    commitment: str
    server_seed: str


class Placed(NamedTuple):
    """A bet that the server accepted."""

    id: BetId
    round: Round


class Recovery:
    """Kill, start again, wait until every bet is settled, and check each round by what was read before the kill."""

    name = "recovery"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Seconds to the ready line, and the share of the rounds that kept to their commitment and outcome."""
        plan = ground.plan
        with ground.folder() as folder:
            data_dir = folder / "data"
            phases = (plan.recovery_betting_ms, *PHASES_MS)
            tables = write_tables(folder / "tables.toml", table_ids(plan.recovery_tables), phases)
            config = ("--config", str(tables))
            with served(folder, *config) as server:
                bets = _bet(ground, folder, server.url)
                bound = uvloop.run(_bound_rounds(data_dir))
                server.child.kill()
            missing = {bet.round for bet in bets} - bound.keys()
            if missing:
                raise DidNotWork(
                    f"{len(missing)} rounds were over before the kill: betting was too short for this machine"
                )
            with served(folder, *config) as server:
                ready_seconds = server.ready_seconds
                kept = uvloop.run(_rounds_kept(data_dir, bets, bound))
        if kept < plan.recovery_tables:
            raise DidNotWork(f"of {plan.recovery_tables} rounds {kept} ended with the outcome they were bound to")
        return {"recovery_ready": ready_seconds, "recovery_rounds": 100.0 * kept / plan.recovery_tables}


def _bet(ground: Ground, folder: Path, url: str) -> list[Placed]:
    plan = ground.plan
    options = ("--url", url, "--tables", str(plan.recovery_tables), "--bets", str(plan.recovery_bets))
    answer = ask("bettor", ("-m", "server.native", "server.bench.bettor", *options), folder, BETTOR_SECONDS_MAX)
    bets = [Placed(BetId(bytes.fromhex(bet)), (table, number)) for bet, table, number in answer["bets"]]
    if len(bets) != plan.recovery_bets:
        raise DidNotWork(f"of {plan.recovery_bets} bets {len(bets)} were accepted")
    return bets


async def _bound_rounds(data_dir: Path) -> dict[Round, Bound]:
    """The rounds without an outcome: what is committed to in public, and the seed that is sealed under it."""
    sealer = Sealer(read_secrets(Config(data_dir=data_dir), data_dir, _no_entropy).seed_key)
    async with opened_database(data_dir) as dsn:
        pool = await open_pool(dsn, connections_max=1)
        try:
            rows = await pool.fetch(_OPEN_ROUNDS)
        finally:
            pool.terminate()
    return {
        (table, number): Bound(commitment, sealer.open(sealed, round_seed(TableId(table), number)))
        for table, number, commitment, sealed in rows
    }


async def _rounds_kept(data_dir: Path, bets: Sequence[Placed], bound: Mapping[Round, Bound]) -> int:
    """How many rounds of these bets ended as bound. Raises `DidNotWork` when bets are lost, or never settled."""
    async with opened_database(data_dir) as dsn:
        pool = await open_pool(dsn, connections_max=1)
        ledger = PostgresLedger(dsn, readers_max=READERS_MAX)
        try:
            deadline = time.monotonic() + FINISH_SECONDS_MAX
            while await pool.fetchval(_OPEN_BETS):
                if time.monotonic() > deadline:
                    raise DidNotWork("bets are still open long after their rounds should have ended")
                await asyncio.sleep(POLL_SECONDS)
            settled = await pool.fetchval(_SETTLED, [bet.id for bet in bets])
            if settled != len(bets):
                raise DidNotWork(f"of {len(bets)} accepted bets {settled} are there and settled")
            queries = LedgerQueries(Ledgers.one(ledger), ())
            one_each = {bet.round: bet for bet in bets}
            kept = 0
            rounds = list(one_each.values())
            for start in range(0, len(rounds), PROOFS_AT_ONCE):
                part = rounds[start : start + PROOFS_AT_ONCE]
                kept += sum(await asyncio.gather(*(_kept(queries, bet, bound[bet.round]) for bet in part)))
            return kept
        finally:
            pool.terminate()
            await ledger.close()


async def _kept(queries: LedgerQueries, bet: Placed, bound: Bound) -> bool:
    """Whether the round of a bet has the seed it was bound to, and the outcome that follows from it."""
    proof = await queries.proof(None, bet.id)
    if isinstance(proof, Refusal):
        return False
    report = verify(proof, VERIFIABLE[proof.game], bound.commitment)
    return report.ok and proof.server_seed == bound.server_seed and (proof.table, proof.round) == bet.round


def _no_entropy(size: int) -> bytes:
    """Secrets are read here; a server has made them."""
    raise DidNotWork(f"the server left no secrets: {size} bytes of a new one were asked for")
