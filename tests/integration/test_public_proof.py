"""A stranger checks a bet against a real server, by nothing but its id."""

import json
from pathlib import Path

from protocol.ids import CommandId
from tests.support.player import Player, dice, new_id
from tests.support.server import Server, croupier, serving


async def verify(server: Server, bet: bytes, *more: str) -> tuple[int, dict[str, object], str]:
    ended = await croupier("fairness", "verify", bet.hex(), "--url", server.http, *more)
    return ended.code, json.loads(ended.stdout or "{}"), ended.stderr


async def test_a_bet_can_be_checked_by_its_id_once_its_seed_is_revealed(data_dir: Path) -> None:
    async with serving(data_dir) as server, Player(server.ws) as player:
        await player.log_in()
        seeds = await player.ask(t="fairness.seeds")
        bet = (await player.ask(**dice()))["id"]
        code, _, said = await verify(server, bet)
        assert code == 2
        assert "409" in said
        assert "rotate it first" in said

        await player.ask(t="fairness.rotate", client_seed="mine")
        code, report, said = await verify(server, bet, "--commitment", seeds["commitment"])
        assert (code, report["ok"], report["failed"]) == (0, True, None), said

        code, _, said = await verify(server, CommandId(new_id()))
        assert code == 2
        assert "404: there is no such bet" in said
