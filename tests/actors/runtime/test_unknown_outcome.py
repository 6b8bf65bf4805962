"""Nobody knows whether a bet was written: its player is told so in time, and the truth when the id comes again."""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

import pytest

from actors.runtime.actor import LookUp
from actors.runtime.driver import ANSWER_AGAIN_SECONDS, ANSWER_SECONDS_MAX
from actors.runtime.host import Host, HostLimits
from actors.runtime.local import LocalRuntime
from actors.runtime.ref import Ref
from persistence.interfaces import Batch, Unavailable, Unknown
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked, OpenWallet
from protocol.errors import Code, Refusal
from protocol.games.dice import DiceBet
from protocol.ids import CommandId, Epoch, PlayerId, ShardId, command_id_from
from protocol.model import Request
from protocol.requests import Balances
from tests.support.casino import ANN, BEN, account_of
from tests.support.hand_driven import NOON_MS, SHARDS, HandDriven, PuppetKind, both, say, write
from tests.support.nodes import casino_kinds
from tests.support.simulation_time import virtually

CASH = 1_000
TRY_AGAIN = Refusal(Code.TRY_AGAIN)
OUTAGE_SECONDS = 60
SOON = pytest.approx(ANSWER_SECONDS_MAX, abs=0.1)


class CutLedger(MemoryLedger):
    """A ledger in memory behind a wire that can be cut."""

    def __init__(self) -> None:
        super().__init__(SHARDS)
        self.is_away = False
        self.answers = asyncio.Event()
        """Whether commits are answered: until then they are on their way."""
        self.answers.set()
        self.lands = True

    async def commit(self, batch: Batch) -> None:
        """See `Ledger.commit`. One whose answer cannot come back is written or not, by `lands`."""
        if self.is_away:
            if self.lands:
                await super().commit(batch)
            raise Unknown("the wire is cut")
        await self.answers.wait()
        await super().commit(batch)

    async def take_shards(self, host: str, shards: Sequence[ShardId]) -> Epoch:
        """See `Ledger.take_shards`."""
        if self.is_away:
            raise Unavailable("the wire is cut")
        return await super().take_shards(host, shards)


