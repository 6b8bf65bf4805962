"""Versions of rules: a bet is settled, and computed again, by those that it was accepted under."""

from collections.abc import Mapping
from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.alone import MULTIPLIER_ONE, AloneGame
from actors.games.catalogue import VERIFIABLE
from actors.games.hilo import Game, Hilo
from actors.games.interface import InstantPlay
from actors.games.steps import LATE
from actors.games.versions import NotInOrder, Versions
from actors.games.wheel import WheelOfFortune
from protocol.games.hilo import HiloBet
from protocol.games.wheel import WheelBet
from tests.support.alone import ID, LIMITS, play_of

SEEDS = ("server", "client", 7)


class GenerousWheel(WheelOfFortune):
    """Pays a whole stake more than it used to."""

    rules = 2

    def draw(self, params: Mapping[str, Any], draws: Draws) -> tuple[Mapping[str, Any], int]:
        outcome, multiplier = super().draw(params, draws)
        return outcome, multiplier + MULTIPLIER_ONE


class KindHilo(Hilo):
    """Gives a late player twice the stake."""

    rules = 2

    def act(self, state: Game, step: Any) -> Any:
        after = super().act(state, step)
        return Game(state.stake, state.payout_max, state.cards, paid=2 * state.stake) if step == LATE else after


def wheel_bet() -> WheelBet:
    return WheelBet(id=ID, asset="PLAY", amount=100, segments=10, risk="low")


def test_a_bet_says_under_which_rules_it_was_accepted_unless_they_are_the_first() -> None:
    assert play_of(WheelOfFortune(), wheel_bet()).params == {"segments": 10, "risk": "low"}
    assert play_of(GenerousWheel(), wheel_bet()).params == {"segments": 10, "risk": "low", "rules": 2}
    hilo = KindHilo().check(HiloBet(id=ID, asset="PLAY", amount=100), LIMITS)
    assert isinstance(hilo, InstantPlay)
    assert hilo.params["rules"] == 2


def test_a_bet_is_computed_again_by_the_rules_it_was_accepted_under() -> None:
    versions = Versions[AloneGame](WheelOfFortune(), GenerousWheel())
    paid = []
    for game in (WheelOfFortune(), GenerousWheel()):
        play = play_of(game, wheel_bet())
        result = game.play(play, *SEEDS)
        assert versions.recompute(*SEEDS, params=play.params, stake=100) == (result.outcome, result.payout)
        paid.append(result.payout)

    assert paid[1] == paid[0] + 100
    assert isinstance(versions.newest, GenerousWheel)


def test_an_open_game_goes_on_under_the_rules_it_began_with() -> None:
    versions = Versions[Hilo](Hilo(), KindHilo())

    payouts = []
    for game in (Hilo(), KindHilo()):
        play = game.check(HiloBet(id=ID, asset="PLAY", amount=100), LIMITS)
        assert isinstance(play, InstantPlay)
        then = versions.of(play.params)
        late: Any = then.act(then.start(play, *SEEDS), LATE)
        payouts.append(then.payout(late))

    assert payouts == [100, 200]


@pytest.mark.parametrize("number", [0, 2, -1, "1", None, True, 1.0])
@pytest.mark.parametrize("game", sorted(VERIFIABLE))
def test_rules_that_there_never_were_are_no_wager(game: str, number: Any) -> None:
    with pytest.raises(NotAWager, match="rules"):
        VERIFIABLE[game].recompute(*SEEDS, params={"rules": number}, stake=100)


def test_versions_are_numbered_from_the_first_one_on() -> None:
    for games in ((), (GenerousWheel(),), (WheelOfFortune(), WheelOfFortune()), (GenerousWheel(), WheelOfFortune())):
        with pytest.raises(NotInOrder):
            Versions[AloneGame](*games)
