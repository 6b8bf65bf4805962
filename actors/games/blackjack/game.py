"""Blackjack as a table plays it: what a command makes happen, and what each event changes."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import msgpack

from actors.fairness.commitment import check_committed
from actors.fairness.verify import NotAWager
from actors.games.blackjack import turns
from actors.games.blackjack.cards import Shoe, is_natural, total
from actors.games.blackjack.messages import WORDS, played, seen
from actors.games.blackjack.odds import figures
from actors.games.blackjack.play import Play, Step
from actors.games.blackjack.rules import rules_of
from actors.games.blackjack.settle import are_wagers, paid
from actors.games.blackjack.table import State, TableRules
from actors.games.board import RulesChanged, messages
from actors.games.interface import (
    Act,
    Advance,
    BetPlaced,
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
    Progressed,
    RoundOpened,
    RoundSettled,
    UndoBet,
)
from actors.games.rounds import Round, load_round
from actors.games.versions import FIRST, recorded
from protocol.errors import Code, Refusal
from protocol.games.blackjack import ENDLESS, BlackjackAct, BlackjackBet, BlackjackRaise
from protocol.games.table import WAGERS_MAX
from protocol.ids import BetId, PlayerId
from protocol.model import Message, Request

SHOE: Final = "shoe"
HISTORY_MAX: Final = 20


class Blackjack:
    """A `TableGame` of `State`; `TableRules` says which table. Every round is dealt from a whole, new shoe."""

    name = "blackjack"
    rules: int = FIRST
    variants: tuple[str, ...] = (SHOE,)
    chain_rounds: int = 0
    bet_request: type[Request] = BlackjackBet
    act_requests: tuple[type[Request], ...] = (BlackjackAct, BlackjackRaise)

    def fresh(self, rules: TableRules) -> State:
        """A table at which nothing was played yet."""
        return State(rules, Round(rules.table))

    # --- what happens ---

    def decide(self, state: State, command: Command) -> tuple[Event, ...] | Refusal:
        """What happens, or why not. An `Advance` or `OpenRound` before its time makes nothing happen."""
        match command:
            case PlaceBet():
                return self._place(state, command)
            case UndoBet() | ClearBets():
                return state.round.take_back(command)
            case OpenRound():
                return state.round.open(command, state.rules.timing)
            case CashOut():
                return Refusal(Code.INVALID_BET, {"game": self.name})
            case Act():
                return self._act(state, command)
            case Advance():
                return self._advance(state, command)

    def _place(self, state: State, command: PlaceBet) -> tuple[Event, ...] | Refusal:
        rules, bets = state.rules, state.round.bets
        if refusal := state.round.refuse_after_betting(command.now):
            return refusal
        if not 1 <= len(command.wagers) <= WAGERS_MAX:
            return Refusal(Code.INVALID_BET, {"wagers": len(command.wagers), "wagers_max": WAGERS_MAX})
        spots = {f"box{number}" for number in range(1, rules.boxes + 1)}
        for spot, _ in command.wagers:
            if spot not in spots:
                return Refusal(Code.INVALID_BET, {"spot": spot, "variant": rules.variant})
        if refusal := bets.refusal(command, rules.limits, rules.bets_per_player_max):
            return refusal
        stake = sum(amount for _, amount in command.wagers)
        # Whoever bet behind may come to own the box, so that each stake counts as one that can be split and doubled.
        exposure = (bets.total + stake) * rules.house.stakes_max
        if exposure > rules.limits.exposure_max:
            return Refusal(Code.EXPOSURE_LIMIT, {"exposure": exposure, "exposure_max": rules.limits.exposure_max})
        return state.round.place(command, stake)

    def _act(self, state: State, act: Act) -> tuple[Event, ...] | Refusal:
        refusal = turns.refusal(state, act)
        play = state.play
        if refusal is not None or play is None:
            return refusal or Refusal(Code.OUT_OF_TURN)
        shoe = self._shoe(state, act.server_seed)
        raised = turns.raise_of(state, play, act)
        steps, after = turns.acted(state, play, act, shoe)
        events = self._progress(state, steps, after, state.away, act.now, act.server_seed, shoe)
        return events if raised is None else (raised, *events)

    def _advance(self, state: State, command: Advance) -> tuple[Event, ...]:
        current, now, seed = state.round, command.now, command.server_seed
        if current.phase not in ("closed", "playing"):
            return current.advance(command, state.rules.timing, _Payouts(state))
        if now < current.until or seed is None:
            return ()
        check_committed(seed, current.commitment)
        shoe = self._shoe(state, seed)
        if current.phase == "closed":
            if not state.played_boxes():
                nothing = {"boxes": (), "steps": (), "dealer": (), "natural": state.rules.house.natural}
                return (OutcomeDrawn(now, seed, nothing, now),)
            steps, after = turns.opening(state, shoe)
            return self._progress(state, steps, after, frozenset(), now, seed, shoe)
        if state.play is None:
            return ()
        steps, after, away = turns.timed_out(state, state.play, shoe)
        return self._progress(state, steps, after, away, now, seed, shoe)

    def _progress(
        self,
        state: State,
        steps: tuple[Step, ...],
        after: Play,
        away: frozenset[PlayerId],
        now: int,
        server_seed: str,
        shoe: Shoe,
    ) -> tuple[Event, ...]:
        on = Progressed(now, steps, now + state.rules.turn_ms, tuple(sorted(away)))
        if after.stage != "over":
            return (on,)
        boxes = tuple(box.number for box in after.boxes)
        outcome = turns.outcome_of(boxes, (*state.steps, *steps), after, shoe)
        return (on, OutcomeDrawn(now, server_seed, outcome, now + state.rules.timing.spin_ms))

    @staticmethod
    def _shoe(state: State, server_seed: str) -> Shoe:
        return Shoe(state.rules.house.decks, server_seed, state.round.client_seed, state.round.number)

    def apply(self, state: State, event: Event) -> State:
        """Changes the state in place."""
        state.round.apply(event)
        match event:
            case RoundOpened():
                state.clear()
            case Progressed():
                state.goes_on(event.steps)
                state.away = frozenset(event.away)
            case RoundSettled() if state.round.outcome is not None and state.round.outcome["dealer"]:
                state.history = (_end_of(state.round.outcome), *state.history)[:HISTORY_MAX]
        return state

    # --- the clock, and what is bound ---

    def chain(self, state: State) -> ChainBegun | None:
        """None: every round has a seed of its own."""
        return None

    def deadline(self, state: State, server_seed: str | None = None) -> int | None:
        """The end of the phase, or of a turn."""
        return state.round.deadline

    def beat_ms(self, state: State) -> int | None:
        """Whatever happens is told as it happens."""
        return None

    def wants_seed(self, state: State) -> bool:
        """From the first bet on until the last turn: cards that are not open are only in the seed."""
        return state.round.phase in ("betting", "closed", "playing")

    def between_rounds(self, state: State) -> bool:
        """Nothing is played."""
        return state.round.between_rounds

    def params(self, state: State, bet: BetPlaced) -> Mapping[str, Any]:
        """The rules, the wagers, and what the bet contributed to the client seed."""
        own = {"wagers": bet.wagers, "entropy": bet.entropy}
        return {**state.rules.params, **own, **recorded(self.rules)}

    def round(self, state: State) -> int:
        """Of the current, or last, round."""
        return state.round.number

    def binding(self, state: State) -> Binding:
        """Commitment, entropy and number of the round."""
        return state.round.binding

    def bets(self, state: State) -> Mapping[BetId, BetPlaced]:
        """Bets that stand, until the next round opens; what was put down during play too."""
        return state.round.bets.standing

    # --- what may be seen ---

    def publish(self, state: State, event: Event, stream: str, epoch: int, seq: int) -> Message | None:
        """What everyone may see of an event that was applied; nothing of bets."""
        if isinstance(event, Progressed):
            return played(state, event, stream, epoch, seq)
        outcome = event.outcome if isinstance(event, OutcomeDrawn) else state.round.outcome
        return messages.publish(WORDS, state, event, stream, epoch, seq, outcome or {})

    def published(
        self, state: State, events: tuple[InBulk, ...], stream: str, epoch: int, seq: int, *, now: int
    ) -> Message:
        """Bets and withdrawals since the last time, in one message."""
        return messages.published(WORDS, state, events, stream, epoch, seq)

    def view(self, state: State, viewer: PlayerId | None, stream: str, epoch: int, seq: int, *, now: int) -> Message:
        """The whole table, of its cards those that are open; of single bets only the viewer's own."""
        return messages.view(WORDS, state, viewer, stream, epoch, seq, now, {"history": state.history, **seen(state)})

    def lobby(self, state: State) -> Mapping[str, Any]:
        """What the lobby lists of the table."""
        return messages.lobby(state)

    # --- as it is kept ---

    def dump(self, state: State) -> bytes:
        """The round, its steps and the history. No card that is not open is in it."""
        fields = {
            "rules": state.rules.params,
            "round": state.round.dump(),
            "steps": state.steps,
            "away": sorted(state.away),
            "history": state.history,
        }
        return msgpack.packb(fields)  # type: ignore[no-any-return]

    def load(self, rules: TableRules, data: bytes) -> State:
        """The state that was dumped, under the limits and times of today. Raises `RulesChanged`."""
        fields = msgpack.unpackb(data, use_list=False)
        if fields["rules"] != rules.params:
            raise RulesChanged(rules.table, fields["rules"], rules.params)
        state = State(rules, load_round(rules.table, fields["round"]), fields["history"])
        state.goes_on(fields["steps"])
        state.away = frozenset(fields["away"])
        return state

    # --- figures, and verification ---

    def rtp(self, rules: TableRules) -> Mapping[str, Fraction]:
        """Of a box that is played best, by the rules of the table with an endless shoe: exactly."""
        house = rules_of({**rules.params, "decks": ENDLESS})
        return {"box": figures(house).rtp}

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """The outcome and payout of a recorded bet; `played` are the round's steps. Raises `NotAWager`."""
        house = rules_of(params)
        shoe = Shoe(house.decks, server_seed, client_seed, nonce)
        outcome, play = turns.replayed(house, params.get("played"), shoe)
        wagers = params.get("wagers")
        if not are_wagers(wagers):
            raise NotAWager("wagers", wagers)
        if sum(amount for _, amount in wagers) != stake:
            raise NotAWager("stake", stake)
        try:
            return outcome, paid(house, play.boxes, outcome["dealer"], wagers)
        except ValueError as error:
            raise NotAWager("wagers", wagers) from error


def _end_of(outcome: Mapping[str, Any]) -> int:
    """What the dealer came to: 22 for a bust, 0 for a natural."""
    dealer = tuple(outcome["dealer"])
    return 0 if is_natural(dealer) else min(22, total(dealer))


class _Payouts:
    """What bets are paid when a round is over, as rounds ask for it."""

    def __init__(self, state: State) -> None:
        self._state = state

    def outcome(self, server_seed: str, client_seed: str, number: int) -> Mapping[str, Any]:
        raise TypeError("a round of blackjack is played, not drawn")

    def payout(self, bet: BetPlaced, outcome: Mapping[str, Any]) -> int:
        state = self._state
        if state.play is None:
            raise TypeError("a round of blackjack is paid that was not played")
        return paid(state.rules.house, state.play.boxes, tuple(outcome["dealer"]), bet.wagers)
