"""What every game of several steps does alike: limits, legality, a player who is late, verification.

A game is drawn whole when it begins; each step is chosen by the player, and applied to a state that never changes: what
comes after a step is another state. A game adds its wager, its draw, its steps and its odds.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.alone import exposure_refusal, stake_refusal
from actors.games.interface import InstantPlay, Limits
from actors.games.odds import Payoffs
from actors.games.versions import FIRST
from actors.games.versions import recorded as rules_recorded
from protocol.errors import Code, Refusal
from protocol.games.steps import STEPS_MAX
from protocol.model import Request

LATE: Final = ("late",)
"""The platform's own step: the player took none in time. It is always legal, and ends the game."""

Params = Mapping[str, Any]
Step = tuple[str | int, ...]
"""One step as it is recorded: its name, and what was chosen."""
S = TypeVar("S")


class StepGame(ABC, Generic[S]):
    """A game that one player plays alone against the house, of one draw and several commands."""

    name: str
    rules: int = FIRST
    """The number of these rules; see `versions`."""
    tag: str
    """Of its replies."""
    request: type[Request]
    """Begins it."""
    steps: tuple[type[Request], ...]
    """Go on with it."""

    @abstractmethod
    def wager_of(self, request: Any) -> Params:
        """What is recorded of the wager, besides the most it may pay."""

    @abstractmethod
    def wager_checked(self, params: Params) -> Params:
        """Recorded parameters, seen to be a wager of this game. Raises `NotAWager`."""

    @abstractmethod
    def least_win(self, params: Params, stake: int) -> int:
        """What the house must be ready to pay for the game to be worth beginning, stake included."""

    @abstractmethod
    def largest_win(self, params: Params, stake: int) -> int:
        """The most that the rules could pay for the stake, whatever the house is ready to."""

    @abstractmethod
    def begin(self, params: Params, stake: int, payout_max: int, draws: Draws) -> S:
        """The game before its first step. No step leads to more than `payout_max`."""

    @abstractmethod
    def step_of(self, request: Any) -> Step:
        """A request of one of the kinds in `steps`, as it is recorded."""

    @abstractmethod
    def act(self, state: S, step: Step) -> S | Refusal:
        """The state after a step, or why it is not legal; total for whatever a recorded step might be."""

    @abstractmethod
    def payout(self, state: S) -> int | None:
        """What is paid, stake included; nothing while the game is open."""

    @abstractmethod
    def view(self, state: S) -> Mapping[str, Any]:
        """What the player may know: the fields of the game's own reply."""

    @abstractmethod
    def outcome(self, state: S) -> Mapping[str, Any]:
        """All that was drawn, as it is recorded when the game is over."""

    @abstractmethod
    def payoffs(self, params: Params) -> Payoffs:
        """What a stake that no rounding touches can pay, and how often, to one who plays as `params` say."""

    def check(self, request: Any, limits: Limits) -> InstantPlay | Refusal:
        """Whether this wager may be played. Refuses with `BET_BELOW_MINIMUM`, `BET_ABOVE_MAXIMUM` or `EXPOSURE_LIMIT`.

        A win that is too large for the house is not one that a step can lead to; but the least one must be.
        """
        stake = request.amount
        wager = self.wager_of(request)
        refusal = stake_refusal(stake, limits) or exposure_refusal(stake, self.least_win(wager, stake), limits)
        if refusal is not None:
            return refusal
        most = min(stake + limits.exposure_max, self.largest_win(wager, stake))
        recorded = {**wager, "payout_max": most}
        if self.rules != FIRST:
            recorded.update(rules_recorded(self.rules))
        return InstantPlay(stake, most, recorded)

    def start(self, play: InstantPlay, server_seed: str, client_seed: str, nonce: int) -> S:
        """The game that the seeds are bound to, before its first step."""
        return self.begin(play.params, play.stake, play.payout_max, Draws(server_seed, client_seed, nonce))

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Params, stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """The outcome and payout of a recorded game, played again step by step. Raises `NotAWager`."""
        wager, payout_max = self.wager_checked(params), params.get("payout_max")
        if type(payout_max) is not int or payout_max < self.least_win(wager, stake):
            raise NotAWager("payout_max", payout_max)
        steps = params.get("steps")
        if not isinstance(steps, list | tuple) or not 0 < len(steps) <= STEPS_MAX:
            raise NotAWager("steps", steps)
        state = self.begin(wager, stake, payout_max, Draws(server_seed, client_seed, nonce))
        for step in steps:
            after = self.act(state, recorded(step)) if self.payout(state) is None else None
            if after is None or isinstance(after, Refusal):
                raise NotAWager("steps", step)
            state = after
        payout = self.payout(state)
        if payout is None:
            raise NotAWager("steps", steps)
        return self.outcome(state), payout


def recorded(step: Any) -> Step:
    """A step as it was recorded. Raises `NotAWager` for what can be none."""
    if not isinstance(step, list | tuple) or not step or any(type(part) not in (str, int) for part in step):
        raise NotAWager("steps", step)
    return tuple(step)


def whole_of(params: Params, key: str, least: int, most: int) -> int:
    """A recorded whole number between these. Raises `NotAWager`."""
    value = params.get(key)
    if type(value) is not int or not least <= value <= most:
        raise NotAWager(key, value)
    return value


def illegal(step: Step, why: str) -> Refusal:
    """The rules do not allow this step."""
    return Refusal(Code.ILLEGAL_STEP, {"step": list(step), "why": why})


def one_of_words(params: Params, key: str, known: tuple[str, ...]) -> str:
    """A recorded choice of these. Raises `NotAWager`."""
    value = params.get(key)
    if not isinstance(value, str) or value not in known:
        raise NotAWager(key, value)
    return value
