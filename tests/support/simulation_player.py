"""A player of a simulated casino: acts at random, repeats what was not answered, and what was."""

import asyncio
from typing import Any, Final

from actors.runtime.ref import Ref
from protocol.commands import Look, Move, OpenWallet
from protocol.errors import Code, Refusal
from protocol.ids import CommandId, PlayerId, command_id_from
from protocol.model import Request
from protocol.money import Balance, asset_of, balance_of, player_account, player_of
from protocol.replies import WalletSnapshot
from protocol.requests import Leave, Sit
from tests.support.simulation_commands import Intent, Wishes, is_refused, may_retry
from tests.support.simulation_oracle import plain
from tests.support.simulation_plan import ASSETS, PLAY, TABLES
from tests.support.simulation_world import World

OPENING_CASH: Final = 5_000
OPENING_BONUS: Final = 1_000
ANSWER_SECONDS_MAX: Final = 1.0
PATIENCE_SECONDS_MAX: Final = 4.0
LATENCY_SECONDS_MAX: Final = 0.1
THINKING_SECONDS_MAX: Final = 1.0
BELATED_SECONDS_MAX: Final = 20.0
AT_ONCE_MAX: Final = 3
"""Commands of one player that wait for their answers at one time."""
CLOCK_AHEAD_MS_MAX: Final = 1_000
CLOCK_BEHIND_MS_MAX: Final = 5_000
ECHO_SECONDS_MAX: Final = 0.3
FLURRIES: Final = 0.1
"""How often a player sends many commands at once, if the plan says so."""
REGRETS: Final = 0.3
"""How often a bet is taken back at once."""
BY_HAND: Final = 0.5
"""How often a bet of crash is cashed out."""
FLIGHT_SECONDS_MAX: Final = 12.0
"""When: within so long after it was placed, and so before its flight, in it, or too late."""
ATTENTIVE: Final = 0.8
"""How often a bet of blackjack is played by its player; by the platform otherwise."""
ANOTHER_ROUND: Final = 0.7
LOOKS_MAX: Final = 40
"""So often a table of blackjack is looked at: whoever looks no more is away."""
BETWEEN_LOOKS_SECONDS_MAX: Final = 0.7
STEPS: Final = 0.8
"""How often a game is gone on with at once; others are left open, and finished at the end."""
STAYING_AWAY: Final = 0.03
"""How often a player who leaves with games open takes no step in them: the platform must finish them."""
MISCHIEF: Final = 0.03
"""How often a command is sent by which a turn must fail."""


