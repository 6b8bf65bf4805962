"""Dice: the roll comes strictly over, or strictly under, a target.

One of 10,001 rolls, 0 to 10,000 (hundredths). A wager that wins on w of them pays 99 / (w / 100), which is 9,900 / w
times its stake, the scheme that is widely published. As w of 10,001 rolls win and not w of 10,000, the return is
9,900 / 10,001 = 98.990 % at most, not 99 %. Multipliers are floored to ten-thousandths of the stake and payouts to the
ledger unit, both in favour of the house.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from actors.fairness.draws import chosen, first_u32
from actors.fairness.verify import NotAWager
from actors.games.alone import MULTIPLIER_ONE, exposure_refusal, stake_refusal
from actors.games.interface import InstantPlay, InstantResult, Limits
from actors.games.versions import FIRST
from protocol.errors import Code, Refusal
from protocol.games.dice import ROLL_MAX, DiceBet
from protocol.model import Request

ROLLS: Final = ROLL_MAX + 1
MULTIPLIER_TIMES_WINS: Final = 9_900 * MULTIPLIER_ONE
WINS_MIN: Final = 1
WINS_MAX: Final = 9_899
"""With more winning rolls than this a win would pay no more than the stake. So "over" takes the targets 101 to 9,999
and "under" 1 to 9,899, and multipliers are 1.0001 to 9,900."""


def winning_rolls(target: int, *, over: bool) -> int:
    """How many of the 10,001 rolls win; a roll that equals the target loses."""
    return ROLL_MAX - target if over else target


def is_wager(target: int, *, over: bool) -> bool:
    """Whether one may bet on this target."""
    return WINS_MIN <= winning_rolls(target, over=over) <= WINS_MAX


def multiplier_of(wins: int) -> int:
    """What a wager with this many winning rolls pays when it wins, in ten-thousandths of the stake, floored."""
    return MULTIPLIER_TIMES_WINS // wins


def payout_of(stake: int, wins: int) -> int:
    """What is paid, stake included, when a wager with this many winning rolls wins, in ledger units, floored."""
    return stake * multiplier_of(wins) // MULTIPLIER_ONE


def roll_of(server_seed: str, client_seed: str, nonce: int) -> int:
    """The roll, in hundredths, that these seeds are bound to."""
    return chosen(first_u32(server_seed, client_seed, nonce), ROLLS)


def settled(play: InstantPlay, roll: int) -> InstantResult:
    """All or nothing."""
    target = play.params["target"]
    won = roll > target if play.params["over"] else roll < target
    return InstantResult({"roll": roll}, play.payout_max if won else 0)


def rtp_of_stake(stake: int, target: int, *, over: bool) -> Fraction:
    """The exact return to the player of this very bet, rounding included; for small stakes less than `Dice.rtp`."""
    wins = winning_rolls(target, over=over)
    return Fraction(wins * payout_of(stake, wins), ROLLS * stake)


class Dice:
    """The game as its actor plays it."""

    name = "dice"
    rules = FIRST
    settled = "dice.settled"
    request: type[Request] = DiceBet

    def check(self, request: DiceBet, limits: Limits) -> InstantPlay | Refusal:
        """Refuses with `INVALID_BET`, `BET_BELOW_MINIMUM`, `BET_ABOVE_MAXIMUM`, or `EXPOSURE_LIMIT` of too large a win.

        A bet is a round of its own, so `max_total` adds nothing to `max_bet`.
        """
        stake, target, over = request.amount, request.target, request.over
        if not is_wager(target, over=over):
            return Refusal(
                Code.INVALID_BET, {"target": target, "over": over, "wins_min": WINS_MIN, "wins_max": WINS_MAX}
            )
        play = _play_of(stake, target, over=over)
        return stake_refusal(stake, limits) or exposure_refusal(stake, play.payout_max, limits) or play

    def play(self, play: InstantPlay, server_seed: str, client_seed: str, nonce: int) -> InstantResult:
        """The roll that the seeds are bound to, settled."""
        return settled(play, roll_of(server_seed, client_seed, nonce))

    def reply(self, play: InstantPlay, result: InstantResult) -> Mapping[str, Any]:
        """The multiplier is what a win pays, won or not."""
        wins = winning_rolls(play.params["target"], over=play.params["over"])
        return {
            "roll": result.outcome["roll"],
            "stake": play.stake,
            "payout": result.payout,
            "multiplier": multiplier_of(wins),
        }

    def rtp(self, params: Mapping[str, Any]) -> Fraction:
        """The return of a stake that no rounding touches: a multiple of 10,000 ledger units."""
        return rtp_of_stake(MULTIPLIER_ONE, params["target"], over=params["over"])

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """The outcome and payout of a recorded bet. Raises `NotAWager`."""
        target, over = params.get("target"), params.get("over")
        if type(target) is not int or type(over) is not bool or not is_wager(target, over=over):
            raise NotAWager("params", dict(params))
        result = self.play(_play_of(stake, target, over=over), server_seed, client_seed, nonce)
        return result.outcome, result.payout


def _play_of(stake: int, target: int, *, over: bool) -> InstantPlay:
    payout_max = payout_of(stake, winning_rolls(target, over=over))
    return InstantPlay(stake, payout_max, {"target": target, "over": over})
