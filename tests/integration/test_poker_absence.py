"""Poker players lose their connection at every decision of a hand: in time they go on, and else the rules decide."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.support.player import Fields, Player
from tests.support.server import Server, serving
from tests.support.tables import quick_poker

BUY_IN: Final = 50_00
DECISIONS: Final = 8
"""Of a hand between two who only check and call."""
ACT_MS: Final = 5_000
"""Nobody here thinks, so whoever is there decides in time on a busy machine too."""
AWAY_MS: Final = 300
CASES: Final = [(at, False) for at in range(DECISIONS)] + [(at, True) for at in (1, 3, 5, 7)]
"""At which decision, and whether it is one against a raise; the first one is against a blind."""
TIMES: Final = {"act_ms": ACT_MS, "bank_ms_max": 0, "away_ms": AWAY_MS}


@dataclass
class Duel:
    """Two players at a table, each in a seat, and the turn that they were told of last."""

    table: str
    players: dict[int, Player]
    before: dict[int, int]
    hand: int = 0
    turn: Fields | None = None
    moves: list[Fields] = field(default_factory=list)

    @property
    def seat(self) -> int:
        """Whose turn it is."""
        assert self.turn is not None
        seat: int = self.turn["seat"]
        return seat

    @property
    def facing(self) -> int:
        """What it costs to go on."""
        assert self.turn is not None
        call: int = self.turn["call"]
        return call

    async def follow(self, watcher: Player) -> None:
        """Wait for the next move, or the deal."""
        number = len(self.moves)

        def moves() -> list[Fields]:
            return [one for one in watcher.pushes if one["t"] == "poker.moved" and one["hand"] == self.hand]

        await watcher.pushed(lambda _: len(moves()) > number)
        self.moves.append(moves()[number])
        self.turn = self.moves[-1]["turn"]

    async def act(self, player: Player, kind: str) -> None:
        """Whose turn it is does something, by this connection."""
        assert self.turn is not None
        to = self.turn["raise_min"] if kind == "raise" else 0
        move = {"table": self.table, "hand": self.hand, "move": self.turn["move"]}
        answer = await player.settled(t="poker.act", **move, kind=kind, to=to)
        assert answer["t"] == "done", answer

    async def result(self, watcher: Player) -> Fields:
        """How the hand ended."""
        ended = await watcher.pushed(lambda push: push["t"] == "poker.ended" and push["result"]["hand"] == self.hand)
        result: Fields = ended["result"]
        assert sum(stack for _, stack in result["stacks"]) + result["rake"] == 2 * BUY_IN
        return result


@asynccontextmanager
async def connected(server: Server, table: str, secret: bytes | None = None) -> AsyncIterator[Player]:
    """One who watches the table: a new guest, or the one who has this secret."""
    async with Player(server.ws) as player:
        await player.log_in(**({} if secret is None else {"secret": secret}))
        await player.ask(t="watch", stream=f"table:{table}")
        yield player


async def dealt(server: Server, table: str, stack: AsyncExitStack) -> Duel:
    """Two who have sat down, and are dealt in."""
    players = {seat: await stack.enter_async_context(connected(server, table)) for seat in (0, 1)}
    before = {seat: (await player.balance())[0] for seat, player in players.items()}
    for seat, player in players.items():
        bought = await player.settled(t="poker.sit", table=table, seat=seat, amount=BUY_IN)
        assert bought["t"] == "poker.bought", bought
    deal = await players[0].pushed(lambda push: push["t"] == "poker.dealt")
    return Duel(table, players, before, deal["hand"], deal["turn"])


async def played_to(server: Server, table: str, at: int, raised: bool, stack: AsyncExitStack) -> Duel:
    """Two who have played up to a decision by checks and calls, the last of them a raise if it is to be `raised`."""
    duel = await dealt(server, table, stack)
    for number in range(at):
        player = duel.players[duel.seat]
        await duel.act(player, "raise" if raised and number == at - 1 else "call")
        await duel.follow(duel.players[0])
    return duel


async def go_home(duel: Duel, seat: int, player: Player, stack: int) -> None:
    """Leave with the stack that the hand has left, to the last unit."""
    await player.settled(t="poker.leave", table=duel.table)
    while await player.balance() != (duel.before[seat] - BUY_IN + stack, 0):
        pass  # the wallet is paid a moment after the seat is free


def is_away(push: Fields, seat: int) -> bool:
    """Whether everybody is told that a seat's player cannot be reached."""
    return push["seat"] == seat and push["taken"] is not None and push["taken"]["is_away"]


