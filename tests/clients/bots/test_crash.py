"""What bots reckon of crash is what the rules pay, found on two ways that share no code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.games.crash.state import kind_and_target, win_of
from clients.bots.crash_layout import TARGETS, ByHand, Layout
from protocol.games.crash import TARGET_MAX, TARGET_MIN

LAYOUT = Layout()


@given(spot=st.sampled_from(LAYOUT.names), amount=st.integers(1, 10**6), bust=st.integers(100, 20_000))
def test_a_bet_pays_its_target_when_the_bust_has_reached_it(spot: str, amount: int, bust: int) -> None:
    target = kind_and_target(spot)[1]
    paid = win_of(amount, target) if target <= bust else 0

    assert LAYOUT.paid([(spot, amount)], {"bust": bust}) == paid


@given(amount=st.integers(1, 10**6), multiplier=st.integers(100, 199))
def test_a_bet_that_was_cashed_out_by_hand_pays_that_whichever_way_it_is_known(amount: int, multiplier: int) -> None:
    wagers = [("auto:200", amount)]

    assert ByHand(multiplier).paid(wagers, {"bust": 250}) == win_of(amount, multiplier)
    assert LAYOUT.paid(wagers, {"bust": 250, "cashed_out": multiplier}) == win_of(amount, multiplier)
    assert LAYOUT.paid(wagers, {"bust": 250, "cashed_out": None}) == 2 * amount


@pytest.mark.parametrize("target", TARGETS)
def test_bots_bet_at_targets_that_there_are(target: int) -> None:
    assert TARGET_MIN <= target <= TARGET_MAX
    assert LAYOUT.paid([(f"auto:{target}", 100)], {"bust": target}) == target
    assert LAYOUT.paid([(f"auto:{target}", 100)], {"bust": target - 1}) == 0