class House:
    """A casino in one process."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.ledger = CutLedger()
        self.told: list[tuple[Any, Any]] = []
        """By whom an event is not seen, because an answer tells it, and the event."""
        host = Host(
            shards=SHARDS,
            clock=self.now,
            entropy=os.urandom,
            limits=HostLimits(),
            on_fault=lambda ref, message, fault: self.loop.call_exception_handler({"message": repr(fault)}),
            outbox=self,
        )
        kinds = casino_kinds()
        self.runtime = LocalRuntime(
            host, self.ledger, kinds, name="house", standing=(), on_event=lambda event, details: None
        )

    def now(self) -> int:
        return NOON_MS + int(self.loop.time() * 1000)

    def pushed(self, topic: str, event: Any, origin: Any = None) -> None:
        """See `Outbox.pushed`."""
        self.told.append((origin, event))

    async def __aenter__(self) -> "House":
        await self.runtime.start()
        for player in (ANN, BEN):
            answer: asyncio.Future[Any] = self.loop.create_future()
            opening = OpenWallet(player, ((account_of(player), CASH),))
            self.runtime.post(Ref("wallet", player), opening, answer.set_result)
            await answer
            await self.ask(player, self.bet())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.ledger.answers.set()
        await self.runtime.stop()

    def ask(self, player: PlayerId, request: Request) -> "asyncio.Future[Any]":
        answer: asyncio.Future[Any] = self.loop.create_future()
        room = type(request).room
        self.runtime.post(Ref(room, player), Asked(player, f"player {player}", request), answer.set_result)
        return answer

    def bet(self) -> DiceBet:
        made = command_id_from(self.now(), os.urandom(10))
        return DiceBet(id=made, asset="PLAY", amount=100, target=5_000, over=True)


@pytest.mark.parametrize("lands", [True, False])
@virtually
async def test_while_the_store_is_away_a_bet_that_may_be_written_is_answered_as_not_known_and_then_truly(
    lands: bool,
) -> None:
    async with House() as house:
        house.ledger.is_away, house.ledger.lands = True, lands
        bet, began = house.bet(), house.loop.time()
        assert await house.ask(ANN, bet) == TRY_AGAIN
        assert house.loop.time() - began == SOON
        assert (CommandId(bet.id) in house.ledger.tables.bets) is lands
        await asyncio.sleep(OUTAGE_SECONDS)
        assert await house.ask(ANN, bet) == TRY_AGAIN
        house.ledger.is_away = False
        await asyncio.sleep(2)

        answer = await house.ask(ANN, bet)

        row = house.ledger.tables.bets[CommandId(bet.id)]
        assert (answer["t"], answer["payout"], answer["nonce"]) == ("dice.settled", row.payout, row.nonce)
        assert answer["available"] == row.available
        assert house.ledger.check_invariants() == ()


@virtually
async def test_a_commit_that_is_never_answered_keeps_nobody_waiting() -> None:
    async with House() as house:
        house.ledger.answers.clear()
        bet, began = house.bet(), house.loop.time()
        answers = [house.ask(ANN, bet), house.ask(BEN, house.bet()), house.ask(BEN, Balances(id=house.bet().id))]
        assert await asyncio.gather(*answers) == [TRY_AGAIN] * 3
        assert house.loop.time() - began == SOON
        for _ in range(3):
            began = house.loop.time()
            assert await house.ask(ANN, bet) == TRY_AGAIN
            assert house.loop.time() - began <= ANSWER_AGAIN_SECONDS
        house.ledger.answers.set()

        answer = await house.ask(ANN, bet)

        assert (answer["t"], answer["payout"]) == ("dice.settled", house.ledger.tables.bets[CommandId(bet.id)].payout)


@virtually
async def test_whoever_was_not_told_by_an_answer_sees_the_event() -> None:
    async with House() as house:
        house.ledger.answers.clear()
        bet = house.bet()
        assert await house.ask(ANN, bet) == TRY_AGAIN
        house.told.clear()
        house.ledger.answers.set()
        await asyncio.sleep(1)

        assert [(origin, event["ref"]) for origin, event in house.told] == [(None, bet.id)]


@virtually
async def test_an_answer_that_comes_in_time_is_the_only_one() -> None:
    async with House() as house:
        house.ledger.answers.clear()
        bet = house.bet()
        answer = house.ask(ANN, bet)
        await asyncio.sleep(ANSWER_SECONDS_MAX * 0.9)
        house.ledger.answers.set()

        assert (await answer)["t"] == "dice.settled"
        house.ledger.answers.clear()
        began = house.loop.time()
        assert await house.ask(ANN, house.bet()) == TRY_AGAIN
        assert house.loop.time() - began == SOON


# --- wherever a message waits ---

HERE, AWAY = Ref("puppet", "here"), Ref("puppet", "away")


def test_whoever_waits_anywhere_is_answered_once_and_what_actors_said_to_each_other_goes_on() -> None:
    stage = HandDriven({"puppet": PuppetKind()}, limits=HostLimits(batch_records_max=1))
    stage.ask(HERE, say("here"))
    flying = stage.post(HERE, both(write, say("done")))
    stage.seal()
    loading = stage.post(AWAY, say("not done"))
    between: list[str] = []
    stage.host.post(HERE, lambda turn: turn.tell(AWAY, lambda _: between.append("told")), None)
    gathered = stage.post(HERE, both(write, say("done later")))
    behind = stage.post(HERE, both(write, say("not done")))
    everyone = [flying, loading, gathered, behind]

    assert stage.host.give_up_answers(TRY_AGAIN) == len(everyone)
    assert everyone == [[TRY_AGAIN]] * len(everyone)
    stage.host.committed()
    stage.settle()

    assert everyone == [[TRY_AGAIN]] * len(everyone)
    assert between == ["told"]
    assert len(stage.ledger.tables.journal) == 2
    assert stage.ask(AWAY, say("back")) == "back"


def test_whoever_waits_for_a_look_up_is_answered_and_what_was_asked_for_is_done_once() -> None:
    stage = HandDriven({"puppet": PuppetKind()})
    stage.ask(HERE, say("here"))
    asked = stage.new_id()

    def act(turn: Any) -> None:
        if asked not in turn.cell.actor.told:
            raise LookUp(asked)
        write(turn)
        say("done")(turn)

    waiting = [stage.post(HERE, act) for _ in range(2)]
    assert stage.host.give_up_answers(TRY_AGAIN) == 2
    assert waiting == [[TRY_AGAIN]] * 2
    stage.settle()

    assert waiting == [[TRY_AGAIN]] * 2
    assert len(stage.ledger.tables.journal) == 2
