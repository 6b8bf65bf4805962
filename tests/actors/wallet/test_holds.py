"""Stakes that wait for their table: held once, and captured or released once."""

from typing import Any

import msgpack
import pytest

from actors.runtime.actor import Actor
from actors.runtime.ref import Ref
from actors.wallet.load import WalletKind
from actors.wallet.wallet import ASK_AGAIN_MS
from persistence.memory.ledger import MemoryLedger
from protocol.commands import (
    AskAboutHold,
    AskAboutId,
    Held,
    IdIsNew,
    NotHeld,
    PlaceHold,
    RefuseBet,
    Release,
    Settle,
    Settled,
    TakeBack,
    TakenBack,
)
from protocol.errors import Code, Refusal
from protocol.ids import BetId, CommandId
from protocol.records import HoldState, RoundEnd, RoundOpen
from tests.support.casino import ANN, ASSETS, Casino, account_of
from tests.support.hand_driven import HandDriven, Puppet, PuppetKind

WALLET, TABLE = Ref("wallet", ANN), Ref("table", "of straw")
BODY = b"digest 1"
NOT_TAKEN = Refusal(Code.BET_NOT_TAKEN, {"table": "of straw", "round": 1})
NO_SEED = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The commitment to a server seed without any text."""


class StrawTable(Puppet):
    """A table that only passes on what a test sends, and notes what it hears."""

    heard: list[Any]

    def receive(self, turn: Any, command: Any, sender: Any) -> None:
        if callable(command):
            command(turn)
        else:
            self.heard.append(command)


class StrawKind(PuppetKind):
    """One straw table."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    async def load(self, ledger: Any, refs: Any) -> dict[Ref, Actor]:
        tables = {ref: StrawTable(ref, []) for ref in refs}
        for table in tables.values():
            table.heard = self.heard
        return dict(tables)


class Stage(Casino):
    """Ann has 1,000, and a round is open at a table of straw."""

    def __init__(self, ledger: MemoryLedger | None = None) -> None:
        self.straw = StrawKind()
        HandDriven.__init__(self, {"wallet": WalletKind(ASSETS), "table": self.straw}, ledger=ledger)
        if ledger is None:
            self.open(ANN, 1_000)
            self.sends(lambda turn: turn.stage(RoundOpen("of straw", 1, "roulette", NO_SEED, b"", turn.now)))

    @property
    def heard(self) -> list[Any]:
        """What the table was told since the last time."""
        heard, self.straw.heard[:] = list(self.straw.heard), []
        return heard

    def sends(self, act: Any) -> None:
        self.host.post(TABLE, act, None)
        self.settle()

    def tells(self, command: Any) -> list[Any]:
        """What the table hears after it has sent this to the wallet."""
        self.sends(lambda turn: turn.send(WALLET, command))
        return self.heard

    def draw(self) -> None:
        """The round has an outcome, so that bets can be settled."""
        self.sends(lambda turn: turn.stage(RoundEnd("of straw", 1, "", "", b"", msgpack.packb({}), turn.now)))

    def hold(self, amount: int, id: CommandId | None = None) -> PlaceHold:
        """A stake."""
        return PlaceHold(
            BetId(id or self.new_id()), BODY, account_of(ANN), amount, "of straw", "roulette", 1, b"\x80",
            {"t": "roulette.placed", "stake": amount}, None,
        )  # fmt: skip

    def state_of(self, hold: PlaceHold) -> int:
        """Where a hold stands, as written."""
        return self.ledger.tables.holds[hold.id].state


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_held_stake_is_not_available_and_not_gone(stage: Stage) -> None:
    hold = stage.hold(300)
    [held] = stage.tells(hold)

    assert isinstance(held, Held)
    assert (held.id, held.answer["stake"], held.answer["available"], held.answer["held"]) == (hold.id, 300, 700, 300)
    assert stage.balance(ANN) == (1_000, 300)


def test_more_than_is_available_is_not_held(stage: Stage) -> None:
    stage.tells(stage.hold(900))
    hold = stage.hold(101)

    assert stage.tells(hold) == [NotHeld(hold.id, Refusal(Code.INSUFFICIENT_FUNDS, {"available": 100, "needed": 101}))]
    assert stage.move(ANN, -101).code is Code.INSUFFICIENT_FUNDS


