"""A table that is started with another layout: its bets are settled by the one they were accepted under."""

from typing import Any

import msgpack
import pytest

from actors.games.catalogue import TABLE_GAMES, VERIFIABLE, table_rules
from actors.runtime.ref import Ref
from actors.table.load import TableKind
from protocol.errors import Code
from protocol.games.sicbo import PAY_TABLES
from protocol.records import BetState
from protocol.requests import Sit
from tests.support.casino import ANN, ASSETS, ROUND_MS, RULES, TABLE, Casino

FUNDS = 100_000
MOMENTS_MS = (0, 9_000, 10_500, 12_000, 14_000)
"""Betting, closed, drawn, settled."""


def opened(game: str, variant: str, **more: Any) -> Casino:
    casino = Casino(rules={**RULES, "game": game, "variant": variant, **more})
    casino.open(ANN, FUNDS)
    casino.asks(ANN, Sit(id=casino.new_id(), table=TABLE))
    return casino


def restarted(casino: Casino, variant: str, **more: Any) -> None:
    """The process is killed, and another one comes with another layout of the table."""
    rules = table_rules({**RULES, "game": casino.game, "variant": variant, **more})
    table = TableKind({TABLE: (TABLE_GAMES[casino.game], rules)}, ASSETS, casino.sealer)
    casino.kinds = {**casino.kinds, "table": table}
    casino.restart()
    casino.host.wake(Ref("table", TABLE))
    casino.settle()


def recorded(casino: Casino) -> list[tuple[int, str, bool]]:
    """Round and variant of each bet, and whether it was paid what its record says."""
    found = []
    for bet in casino.ledger.tables.bets.values():
        row, params = casino.ledger.tables.rounds[TABLE, bet.round or 0], msgpack.unpackb(bet.params)
        seeds = row.server_seed or "", row.client_seed or "", row.round
        outcome, payout = VERIFIABLE[bet.game].recompute(*seeds, params=params, stake=bet.stake)
        is_right = bet.state == BetState.SETTLED and bet.payout == payout and row.outcome == msgpack.packb(outcome)
        found.append((bet.round or 0, params["variant"], is_right))
    return found


@pytest.mark.parametrize("moment", MOMENTS_MS)
@pytest.mark.parametrize(
    ("game", "before", "after", "spot"),
    [
        ("roulette", "european", "american", "first_four"),
        ("roulette", "european", "la_partage", "red"),
        ("sicbo", "macau", "australia", "triple:6"),
        ("baccarat", "eight_decks", "infinite", "banker"),
        ("baccarat", "infinite", "eight_decks", "banker"),
    ],
)
def test_an_open_round_ends_on_the_layout_it_began_with(
    game: str, before: str, after: str, spot: str, moment: int
) -> None:
    casino = opened(game, before)
    casino.asks(ANN, casino.table_bet((spot, 50)))
    casino.wait(moment)
    restarted(casino, after)
    casino.wait(ROUND_MS - moment)
    next_spot = "first_five" if after == "american" else spot
    assert not hasattr(casino.asks(ANN, casino.table_bet((next_spot, 50))), "code")
    casino.wait(ROUND_MS)

    assert recorded(casino) == [(1, before, True), (2, after, True)]
    # What was written of the change is found again.
    casino.restart()
    casino.host.wake(Ref("table", TABLE))
    casino.settle()
    casino.asks(ANN, casino.table_bet((next_spot, 50)))
    casino.wait(ROUND_MS)
    assert recorded(casino)[2:] == [(3, after, True)]


def test_a_crash_after_the_change_goes_on_with_the_new_layout() -> None:
    casino = opened("roulette", "european")
    casino.asks(ANN, casino.table_bet(("first_four", 50)))
    casino.wait(ROUND_MS - 1)
    restarted(casino, "american")
    casino.wait(1)
    assert casino.asks(ANN, casino.table_bet(("first_four", 50))).code is Code.INVALID_BET
    casino.asks(ANN, casino.table_bet(("first_five", 50)))
    restarted(casino, "american")
    casino.wait(ROUND_MS)

    assert recorded(casino) == [(1, "european", True), (2, "american", True)]


def test_a_pay_table_of_ones_own_is_changed_between_rounds() -> None:
    pays = PAY_TABLES["macau"]
    casino = opened("sicbo", "custom", pays=pays)
    casino.asks(ANN, casino.table_bet(("small", 50), ("big", 50), ("any_triple", 10)))
    restarted(casino, "custom", pays={**pays, "even_money": 2, "any_triple": 50})
    casino.wait(ROUND_MS)
    casino.asks(ANN, casino.table_bet(("small", 50), ("big", 50), ("any_triple", 10)))
    casino.wait(ROUND_MS)

    bets = list(casino.ledger.tables.bets.values())
    assert [msgpack.unpackb(bet.params)["pays"]["even_money"] for bet in bets] == [1, 2]
    assert [is_right for _, _, is_right in recorded(casino)] == [True, True]
