"""A jackpot takes each total and each claim of a feeder once, however often and in whatever order it hears of them."""

from actors.jackpots.jackpot import Jackpot
from actors.jackpots.pools import Memory
from actors.runtime.ref import Ref
from protocol.commands import FeederReport
from protocol.ids import BetId
from tests.support.casino import Casino
from tests.support.jackpots import MINI, POT

KEY = "pot.0.none"
BET = BetId(bytes(range(16)))


class Pot(Casino):
    """A jackpot that hears of a feeder which is only told of."""

    def __init__(self) -> None:
        super().__init__(jackpots=[POT])
        self.host.wake(Ref("jackpot", POT.name))
        self.settle()

    @property
    def memory(self) -> Memory:
        actor = self.host.cells[Ref("jackpot", POT.name)].actor
        assert isinstance(actor, Jackpot)
        return actor._memory

    def hears(self, total: int, *claims: tuple[int, BetId, str], last: int) -> None:
        report = FeederReport((("mini", total),), claims, last)
        self.host.post(Ref("jackpot", POT.name), report, Ref("feeder", KEY))
        self.settle()


def test_a_total_that_is_heard_again_or_late_adds_nothing() -> None:
    pot = Pot()
    for total in (40, 40, 25, 40):
        pot.hears(total, last=0)
        assert pot.memory.pools["mini"].amount == MINI.seed + 40
        assert pot.memory.feeders[KEY].totals == {"mini": 40}


def test_a_claim_that_is_heard_again_is_awarded_once_and_awarded_the_same() -> None:
    pot = Pot()
    for _ in range(3):
        pot.hears(40, (1, BET, "mini"), last=1)
        assert pot.memory.unpaid == {(KEY, 1): MINI.seed + 40}

    assert pot.memory.pools["mini"].wins == 1
    assert pot.memory.pools["mini"].amount == MINI.seed


def test_an_award_is_kept_until_its_feeder_has_paid_and_not_only_until_something_older_comes() -> None:
    pot = Pot()
    pot.hears(40, (1, BET, "mini"), last=1)
    pot.hears(20, last=0)
    assert (KEY, 1) in pot.memory.unpaid

    pot.hears(40, last=1)

    assert pot.memory.unpaid == {}


def test_a_claim_whose_number_is_not_the_next_waits_for_those_before() -> None:
    pot = Pot()
    pot.hears(40, (2, BET, "mini"), last=2)
    assert pot.memory.unpaid == {}

    pot.hears(40, (1, BET, "mini"), (2, BET, "mini"), last=2)

    assert pot.memory.unpaid == {(KEY, 1): MINI.seed + 40, (KEY, 2): MINI.seed}


def test_a_pool_that_is_not_begun_here_yet_is_fed_and_won_once_it_is() -> None:
    """A host that was started with a new level before this one has fed it, and has a win of it."""
    pot = Pot()
    post = pot.host.post
    post(Ref("jackpot", POT.name), FeederReport((("new", 7),), ((1, BET, "new"),), 1), Ref("feeder", KEY))
    pot.settle()
    assert "new" not in pot.memory.pools
    assert pot.memory.unpaid == {}
    pot.restart()
    pot.host.wake(Ref("jackpot", POT.name))
    pot.settle()
    assert set(pot.memory.pools) == {level.name for level in POT.levels}


def test_what_is_remembered_is_the_same_after_a_restart_whether_from_events_or_from_a_snapshot() -> None:
    pot = Pot()
    for total in range(1, 400):
        pot.hears(total, *(((1, BET, "mini"),) if total > 200 else ()), last=int(total > 200))
        if total % 57 == 0:
            before = pot.memory
            pot.restart()
            pot.host.wake(Ref("jackpot", POT.name))
            pot.settle()
            assert pot.memory == before
    assert "jackpot:pot" in pot.ledger.tables.snapshots
    assert pot.ledger.tables.snapshots["jackpot:pot"].n > 256