def test_a_hold_that_is_asked_for_again_is_held_once(stage: Stage) -> None:
    hold = stage.hold(300)
    [first] = stage.tells(hold)
    [second] = stage.tells(hold._replace(attempt=(1, 2)))

    assert (second.answer, second.round, second.attempt) == (first.answer, 1, (1, 2))
    assert second.token > first.token
    assert stage.balance(ANN) == (1_000, 300)


def test_another_request_with_the_id_of_a_hold_is_refused_and_the_hold_stays(stage: Stage) -> None:
    hold = stage.hold(300)
    stage.tells(hold)

    assert stage.tells(hold._replace(digest=b"another ")) == [NotHeld(hold.id, Refusal(Code.ID_REUSED))]
    assert stage.balance(ANN) == (1_000, 300)


def test_a_bet_that_is_refused_while_its_stake_is_held_is_for_the_table_to_decide(stage: Stage) -> None:
    hold = stage.hold(300)
    [held] = stage.tells(hold)
    refused = RefuseBet(hold.id, hold.digest, Refusal(Code.BETTING_CLOSED), (7, 7))

    [asked] = stage.tells(refused)
    assert (type(asked), asked.answer, asked.attempt) == (Held, held.answer, (7, 7))
    assert stage.tells(Release(hold.id, asked.token, (7, 7))) == [NotHeld(hold.id, NOT_TAKEN, (7, 7))]
    assert stage.tells(refused) == [NotHeld(hold.id, NOT_TAKEN, (7, 7))]


def test_an_answer_that_comes_another_way_than_the_event_has_no_position(stage: Stage) -> None:
    [held] = stage.tells(stage.hold(300))
    [with_origin] = stage.tells(stage.hold(300)._replace(origin=print))

    assert (held.answer["epoch"], held.answer["seq"]) == (0, 0)
    assert with_origin.answer["seq"] == stage.events(f"wallet:{ANN}")[-1]["seq"]


@pytest.mark.parametrize("payout", [0, 1, 300, 10_500])
def test_a_captured_hold_is_staked_and_what_it_won_is_paid(stage: Stage, payout: int) -> None:
    hold = stage.hold(300)
    stage.tells(hold)
    stage.draw()
    heard = stage.tells(Settle(((hold.id, payout),)))

    assert heard == [Settled(ANN, (hold.id,))]
    assert stage.balance(ANN) == (700 + payout, 0)
    assert stage.state_of(hold) == HoldState.CAPTURED


def test_a_hold_is_captured_once_and_confirmed_as_often_as_asked(stage: Stage) -> None:
    hold = stage.hold(300)
    stage.tells(hold)
    stage.draw()
    settle = Settle(((hold.id, 900),))

    assert stage.tells(settle) == stage.tells(settle)
    [late] = stage.tells(Release(hold.id, (9, 9)))
    assert late.answer["t"] == "roulette.placed"
    assert stage.balance(ANN) == (1_600, 0)


def test_a_released_hold_is_as_if_it_had_never_been(stage: Stage) -> None:
    hold, other = stage.hold(300), stage.hold(200)
    [held] = stage.tells(hold)
    stage.tells(other)

    assert stage.tells(Release(hold.id, held.token)) == [NotHeld(hold.id, NOT_TAKEN)]
    assert stage.balance(ANN) == (1_000, 200)
    assert (stage.state_of(hold), stage.state_of(other)) == (HoldState.DISOWNED, HoldState.PENDING)
    assert stage.tells(Settle(((hold.id, 900),))) == [Settled(ANN, (hold.id,))]
    assert stage.balance(ANN) == (1_000, 200)


def test_a_bet_that_its_table_never_took_stays_refused_however_long_ago(stage: Stage) -> None:
    hold = stage.hold(300)
    [held] = stage.tells(hold)
    stage.tells(Release(hold.id, held.token))

    assert stage.tells(hold) == [NotHeld(hold.id, NOT_TAKEN)]
    stage.sleep()
    assert stage.tells(hold) == [NotHeld(hold.id, NOT_TAKEN)]
    assert Stage(stage.ledger).tells(hold) == [NotHeld(hold.id, NOT_TAKEN)]


