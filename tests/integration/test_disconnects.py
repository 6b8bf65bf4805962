"""Players of every game lose their connection at every point: the game goes on by its rules, and is found as it is."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES, TABLE_GAMES
from actors.games.crash.curve import FLIGHT_MS_MAX
from clients.bots.strategies import STRATEGIES
from clients.bots.turns import TURN_STRATEGIES
from tests.support.layouts import SPOTS
from tests.support.player import ANSWER_SECONDS_MAX, Fields, Player, new_id
from tests.support.server import Server, serving
from tests.support.tables import floor

STAKE = 100
TARGET = 101
"""Of crash, in hundredths: nearly all flights get there."""
DICE = {"target": 5_000, "over": True}
DRAWN = {
    "roulette": ("spun",),
    "sicbo": ("rolled",),
    "baccarat": ("dealt",),
    "crash": ("launched", "crashed"),
    "blackjack": ("played", "drawn"),
}
PHASES = [(game, phase) for game in DRAWN for phase in ("placed", "closed", *DRAWN[game], "settled")]
ROUND_SECONDS_MAX = ANSWER_SECONDS_MAX + FLIGHT_MS_MAX / 1_000
"""One flight in six takes half a minute or longer, one in a hundred more than a minute."""
TOO_LATE = frozenset({5001, 5013})
"""The round was over, or another one, when the bet came: nothing to do with connections."""


@asynccontextmanager
async def connected(server: Server, secret: bytes | None = None) -> AsyncIterator[Player]:
    """A new guest, or the one who has this secret."""
    async with Player(server.ws) as player:
        await player.log_in(**({} if secret is None else {"secret": secret}))
        yield player


async def lost(player: Player) -> None:
    """The connection is gone, and the server knows it or does not."""
    player.drop()
    await player.closed()


def told(answer: Fields) -> Fields:
    """What is said of a game, without the id of who asked."""
    return {key: value for key, value in answer.items() if key not in ("id", "asset", "balance")}


def test_every_table_game_is_tried() -> None:
    assert set(DRAWN) == set(TABLE_GAMES)


# --- games that one plays alone ---


async def bet_and_be_gone(server: Server, game: str) -> None:
    """The connection is lost as soon as a bet is on its way."""
    chance = random.Random(game)
    async with connected(server) as player:
        secret, before = player.welcome["guest_secret"], await player.balance()
        wager = DICE if game == "dice" else STRATEGIES[game].choose(chance.random)
        request = {"t": f"{game}.bet", "asset": "PLAY", "amount": STAKE, "id": new_id(), **wager}
        await player.send(request)
        await lost(player)
    async with connected(server, secret) as player:
        answer = await player.settled(**request)
        assert answer["t"] == f"{game}.settled", answer
        assert told(await player.settled(**request)) == told(answer)
        assert await player.balance() == (before[0] - STAKE + answer["payout"], 0), game
        rounds = await player.ask(t="rounds.last", asset="PLAY")
        assert [one["bet"] for one in rounds["rounds"]] == [request["id"]]


async def test_a_bet_whose_player_is_gone_before_the_answer_is_settled_once(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        async with asyncio.TaskGroup() as group:
            for game in INSTANT_GAMES:
                group.create_task(bet_and_be_gone(server, game))
        await server.audit()


async def be_gone_at_every_step(server: Server, game: str) -> None:
    """The connection is lost while each step is on its way, and once more when it is answered."""
    chance, strategy = random.Random(game), TURN_STRATEGIES[game]
    async with connected(server) as player:
        secret, before = player.welcome["guest_secret"], await player.balance()
    request: Fields = {"t": f"{game}.bet", "asset": "PLAY", "amount": STAKE, **strategy.choose(chance.random)}
    request["id"] = bet = new_id()
    answer: Fields = {"over": False}
    while not answer["over"]:
        async with connected(server, secret) as player:
            await player.send(request)
            await lost(player)
        async with connected(server, secret) as player:
            answer = await player.settled(**request)
            assert answer["t"] == f"{game}.state", answer
            await lost(player)
        async with connected(server, secret) as player:
            assert told(await player.settled(**request)) == told(answer)
            open_games = (await player.settled(t="games.open"))["games"]
            assert [told(one) for one in open_games] == ([] if answer["over"] else [told(answer)])
            held = 0 if answer["over"] else STAKE
            assert await player.balance() == (before[0] - STAKE + answer["payout"], held), game
        if not answer["over"]:
            step = strategy.step(chance.random, answer)
            request = {**step, "id": new_id(), "bet": bet, "step": answer["step"]}


async def test_a_game_whose_player_is_gone_at_every_step_goes_on_where_it_was(data_dir: Path) -> None:
    async with serving(data_dir) as server:
        async with asyncio.TaskGroup() as group:
            for game in STEP_GAMES:
                group.create_task(be_gone_at_every_step(server, game))
        await server.audit()


# --- tables ---


def bet_at(table: str, game: str) -> Fields:
    """A bet that every phase of a round can be waited for with."""
    if game == "crash":
        return {"t": "crash.bet", "table": table, "amount": STAKE, "target": TARGET}
    spot = "box1" if game == "blackjack" else SPOTS[game][0]
    return {"t": f"{game}.bet", "table": table, "wagers": [{"t": "wager", "spot": spot, "amount": STAKE}]}


def is_told(push: Fields, tag: str, number: int) -> bool:
    """Whether an event is this one of a round."""
    return (push["t"], push.get("round")) == (tag, number)


async def be_gone_at(server: Server, game: str, phase: str) -> None:
    """The connection is lost when the table tells of this phase, and the round ends without the player."""
    table = f"{game}-1"
    async with connected(server) as watcher, connected(server) as player:
        secret, before = player.welcome["guest_secret"], await player.balance()
        await watcher.ask(t="watch", stream=f"table:{table}")
        await player.ask(t="table.sit", table=table)
        await player.ask(t="watch", stream=f"table:{table}")
        while True:
            request = {**bet_at(table, game), "id": new_id()}
            placed = await player.settled(**request)
            if placed["t"] == f"{game}.placed":
                break
            assert placed["code"] in TOO_LATE, placed
        played = placed["round"]
        if phase != "placed":
            await player.pushed(lambda push: is_told(push, f"{game}.{phase}", played), ROUND_SECONDS_MAX)
        await lost(player)
        await watcher.pushed(lambda push: is_told(push, f"{game}.settled", played), ROUND_SECONDS_MAX)
        async with connected(server, secret) as again:
            assert told(await again.settled(**request)) == told(placed)
            rounds: list[Fields] = []
            while not rounds:  # the wallet is paid a moment after its table is done
                rounds = (await again.settled(t="rounds.last", asset="PLAY"))["rounds"]
            assert [(one["bet"], one["round"]) for one in rounds] == [(request["id"], played)]
            assert await again.balance() == (before[0] - STAKE + rounds[0]["payout"], 0), (game, phase)
            if game == "crash":
                bust = rounds[0]["outcome"]["bust"]
                assert rounds[0]["payout"] == (STAKE * TARGET // 100 if bust >= TARGET else 0), "its target holds"


async def test_a_round_whose_player_is_gone_at_any_phase_is_paid_all_the_same(data_dir: Path) -> None:
    async with serving(data_dir, settings={"tables": floor()}) as server:
        async with asyncio.TaskGroup() as group:
            for game, phase in PHASES:
                group.create_task(be_gone_at(server, game, phase))
        await server.audit()
