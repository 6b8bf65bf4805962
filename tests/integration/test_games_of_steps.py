"""Games of several steps on a real server: killed at every step they go on as they were, and can be verified."""

import json
import random
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from actors.games.catalogue import STEP_GAMES
from clients.bots.turns import TURN_STRATEGIES
from tests.support.player import Fields, Player, new_id
from tests.support.server import Server, croupier, serving
from tests.support.swarm import Swarm, assert_nothing_was_lost

pytestmark = pytest.mark.slow(seconds=9)

KILLS = 6
ANSWERS_BETWEEN_KILLS_MAX = 150
STAKE = 100


async def killed(server: Server, player: Player, secret: bytes) -> Player:
    """The server is killed and begins again, and so does its player."""
    await server.kill()
    await player.__aexit__(None, None, None)
    await server.start()
    again = await Player(server.ws).__aenter__()
    await again.log_in(secret=secret)
    return again


def told(answer: Fields) -> Fields:
    """What is said of a game, without the id of who asked."""
    return {key: value for key, value in answer.items() if key not in ("id", "asset", "balance")}


@pytest.mark.parametrize("game", sorted(STEP_GAMES))
async def test_a_game_whose_server_is_killed_at_every_step_goes_on_as_it_was(game: str, data_dir: Path) -> None:
    chance, strategy = random.Random(game), TURN_STRATEGIES[game]
    async with serving(data_dir) as server:
        player = await Player(server.ws).__aenter__()
        secret = (await player.log_in())["guest_secret"]
        commitment = (await player.ask(t="fairness.seeds"))["commitment"]
        before = await player.balance()
        request: Fields = {"t": f"{game}.bet", "asset": "PLAY", "amount": STAKE, **strategy.choose(chance.random)}
        request["id"] = bet = new_id()
        while True:
            answer = await player.ask(**request)
            assert answer["t"] == f"{game}.state", answer
            player = await killed(server, player, secret)
            assert told(await player.settled(**request)) == told(answer)
            open_games = (await player.settled(t="games.open"))["games"]
            if answer["over"]:
                assert list(open_games) == []
                break
            assert [told(one) for one in open_games] == [told(answer)]
            assert await player.balance() == (before[0] - STAKE, STAKE)
            step = strategy.step(chance.random, answer)
            request = {**step, "id": new_id(), "bet": bet, "step": answer["step"]}
        assert await player.balance() == (before[0] - STAKE + answer["payout"], 0)
        await player.ask(t="fairness.rotate", client_seed="mine")
        verified = await croupier("fairness", "verify", bet.hex(), "--url", server.http, "--commitment", commitment)
        assert (verified.code, json.loads(verified.stdout)["ok"]) == (0, True), verified.stderr
        await player.__aexit__(None, None, None)
        await server.audit()


async def test_kills_at_random_instants_lose_no_game_and_no_step(data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(5)
    async with serving(data_dir) as server:
        swarms = [Swarm(server.ws, game, tmp_path / f"{game}.jsonl", players=4, seed=1) for game in STEP_GAMES]
        first, second, third = swarms
        async with first, second, third:
            for _ in range(KILLS):
                await chance.choice(swarms).acknowledges(chance.randrange(1, ANSWERS_BETWEEN_KILLS_MAX))
                await server.kill()
                await server.start()
            for swarm in swarms:
                await swarm.acknowledges(1)
            reports = [await swarm.report() for swarm in swarms]
        for report in reports:
            assert_nothing_was_lost(report)
            # Who is still on the way back when the next kill comes has lost nothing.
            assert report["reconnects"] >= report["players"], report
        await server.audit()
        replies = [json.loads(line)["reply"] for swarm in swarms for line in swarm.journal.read_text().splitlines()]
        await assert_paid_as_told(server, replies)


async def assert_paid_as_told(server: Server, replies: list[dict[str, Any]]) -> None:
    """Every game that was told to be over is settled as it was told, and none is open."""
    connection = await asyncpg.connect(server.database_url)
    try:
        rows = await connection.fetch("SELECT id, state, stake, payout, seed, nonce FROM bet")
    finally:
        await connection.close()
    bets = {row["id"].hex: tuple(row)[1:] for row in rows}
    over = [reply for reply in replies if reply["over"]]
    assert over
    for reply in over:
        assert bets[reply["bet"]] == (2, *(reply[key] for key in ("stake", "payout", "seed", "nonce")))
    assert len({reply["bet"] for reply in over}) == len(over) == len(bets)