def test_what_a_table_said_before_it_was_asked_again_releases_nothing(stage: Stage) -> None:
    hold = stage.hold(300)
    [first] = stage.tells(hold)
    [second] = stage.tells(hold)

    assert stage.tells(Release(hold.id, first.token)) == []
    assert stage.state_of(hold) == HoldState.PENDING
    assert stage.tells(Release(hold.id, second.token)) == [NotHeld(hold.id, NOT_TAKEN)]


def test_what_a_table_said_to_a_wallet_before_it_was_loaded_again_releases_nothing(stage: Stage) -> None:
    hold = stage.hold(300)
    [held] = stage.tells(hold)
    again = Stage(stage.ledger)
    again.host.wake(WALLET)
    again.settle()

    assert again.tells(Release(hold.id, held.token))[1:] == []
    assert again.state_of(hold) == HoldState.PENDING


def test_many_holds_are_resolved_in_one_message(stage: Stage) -> None:
    holds = [stage.hold(10 * n) for n in range(1, 5)]
    for hold in holds:
        stage.tells(hold)
    stage.draw()
    stage.tells(Settle(tuple((hold.id, 0) for hold in holds)))

    assert stage.balance(ANN) == (900, 0)


def test_bets_are_taken_back_once_for_an_id(stage: Stage) -> None:
    hold = stage.hold(300)
    stage.tells(hold)
    take_back = TakeBack(stage.new_id(), BODY, (hold.id,), {"t": "roulette.returned", "amount": 300})

    assert stage.tells(take_back) == [TakenBack(take_back.id, BODY, True, take_back.reply)]
    assert stage.tells(take_back) == [TakenBack(take_back.id, BODY, False, take_back.reply)]
    assert stage.tells(take_back._replace(digest=b"another ")) == [
        TakenBack(take_back.id, b"another ", False, Refusal(Code.ID_REUSED))
    ]
    assert stage.balance(ANN) == (1_000, 0)


def test_a_wallet_that_wakes_up_asks_about_each_hold(stage: Stage) -> None:
    holds = [stage.hold(10), stage.hold(20)]
    for hold in holds:
        stage.tells(hold)
    again = Stage(stage.ledger)
    again.host.wake(WALLET)
    again.settle()

    heard = again.heard
    assert sorted(one[:3] for one in heard) == sorted((hold.id, ANN, 1) for hold in holds)
    assert {type(one) for one in heard} == {AskAboutHold}
    assert len({one.token for one in heard}) == 2
    assert again.wallet(ANN) == {("PLAY", "cash"): (970, 30)}


def test_a_table_that_was_asked_after_a_load_is_asked_again_until_it_answers(stage: Stage) -> None:
    hold = stage.hold(10)
    stage.tells(hold)
    stage.wait(3 * ASK_AGAIN_MS)
    assert stage.heard == [], "what was made together with the bet is not asked about"
    again = Stage(stage.ledger)
    again.host.wake(WALLET)
    again.settle()
    again.wait(3 * ASK_AGAIN_MS)

    assert 2 <= len(again.heard) - 1 <= 3
    again.draw()
    again.tells(Settle(((hold.id, 0),)))
    again.wait(3 * ASK_AGAIN_MS)
    assert again.heard == []


def test_an_id_is_new_or_has_its_answer(stage: Stage) -> None:
    hold, new = stage.hold(10), stage.new_id()
    [held] = stage.tells(hold)

    assert stage.tells(AskAboutId(new, BODY, (3, 4))) == [IdIsNew(new, (3, 4))]
    assert stage.tells(AskAboutId(hold.id, BODY, (3, 4))) == [NotHeld(hold.id, held.answer, (3, 4))]
    assert stage.batches[-1].records, "asking about an id writes nothing"


def test_a_wallet_with_a_hold_stays_in_memory_until_it_is_resolved(stage: Stage) -> None:
    hold = stage.hold(10)
    [held] = stage.tells(hold)
    stage.sleep()
    assert WALLET in stage.host.cells
    stage.tells(Release(hold.id, held.token))
    stage.sleep()
    assert WALLET not in stage.host.cells
