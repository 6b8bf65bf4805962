"""What a turn of each instant game costs a host: `python -m server.native server.bench.games.turns --players 100 …`.

It prints `{"turns_dice": T, …}`: turns a second that one core would make, from the bytes of a request to the frame of
its answer. A bet of one draw is one turn; a game of steps is one turn for its start and one for each step, and what is
counted is each of them. The host is a real one, and its batches are sealed and end, but in a ledger that keeps nothing:
sockets and Postgres, which cost the same whatever is played, are not in these figures.

All games take turns, a round each: one request of each player. What is counted is processor time, so that what else the
machine does meanwhile is not in it.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import uvloop

from actors.fairness.seal import Sealer
from actors.games.interface import Limits
from actors.instant.load import InstantKind
from actors.runtime.host import Host, HostLimits
from actors.runtime.local import LocalRuntime
from actors.runtime.ref import Ref
from actors.wallet.load import WalletKind
from persistence.interfaces import Batch
from persistence.memory.ledger import MemoryLedger
from protocol.codec import decode, encode_map
from protocol.commands import Asked, OpenWallet
from protocol.dialects import client_dialect
from protocol.errors import Refusal
from protocol.ids import PlayerId
from protocol.money import Asset, Balance, player_account
from server.bench.child import DidNotWork, ask
from server.bench.crowd import new_id
from server.bench.games.wagers import PLAYED, Chance, Played
from server.bench.ground import Ground
from server.clock import SystemClock
from server.gateway.frames import message_frame

SHARDS: Final = 256
ASSET: Final = Asset(1, "PLAY", 2)
BALANCE: Final = 10**15
STAKE: Final = 100
LIMITS: Final = Limits(1, 1_000_00, 1_000_00, 10**9)
WARM_UP_ROUNDS: Final = 20
GC_THRESHOLD: Final = 50_000
IDLE_MS: Final = 3_600_000
"""Nobody falls asleep: the ledger would not know them."""
SEED: Final = 20_260_101
SECONDS_MAX: Final = 600.0


class Turns:
    """Every instant game in one host without sockets and without Postgres, in turns with dice."""

    name = "turns"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Turns a second of one core, in a process of its own."""
        plan = ground.plan
        options = ("--players", str(plan.turn_players), "--rounds", str(plan.turn_rounds))
        with ground.folder() as folder:
            return ask("turns", ("-m", "server.native", "server.bench.games.turns", *options), folder, SECONDS_MAX)


class _Nowhere(MemoryLedger):
    """Takes every batch at once, and keeps none."""

    async def commit(self, batch: Batch) -> None:
        """Durable as far as the host can tell."""


class _Player:
    """One player of one line: what is asked next, and the open game that it is asked of."""

    __slots__ = ("_chance", "_open", "_played")

    def __init__(self, played: Played, chance: Chance) -> None:
        self._played = played
        self._chance = chance
        self._open: Mapping[str, Any] | None = None

    @property
    def bet(self) -> bytes | None:
        """The game that is open, if one is."""
        return None if self._open is None else self._open["bet"]

    def request(self) -> bytes:
        """The bytes of the next request."""
        played, state = self._played, self._open
        if state is None or played.then is None:
            stake = {"t": played.bet, "asset": ASSET.code, "amount": STAKE}
            return encode_map({**stake, **played.first(self._chance), "id": new_id()})
        step = {"bet": state["bet"], "step": state["step"], **played.then(self._chance, state)}
        return encode_map({**step, "id": new_id()})

    def answered(self, reply: Any) -> None:
        """Remember where the game stands. Raises `DidNotWork` for a refusal."""
        if isinstance(reply, Refusal):
            raise DidNotWork(f"{self._played.game} was refused: {reply}")
        self._open = reply if not reply.get("over", True) else None


