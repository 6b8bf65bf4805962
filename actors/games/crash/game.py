"""Crash as a table plays it: what a command makes happen, and what each event changes.

    betting → closed → flying → settled → betting …

The bust is bound when betting closes; it is computed from the seeds when it is needed, and kept beside the state in
memory alone, so neither a snapshot nor a journal tells it before its time.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import msgpack

from actors.fairness.chain import CHAIN_ROUNDS
from actors.fairness.commitment import check_committed
from actors.games.crash import messages
from actors.games.crash.bust import bust_of, payoffs_at
from actors.games.crash.curve import multiplier_at, reached_at
from actors.games.crash.recompute import recompute
from actors.games.crash.state import (
    CLASSIC,
    Bound,
    Rules,
    State,
    is_by_hand,
    is_target,
    kind_and_target,
    liability_of,
    spot_of,
    target_of,
    win_of,
)
from actors.games.interface import (
    Act,
    Advance,
    BetPlaced,
    BetsReturned,
    BettingClosed,
    Binding,
    CashedOut,
    CashOut,
    ChainBegun,
    ClearBets,
    Command,
    Event,
    InBulk,
    Launched,
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
from protocol.games.crash import AUTO, HAND, ONE, TARGET_MAX, TARGET_MIN, CrashBet
from protocol.ids import BetId, PlayerId
from protocol.model import Message, Request

HISTORY_MAX: Final = 20
BEAT_MS: Final = 48
"""Watchers are told of a flight 20 times a second and a little more, all of them by one event."""
RTP_TARGETS: Final = (TARGET_MIN, 150, 200, 1_000, 10_000, TARGET_MAX)


class Crash:
    """A `TableGame` of `State`."""

    name = "crash"
    rules: int = FIRST
    bet_request: type[Request] = CrashBet
    act_requests: tuple[type[Request], ...] = ()
    chain_rounds: int = CHAIN_ROUNDS
    variants: tuple[str, ...] = (CLASSIC,)

    def fresh(self, rules: Rules) -> State:
        """A table at which nothing was played yet."""
        return State(rules, Round(rules.table))

    def decide(self, state: State, command: Command) -> tuple[Event, ...] | Refusal:
        """What happens, or why not. An `Advance` or `OpenRound` before its time makes nothing happen."""
        match command:
            case PlaceBet():
                return self._place(state, command)
            case UndoBet() | ClearBets():
                return state.round.take_back(command)
            case CashOut():
                return self._cash_out(state, command)
            case Act():
                return Refusal(Code.ILLEGAL_STEP, {"action": command.action, "game": self.name})
            case OpenRound():
                return state.round.open(command, state.rules.timing)
            case Advance():
                return self._advance(state, command)

    def _place(self, state: State, command: PlaceBet) -> tuple[Event, ...] | Refusal:
        rules = state.rules
        if refusal := state.round.refuse_after_betting(command.now):
            return refusal
        (spot, stake), *more = command.wagers or (("", 0),)
        if more or stake < 1 or not (is_by_hand(spot) or is_target(spot, AUTO)):
            return Refusal(Code.INVALID_BET, {"wagers": [one for one, _ in command.wagers]})
        cap = rules.cap_of(stake)
        kind, target = (HAND, cap) if is_by_hand(spot) else kind_and_target(spot)
        if target > cap:
            win = win_of(stake, target) - stake
            return Refusal(Code.EXPOSURE_LIMIT, {"win": win, "win_max": rules.win_max})
        bound = replace(command, wagers=((spot_of(kind, target), stake),))
        if refusal := state.round.bets.refusal(bound, rules.limits, rules.bets_per_player_max):
            return refusal
        exposure = state.liability + liability_of(bound.wagers)
        if exposure > rules.limits.exposure_max:
            return Refusal(Code.EXPOSURE_LIMIT, {"exposure": exposure, "exposure_max": rules.limits.exposure_max})
        return state.round.place(bound, stake)

    def _cash_out(self, state: State, command: CashOut) -> tuple[Event, ...] | Refusal:
        """Server time decides. In the millisecond of the bust it comes in time if it comes before the bust's turn."""
        bet = state.round.bets.standing.get(command.bet)
        if bet is None or bet.player != command.player:
            return Refusal(Code.INVALID_BET, {"round": state.round.number})
        if not state.launched_at:
            return Refusal(Code.OUT_OF_TURN, {"round": state.round.number, "phase": state.round.phase})
        elapsed = command.now - state.launched_at
        outcome = state.round.outcome
        bust = outcome["bust"] if outcome is not None else self._bust(state, command.server_seed)
        crashed_ms = reached_at(bust)
        by_hand, target = state.cash_outs.get(bet.bet), target_of(bet)
        multiplier = min(multiplier_at(min(elapsed, crashed_ms)), bust)
        if by_hand is not None or target <= multiplier:
            return Refusal(Code.CASHED_OUT, {"multiplier": by_hand.multiplier if by_hand is not None else target})
        if outcome is not None or elapsed > crashed_ms:
            evidence = {"round": state.round.number, "bust": bust, "crashed_ms": crashed_ms, "came_ms": elapsed}
            return Refusal(Code.CRASHED, evidence)
        payout = win_of(bet.stake, multiplier)
        return (CashedOut(bet.player, bet.bet, multiplier, payout, elapsed, command.now),)

    def _bust(self, state: State, server_seed: str | None) -> int:
        """Raises `SeedMismatch`; a flight without its seed cannot go on."""
        if server_seed is None:
            raise ValueError(f"table {state.rules.table}: round {state.round.number} flies without its seed")
        bound = Bound(server_seed, state.round.commitment, state.round.link)
        if state.bound != bound:
            check_committed(server_seed, state.round.commitment)
            state.bound, state.bust = bound, bust_of(server_seed, state.round.client_seed)
        return state.bust

    def _advance(self, state: State, command: Advance) -> tuple[Event, ...]:
        now, current = command.now, state.round
        if state.is_flying:
            if command.server_seed is None:
                return ()
            bust = self._bust(state, command.server_seed)
            if now < state.launched_at + reached_at(bust):
                return ()
            return self._crash(state, command.server_seed, bust, state.launched_at, now)
        if now < current.until:
            return ()
        if current.phase == "betting":
            return (BettingClosed(now, current.client_seed, now + state.rules.timing.closed_ms),)
        if current.phase == "closed" and command.server_seed is not None:
            bust = self._bust(state, command.server_seed)
            if bust == ONE:
                # It is over as it begins: nobody can be faster than that.
                return (Launched(now), *self._crash(state, command.server_seed, bust, now, now))
            return (Launched(now),)
        return ()

    def _crash(self, state: State, server_seed: str, bust: int, launched_at: int, now: int) -> tuple[Event, ...]:
        cash_outs = [[one.bet, one.multiplier, one.elapsed_ms] for one in state.cash_outs.values()]
        outcome = {"bust": bust, "launched_at": launched_at, "cash_outs": cash_outs}
        bets = state.round.bets.standing.values()
        ended = ((bet, state.ended_at(bet)) for bet in bets)
        payouts = tuple((bet.bet, win_of(bet.stake, at) if at <= bust else 0) for bet, at in ended)
        return (
            OutcomeDrawn(now, server_seed, outcome, now),
            RoundSettled(now, payouts, now + state.rules.timing.settled_ms),
        )

    def apply(self, state: State, event: Event) -> State:
        """Changes the state in place."""
        state.round.apply(event)
        match event:
            case ChainBegun():
                state.chain = event
            case RoundOpened():
                state.begin()
            case BetPlaced():
                state.place(event)
            case BetsReturned():
                for bet_id in event.bets:
                    state.take_back(state.round.bets.returned[bet_id])
            case Launched():
                state.round.phase, state.round.until = "spinning", event.at
                state.launched_at = event.at
            case CashedOut():
                state.cash_out(event)
            case RoundSettled() if state.round.outcome is not None:
                state.history = (state.round.outcome["bust"], *state.history)[:HISTORY_MAX]
        return state

    def chain(self, state: State) -> ChainBegun | None:
        """The chain that the present round is of, once the first has begun."""
        return state.chain

    def deadline(self, state: State, server_seed: str | None = None) -> int | None:
        """The end of the phase; of a flight the bust, which is known by the seed alone."""
        if state.is_flying and server_seed is not None:
            return state.launched_at + reached_at(self._bust(state, server_seed))
        return state.round.deadline

    def beat_ms(self, state: State) -> int | None:
        """As long as it flies."""
        return BEAT_MS if state.is_flying else None

    def wants_seed(self, state: State) -> bool:
        """From the first bet on until the bust."""
        return state.round.phase in ("betting", "closed") or state.is_flying

    def between_rounds(self, state: State) -> bool:
        """Nothing is played."""
        return state.round.between_rounds

    def params(self, state: State, bet: BetPlaced) -> Mapping[str, Any]:
        """The bet with the multiplier at which the table cashes it out, its part of the client seed, and the chain."""
        own = {"wagers": bet.wagers, "entropy": bet.entropy}
        chain = {} if state.chain is None else {"chain": (state.chain.first_round, state.chain.terminating)}
        return {"variant": state.rules.variant, **own, **chain, **recorded(self.rules)}

    def round(self, state: State) -> int:
        """Of the current, or last, round."""
        return state.round.number

    def binding(self, state: State) -> Binding:
        """Commitment, entropy and number of the round."""
        return state.round.binding

    def publish(self, state: State, event: Event, stream: str, epoch: int, seq: int) -> Message | None:
        """What everyone may see of an event that was applied; nothing of what is told in bulk."""
        return messages.publish(state, event, stream, epoch, seq)

    def published(
        self, state: State, events: tuple[InBulk, ...], stream: str, epoch: int, seq: int, *, now: int
    ) -> Message:
        """Bets and withdrawals since the last time; of a flight, who cashed out, and where it is."""
        return messages.published(state, events, stream, epoch, seq, now)

    def view(self, state: State, viewer: PlayerId | None, stream: str, epoch: int, seq: int, *, now: int) -> Message:
        """The whole table; of single bets only the viewer's own."""
        return messages.view(state, viewer, stream, epoch, seq, now)

    def lobby(self, state: State) -> Mapping[str, Any]:
        """What the lobby lists of the table."""
        return messages.lobby(state)

    def bets(self, state: State) -> Mapping[BetId, BetPlaced]:
        """Bets that stand, until the next round opens."""
        return state.round.bets.standing

    def dump(self, state: State) -> bytes:
        """The round, the chain, the cash-outs and the history."""
        chain = state.chain
        fields = {
            "round": state.round.dump(),
            "chain": None if chain is None else (chain.first_round, chain.rounds, chain.terminating, chain.sealed),
            "launched_at": state.launched_at,
            "cash_outs": [_fields_of(one) for one in state.cash_outs.values()],
            "history": state.history,
        }
        return msgpack.packb(fields)  # type: ignore[no-any-return]

    def load(self, rules: Rules, data: bytes) -> State:
        """The state that was dumped, under the limits and times of today; bets keep their targets."""
        fields = msgpack.unpackb(data, use_list=False)
        cash_outs = [CashedOut(*one) for one in fields["cash_outs"]]
        return State(
            rules,
            load_round(rules.table, fields["round"]),
            None if fields["chain"] is None else ChainBegun(*fields["chain"]),
            fields["launched_at"],
            {one.bet: one for one in cash_outs},
            fields["history"],
        )

    def rtp(self, rules: Rules) -> Mapping[str, Fraction]:
        """By target: all come to 99 hundredths, less what 52 bits cannot share out."""
        return {spot_of(AUTO, target): rtp_of(payoffs_at(target)) for target in RTP_TARGETS}

    def recompute(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """The outcome and payout of a recorded bet. Raises `NotAWager`."""
        return recompute(server_seed, client_seed, nonce, params, stake)


def _fields_of(one: CashedOut) -> tuple[Any, ...]:
    return one.player, one.bet, one.multiplier, one.payout, one.elapsed_ms, one.at
