"""Roulette as a table plays it: what a command makes happen, and what each event changes."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgpack

from actors.games.interface import (
    Advance,
    BetPlaced,
    BetsReturned,
    Binding,
    ClearBets,
    Command,
    Event,
    OpenRound,
    PlaceBet,
    RoundOpened,
    RoundSettled,
    UndoBet,
)
from actors.games.roulette import messages
from actors.games.roulette.state import HISTORY_MAX, Rules, State, VariantChanged
from actors.games.roulette.wheel import Wheel, recompute
from actors.games.rounds import Round, load_round
from protocol.errors import Code, Refusal
from protocol.games.roulette import WAGERS_MAX, RouletteBet
from protocol.ids import BetId
from protocol.model import Request


class Roulette:
    """A `TableGame` of `State`; `Rules` says which table."""

    name = "roulette"
    bet_request: type[Request] = RouletteBet

    publish = staticmethod(messages.publish)
    published = staticmethod(messages.published)
    view = staticmethod(messages.view)
    lobby = staticmethod(messages.lobby)
    recompute = staticmethod(recompute)

    def fresh(self, rules: Rules) -> State:
        """A table at which nothing was played yet."""
        return State(rules, Round(rules.table))

    def decide(self, state: State, command: Command) -> tuple[Event, ...] | Refusal:
        """What happens, or why not. An `Advance` or `OpenRound` before its time makes nothing happen."""
        timing = state.rules.timing
        match command:
            case PlaceBet():
                return self._place(state, command)
            case UndoBet() | ClearBets():
                return state.round.take_back(command)
            case OpenRound():
                return state.round.open(command, timing)
            case Advance():
                return state.round.advance(command, timing, Wheel(state.rules.layout))

    def _place(self, state: State, command: PlaceBet) -> tuple[Event, ...] | Refusal:
        rules = state.rules
        if refusal := state.round.refuse_after_betting(command.now):
            return refusal
        if not 1 <= len(command.wagers) <= WAGERS_MAX:
            return Refusal(Code.INVALID_BET, {"wagers": len(command.wagers), "wagers_max": WAGERS_MAX})
        for spot, _ in command.wagers:
            if spot not in rules.layout.spots:
                return Refusal(Code.INVALID_BET, {"spot": spot, "variant": rules.variant})
        if refusal := state.round.bets.refusal(command, rules.limits, rules.bets_per_player_max):
            return refusal
        exposure = state.exposure_with(command.wagers)
        if exposure > rules.limits.exposure_max:
            return Refusal(Code.EXPOSURE_LIMIT, {"exposure": exposure, "exposure_max": rules.limits.exposure_max})
        return state.round.place(command, sum(amount for _, amount in command.wagers))

    def apply(self, state: State, event: Event) -> State:
        """Changes the state in place."""
        state.round.apply(event)
        match event:
            case RoundOpened():
                state.clear_liability()
            case BetPlaced():
                state.add_liability(event.wagers)
            case BetsReturned():
                for bet_id in event.bets:
                    state.remove_liability(state.round.bets.returned[bet_id].wagers)
            case RoundSettled() if state.pocket is not None:
                # Only now: the strip of past numbers would tell where the ball falls while it still rolls.
                state.history = (state.pocket, *state.history)[:HISTORY_MAX]
        return state

    def deadline(self, state: State) -> int | None:
        """The end of the phase."""
        return state.round.deadline

    def wants_seed(self, state: State) -> bool:
        """From the first bet on until the ball is thrown."""
        return state.round.phase in ("betting", "closed")

    def between_rounds(self, state: State) -> bool:
        """Nothing is played."""
        return state.round.between_rounds

    def params(self, state: State, bet: BetPlaced) -> Mapping[str, Any]:
        """The variant, the wagers, and what the bet contributed to the client seed."""
        return {"variant": state.rules.variant, "wagers": bet.wagers, "entropy": bet.entropy}

    def binding(self, state: State) -> Binding:
        """Commitment, entropy and number of the round."""
        return state.round.binding

    def bets(self, state: State) -> Mapping[BetId, BetPlaced]:
        """Bets that stand, until the next round opens."""
        return state.round.bets.standing

    def dump(self, state: State) -> bytes:
        """The round and the history; the other rules and the liability follow from elsewhere."""
        fields = {"variant": state.rules.variant, "round": state.round.dump(), "history": state.history}
        return msgpack.packb(fields)  # type: ignore[no-any-return]

    def load(self, rules: Rules, data: bytes) -> State:
        """The state that was dumped, under the limits and times of today. Raises `VariantChanged`."""
        fields = msgpack.unpackb(data, use_list=False)
        if fields["variant"] != rules.variant:
            raise VariantChanged(rules.table, fields["variant"], rules.variant)
        return State(rules, load_round(rules.table, fields["round"]), history=fields["history"])

    def rtp(self, rules: Rules) -> Mapping[str, Fraction]:
        """By kind of spot."""
        return rules.layout.rtp()
