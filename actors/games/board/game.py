"""A game with a layout as a table plays it: what a command makes happen, and what each event changes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import msgpack

from actors.fairness.verify import NotAWager
from actors.games.board import messages
from actors.games.board.layout import Layout, are_wagers, paid, payoffs_of_spot
from actors.games.board.state import Rules, RulesChanged, State
from actors.games.board.words import Words
from actors.games.interface import (
    Act,
    Advance,
    BetPlaced,
    BetsReturned,
    Binding,
    CashOut,
    ChainBegun,
    ClearBets,
    Command,
    Event,
    InBulk,
    OpenRound,
    OutcomeDrawn,
    PlaceBet,
    RoundOpened,
    RoundSettled,
    UndoBet,
)
from actors.games.odds import rtp_of
from actors.games.rounds import Round, load_round
from actors.games.versions import FIRST, recorded
from protocol.errors import Code, Refusal
from protocol.games.table import WAGERS_MAX
from protocol.ids import BetId, PlayerId
from protocol.model import Message, Request

HISTORY_MAX: Final = 20


class BoardGame(ABC):
    """A `TableGame` of `State`; `Rules` says which table.

    A game adds its words, its layout and its draw: `draw`, `case`, `shown` and `entry`, and where a round depends on
    those before it, `first`, `begun`, `carry` and `remembered`. All are pure functions.
    """

    name: str
    rules: int = FIRST
    """The number of these rules; see `versions`. Layouts are recorded besides."""
    bet_request: type[Request]
    words: Words
    variants: tuple[str, ...]
    """Those with a sheet of odds; a table may have others, of its own."""
    history_max: int = HISTORY_MAX
    chain_rounds: int = 0
    act_requests: tuple[type[Request], ...] = ()

    # --- what a game is ---

    @abstractmethod
    def layout(self, params: Mapping[str, Any]) -> Layout:
        """The layout of a table from its settings, or of a bet from what is recorded of it. Raises `NotAWager`."""

    @abstractmethod
    def draw(
        self, layout: Layout, carried: Mapping[str, Any], server_seed: str, client_seed: str, number: int
    ) -> Mapping[str, Any]:
        """The outcome that round `number` is bound to, which began with what was `carried` to it."""

    @abstractmethod
    def case(self, outcome: Mapping[str, Any]) -> int:
        """Which case of the layout an outcome is."""

    @abstractmethod
    def shown(self, outcome: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The outcome's fields in the game's messages; before there is one, as a snapshot has them."""

    @abstractmethod
    def entry(self, outcome: Mapping[str, Any]) -> Any:
        """An outcome in the history."""

    def first(self, layout: Layout) -> Mapping[str, Any]:
        """What the first round of a table begins with."""
        return {}

    def begun(self, layout: Layout, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a round began with, from what is recorded of its bets. Raises `NotAWager`."""
        return {}

    def carry(self, state: State, outcome: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the next round begins with, after this one has been paid."""
        return state.carried

    def remembered(self, state: State, outcome: Mapping[str, Any]) -> tuple[Any, ...]:
        """The history with an outcome that has been paid."""
        return (self.entry(outcome), *state.history)[: self.history_max]

    def seen(self, state: State) -> Mapping[str, Any]:
        """Fields of the snapshot besides those that all games, and the outcome, have."""
        return {}

    # --- what all of them do ---

    def fresh(self, rules: Rules) -> State:
        """A table at which nothing was played yet."""
        return State(rules, Round(rules.table), carried=self.first(rules.layout))

    def decide(self, state: State, command: Command) -> tuple[Event, ...] | Refusal:
        """What happens, or why not. An `Advance` or `OpenRound` before its time makes nothing happen."""
        timing = state.rules.timing
        match command:
            case PlaceBet():
                return self._place(state, command)
            case UndoBet() | ClearBets():
                return state.round.take_back(command)
            case CashOut():
                return Refusal(Code.INVALID_BET, {"game": self.name})
            case OpenRound():
                return state.round.open(command, timing)
            case Act():
                return Refusal(Code.ILLEGAL_STEP, {"action": command.action, "game": self.name})
            case Advance():
                return state.round.advance(command, timing, _Draw(self, state))

    def _place(self, state: State, command: PlaceBet) -> tuple[Event, ...] | Refusal:
        rules = state.rules
        if refusal := state.round.refuse_after_betting(command.now):
            return refusal
        if not 1 <= len(command.wagers) <= WAGERS_MAX:
            return Refusal(Code.INVALID_BET, {"wagers": len(command.wagers), "wagers_max": WAGERS_MAX})
        spots = rules.layout.returns
        for spot, _ in command.wagers:
            if spot not in spots:
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
                if state.wanted is not None:
                    self._renew(state, state.wanted)
                state.clear_liability()
            case BetPlaced():
                state.add_liability(event.wagers)
            case BetsReturned():
                for bet_id in event.bets:
                    state.remove_liability(state.round.bets.returned[bet_id].wagers)
            case RoundSettled() if state.round.outcome is not None:
                # Only now: the history would tell what came while it is still being shown.
                state.history = self.remembered(state, state.round.outcome)
                state.carried = self.carry(state, state.round.outcome)
        return state

    def chain(self, state: State) -> ChainBegun | None:
        """Each round has a seed of its own."""
        return None

    def deadline(self, state: State, server_seed: str | None = None) -> int | None:
        """The end of the phase."""
        return state.round.deadline

    def beat_ms(self, state: State) -> int | None:
        """Between events nothing changes."""
        return None

    def wants_seed(self, state: State) -> bool:
        """From the first bet on until the draw."""
        return state.round.phase in ("betting", "closed")

    def between_rounds(self, state: State) -> bool:
        """Nothing is played."""
        return state.round.between_rounds

    def params(self, state: State, bet: BetPlaced) -> Mapping[str, Any]:
        """The layout, what the round began with, the wagers, and what the bet contributed to the client seed."""
        own = {"wagers": bet.wagers, "entropy": bet.entropy}
        return {**state.rules.layout.params, **state.carried, **own, **recorded(self.rules)}

    def round(self, state: State) -> int:
        """Of the current, or last, round."""
        return state.round.number

    def binding(self, state: State) -> Binding:
        """Commitment, entropy and number of the round."""
        return state.round.binding

    def publish(self, state: State, event: Event, stream: str, epoch: int, seq: int) -> Message | None:
        """What everyone may see of an event that was applied; nothing of bets."""
        shown = self.shown(event.outcome if isinstance(event, OutcomeDrawn) else state.round.outcome)
        return messages.publish(self.words, state, event, stream, epoch, seq, shown)

    def published(
        self, state: State, events: tuple[InBulk, ...], stream: str, epoch: int, seq: int, *, now: int
    ) -> Message:
        """Bets and withdrawals since the last time, in one message."""
        return messages.published(self.words, state, events, stream, epoch, seq)

    def view(self, state: State, viewer: PlayerId | None, stream: str, epoch: int, seq: int, *, now: int) -> Message:
        """The whole table; of single bets only the viewer's own."""
        shown = {"history": state.history, **self.shown(state.round.outcome), **self.seen(state)}
        return messages.view(self.words, state, viewer, stream, epoch, seq, now, shown)

    def lobby(self, state: State) -> Mapping[str, Any]:
        """What the lobby lists of the table."""
        return messages.lobby(state)

    def bets(self, state: State) -> Mapping[BetId, BetPlaced]:
        """Bets that stand, until the next round opens."""
        return state.round.bets.standing

    def dump(self, state: State) -> bytes:
        """The round, the history and what is carried; the other rules and the liability follow from elsewhere."""
        own = {"round": state.round.dump(), "history": state.history}
        if state.carried:
            own["carried"] = state.carried
        return msgpack.packb({**state.rules.layout.params, **own})  # type: ignore[no-any-return]

    def load(self, rules: Rules, data: bytes) -> State:
        """The state that was dumped, under the limits and times of today.

        A table that was played on another layout goes on with that one to the end of its round, whose bets were
        accepted under it, and the next round is on the one of today. Raises `RulesChanged` when nobody knows the other.
        """
        fields = msgpack.unpackb(data, use_list=False)
        current = load_round(rules.table, fields.pop("round"))
        history, carried = fields.pop("history"), fields.pop("carried", {})
        if fields == rules.layout.params:
            return State(rules, current, history=history, carried=carried)
        try:
            played = self.layout(fields)
        except NotAWager as error:
            raise RulesChanged(rules.table, fields, rules.layout.params) from error
        return State(replace(rules, layout=played), current, history=history, carried=carried, wanted=rules)

    def _renew(self, state: State, rules: Rules) -> None:
        """Begin with another layout, and so with nothing that is left of the one before."""
        state.rules, state.wanted = rules, None
        state.history, state.carried = (), self.first(rules.layout)

    def rtp(self, rules: Rules) -> Mapping[str, Fraction]:
        """By kind of spot."""
        one_of_each = {kind: spot for spot, kind in rules.layout.kinds.items()}
        return {kind: rtp_of(payoffs_of_spot(rules.layout, spot)) for kind, spot in one_of_each.items()}

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """The outcome and payout of a recorded bet. Raises `NotAWager`."""
        layout = self.layout(params)
        wagers = params.get("wagers")
        if wagers is None or not are_wagers(layout.returns, wagers):
            raise NotAWager("wagers", wagers)
        # A proof that was read from JSON has lists, and a compiled loop over pairs takes nothing but tuples.
        pairs = [(spot, amount) for spot, amount in wagers]
        if sum(amount for _, amount in pairs) != stake:
            raise NotAWager("stake", stake)
        outcome = self.draw(layout, self.begun(layout, params), server_seed, client_seed, nonce)
        return outcome, paid(layout, pairs, self.case(outcome))


class _Draw:
    """The chance of one round at one table, as rounds ask for it."""

    def __init__(self, game: BoardGame, state: State) -> None:
        self._game = game
        self._state = state

    def outcome(self, server_seed: str, client_seed: str, number: int) -> Mapping[str, Any]:
        state = self._state
        return self._game.draw(state.rules.layout, state.carried, server_seed, client_seed, number)

    def payout(self, bet: BetPlaced, outcome: Mapping[str, Any]) -> int:
        return paid(self._state.rules.layout, bet.wagers, self._game.case(outcome))
