"""Dice: published rolls, exact multipliers, and a return that is counted roll by roll."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.fairness.verify import NotAWager
from actors.games.dice import ROLLS, Dice, is_wager, multiplier_of, roll_of, rtp_of_stake, settled, winning_rolls
from actors.games.interface import InstantPlay, Limits
from protocol.errors import Code, Refusal
from protocol.games.dice import DiceBet, DiceSettled
from tests.vectors.read import read_vectors

GAMES = read_vectors("pf_stake_games")
LIMITS = Limits(min_bet=1, max_bet=10**9, max_total=10**9, exposure_max=10**15)
DICE = Dice()
ID = bytes(16)

wagers = st.one_of(st.tuples(st.integers(101, 9_999), st.just(True)), st.tuples(st.integers(1, 9_899), st.just(False)))


def bet(target: int, over: bool, amount: int = 100) -> DiceBet:
    return DiceBet(id=ID, asset="PLAY", amount=amount, target=target, over=over)


def play_of(target: int, over: bool, amount: int = 100) -> InstantPlay:
    play = DICE.check(bet(target, over, amount), LIMITS)
    assert isinstance(play, InstantPlay)
    return play


def refused(request: DiceBet, limits: Limits) -> Code:
    refusal = DICE.check(request, limits)
    assert isinstance(refusal, Refusal)
    return refusal.code


@pytest.mark.parametrize("case", GAMES["set_B_even_nonces"]["dice"])
def test_published_rolls_come_out(case: dict[str, object]) -> None:
    roll = roll_of(str(case["serverSeed"]), str(case["clientSeed"]), int(str(case["nonce"])))

    assert roll / 100 == case["result"]


def test_more_published_rolls_come_out() -> None:
    case = GAMES["set_A"]

    rolls = [roll_of(case["serverSeed"], case["clientSeed"], nonce) / 100 for nonce in case["nonces"]]

    assert rolls == case["dice"]


def test_over_50_50_pays_twice_the_stake_on_4950_of_10001_rolls() -> None:
    published = read_vectors("house_edge")["dice"]
    assert "roll-over 50.50 wins 4950/10001 -> RTP 0.989901" in published

    assert winning_rolls(5_050, over=True) == 4_950
    assert multiplier_of(4_950) == 20_000
    assert DICE.rtp({"target": 5_050, "over": True}) == Fraction(9_900, 10_001)
    assert round(float(Fraction(9_900, 10_001)), 6) == 0.989901


@pytest.mark.parametrize(("target", "over"), [(101, True), (5_050, True), (9_999, True), (1, False), (9_899, False)])
@pytest.mark.parametrize("stake", [1, 7, 10_000, 123_457])
def test_the_return_is_what_all_rolls_together_pay(target: int, over: bool, stake: int) -> None:
    play = play_of(target, over, stake)

    results = [settled(play, roll) for roll in range(ROLLS)]

    assert sum(result.payout > 0 for result in results) == winning_rolls(target, over=over)
    assert rtp_of_stake(stake, target, over=over) == Fraction(sum(result.payout for result in results), ROLLS * stake)


@given(wagers, st.integers(1, 10**9))
def test_no_wager_returns_more_than_9900_of_10001_and_none_loses_by_winning(
    wager: tuple[int, bool], stake: int
) -> None:
    target, over = wager
    play = play_of(target, over, stake)

    assert rtp_of_stake(stake, target, over=over) <= DICE.rtp(play.params) <= Fraction(9_900, 10_001)
    assert play.payout_max >= stake


@given(wagers, st.integers(0, 10_000))
def test_a_roll_wins_strictly_over_or_strictly_under_the_target(wager: tuple[int, bool], roll: int) -> None:
    target, over = wager

    paid = settled(play_of(target, over), roll).payout

    assert (paid > 0) == (roll > target if over else roll < target)


@example(100, True)
@example(101, True)
@example(9_999, True)
@example(10_000, True)
@example(0, False)
@example(1, False)
@example(9_899, False)
@example(9_900, False)
@given(st.integers(0, 10_000), st.booleans())
def test_the_targets_that_may_be_bet_on_are_those_whose_win_is_a_win(target: int, over: bool) -> None:
    multiplied = 9_900 > winning_rolls(target, over=over) > 0

    assert is_wager(target, over=over) == multiplied
    if not multiplied:
        assert refused(bet(target, over), LIMITS) is Code.INVALID_BET


def test_the_multipliers_reach_from_1_0001_to_9900() -> None:
    assert DICE.reply(play := play_of(101, True), settled(play, 0))["multiplier"] == 10_001
    assert DICE.reply(play := play_of(9_999, True), settled(play, 0))["multiplier"] == 99_000_000


def test_a_stake_outside_the_limits_is_refused_with_the_limit() -> None:
    limits = Limits(min_bet=10, max_bet=20, max_total=20, exposure_max=10**6)

    assert refused(bet(5_050, True, 9), limits) is Code.BET_BELOW_MINIMUM
    assert refused(bet(5_050, True, 21), limits) is Code.BET_ABOVE_MAXIMUM
    assert isinstance(DICE.check(bet(5_050, True, 10), limits), InstantPlay)
    assert isinstance(DICE.check(bet(5_050, True, 20), limits), InstantPlay)


def test_a_win_that_the_house_could_not_pay_is_refused() -> None:
    enough = Limits(min_bet=1, max_bet=1_000, max_total=1_000, exposure_max=989_900)
    short = Limits(min_bet=1, max_bet=1_000, max_total=1_000, exposure_max=989_899)

    assert isinstance(DICE.check(bet(9_999, True, 100), enough), InstantPlay)
    assert refused(bet(9_999, True, 100), short) is Code.EXPOSURE_LIMIT


def test_the_reply_has_the_fields_of_the_settled_message() -> None:
    case = GAMES["set_B_even_nonces"]["dice"][0]
    play = play_of(2_806, True, 300)

    result = DICE.play(play, case["serverSeed"], case["clientSeed"], case["nonce"])
    message = DiceSettled(
        id=ID, seed=1, nonce=case["nonce"], available=0, held=0, epoch=1, seq=1, **DICE.reply(play, result)
    )

    assert (message.roll, message.stake, message.multiplier) == (2_807, 300, 13_761)
    assert message.payout == 300 * 13_761 // 10_000 == result.payout


@given(wagers, st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_recorded_bet_is_recomputed_as_it_was_played(wager: tuple[int, bool], stake: int, nonce: int) -> None:
    play = play_of(*wager, stake)
    result = DICE.play(play, "server", "client", nonce)

    again = DICE.recompute("server", "client", nonce, params=play.params, stake=stake)

    assert again == (result.outcome, result.payout)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"target": 5_050},
        {"target": 0, "over": False},
        {"target": True, "over": True},
        {"target": "1", "over": True},
    ],
)
def test_parameters_that_are_no_wager_are_not_recomputed(params: dict[str, object]) -> None:
    with pytest.raises(NotAWager):
        DICE.recompute("server", "client", 0, params=params, stake=1)
