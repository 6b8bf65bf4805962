"""Jackpots at a real server: won by bots while it is killed, watched by players, and checked by strangers."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgpack

from tests.support.player import Player, new_id
from tests.support.server import croupier, serving
from tests.support.swarm import Swarm, assert_nothing_was_lost

KILLS: Final = 3
PLAYERS: Final = 8
ANSWERS_BETWEEN_KILLS: Final = 300
ROOT: Final = Path(__file__).parents[2]
HOT: Final = {
    "name": "hot",
    "number": 3,
    "asset": "PLAY",
    "games": ["slots"],
    "levels": [
        {"name": "mini", "share": 4_001, "every": 2_000, "seed": 300, "cap": 5_000},
        {"name": "grand", "share": 3_333, "every": 20_000, "seed": 5_000},
    ],
}
"""A mini for each twentieth bet or so."""


async def jackpot_rows(dsn: str) -> tuple[dict[int, list[int]], list[dict[str, Any]]]:
    """The amounts of a jackpot's transfers by kind, and what settled bets have recorded of it."""
    connection = await asyncpg.connect(dsn)
    try:
        transfers = await connection.fetch("SELECT kind, amount FROM transfer WHERE kind IN (11, 12, 13)")
        bets = await connection.fetch("SELECT params FROM bet WHERE state = 2")
    finally:
        await connection.close()
    amounts: dict[int, list[int]] = {11: [], 12: [], 13: []}
    for row in transfers:
        amounts[row["kind"]].append(row["amount"])
    return amounts, [msgpack.unpackb(row["params"])["jackpot"] for row in bets]


async def test_pools_that_are_won_while_the_server_is_killed_are_paid_once(data_dir: Path, tmp_path: Path) -> None:
    async with serving(data_dir, settings={"jackpots": [HOT]}) as server:
        async with Swarm(server.ws, "slots", tmp_path / "bots.jsonl", players=PLAYERS, seed=5) as swarm:
            for _ in range(KILLS):
                await swarm.acknowledges(ANSWERS_BETWEEN_KILLS)
                await server.kill()
                await server.start()
            await swarm.acknowledges(ANSWERS_BETWEEN_KILLS)
            report = await swarm.report()
        assert_nothing_was_lost(report)
        audit = await server.audit()
        amounts, recorded = await jackpot_rows(server.database_url)
    assert audit["checks"]["jackpots"]["rows"] == sum(map(len, amounts.values()))
    won = sum(len(one["won"]) for one in recorded)
    assert won == len(amounts[13]) > KILLS
    assert len(amounts[12]) == won + len(HOT["levels"])  # type: ignore[arg-type]
    assert all(amount >= 300 for amount in amounts[13])


async def test_a_player_sees_the_pools_wins_one_and_checks_the_draw(data_dir: Path, tmp_path: Path) -> None:
    sure = {**HOT, "levels": [{"name": "sure", "share": 10_000, "every": 100, "seed": 777}]}
    spin = {"t": "slots.bet", "asset": "PLAY", "amount": 100, "machine": "caravan"}
    async with serving(data_dir, settings={"jackpots": [sure]}) as server, Player(server.ws) as player:
        await player.log_in()
        [pool] = (await player.ask(t="jackpots.list"))["pools"]
        assert (pool["jackpot"], pool["level"], pool["amount"], pool["games"]) == ("hot", "sure", 777, ("slots",))
        assert (await player.ask(t="watch", stream="jackpot:hot"))["t"] == "watching"
        await player.ask(t="watch", stream="lobby")
        assert (await player.ask(t="watch", stream="jackpot:cold"))["t"] == "error"

        settled = await player.ask(id=new_id(), **spin)

        assert settled["jackpot"]["won"] == ("sure",)
        paid = await player.pushed(lambda push: push.get("reason") == "jackpot_win")
        assert (paid["ref"], paid["available"]) == (settled["id"], settled["available"] + 778)
        shown = await player.pushed(lambda push: push["t"] == "jackpot.snapshot" and push["pools"][0]["wins"])
        assert (shown["pools"][0]["amount"], shown["pools"][0]["last_amount"]) == (777, 778)
        await player.pushed(lambda push: push["t"] == "lobby.snapshot" and push["pools"][0]["wins"])
        statement = await player.ask(t="wallet.statement", asset="PLAY", limit=1)
        assert (statement["rows"][0]["kind"], statement["rows"][0]["amount"]) == ("jackpot_win", 778)

        await player.ask(t="fairness.rotate", client_seed="mine")
        bet = settled["id"].hex()
        ended = await croupier("fairness", "verify", bet, "--url", server.http)
        checks = {check["name"]: check for check in json.loads(ended.stdout)["checks"]}
        assert (ended.code, checks["jackpot"]["found"]) == (0, ["sure"])
        proof = await asyncio.to_thread(_fetched, f"{server.http}/proof/{bet}")
        assert await _verifier(proof, tmp_path) == 0
        params = {**proof["params"], "jackpot": {**proof["params"]["jackpot"], "won": []}}
        assert await _verifier({**proof, "params": params}, tmp_path) == 1


def _fetched(url: str) -> dict[str, Any]:
    from urllib.request import urlopen

    with urlopen(url, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


async def _verifier(proof: dict[str, Any], folder: Path) -> int:
    """The exit code of the program that players can read."""
    file = folder / "proof.json"
    file.write_text(json.dumps(proof))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "verifier", str(file), cwd=ROOT / "clients" / "python",
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"}, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await process.wait()