async def be_gone(server: Server, table: str, at: int, raised: bool) -> None:
    """The player whose turn it is is gone, and does not come back before the hand is over."""
    async with AsyncExitStack() as open_sockets:
        duel = await played_to(server, table, at, raised, open_sockets)
        seat, facing = duel.seat, duel.facing
        assert (facing > 0) == (raised or at == 0)
        gone, other = duel.players[seat], duel.players[1 - seat]
        gone.drop()
        await gone.closed()
        await other.pushed(lambda push: push["t"] == "poker.seated" and is_away(push, seat))
        await duel.follow(other)
        late = duel.moves[-1]
        assert (late["seat"], late["is_late"], late["kind"]) == (seat, True, "fold" if facing else "call")
        while duel.turn is not None:
            if duel.seat != seat:
                await duel.act(other, "call")
            await duel.follow(other)
        assert all(move["is_late"] == (move["seat"] == seat) for move in duel.moves[at:])
        result = await duel.result(other)
        stacks = dict(result["stacks"])
        if facing:
            assert result["shown"] == ()
            assert stacks[seat] < BUY_IN, "what is in the pot is not protected"
        else:
            assert len(result["board"]) == 5, "who checks is in to the end"
        async with connected(server, table, gone.welcome["guest_secret"]) as back:
            shown = await back.pushed(lambda push: push["t"] == "poker.snapshot")
            mine = {one["seat"]: one for one in shown["seats"]}[seat]
            assert (shown["mine"], mine["stack"], mine["is_in"]) == (seat, stacks[seat], False)
            await go_home(duel, seat, back, stacks[seat])
        await go_home(duel, 1 - seat, other, stacks[1 - seat])


async def be_back(server: Server, table: str, at: int, raised: bool) -> None:
    """The player whose turn it is is gone for a moment, and makes the move by another connection."""
    async with AsyncExitStack() as open_sockets:
        duel = await played_to(server, table, at, raised, open_sockets)
        seat = duel.seat
        gone, other = duel.players[seat], duel.players[1 - seat]
        peeked = await gone.settled(t="poker.peek", table=table)
        gone.drop()
        await gone.closed()
        back = await open_sockets.enter_async_context(connected(server, table, gone.welcome["guest_secret"]))
        assert (await back.settled(t="poker.peek", table=table))["cards"] == peeked["cards"]
        for player in (back, other):
            await player.settled(t="poker.away", table=table)  # from the next hand on
        duel.players[seat] = back
        while duel.turn is not None:
            await duel.act(duel.players[duel.seat], "call")
            await duel.follow(other)
        assert not any(move["is_late"] for move in duel.moves)
        result = await duel.result(other)
        assert len(result["board"]) == 5
        for one, stack in result["stacks"]:
            await go_home(duel, one, duel.players[one], stack)


async def test_a_poker_player_whose_connection_is_lost_at_any_decision_is_waited_for_and_then_played_by_the_rules(
    data_dir: Path,
) -> None:
    stories = [(tell, *case) for tell in (be_gone, be_back) for case in CASES]
    async with serving(data_dir, settings={"tables": quick_poker(len(stories), **TIMES)}) as server:
        async with asyncio.TaskGroup() as group:
            for number, (tell, at, raised) in enumerate(stories, 1):
                group.create_task(tell(server, f"poker-{number}", at, raised))
        await server.audit()
