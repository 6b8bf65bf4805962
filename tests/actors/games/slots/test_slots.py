"""Slots as a bet: stakes are shared out evenly on the lines, and free spins are part of the one outcome."""

from typing import Any

import pytest

from actors.games.interface import InstantPlay, Limits
from actors.games.slots import Slots
from protocol.errors import Code, Refusal
from protocol.games.slots import MACHINES, SlotsBet
from tests.support.alone import ID, LIMITS, play_of

SLOTS = Slots()


def bet(machine: Any, amount: int) -> SlotsBet:
    return SlotsBet(id=ID, asset="PLAY", amount=amount, machine=machine)


@pytest.mark.parametrize(("machine", "lines"), [("orchard", 5), ("caravan", 10), ("aurora", 20)])
def test_a_stake_is_a_multiple_of_the_lines(machine: str, lines: int) -> None:
    assert play_of(SLOTS, bet(machine, 3 * lines)).stake == 3 * lines
    for amount in (1, lines - 1, 3 * lines + 1):
        refusal = SLOTS.check(bet(machine, amount), LIMITS)
        assert refusal == Refusal(Code.INVALID_BET, {"amount": amount, "multiple_of": lines})


def test_the_house_does_not_risk_more_than_its_exposure_on_the_largest_win() -> None:
    stake = 20
    most = MACHINES["aurora"].best - stake

    assert isinstance(SLOTS.check(bet("aurora", stake), Limits(1, 100, 100, most)), InstantPlay)
    refusal = SLOTS.check(bet("aurora", stake), Limits(1, 100, 100, most - 1))
    assert refusal == Refusal(Code.EXPOSURE_LIMIT, {"profit": most, "exposure_max": most - 1})


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_a_line_bet_is_never_rounded(machine: str) -> None:
    lines = len(MACHINES[machine].lines)
    small, large = (play_of(SLOTS, bet(machine, stake)) for stake in (lines, 7 * lines))

    payouts = [
        (SLOTS.play(small, "server", "client", nonce).payout, SLOTS.play(large, "server", "client", nonce).payout)
        for nonce in range(200)
    ]

    assert any(payout for payout, _ in payouts)
    assert all(seven == 7 * one for one, seven in payouts)


def test_free_spins_are_in_the_outcome_and_in_the_reply() -> None:
    play = play_of(SLOTS, bet("aurora", 20))
    results = [SLOTS.play(play, "server", "client", nonce) for nonce in range(300)]

    lengths = {len(result.outcome["stops"]) for result in results}
    assert {1, 9} <= lengths <= {1, 9, 13, 17, 21, 25}
    for result in results:
        shown = SLOTS.reply(play, result)
        assert [list(spin) for spin in shown["stops"]] == result.outcome["stops"]
        assert shown["multiplier"] == sum(shown["multipliers"]) == sum(result.outcome["multipliers"])
        assert result.payout == 20 * shown["multiplier"] // 10_000
