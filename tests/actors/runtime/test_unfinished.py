"""Who must go on although nobody asks for them: a cluster's hosts wake them, whatever becomes of store and memory."""

import asyncio
from typing import Any

import pytest

from actors.runtime.driver import SWEEP_SECONDS, UNFINISHED_SECONDS
from actors.runtime.ref import Ref
from persistence.interfaces import Batch, Unavailable, Unknown
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked, OpenWallet
from protocol.games.mines import MinesBet
from protocol.games.steps import STEP_MS_MAX
from protocol.ids import CommandId, PlayerId, command_id_from
from protocol.records import BetState
from tests.support.casino import account_of
from tests.support.hand_driven import SHARDS
from tests.support.nodes import ALL, Nodes, on_shard
from tests.support.simulation_time import virtually

PLAYER, OTHER = on_shard(ALL[0]), on_shard(ALL[1])
UNATTENDED_SECONDS_MAX = STEP_MS_MAX / 1000 + UNFINISHED_SECONDS + 2 * SWEEP_SECONDS


class Moody(MemoryLedger):
    """A ledger that does not always answer."""

    is_away = False
    loses_commits = False

    async def players_with_holds(self) -> list[PlayerId]:
        """See `Ledger.players_with_holds`."""
        if self.is_away:
            raise Unavailable("no connection")
        return await super().players_with_holds()

    async def commit(self, batch: Batch) -> None:
        """See `Ledger.commit`."""
        if self.loses_commits:
            self.loses_commits = False
            raise Unknown("no answer")
        await super().commit(batch)


async def open_wallet(nodes: Nodes, player: PlayerId) -> None:
    await nodes.ask(Ref("wallet", player), OpenWallet(player, ((account_of(player), 1_000),)))


async def begin_game(nodes: Nodes) -> CommandId:
    """A game of which its player takes no step."""
    await open_wallet(nodes, PLAYER)
    bet = MinesBet(id=command_id_from(nodes.now(), bytes(10)), asset="PLAY", amount=100, mines=3)
    answer: Any = await nodes.ask(Ref("instant", PLAYER), Asked(PLAYER, "player", bet))
    assert answer["t"] == "mines.state"
    return CommandId(bet.id)


@pytest.mark.parametrize("is_away", [False, True], ids=["at once", "a little later"])
@virtually
async def test_a_game_whose_host_died_is_finished_where_the_store_says_so(is_away: bool) -> None:
    ledger = Moody(SHARDS)
    async with Nodes(ledger) as nodes:
        await nodes.launch("one", *ALL)
        await nodes.launch("two")
        game = await begin_game(nodes)
        nodes.kill("one")
        ledger.is_away = is_away
        await nodes.take_over("one", "two")
        await asyncio.sleep(SWEEP_SECONDS)
        assert nodes.events.count("load failed") >= is_away
        ledger.is_away = False
        await asyncio.sleep(UNATTENDED_SECONDS_MAX)

        assert ledger.tables.bets[game].state == BetState.SETTLED


@virtually
async def test_a_game_that_its_host_forgot_with_a_lost_batch_is_finished() -> None:
    ledger = Moody(SHARDS)
    async with Nodes(ledger) as nodes:
        await nodes.launch("one", *ALL)
        game = await begin_game(nodes)
        ledger.loses_commits = True
        await open_wallet(nodes, OTHER)
        assert "batch failed" in nodes.events
        await asyncio.sleep(UNATTENDED_SECONDS_MAX)

        assert ledger.tables.bets[game].state == BetState.SETTLED
