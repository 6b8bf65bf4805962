"""At a table of every game: nobody bets without a seat, touches another's bets, or sees too much."""

from typing import Any, Final

import pytest

from actors.fairness.seal import round_seed
from actors.games.catalogue import TABLE_GAMES
from actors.runtime.ref import Ref
from protocol.commands import Look
from protocol.errors import Code, Refusal
from protocol.games.crash import CrashBet
from protocol.ids import PlayerId, TableId
from protocol.records import BetState
from protocol.requests import Leave, Sit
from tests.support.blackjack_table import BLACKJACK
from tests.support.casino import ANN, BEN, RULES, TABLE, Casino
from tests.support.flights import CRASH
from tests.support.layouts import SPOTS

SEAT: Final = Ref("table", TABLE)
FUNDS: Final = 10_000
MOMENTS_MS: Final = (0, 9_999, 10_500, 11_500, 13_500)
"""Of a round: betting until 10,000, closed until 11,000, then it is drawn, flies or is played."""
BETTING_MS: Final = 10_000
VIEWERS: Final = (ANN, BEN, None)
OWN_RULES: Final = {"crash": CRASH, "blackjack": BLACKJACK}

at_each_table = pytest.mark.parametrize("game", sorted(TABLE_GAMES))
at_each_moment = pytest.mark.parametrize("after_ms", MOMENTS_MS)


def seated(game: str) -> Casino:
    """Ann and Ben sit at a table of this game, and betting has begun."""
    variant = TABLE_GAMES[game].variants[0]
    casino = Casino(rules=OWN_RULES.get(game, {**RULES, "game": game, "variant": variant}))
    for player in (ANN, BEN):
        casino.open(player, FUNDS)
        casino.asks(player, Sit(id=casino.new_id(), table=TABLE))
    return casino


def bet_on(casino: Casino, amount: int = 50, number: int = 0) -> Any:
    """A bet in the words of the game."""
    if casino.game == "crash":
        return CrashBet(id=casino.new_id(), table=TABLE, amount=amount, target=150 + number, entropy="luck")
    spots = SPOTS.get(casino.game, ("box1", "box2"))
    return casino.table_bet((spots[number % len(spots)], amount), entropy="luck")


def again(casino: Casino) -> None:
    """The process is killed, and another one goes on with the table from its journal."""
    casino.restart()
    casino.host.wake(SEAT)
    casino.settle()


def seen(casino: Casino, viewer: PlayerId | None) -> Any:
    """All that this viewer may see, without the position in a stream that another life has anew."""
    return casino.ask(SEAT, Look(viewer)).model_copy(update={"epoch": 0, "seq": 0})


def secrets_of(casino: Casino) -> list[str]:
    """Server seeds of rounds that are not over, which only the table knows."""
    rounds = casino.ledger.tables.rounds.values()
    return [
        casino.sealer.open(row.sealed, round_seed(TableId(TABLE), row.round)) for row in rounds if row.outcome is None
    ]


@at_each_table
def test_who_has_no_seat_bets_nothing_and_that_stays_so(game: str) -> None:
    casino = seated(game)
    casino.asks(BEN, Leave(id=casino.new_id(), table=TABLE))
    bet = bet_on(casino)
    refused = casino.asks(BEN, bet)
    casino.asks(BEN, Sit(id=casino.new_id(), table=TABLE))
    again(casino)

    assert (refused.code, casino.asks(BEN, bet)) == (Code.NOT_SEATED, refused)
    assert casino.balance(BEN) == (FUNDS, 0)
    assert not casino.ledger.tables.bets


@at_each_table
def test_nobody_takes_anothers_bets_back(game: str) -> None:
    casino = seated(game)
    bets = [bet_on(casino, number=number) for number in range(2)]
    for bet in bets:
        assert not isinstance(casino.asks(ANN, bet), Refusal)

    assert [casino.asks(BEN, request).code for request in (casino.undo(), casino.clear())] == [Code.NOTHING_TO_UNDO] * 2
    assert casino.balance(ANN) == (FUNDS, 100)
    assert {one.state for one in casino.ledger.tables.bets.values()} == {BetState.OPEN}
    stolen = bets[0].model_copy(update={"table": TABLE})
    assert casino.asks(BEN, stolen).code is Code.ID_REUSED
    assert casino.balance(BEN) == (FUNDS, 0)


@at_each_table
@pytest.mark.parametrize(
    ("amount", "code"), [(9, Code.BET_BELOW_MINIMUM), (1_001, Code.BET_ABOVE_MAXIMUM)], ids=["below", "above"]
)
def test_an_amount_outside_the_limits_is_refused_for_good(game: str, amount: int, code: Code) -> None:
    casino = seated(game)
    bet = bet_on(casino, amount)
    refused = casino.asks(ANN, bet)
    again(casino)

    assert (refused.code, casino.asks(ANN, bet)) == (code, refused)
    assert casino.balance(ANN) == (FUNDS, 0)


@at_each_table
def test_bets_of_a_player_are_limited_together_though_each_is_legal(game: str) -> None:
    casino = seated(game)
    answers = [casino.asks(ANN, bet_on(casino, 600)) for _ in range(5)]

    assert not isinstance(answers[0], Refusal)
    assert {one.code for one in answers[1:]} <= {Code.BET_ABOVE_MAXIMUM, Code.TABLE_LIMIT, Code.EXPOSURE_LIMIT}
    assert casino.balance(ANN) == (FUNDS, 600)


@at_each_table
@at_each_moment
def test_a_table_that_was_read_from_its_journal_looks_the_same_to_everybody(game: str, after_ms: int) -> None:
    casino = seated(game)
    for number, player in enumerate((ANN, BEN, ANN)):
        casino.asks(player, bet_on(casino, number=number))
    casino.wait(after_ms)
    before = [seen(casino, viewer) for viewer in VIEWERS]
    again(casino)

    assert [seen(casino, viewer) for viewer in VIEWERS] == before


@at_each_table
@at_each_moment
def test_nobody_sees_anothers_bets_nor_a_seed_before_its_round_is_over(game: str, after_ms: int) -> None:
    casino = seated(game)
    bets = {player: bet_on(casino, 50 + player, player) for player in (ANN, BEN)}
    for player, bet in bets.items():
        casino.asks(player, bet)
    casino.wait(after_ms)
    secrets = secrets_of(casino)
    assert secrets or after_ms > BETTING_MS

    for viewer in VIEWERS:
        shown = repr(seen(casino, viewer).model_dump())
        assert not any(repr(bytes(bet.id)) in shown for player, bet in bets.items() if player != viewer)
        assert viewer is None or after_ms > BETTING_MS or repr(bytes(bets[viewer].id)) in shown
        assert not any(secret in shown for secret in secrets)
    told = repr([event for topic, event in casino.pushed_events if topic == f"table:{TABLE}"])
    assert not any(secret in told for secret in secrets)
    assert not any(repr(bytes(bet.id)) in told for bet in bets.values())
