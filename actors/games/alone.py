"""What every instant game does alike: limits, rounding, verification. A game adds its wager, its draw and its odds.

Multipliers are in ten-thousandths of the stake, and payouts are floored to the ledger unit, in favour of the house.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.interface import InstantPlay, InstantResult, Limits
from actors.games.odds import Odds, figures_of
from actors.games.versions import FIRST, recorded
from protocol.errors import Code, Refusal
from protocol.model import Request

_new: Final = tuple.__new__
"""Makes a named tuple from a tuple in a fourth of the time."""
MULTIPLIER_ONE: Final = 10_000
"""A multiplier of one: the stake comes back."""

Params = Mapping[str, Any]


def paid(stake: int, multiplier: int) -> int:
    """What a multiplier pays, stake included, in ledger units, floored."""
    return stake * multiplier // MULTIPLIER_ONE


def stake_refusal(stake: int, limits: Limits) -> Refusal | None:
    """Why so much may not be staked on one bet of an instant game, if it may not."""
    if stake < limits.min_bet:
        return Refusal(Code.BET_BELOW_MINIMUM, {"amount": stake, "min_bet": limits.min_bet})
    if stake > limits.max_bet:
        return Refusal(Code.BET_ABOVE_MAXIMUM, {"amount": stake, "max_bet": limits.max_bet})
    return None


def exposure_refusal(stake: int, payout_max: int, limits: Limits) -> Refusal | None:
    """Why the house does not risk so large a win, if it does not."""
    if payout_max - stake > limits.exposure_max:
        return Refusal(Code.EXPOSURE_LIMIT, {"profit": payout_max - stake, "exposure_max": limits.exposure_max})
    return None


class AloneGame(ABC):
    """An `InstantGame` of one draw, of which everything follows from the recorded parameters and the seeds."""

    name: str
    rules: int = FIRST
    """The number of these rules; see `versions`."""
    settled: str
    request: type[Request]

    @abstractmethod
    def params_of(self, request: Any) -> Params | Refusal:
        """The wager as it is recorded, or why there is none such."""

    @abstractmethod
    def checked(self, params: Params) -> Params:
        """Recorded parameters, seen to be a wager of this game. Raises `NotAWager`."""

    @abstractmethod
    def draw(self, params: Params, draws: Draws) -> tuple[Mapping[str, Any], int]:
        """The outcome as it is recorded, and the multiplier that is paid for it."""

    @abstractmethod
    def multiplier_max(self, params: Params) -> int:
        """The largest multiplier that can be paid."""

    @abstractmethod
    def shown(self, params: Params, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of the game's own reply."""

    @abstractmethod
    def payoffs(self, params: Params) -> Odds:
        """What a stake that no rounding touches can pay, and how often; or the figures alone."""

    def check(self, request: Any, limits: Limits) -> InstantPlay | Refusal:
        """Refuses with `INVALID_BET`, `BET_BELOW_MINIMUM`, `BET_ABOVE_MAXIMUM`, or `EXPOSURE_LIMIT` of too large a win.

        A bet is a round of its own, so `max_total` adds nothing to `max_bet`.
        """
        params = self.params_of(request)
        if isinstance(params, Refusal):
            return params
        stake = request.amount
        if self.rules != FIRST:
            params = {**params, **recorded(self.rules)}
        payout_max = paid(stake, self.multiplier_max(params))
        refusal = stake_refusal(stake, limits) or exposure_refusal(stake, payout_max, limits)
        return refusal or _new(InstantPlay, (stake, payout_max, params))

    def play(self, play: InstantPlay, server_seed: str, client_seed: str, nonce: int) -> InstantResult:
        """What the seeds are bound to, settled."""
        outcome, multiplier = self.draw(play.params, Draws(server_seed, client_seed, nonce))
        return _new(InstantResult, (outcome, paid(play.stake, multiplier)))

    def reply(self, play: InstantPlay, result: InstantResult) -> Mapping[str, Any]:
        """See `InstantGame.reply`."""
        return self.shown(play.params, result.outcome)

    def rtp(self, params: Params) -> Fraction:
        """The exact return of a stake that no rounding touches: a multiple of 10,000 ledger units."""
        return figures_of(self.payoffs(params)).rtp

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Params, stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """The outcome and payout of a recorded bet. Raises `NotAWager`."""
        outcome, multiplier = self.draw(self.checked(params), Draws(server_seed, client_seed, nonce))
        return outcome, paid(stake, multiplier)


def whole(params: Params, key: str) -> int:
    """A recorded whole number. Raises `NotAWager`."""
    value = params.get(key)
    if type(value) is not int:
        raise NotAWager(key, value)
    return value


def one_of(params: Params, key: str, known: Mapping[Any, Any]) -> Any:
    """A recorded choice of what is known. Raises `NotAWager`."""
    value = params.get(key)
    if type(value) not in (str, int) or value not in known:
        raise NotAWager(key, value)
    return value
