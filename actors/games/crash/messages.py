"""What people at a table of crash, around it and in the lobby are shown."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from actors.games.crash.curve import multiplier_at, reached_at
from actors.games.crash.state import State
from actors.games.interface import (
    BetPlaced,
    BetsReturned,
    BettingClosed,
    CashedOut,
    ChainBegun,
    Event,
    InBulk,
    Launched,
    OutcomeDrawn,
    Progressed,
    RoundOpened,
    RoundSettled,
)
from protocol.games.crash import (
    CrashBets,
    CrashChain,
    CrashClosed,
    CrashCrashed,
    CrashLaunched,
    CrashOpened,
    CrashSettled,
    CrashSnapshot,
    CrashTick,
)
from protocol.ids import PlayerId
from protocol.model import Message

LISTED_BETS_MAX: Final = 64
LISTED_WINNERS_MAX: Final = 10
LISTED_TIES_MAX: Final = 16


def publish(state: State, event: Event, stream: str, epoch: int, seq: int) -> Message | None:
    """The public form of an event, after it was applied; nothing of what is told in bulk."""
    at: dict[str, Any] = {"stream": stream, "epoch": epoch, "seq": seq}
    number = state.round.number
    match event:
        case ChainBegun(first_round, rounds, terminating, _):
            return CrashChain(**at, first_round=first_round, rounds=rounds, terminating=terminating)
        case RoundOpened(number, commitment, now, closes_at):
            return CrashOpened(**at, round=number, commitment=commitment, now_ms=now, closes_at_ms=closes_at)
        case BettingClosed(now, client_seed, draws_at):
            return CrashClosed(**at, round=number, now_ms=now, client_seed=client_seed, launches_at_ms=draws_at)
        case Launched(now):
            return CrashLaunched(**at, round=number, now_ms=now)
        case OutcomeDrawn(now, server_seed, outcome, _):
            crashed_ms = reached_at(outcome["bust"])
            return CrashCrashed(
                **at,
                round=number,
                now_ms=now,
                server_seed=server_seed,
                bust=outcome["bust"],
                crashed_ms=crashed_ms,
                ties=_ties(state, crashed_ms),
            )
        case RoundSettled():
            return _settled(state, event, at)
        case BetPlaced() | BetsReturned() | CashedOut() | Progressed():
            return None


def _ties(state: State, crashed_ms: int) -> tuple[tuple[int, str, int], ...]:
    tied = [one for one in state.cash_outs.values() if one.elapsed_ms == crashed_ms]
    standing = state.round.bets.standing
    return tuple((one.player, standing[one.bet].name, one.multiplier) for one in tied[:LISTED_TIES_MAX])


def _settled(state: State, event: RoundSettled, at: Mapping[str, Any]) -> Message:
    won: dict[PlayerId, int] = {}
    names: dict[PlayerId, str] = {}
    for bet_id, payout in event.payouts:
        bet = state.round.bets.standing[bet_id]
        won[bet.player] = won.get(bet.player, 0) + payout
        names[bet.player] = bet.name
    largest = sorted(((paid, player) for player, paid in won.items() if paid), key=lambda win: (-win[0], win[1]))
    return CrashSettled(
        **at,
        round=state.round.number,
        now_ms=event.at,
        staked=state.round.bets.total,
        paid=sum(won.values()),
        winners=tuple((player, names[player], paid) for paid, player in largest[:LISTED_WINNERS_MAX]),
        opens_at_ms=event.opens_at,
        bust=(state.round.outcome or {})["bust"],
    )


def published(state: State, events: tuple[InBulk, ...], stream: str, epoch: int, seq: int, now: int) -> Message:
    """A tick once it flies, with those who cashed out; before that, the bets that came and went."""
    at: dict[str, Any] = {"stream": stream, "epoch": epoch, "seq": seq, "round": state.round.number}
    if state.launched_at:
        return _tick(state, [event for event in events if isinstance(event, CashedOut)], at, now)
    lines: dict[tuple[int, str, str], int] = {}
    for event in events:
        if isinstance(event, BetPlaced):
            _add_lines(lines, event, 1)
        elif isinstance(event, BetsReturned):
            for bet_id in event.bets:
                _add_lines(lines, state.round.bets.returned[bet_id], -1)
    changed = [(*line, amount) for line, amount in lines.items() if amount]
    return CrashBets(
        **at,
        bets=tuple(changed[:LISTED_BETS_MAX]),
        more=max(0, len(changed) - LISTED_BETS_MAX),
        total=state.round.bets.total,
        players=state.round.bets.players_standing,
    )


def _tick(state: State, cashed: list[CashedOut], at: Mapping[str, Any], now: int) -> Message:
    outcome = state.round.outcome
    elapsed = now - state.launched_at
    if outcome is not None:
        elapsed = min(elapsed, reached_at(outcome["bust"]))
    multiplier = multiplier_at(elapsed)
    standing = state.round.bets.standing
    listed = cashed[:LISTED_BETS_MAX]
    return CrashTick(
        **at,
        elapsed_ms=elapsed,
        multiplier=multiplier,
        flying=state.flying(multiplier),
        cashed=tuple((one.player, standing[one.bet].name, one.multiplier, one.payout) for one in listed),
        more=len(cashed) - len(listed),
    )


def _add_lines(lines: dict[tuple[int, str, str], int], bet: BetPlaced, sign: int) -> None:
    for spot, amount in bet.wagers:
        line = (bet.player, bet.name, spot)
        lines[line] = lines.get(line, 0) + sign * amount


def view(state: State, viewer: PlayerId | None, stream: str, epoch: int, seq: int, now: int) -> Message:
    """The whole table; of single bets only the viewer's own."""
    rules, current, chain = state.rules, state.round, state.chain
    mine = () if viewer is None else tuple(current.bets.standing[bet_id] for bet_id in current.bets.of(viewer))
    by_hand = state.cash_outs
    return CrashSnapshot(
        stream=stream,
        epoch=epoch,
        seq=seq,
        table=rules.table,
        variant=rules.variant,
        asset=rules.asset,
        min_bet=rules.limits.min_bet,
        max_bet=rules.limits.max_bet,
        max_total=rules.limits.max_total,
        win_max=rules.win_max,
        phase=_phase_of(state),
        round=current.number,
        commitment=current.commitment,
        terminating=chain.terminating if chain else "",
        first_round=chain.first_round if chain else 0,
        rounds=chain.rounds if chain else 0,
        now_ms=now,
        until_ms=0 if state.is_flying else current.until,
        launched_at_ms=state.launched_at if state.is_flying else 0,
        bust=None if current.outcome is None else current.outcome["bust"],
        history=state.history,
        total=current.bets.total,
        players=current.bets.players_standing,
        seated=False,
        mine=tuple(
            (bet.bet, spot, amount, by_hand[bet.bet].multiplier if bet.bet in by_hand else 0)
            for bet in mine
            for spot, amount in bet.wagers
        ),
    )


def _phase_of(state: State) -> Literal["waiting", "betting", "closed", "flying", "settled"]:
    match state.round.phase:
        case "spinning" | "playing":
            return "flying"
        case phase:
            return phase


def lobby(state: State) -> Mapping[str, Any]:
    """What the lobby lists of the table."""
    current = state.round
    return {
        "phase": _phase_of(state),
        "round": current.number,
        "closes_at_ms": current.until if current.phase == "betting" else 0,
        "history": state.history,
    }