class Player:
    """One player, with a clock that is not quite right, who notes what must be there at the end."""

    def __init__(self, world: World, number: int) -> None:
        self.id = PlayerId(number)
        self.opened = 0
        self.moved = 0
        self.has_wallet = asyncio.Event()
        self._world = world
        self._rng = world.rng
        self._wishes = Wishes(self.id, world.rng, world.plan.tables)
        self._wallet = Ref("wallet", self.id)
        self._skew_ms = world.rng.randint(-CLOCK_BEHIND_MS_MAX, CLOCK_AHEAD_MS_MAX)
        self._at_once = asyncio.Semaphore(AT_ONCE_MAX)

    # --- a life ---

    async def play(self) -> None:
        """Log in, sit down, do this and that, and see every command answered."""
        openings = (
            (player_account(self.id, PLAY.number, Balance.CASH), OPENING_CASH),
            (player_account(self.id, PLAY.number, Balance.BONUS), OPENING_BONUS),
        )
        await self.until_answered(Intent(self.new_id(), self._wallet, OpenWallet(self.id, openings)))
        self.opened = OPENING_CASH + OPENING_BONUS
        self.has_wallet.set()
        for table in TABLES:
            await self.until_answered(self._wishes.asks(Sit(id=self.new_id(), table=table)))
        async with asyncio.TaskGroup() as group:
            for _ in range(self._world.plan.actions):
                await self._at_once.acquire()
                group.create_task(self._act(self._wishes.some(self.new_id())))
                await asyncio.sleep(self._rng.random() ** 2 * THINKING_SECONDS_MAX)
                if self._happens(FLURRIES):
                    for _ in range(self._world.plan.flurry):
                        self._world.start(self._hurry(self._wishes.some(self.new_id())), "belated flurry")

    async def _hurry(self, intent: Intent) -> None:
        """One of many commands of a moment: the first is forgotten before the last is written."""
        answer = await self.until_answered(intent)
        if isinstance(answer, dict) and isinstance(intent.command, Move):
            self.moved += intent.command.amount
        if self._happens(self._world.plan.repeated_messages):
            self._world.start(self.repeat(intent), "belated repetition")

    async def leave(self) -> None:
        """Finish every game that is open, or stay away from all of them, and give up every seat."""
        is_here = not (self._world.plan.unattended or self._happens(STAYING_AWAY))
        if self._world.plan.unattended:
            await self.until_answered(self._wishes.begin(self.new_id()))
        while is_here and (games := (await self.until_answered(self._wishes.open_games(self.new_id()))).games):
            await self.until_answered(self._wishes.step(self.new_id(), games[0]))
        for table in TABLES:
            await self.until_answered(self._wishes.asks(Leave(id=self.new_id(), table=table)))

    async def check_wallet(self) -> None:
        """See that the wallet says what the ledger has."""
        snapshot = await self.until_answered(Intent(self.new_id(), self._wallet, Look(self.id)))
        codes = {asset.number: asset.code for asset in ASSETS}
        rows = {
            (codes[asset_of(one.id)], balance_of(one.id).name.lower(), one.posted - one.held, one.held)
            for one in self._world.ledger.tables.accounts.values()
            if one.id > 0 and player_of(one.id) == self.id
        }
        said = {(one.asset, one.balance, one.available, one.held) for one in snapshot.balances}
        if not isinstance(snapshot, WalletSnapshot) or said != rows:
            self._world.fail(f"the wallet of player {self.id} says {said}, the ledger {rows}")

    async def _act(self, intent: Intent) -> None:
        try:
            if self._happens(MISCHIEF):
                await self._exchange(self._wishes.poison(self.new_id()))
            answer = await self.until_answered(intent)
            if isinstance(answer, dict):
                await self._follow(intent, answer)
            if self._happens(self._world.plan.repeated_messages):
                self._world.start(self.repeat(intent), "belated repetition")
            if intent.is_idempotent and self._happens(self._world.plan.repeated_messages):
                self._world.start(self._reuse(intent), "belated reuse")
        finally:
            self._at_once.release()

    async def _follow(self, intent: Intent, answer: dict[str, Any]) -> None:
        if isinstance(intent.command, Move):
            self.moved += intent.command.amount
        while answer["t"].endswith(".state") and not answer["over"] and self._happens(STEPS):
            after = await self._say_twice(self._wishes.step(self.new_id(), answer))
            answer = after if isinstance(after, dict) else answer
        if answer["t"] == "crash.placed" and self._happens(BY_HAND):
            await asyncio.sleep(self._rng.random() * FLIGHT_SECONDS_MAX)
            await self.until_answered(self._wishes.cash_out(self.new_id(), answer))
        elif answer["t"].endswith(".placed") and self._happens(REGRETS):
            await self.until_answered(self._wishes.regret(self.new_id(), answer["table"]))
        elif answer["t"] == "blackjack.placed" and self._happens(ATTENTIVE):
            await self._play_hands(answer["table"], answer["round"])

    async def _play_hands(self, table: str, number: int) -> None:
        """Play rounds of blackjack, until something else is done; or be away, in the middle of one."""
        for _ in range(LOOKS_MAX):
            await asyncio.sleep(self._rng.random() * BETWEEN_LOOKS_SECONDS_MAX)
            seen = await self.until_answered(self._wishes.look_at(self.new_id(), table))
            if isinstance(seen, Refusal):
                return
            if seen.phase == "betting" and seen.round != number and self._happens(ANOTHER_ROUND):
                number = seen.round
                await self._say_twice(self._wishes.box(self.new_id(), table))
            elif (intent := self._wishes.hand(self.new_id(), table, seen)) is not None:
                await self._say_twice(intent)

    async def _say_twice(self, intent: Intent) -> Any:
        """Its answer; maybe it is said again when nobody expects that any more."""
        answer = await self.until_answered(intent)
        if self._happens(self._world.plan.repeated_messages):
            self._world.start(self.repeat(intent), "belated repetition")
        return answer

    # --- saying things ---

    def asking(self, request: Request) -> Intent:
        """A request on its way."""
        return self._wishes.asks(request)

    async def until_answered(self, intent: Intent) -> Any:
        """Say it again and again, until there is an answer that does not say to come later."""
        patience = ANSWER_SECONDS_MAX
        while True:
            answer = await self._exchange(intent)
            if answer is not None and not may_retry(answer):
                return answer
            await asyncio.sleep(self._rng.random() * patience)
            patience = min(patience * 2, PATIENCE_SECONDS_MAX)

    async def repeat(self, intent: Intent) -> None:
        """The same command again, when nobody expects it any more."""
        await asyncio.sleep(self._rng.random() ** 2 * BELATED_SECONDS_MAX)
        await self._exchange(intent)

    async def _reuse(self, intent: Intent) -> None:
        """Another command with the same id."""
        other = intent
        while other.body == intent.body or not other.is_idempotent:
            other = self._wishes.some(intent.id)
        await self.reuse(other)

    async def reuse(self, other: Intent) -> None:
        """A command whose id was used for another one that was answered: it is refused for that."""
        await asyncio.sleep(self._rng.random() ** 2 * BELATED_SECONDS_MAX)
        answer = await self._exchange(other, is_reuse=True)
        if answer is not None and not may_retry(answer) and not is_refused(answer, Code.ID_REUSED):
            self._world.fail(f"an id that was used is taken for {other}: {plain(answer)}")

    async def _exchange(self, intent: Intent, *, is_reuse: bool = False) -> Any:
        """Send, and wait for an answer, but not for ever. Either may be lost; what is sent may arrive twice."""
        heard: asyncio.Future[Any] = self._world.loop.create_future()
        await asyncio.sleep(self._rng.random() ** 2 * LATENCY_SECONDS_MAX)
        self._send(intent, heard, is_reuse)
        if self._happens(self._world.plan.repeated_messages):
            await asyncio.sleep(self._rng.random() ** 2 * ECHO_SECONDS_MAX)
            self._send(intent, heard, is_reuse)
        try:
            return await asyncio.wait_for(heard, ANSWER_SECONDS_MAX)
        except TimeoutError:
            return None

    def _send(self, intent: Intent, heard: asyncio.Future[Any], is_reuse: bool) -> None:
        world = self._world
        process = world.some_process()
        if process is None or self._is_lost():
            return
        world.say(f"player {self.id} to {process.name}: {intent}")
        world.posted += 1
        number = world.posted
        world.waiting[number] = (process, intent)

        def answered(answer: Any) -> None:
            if not process.alive:
                return
            if world.waiting.pop(number, None) is None:
                world.fail(f"{intent} is answered twice")
            world.happened[answer.code.name if isinstance(answer, Refusal) else intent.name] += 1
            world.say(f"{process.name} to player {self.id}: {intent.id.hex()[-8:]} {plain(answer)}")
            if intent.is_idempotent and not is_reuse:
                world.oracle.answered(intent.id, answer)
            if not self._is_lost():
                world.loop.call_later(self._rng.random() * LATENCY_SECONDS_MAX, _hear, heard, answer)

        process.post(intent.ref, intent.command, answered)

    def _is_lost(self) -> bool:
        return not self._world.calm and self._happens(self._world.plan.lost_messages)

    def _happens(self, chance: float) -> bool:
        return self._rng.random() < chance

    def new_id(self) -> CommandId:
        """An id of the player's own, by a clock that is not quite right."""
        return command_id_from(self._world.now() + self._skew_ms, self._rng.randbytes(10))


def _hear(heard: "asyncio.Future[Any]", answer: Any) -> None:
    if not heard.done():
        heard.set_result(answer)
