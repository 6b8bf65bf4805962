"""A simulation of the whole spine from one seed: `python -m tests.simulation.spine --seed N --trace`."""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from actors.jackpots.feeder import read_feeder
from actors.runtime.driver import UNFINISHED_SECONDS
from actors.runtime.ref import Ref
from persistence.memory.tables import StoredBet
from protocol.commands import LobbyLook, Look, Watchers
from protocol.games.steps import STEP_MS_MAX
from protocol.records import BetState
from tests.support.jackpots import books_of
from tests.support.simulation_cluster import ClusterWorld
from tests.support.simulation_gambler import Gambler
from tests.support.simulation_plan import CARDS, JACKPOTS, POT, TABLES
from tests.support.simulation_player import Player
from tests.support.simulation_time import Stalled, run_virtually
from tests.support.simulation_world import Broken, World

TROUBLE_SECONDS_MAX: Final = 90.0
CALM_SECONDS_MAX: Final = 220.0
"""How long it takes, when all is calm, until every player is answered; and again until all have left, and all is over.

A flight of crash alone may take two and a half minutes.
"""
UNATTENDED_SECONDS_MAX: Final = STEP_MS_MAX / 1000 + UNFINISHED_SECONDS + CALM_SECONDS_MAX
"""How long a game of steps is open that nobody goes on with: a message that was late may begin one."""
POLL_SECONDS: Final = 0.5
WATCHERS_MAX: Final = 2
STEPS_SHOWN_MAX: Final = 60


def simulate(seed: int, *, tracing: bool = False, world: type[World] = World) -> tuple[Counter[str], list[str]]:
    """Run one seed. Returns how much of what was checked and happened, and the steps, if traced. Raises `Broken`."""
    try:
        return run_virtually(_run(seed, tracing, world))
    except Stalled as error:
        raise Broken(seed, str(error), []) from error


async def _run(seed: int, tracing: bool, kind: type[World]) -> tuple[Counter[str], list[str]]:
    world = kind(seed, tracing=tracing)
    story = asyncio.ensure_future(_story(world))
    try:
        await asyncio.wait({story, world.broken}, return_when=asyncio.FIRST_COMPLETED)
        if world.broken.done():
            world.broken.result()
        story.result()
    except TimeoutError as error:
        raise Broken(seed, "not everything came to an end, although all was calm", world.trace) from error
    finally:
        story.cancel()
        world.abandon()
    return Counter(world.oracle.checked) + world.happened, world.trace


async def _story(world: World) -> None:
    """Players play while things go wrong; then nothing goes wrong any more, and everything must come to its end."""
    world.launch()
    world.start(world.trouble(), "trouble")
    world.start(_spectate(world), "spectators")
    players = [Player(world, number) for number in range(1, world.plan.players + 1)]
    playing = [world.start(player.play(), f"player {player.id}") for player in players]
    gamblers = [Gambler(world, player) for player in players] if world.plan.cards is not None else []
    playing += [world.start(gambler.play(), "gambler") for gambler in gamblers]
    await asyncio.wait(playing, timeout=TROUBLE_SECONDS_MAX)
    world.calm_down()
    async with asyncio.timeout(CALM_SECONDS_MAX):
        await asyncio.wait(playing)
    async with asyncio.timeout(CALM_SECONDS_MAX):
        for player in players:
            await player.leave()
        for gambler in gamblers:
            await gambler.leave()
        await _until(world, lambda: world.oracle.cards is None or world.oracle.cards.is_empty)
        await _until(world, lambda: not world.busy and not any(bet.table_id for bet in _open_bets(world)))
    async with asyncio.timeout(UNATTENDED_SECONDS_MAX):
        await _until(world, lambda: not world.busy and not any(_open_bets(world)))
        await _until(world, lambda: not books_of(world.ledger, POT).unpaid and not _claimed(world))
        for player in players:
            await player.check_wallet()
    world.oracle.finished({player.id: player.opened + player.moved for player in players})


async def _spectate(world: World) -> None:
    """A gateway says how many watch, and asks for the lobby, as long as there is trouble."""
    while not world.calm:
        process = world.some_process()
        if process is not None:
            for table in TABLES:
                process.post(Ref("table", table), Watchers(world.rng.randint(0, WATCHERS_MAX)), None)
                process.post(Ref("table", table), LobbyLook(), lambda _: None)
            if (cards := world.oracle.cards) is not None:
                process.post(Ref("table", CARDS), Look(None), partial(cards.seen, None))
                process.post(Ref("table", CARDS), LobbyLook(), lambda _: None)
        await asyncio.sleep(world.rng.random() * 2)


def _claimed(world: World) -> bool:
    """Whether a feeder has a pool to be paid still."""
    rows = world.ledger.load_journals_now([str(ref) for ref in JACKPOTS.actors() if ref.kind == "feeder"])
    return any(read_feeder(row).claims for row in rows.values() if row.snapshot is not None)


def _open_bets(world: World) -> Iterator[StoredBet]:
    return (bet for bet in world.ledger.tables.bets.values() if bet.state == BetState.OPEN)


async def _until(world: World, is_over: Callable[[], bool]) -> None:
    """Wait, while nobody watches the tables any more."""
    while not is_over():
        if (process := world.some_process()) is not None:
            for table in TABLES:
                process.post(Ref("table", table), Watchers(0), None)
        await asyncio.sleep(POLL_SECONDS)


def main() -> int:
    """Run seeds, and say how to bring a failure about again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after another")
    parser.add_argument("--cluster", action="store_true", help="several hosts and gateways instead of one process")
    parser.add_argument("--trace", action="store_true", help="print every step")
    arguments = parser.parse_args()
    began = time.perf_counter()
    total: Counter[str] = Counter()
    world = ClusterWorld if arguments.cluster else World
    for seed in range(arguments.seed, arguments.seed + arguments.seeds):
        try:
            counted, trace = simulate(seed, tracing=arguments.trace, world=world)
        except Broken as broken:
            _show_failure(broken, world, everything=arguments.trace)
            return 1
        total += counted
        sys.stdout.writelines(f"{step}\n" for step in trace)
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{arguments.seeds} seeds in {seconds:.1f} s: {dict(sorted(total.items()))}\n")
    return 0


def _show_failure(broken: Broken, world: type[World], *, everything: bool) -> None:
    steps = broken.trace or _trace_of(broken.seed, world)
    sys.stdout.writelines(f"{step}\n" for step in (steps if everything else steps[-STEPS_SHOWN_MAX:]))
    option = " --cluster" if world is ClusterWorld else ""
    sys.stdout.write(f"{broken}\nagain: python -m tests.simulation.spine{option} --seed {broken.seed} --trace\n")


def _trace_of(seed: int, world: type[World]) -> list[str]:
    """The same again, this time with every step."""
    try:
        return simulate(seed, tracing=True, world=world)[1]
    except Broken as broken:
        return broken.trace


if __name__ == "__main__":
    sys.exit(main())
