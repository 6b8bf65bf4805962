"""A poker player of a simulated casino: sits down, plays any move there is and some that there are not, and leaves."""

import asyncio
from typing import Any, Final

from actors.runtime.ref import Ref
from protocol.commands import Look, Reached
from protocol.games.poker import (
    PokerAct,
    PokerAway,
    PokerBack,
    PokerLeave,
    PokerMix,
    PokerPeek,
    PokerShow,
    PokerSit,
    PokerSnapshot,
    PokerTopUp,
    PokerTurn,
)
from protocol.ids import CommandId
from protocol.model import Request
from tests.support.simulation_commands import Intent
from tests.support.simulation_plan import CARDS
from tests.support.simulation_player import Player
from tests.support.simulation_world import World

VISITS_MAX: Final = 3
LOOKS_MAX: Final = 40
"""How often a player at the table looks at it, and does something, before it is enough."""
PAUSE_SECONDS_MAX: Final = 0.6
AWAY_SECONDS_MAX: Final = 3.0
GONE: Final = 0.05
"""How often a connection is lost."""
BACK: Final = 0.5
"""How often one who sits out wants to be dealt in again."""
POSTS: Final = 0.7
"""How often with missed blinds."""
DOZES: Final = 0.1
"""How often a player whose turn it is does nothing."""
STRANGE: Final = 0.05
"""How often a move is one that cannot be made."""
STAYS: Final = 0.3
"""How often a player does not leave when a visit is over."""
_ELSE: Final = {"mix": 4, "peek": 2, "show": 2, "topup": 2, "away": 1, "back": 2, "leave": 1, "act": 1, "nothing": 6}


class Gambler:
    """One player's life at the poker table, beside all else that the player does."""

    def __init__(self, world: World, player: Player) -> None:
        self._world = world
        self._rng = world.rng
        self._player = player
        self._ref = Ref("table", CARDS)

    async def play(self) -> None:
        """Come and go some times."""
        await self._player.has_wallet.wait()
        for _ in range(self._rng.randint(1, VISITS_MAX)):
            await self._sit(await self._look())
            for _ in range(self._rng.randint(1, LOOKS_MAX)):
                if self._happens(GONE):
                    await self._be_gone()
                await self._do(await self._look())
                await asyncio.sleep(self._rng.random() ** 2 * PAUSE_SECONDS_MAX)
            if not self._happens(STAYS):
                await self._asks(PokerLeave(id=self._new_id(), table=CARDS))

    async def leave(self) -> None:
        """Be gone from the table, with all chips."""
        while True:
            await self._asks(PokerLeave(id=self._new_id(), table=CARDS))
            if (await self._look()).mine is None:
                return
            await asyncio.sleep(PAUSE_SECONDS_MAX)

    # --- what is done ---

    async def _sit(self, shown: PokerSnapshot) -> None:
        amount = self._rng.choices((100, 250, 1_000, 3_000, 8_000, 50, 10_001), weights=(6, 6, 6, 4, 3, 1, 1))[0]
        free = {*range(shown.seats_max)} - {one.seat for one in shown.seats}
        seat = self._rng.choice(sorted(free)) if free and not self._happens(STRANGE) else self._rng.randrange(9)
        await self._buys(PokerSit(id=self._new_id(), table=CARDS, seat=seat, amount=amount))

    async def _buys(self, request: PokerSit | PokerTopUp) -> None:
        """Ask for chips; and, now and then, for others with the same id."""
        await self._asks(request)
        if self._happens(self._world.plan.repeated_messages):
            again = request.model_copy(update={"amount": request.amount + 1})
            self._world.start(self._player.reuse(self._intent(again)), "belated reuse of chips")

    async def _do(self, shown: PokerSnapshot) -> None:
        turn = shown.turn
        if turn is not None and turn.seat == shown.mine and not self._happens(STRANGE):
            if not self._happens(DOZES):
                await self._asks(self._move(shown, turn))
            return
        sits_out = any(one.seat == shown.mine and not one.is_in for one in shown.seats)
        if sits_out and self._happens(BACK):
            await self._asks(PokerBack(id=self._new_id(), table=CARDS, posts=self._happens(POSTS)))
            return
        [what] = self._rng.choices(tuple(_ELSE), weights=tuple(_ELSE.values()))
        request = self._request(what, shown)
        if isinstance(request, PokerTopUp):
            await self._buys(request)
        elif request is not None:
            await self._asks(request)

    def _move(self, shown: PokerSnapshot, turn: PokerTurn) -> PokerAct:
        """A move that is legal, if nothing has happened meanwhile."""
        kinds = ["call", "call", *(["fold"] if turn.call else []), *([] if turn.raise_min is None else ["raise"])]
        kind: Any = self._rng.choice(kinds)
        to = 0
        if kind == "raise" and turn.raise_min is not None and turn.raise_max is not None:
            to = self._rng.choice((turn.raise_min, turn.raise_max, self._rng.randint(turn.raise_min, turn.raise_max)))
        return PokerAct(id=self._new_id(), table=CARDS, hand=shown.hand, move=turn.move, kind=kind, to=to)

    def _request(self, what: str, shown: PokerSnapshot) -> Request | None:
        rng, hand = self._rng, max(1, shown.hand)
        place: dict[str, Any] = {"id": self._new_id(), "table": CARDS}
        match what:
            case "mix":
                return PokerMix(**place, hand=shown.hand + 1, entropy=rng.choice(("luck", "chance", "fate")))
            case "peek":
                return PokerPeek(**place)
            case "show":
                return PokerShow(**place, hand=hand)
            case "topup":
                return PokerTopUp(**place, amount=rng.choice((50, 300, 2_000, 7_000)))
            case "away":
                return PokerAway(**place)
            case "back":
                return PokerBack(**place, posts=rng.random() < 0.5)
            case "leave":
                return PokerLeave(**place) if rng.random() < 0.2 else None
            case "act":
                kind: Any = rng.choice(("fold", "call", "raise"))
                return PokerAct(**place, hand=hand, move=rng.randrange(9), kind=kind, to=rng.choice((0, 20, 5_000)))
        return None

    async def _be_gone(self) -> None:
        """The connection is lost, and another one made."""
        self._reaches(is_here=False)
        await asyncio.sleep(self._rng.random() * AWAY_SECONDS_MAX)
        self._reaches(is_here=True)

    def _reaches(self, *, is_here: bool) -> None:
        process = self._world.some_process()
        if process is not None:
            process.post(self._ref, Reached(self._player.id, is_here), None)

    # --- saying things ---

    async def _look(self) -> PokerSnapshot:
        shown = await self._player.until_answered(Intent(self._new_id(), self._ref, Look(self._player.id)))
        assert isinstance(shown, PokerSnapshot), shown
        self._sees(shown)
        return shown

    async def _asks(self, request: Request) -> Any:
        answer = await self._player.until_answered(self._intent(request))
        self._sees(answer)
        if self._happens(self._world.plan.repeated_messages):
            self._world.start(self._player.repeat(self._intent(request)), "belated repetition at cards")
        return answer

    def _sees(self, answer: Any) -> None:
        cards = self._world.oracle.cards
        assert cards is not None
        cards.seen(self._player.id, answer)

    def _intent(self, request: Request) -> Intent:
        return self._player.asking(request)

    def _happens(self, chance: float) -> bool:
        return self._rng.random() < chance

    def _new_id(self) -> CommandId:
        return self._player.new_id()
