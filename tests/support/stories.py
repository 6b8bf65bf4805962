"""What a player does with a bet at a table whose host is not that of his wallet, and what must be true afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from actors.fairness.seal import KEY_BYTES, Sealer
from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from protocol.commands import Asked, OpenWallet
from protocol.errors import CATALOGUE, Code, Refusal
from protocol.games.roulette import RouletteBet, RouletteClear, RouletteUndo
from protocol.games.table import Wager
from protocol.ids import CommandId, command_id_from
from protocol.model import Request
from protocol.records import BetState
from protocol.requests import Sit
from tests.support.casino import ASSETS, RULES, TABLE, account_of
from tests.support.nodes import casino_kinds
from tests.support.steps import PLAYER, Mishap, SteppedNodes

BETTING_MS: Final = 9_000
QUICK: Final = {**RULES, "betting_ms": BETTING_MS, "closed_ms": 50, "spin_ms": 50, "settled_ms": 60_000}
"""One round, and a long pause."""
CASH: Final = 3_000
STAKE: Final = 100
TOO_MUCH_TWICE: Final = 800
"""Two such stakes are above the table's maximum."""
AGAIN_SECONDS: Final = 0.2
SECONDS_MAX: Final = 30
QUIET_SECONDS: Final = 3.0
"""What was lost or late has come again by then."""


class Guest:
    """A player who asks until there is an answer that stands. `told` has all of them."""

    def __init__(self, cluster: SteppedNodes) -> None:
        self.cluster = cluster
        self.told: dict[CommandId, Any] = {}
        self.asked: dict[CommandId, Request] = {}
        self._ids = 0

    def new_id(self) -> CommandId:
        """The next id."""
        self._ids += 1
        return command_id_from(self.cluster.now(), self._ids.to_bytes(10, "big"))

    async def sits_down(self) -> None:
        """Has a wallet and a seat."""
        await self.cluster.ask(Ref("wallet", PLAYER), OpenWallet(PLAYER, ((account_of(PLAYER), CASH),)))
        await self.cluster.ask(Ref("table", TABLE), Asked(PLAYER, "a guest", Sit(id=self.new_id(), table=TABLE)))

    def bet(self, amount: int = STAKE) -> RouletteBet:
        """Another bet."""
        return RouletteBet(id=self.new_id(), table=TABLE, wagers=(Wager(spot="red", amount=amount),))

    async def asks(self, request: Request) -> Any:
        """The answer to a request, which must be the one that there was before."""
        command = CommandId(request.id)
        self.asked[command] = request
        while True:
            answer = await self.cluster.ask(Ref("table", TABLE), Asked(PLAYER, "a guest", request))
            if not (isinstance(answer, Refusal) and CATALOGUE[answer.code].may_retry):
                break
            await asyncio.sleep(AGAIN_SECONDS)
        plain = answer if isinstance(answer, Refusal) else {**answer, "epoch": 0, "seq": 0}
        assert self.told.setdefault(command, plain) == plain
        return plain


async def bets(guest: Guest) -> None:
    """One bet, and it is there."""
    assert (await guest.asks(guest.bet()))["t"] == "roulette.placed"


async def bets_twice_at_once(guest: Guest) -> None:
    """One bet, which reaches the table by two ways."""
    bet = guest.bet()
    answers = await asyncio.gather(guest.asks(bet), guest.asks(bet))
    assert [answer["t"] for answer in answers] == ["roulette.placed"] * 2


async def regrets(guest: Guest) -> None:
    """Two bets, of which the second is taken back; and while that goes on, it is asked for again."""
    await guest.asks(guest.bet())
    bet = guest.bet()
    await guest.asks(bet)
    undo = asyncio.ensure_future(guest.asks(RouletteUndo(id=guest.new_id(), table=TABLE)))
    await asyncio.sleep(0.05)
    await guest.asks(bet)
    assert (await undo)["bets"] == (bet.id,)


async def regrets_before_it_is_there(guest: Guest) -> None:
    """A bet, and at once all bets back."""
    bet = asyncio.ensure_future(guest.asks(guest.bet()))
    await guest.asks(RouletteClear(id=guest.new_id(), table=TABLE))
    await bet


