"""Results beside the odds: expectation and variance are exact, honest play is not strange, and a fault is."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from math import sqrt
from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.games.baccarat import Coup, Shoe, layout_of
from actors.games.baccarat.layout import case_of
from actors.games.blackjack import HouseRules
from actors.games.blackjack.odds import figures
from actors.games.board import paid
from actors.games.catalogue import BOARD_GAMES, INSTANT_GAMES, STEP_GAMES
from actors.games.crash import bust_of
from actors.games.interface import InstantPlay
from actors.games.steps import LATE
from clients.bots.strategies import STRATEGIES
from persistence.results import AloneResult, RoundResult
from protocol.games.blackjack import ENDLESS
from protocol.games.videopoker import VideopokerBet
from server.returns import Returns, Watch
from tests.support.layouts import SPOTS
from tests.support.steps_games import limits

PLAYED = 3_000
STRANGE = 5.0


def of_bets(game: str, params: Any, stake: int, payouts: list[int]) -> AloneResult:
    squares = float(sum(one * one for one in payouts))
    return AloneResult(game, "PLAY", dict(params), stake, len(payouts), sum(payouts), squares)


def only(watch: Watch) -> Returns:
    [one] = watch.returns.values()
    return one


def honest(game: str) -> Iterator[AloneResult]:
    """What the game draws from one seed, nonce by nonce, for bets that are always the same."""
    wager: dict[str, Any] = {"target": 4_000, "over": True}
    if game != "dice":
        numbers = iter([0.3, 0.6, 0.2, 0.9, 0.5, 0.1, 0.7, 0.4, 0.8, 0.35, 0.65, 0.25])
        wager = STRATEGIES[game].choose(lambda: next(numbers))
    kind: Any = INSTANT_GAMES[game].request
    own = {key: tuple(value) if isinstance(value, list) else value for key, value in wager.items()}
    play = INSTANT_GAMES[game].check(kind(id=bytes(16), asset="PLAY", amount=7_000, **own), limits())
    assert isinstance(play, InstantPlay)
    payouts = [INSTANT_GAMES[game].play(play, "server", "client", nonce).payout for nonce in range(PLAYED)]
    yield of_bets(game, play.params, play.stake, payouts)


@pytest.mark.parametrize("game", sorted(INSTANT_GAMES))
def test_honest_draws_are_not_strange_and_draws_that_pay_too_much_are(game: str) -> None:
    [result] = honest(game)
    watch, cheated = Watch(), Watch()
    watch.add_alone(result)
    much = result.paid + int(2 * STRANGE * sqrt(only(watch).variance))
    cheated.add_alone(result._replace(paid=much))

    assert only(watch).variance > 0
    assert not only(watch).is_strange(STRANGE)
    assert only(cheated).is_strange(STRANGE)


def test_the_expectation_of_a_bet_is_that_of_what_is_really_paid_rounded_down() -> None:
    watch = Watch()
    # 9,900 / 5,000 = 1.98 times 3 is 5.94: five are paid.
    watch.add_alone(of_bets("dice", {"target": 5_000, "over": True}, 3, [5, 0, 0]))

    one = only(watch)
    chance = 5_000 / 10_001
    assert one.expected == pytest.approx(3 * 5 * chance)
    assert one.variance == pytest.approx(3 * 25 * chance * (1 - chance))
    assert (one.bets, one.staked, one.paid) == (3, 9, 5)
    assert one.sigmas == pytest.approx((5 - one.expected) / sqrt(one.variance))


def round_of(game: str, variant: str, number: int, outcome: Any, wagers: list[tuple[str, int]]) -> RoundResult:
    layout = BOARD_GAMES[game].layout({"variant": variant})
    bets = tuple({"variant": variant, "wagers": [list(wager)]} for wager in wagers)
    return RoundResult("t", number, game, "PLAY", paid(layout, wagers, BOARD_GAMES[game].case(outcome)), bets)


def test_a_round_is_one_draw_for_all_its_bets() -> None:
    layout = BOARD_GAMES["roulette"].layout({"variant": "european"})
    wagers = [("red", 100), ("red", 50), ("straight:17", 10)]
    watch = Watch()
    watch.add_round(round_of("roulette", "european", 1, {"pocket": 17}, wagers))

    payouts = [paid(layout, wagers, pocket) for pocket in range(37)]
    mean = sum(payouts) / 37
    assert only(watch).expected == pytest.approx(mean)
    assert only(watch).variance == pytest.approx(sum((one - mean) ** 2 for one in payouts) / 37)
    assert (only(watch).bets, only(watch).staked, only(watch).paid) == (3, 160, 360)


@pytest.mark.parametrize(
    ("game", "variant"), [("roulette", "la_partage"), ("sicbo", "macau"), ("baccarat", "infinite")]
)
def test_honest_rounds_are_not_strange_and_rounds_that_pay_a_fifth_more_are(game: str, variant: str) -> None:
    one = BOARD_GAMES[game]
    layout = one.layout({"variant": variant})
    watch, cheated = Watch(), Watch()
    for number in range(PLAYED):
        outcome = one.draw(layout, {}, "server", "client", number)
        played = round_of(game, variant, number, outcome, [(SPOTS[game][0], 1_000)])
        watch.add_round(played)
        cheated.add_round(played._replace(paid=played.paid * 12 // 10))

    assert not only(watch).is_strange(STRANGE)
    assert only(cheated).is_strange(STRANGE)


def test_a_shoe_varies_as_a_whole_shoe_does() -> None:
    watch = Watch()
    for number in range(PLAYED):
        coup = Coup.dealt(Shoe(Draws("server", "client", number), "8" * 52))
        wagers = [("banker", 1_000), ("tie", 100)]
        payout = paid(layout_of("eight_decks"), wagers, case_of(coup))
        bets = tuple({"variant": "eight_decks", "wagers": [list(wager)]} for wager in wagers)
        watch.add_round(RoundResult("t", number, "baccarat", "PLAY", payout, bets))

    assert only(watch).expected == pytest.approx(PLAYED * (1_000 * 0.989421 + 100 * 0.856404), rel=1e-5)
    assert not only(watch).is_strange(STRANGE)


def test_what_is_put_down_in_a_round_of_blackjack_is_expected_back() -> None:
    rules = HouseRules(6, surrender=False)
    odds, watch = figures(replace(rules, decks=ENDLESS)), Watch()
    bets = tuple(
        {**rules.params, "variant": "shoe", "wagers": wagers}
        for wagers in ([["box1", 100], ["box2", 50]], [["double1.0", 100]], [["insure2", 25]])
    )
    watch.add_round(RoundResult("t", 1, "blackjack", "PLAY", 400, bets))

    assert (only(watch).staked, only(watch).paid, only(watch).bets) == (275, 400, 3)
    assert only(watch).expected == pytest.approx(150 * float(odds.rtp) + 125)
    assert only(watch).variance == pytest.approx(150**2 * float(odds.variance))


def test_games_of_steps_are_measured_by_how_much_their_own_results_vary() -> None:
    payouts = [198, 0] * 500
    watch = Watch()
    watch.add_alone(of_bets("mines", {"mines": 12, "payout_max": 10**6}, 100, payouts))

    assert only(watch).expected == pytest.approx(99 * 1_000)
    assert only(watch).variance == pytest.approx(1_000 * 99**2)
    assert only(watch).sigmas == pytest.approx(0)


def test_who_plays_badly_is_not_strange_where_play_counts_and_who_plays_too_well_is() -> None:
    game, payouts = STEP_GAMES["videopoker"], []
    play = game.check(VideopokerBet(id=bytes(16), asset="PLAY", amount=100), limits())
    assert isinstance(play, InstantPlay)
    for nonce in range(PLAYED):
        payout = game.payout(game.act(game.start(play, "server", "client", nonce), LATE))
        assert payout is not None
        payouts.append(payout)
    badly, well = Watch(), Watch()
    badly.add_alone(of_bets("videopoker", play.params, 100, payouts))
    well.add_alone(of_bets("videopoker", play.params, 100, [2 * one for one in payouts] + [300] * PLAYED))

    assert only(badly).sigmas < -STRANGE
    assert not only(badly).is_strange(STRANGE)
    assert only(well).is_strange(STRANGE)


def test_variants_machines_and_assets_are_told_apart() -> None:
    watch = Watch()
    watch.add_alone(of_bets("slots", {"machine": "aurora"}, 100, [0]))
    watch.add_alone(of_bets("slots", {"machine": "orchard"}, 100, [0]))
    watch.add_alone(of_bets("slots", {"machine": "orchard"}, 100, [0])._replace(asset="USDT"))
    watch.add_round(round_of("roulette", "american", 1, {"pocket": 0}, [("red", 10)]))

    assert list(watch.returns) == [
        ("roulette", "american", "PLAY"),
        ("slots", "aurora", "PLAY"),
        ("slots", "orchard", "PLAY"),
        ("slots", "orchard", "USDT"),
    ]


def test_rounds_of_crash_are_measured_by_how_much_their_own_results_vary() -> None:
    watch, cheated = Watch(), Watch()
    for number in range(PLAYED):
        bust = bust_of(sha256(f"{number}".encode()).hexdigest(), "client")
        bets = (
            {"variant": "classic", "wagers": [["auto:200", 1_000]]},
            {"variant": "classic", "wagers": [["hand:900", 10]]},
        )
        paid_out = (2_000 if bust >= 200 else 0) + (15 if bust >= 150 else 0)
        played = RoundResult("t", number, "crash", "PLAY", paid_out, bets)
        watch.add_round(played)
        cheated.add_round(played._replace(paid=paid_out * 12 // 10))

    assert only(watch).staked == PLAYED * 1_010
    assert only(watch).expected == pytest.approx(PLAYED * 1_010 * 0.99)
    assert not only(watch).is_strange(STRANGE)
    assert only(cheated).is_strange(STRANGE)
