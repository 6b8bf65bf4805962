"""Slots as their actor plays them: a machine's own spin and all its free spins are one bet, and one outcome.

Each stop is one number of the stream, by floor(float * stops): reel by reel from the left, and spin by spin. The bias
of a stop is below 2**-32 * 64 of its probability.
"""

from collections.abc import Mapping
from typing import Any, Final

from actors.fairness.draws import Draws
from actors.games.alone import AloneGame, Params, one_of
from actors.games.interface import InstantPlay, Limits
from actors.games.odds import Odds
from actors.games.slots.par import odds_of
from actors.games.slots.reels import Reels
from protocol.errors import Code, Refusal
from protocol.games.slots import LINE_BETS, MACHINES, Machine, SlotsBet
from protocol.model import Request


class Slots(AloneGame):
    """The game on these machines, by name."""

    name = "slots"
    settled = "slots.settled"
    request: type[Request] = SlotsBet

    def __init__(self, machines: Mapping[str, Machine] = MACHINES) -> None:
        self._machines: Final = machines
        self._reels: Final = {name: Reels(machine) for name, machine in machines.items()}
        self._lines: Final = {name: len(machine.lines) for name, machine in machines.items()}
        self._best: Final = {name: one.best * (LINE_BETS // len(one.lines)) for name, one in machines.items()}

    def params_of(self, request: SlotsBet) -> Params | Refusal:
        """Every machine of the protocol can be played."""
        return {"machine": request.machine}

    def check(self, request: Any, limits: Limits) -> InstantPlay | Refusal:
        """Refuses with `INVALID_BET` a stake that cannot be the same on every line, and as `AloneGame` does."""
        play = super().check(request, limits)
        if isinstance(play, Refusal):
            return play
        lines = self._lines[play.params["machine"]]
        if play.stake % lines:
            return Refusal(Code.INVALID_BET, {"amount": play.stake, "multiple_of": lines})
        return play

    def checked(self, params: Params) -> Params:
        """See `AloneGame.checked`."""
        return {"machine": one_of(params, "machine", self._machines)}

    def draw(self, params: Params, draws: Draws) -> tuple[Mapping[str, Any], int]:
        """The stops of every spin and what each of them pays; what is paid is their sum."""
        stops, multipliers = self._reels[params["machine"]].play(draws)
        return {"stops": stops, "multipliers": multipliers}, sum(multipliers)

    def multiplier_max(self, params: Params) -> int:
        """What the machine's description says, which is what can really come."""
        return self._best[params["machine"]]

    def shown(self, params: Params, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """See `SlotsSettled`."""
        multipliers = tuple(outcome["multipliers"])
        return {
            "machine": params["machine"],
            "stops": tuple([tuple(spin) for spin in outcome["stops"]]),
            "multipliers": multipliers,
            "multiplier": sum(multipliers),
        }

    def payoffs(self, params: Params) -> Odds:
        """Every payout of a machine without free spins; else the figures, which are as exact."""
        return odds_of(self._machines[params["machine"]])