async def comes_too_late(guest: Guest) -> None:
    """A bet that is held for when betting is closed already."""
    await asyncio.sleep(BETTING_MS / 1000 - 0.03)
    await guest.asks(guest.bet())


async def goes_away(guest: Guest) -> None:
    """A bet, and nobody who waits for its answer."""
    bet = guest.bet()
    guest.asked[CommandId(bet.id)] = bet
    asking = guest.cluster.ask(Ref("table", TABLE), Asked(PLAYER, "a guest", bet))
    await asyncio.sleep(0.01)
    guest.cluster.change_gateway()
    await asking


async def makes_room_for_another(guest: Guest) -> None:
    """Two bets that are held, and too much together; the first is taken back, and the second asked for again."""
    first, second = (guest.bet(TOO_MUCH_TWICE) for _ in range(2))
    waiting = [asyncio.ensure_future(guest.asks(bet)) for bet in (first, second)]
    await waiting[0]
    await guest.asks(RouletteUndo(id=guest.new_id(), table=TABLE))
    await guest.asks(second)
    await waiting[1]


STORIES: Final[dict[str, Callable[[Guest], Awaitable[None]]]] = {
    story.__name__: story
    for story in (
        bets,
        bets_twice_at_once,
        regrets,
        regrets_before_it_is_there,
        comes_too_late,
        goes_away,
        makes_room_for_another,
    )
}


async def tell(story: str, mishaps: Mapping[int, Mishap]) -> SteppedNodes:
    """A story with mishaps at some of its steps; what must be true of it in the end is asserted."""
    kinds = casino_kinds()
    kinds["table"] = TableKind({TABLE: (TABLE_GAMES["roulette"], table_rules(QUICK))}, ASSETS, Sealer(bytes(KEY_BYTES)))
    async with SteppedNodes(mishaps, kinds=kinds) as cluster:
        await cluster.start()
        guest = Guest(cluster)
        await guest.sits_down()
        cluster.watching = True
        await STORIES[story](guest)
        await _over(cluster)
        cluster.watching = False
        await _check(guest)
        await _check_again(guest)
        assert not [event for event in cluster.events if "fault" in event]
    return cluster


async def _over(cluster: SteppedNodes) -> None:
    """Until the round is over, and nobody owes anybody anything any more."""
    await asyncio.sleep(BETTING_MS / 1000)
    for _ in range(SECONDS_MAX):
        if all(bet.state != BetState.OPEN for bet in cluster.books.tables.bets.values()):
            break
        await asyncio.sleep(1)
    await asyncio.sleep(QUIET_SECONDS)


async def _check(guest: Guest) -> None:
    books = guest.cluster.books
    assert books.check_invariants() == ()
    won = 0
    for command, request in guest.asked.items():
        told, row = await guest.asks(request), books.tables.bets.get(command)
        if isinstance(request, RouletteBet):
            won += _check_bet(guest, command)
        elif not isinstance(told, Refusal):
            assert row is None
            assert {books.tables.bets[bet].state for bet in told["bets"]} == {BetState.RETURNED}
    account = books.tables.accounts[account_of(PLAYER)]
    assert (account.posted, account.held) == (CASH + won, 0)


def _check_bet(guest: Guest, bet: CommandId) -> int:
    """What the player was told, what the wallet did and what the table did are the same. Returns what was won."""
    books, told = guest.cluster.books, guest.told[bet]
    row = books.tables.bets.get(bet)
    history = books.placed(bet), books.returned(bet), len(books.payouts(bet))
    if isinstance(told, Refusal):
        assert row is None or (row.state == BetState.DISOWNED and told.code is Code.BET_NOT_TAKEN)
        assert history == (0, 0, 0)
        return 0
    assert told["t"] == "roulette.placed"
    assert row is not None
    if row.state == BetState.RETURNED:
        assert history == (1, 1, 0)
        return 0
    assert row.state == BetState.SETTLED
    assert history == (1, 0, 1)
    assert books.payouts(bet) == [row.payout]
    return (row.payout or 0) - row.stake


async def _check_again(guest: Guest) -> None:
    """Each command has the answer that it had also when that must be read."""
    for node in list(guest.cluster.hosts.values()):
        async with node.driver.changing:
            await node.driver.start_over()
    for request in guest.asked.values():
        await guest.asks(request)