class Room:
    """A host with the same players at every line."""

    def __init__(self, players: int, seed: int) -> None:
        chance = random.Random(seed).random  # noqa: S311 - it plays, and draws nothing
        self._refs = [(Ref("instant", player), PlayerId(player)) for player in range(1, players + 1)]
        self._lines = {name: [_Player(played, chance) for _ in self._refs] for name, played in PLAYED.items()}
        self._runtime = LocalRuntime(
            Host(
                shards=SHARDS,
                clock=SystemClock().unix_ms,
                entropy=os.urandom,
                limits=HostLimits(idle_ms=IDLE_MS),
                on_fault=_raise,
            ),
            _Nowhere(SHARDS),
            {"wallet": WalletKind((ASSET,)), "instant": InstantKind((ASSET,), _limits(), Sealer(os.urandom(32)))},
            name="bench",
            standing=(),
            on_event=_quiet,
        )
        self._dialect = client_dialect()
        self._bytes = 0

    async def start(self) -> None:
        """See that every player has money."""
        await self._runtime.start()
        loop = asyncio.get_running_loop()
        answers = []
        for _, player in self._refs:
            opening = (player_account(player, ASSET.number, Balance.CASH), BALANCE)
            answer: asyncio.Future[Any] = loop.create_future()
            self._runtime.post(Ref("wallet", player), OpenWallet(player, (opening,)), answer.set_result)
            answers.append(answer)
        await asyncio.gather(*answers)

    async def stop(self) -> None:
        """End."""
        await self._runtime.stop()

    def open_games(self, line: str) -> set[bytes]:
        """The bets whose games are open."""
        return {player.bet for player in self._lines[line] if player.bet is not None}

    async def round(self, line: str) -> int:
        """One request of each player of this line; returns the nanoseconds of processor time that they took."""
        players = self._lines[line]
        # What a client does is done before the clock starts, and after it has stopped.
        requests = [player.request() for player in players]
        replies: list[Any] = [None] * len(players)
        left = len(players)
        done = asyncio.get_running_loop().create_future()

        def answered(at: int, reply: Any) -> None:
            nonlocal left
            replies[at] = reply
            if not isinstance(reply, Refusal):
                self._bytes += len(message_frame(reply))
            left -= 1
            if not left:
                done.set_result(None)

        parse, post = self._dialect.parse, self._runtime.post
        began = time.process_time_ns()
        for at, (ref, player) in enumerate(self._refs):
            post(ref, Asked(player, "bench", parse(decode(requests[at]))), partial(answered, at))
        await done
        spent = time.process_time_ns() - began
        for asker, reply in zip(players, replies, strict=True):
            asker.answered(reply)
        return spent


async def measure(players: int, rounds: int, seed: int = SEED) -> dict[str, float]:
    """Turns a second of one core, by line; the lines take turns, a round each."""
    room = Room(players, seed)
    await room.start()
    try:
        for _ in range(WARM_UP_ROUNDS):
            for line in PLAYED:
                await room.round(line)
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD, 20, 100)
        spent: defaultdict[str, int] = defaultdict(int)
        for _ in range(rounds):
            for line in PLAYED:
                spent[line] += await room.round(line)
    finally:
        await room.stop()
    return {f"turns_{line}": players * rounds * 1e9 / spent[line] for line in PLAYED}


def _limits() -> dict[tuple[str, str], Limits]:
    return {(played.game, ASSET.code): LIMITS for played in PLAYED.values()}


def _raise(_ref: Ref, _message: Any, fault: BaseException) -> None:
    raise fault


def _quiet(_event: str, _details: Mapping[str, Any]) -> None:
    """Nothing that happens to this host is of interest."""


def main() -> None:
    """Read the flags, measure, print."""
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("--players", type=int, required=True)
    flags.add_argument("--rounds", type=int, required=True)
    given = flags.parse_args()
    sys.stdout.write(json.dumps(uvloop.run(measure(given.players, given.rounds))) + "\n")


if __name__ == "__main__":
    main()
