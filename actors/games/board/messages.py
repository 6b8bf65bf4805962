"""What people at a table with a layout, around it and in the lobby are shown."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from actors.games.board.words import Words
from actors.games.interface import (
    BetPlaced,
    BetsReturned,
    BettingClosed,
    Event,
    InBulk,
    Limits,
    OutcomeDrawn,
    RoundOpened,
    RoundSettled,
)
from actors.games.rounds import Round
from protocol.ids import PlayerId, TableId
from protocol.model import Message

LISTED_BETS_MAX: Final = 64
LISTED_WINNERS_MAX: Final = 10


class TableRules(Protocol):
    """What is said of a table, whatever is played at it."""

    @property
    def table(self) -> TableId:
        """Its id."""

    @property
    def variant(self) -> str:
        """How its rules are called."""

    @property
    def asset(self) -> str:
        """The code of what is staked."""

    @property
    def limits(self) -> Limits:
        """What may be staked."""


class State(Protocol):
    """A table of any game, as far as messages tell of it."""

    @property
    def rules(self) -> TableRules:
        """Which table it is."""

    @property
    def round(self) -> Round:
        """Its round."""

    @property
    def history(self) -> tuple[Any, ...]:
        """What came before, newest first."""


def publish(
    words: Words, state: State, event: Event, stream: str, epoch: int, seq: int, shown: Mapping[str, Any]
) -> Message | None:
    """The public form of an event, after it was applied. `shown` is the round's outcome in the game's own words."""
    number = state.round.number
    match event:
        case RoundOpened(number, commitment, at, closes_at):
            return words.opened(
                stream=stream,
                epoch=epoch,
                seq=seq,
                round=number,
                commitment=commitment,
                now_ms=at,
                closes_at_ms=closes_at,
            )
        case BettingClosed(at, client_seed, draws_at):
            closed: dict[str, Any] = {"now_ms": at, "client_seed": client_seed, words.draws_at: draws_at}
            return words.closed(stream=stream, epoch=epoch, seq=seq, round=number, **closed)
        case OutcomeDrawn(at, server_seed, _, settles_at):
            return words.drawn(
                stream=stream,
                epoch=epoch,
                seq=seq,
                round=number,
                now_ms=at,
                server_seed=server_seed,
                settles_at_ms=settles_at,
                **shown,
            )
        case RoundSettled():
            return _settled(words, state, event, stream, epoch, seq, shown)
        case _:
            return None


def _settled(
    words: Words, state: State, event: RoundSettled, stream: str, epoch: int, seq: int, shown: Mapping[str, Any]
) -> Message:
    won: dict[PlayerId, int] = {}
    names: dict[PlayerId, str] = {}
    for bet_id, payout in event.payouts:
        bet = state.round.bets.standing[bet_id]
        won[bet.player] = won.get(bet.player, 0) + payout
        names[bet.player] = bet.name
    largest = sorted(((paid, player) for player, paid in won.items() if paid), key=lambda win: (-win[0], win[1]))
    return words.settled(
        stream=stream,
        epoch=epoch,
        seq=seq,
        round=state.round.number,
        now_ms=event.at,
        staked=state.round.bets.total,
        paid=sum(won.values()),
        winners=tuple((player, names[player], paid) for paid, player in largest[:LISTED_WINNERS_MAX]),
        opens_at_ms=event.opens_at,
        **shown,
    )


def published(words: Words, state: State, events: tuple[InBulk, ...], stream: str, epoch: int, seq: int) -> Message:
    """Changes per player and spot, summed, of events of the current round; `more` counts those that are not listed.

    What came and went again in between is not told.
    """
    lines: dict[tuple[int, str, str], int] = {}
    for event in events:
        if isinstance(event, BetPlaced):
            _add_lines(lines, event, 1)
        elif isinstance(event, BetsReturned):
            for bet_id in event.bets:
                _add_lines(lines, state.round.bets.returned[bet_id], -1)
    changed = [(*line, amount) for line, amount in lines.items() if amount]
    return words.bets(
        stream=stream,
        epoch=epoch,
        seq=seq,
        round=state.round.number,
        bets=tuple(changed[:LISTED_BETS_MAX]),
        more=max(0, len(changed) - LISTED_BETS_MAX),
        total=state.round.bets.total,
        players=state.round.bets.players_standing,
    )


def _add_lines(lines: dict[tuple[int, str, str], int], bet: BetPlaced, sign: int) -> None:
    for spot, amount in bet.wagers:
        line = (bet.player, bet.name, spot)
        lines[line] = lines.get(line, 0) + sign * amount


def view(
    words: Words,
    state: State,
    viewer: PlayerId | None,
    stream: str,
    epoch: int,
    seq: int,
    now: int,
    shown: Mapping[str, Any],
) -> Message:
    """The whole table; of single bets only the viewer's own. `shown` are the fields of the game's own."""
    rules, current = state.rules, state.round
    mine = () if viewer is None else tuple(current.bets.standing[bet_id] for bet_id in current.bets.of(viewer))
    return words.snapshot(
        stream=stream,
        epoch=epoch,
        seq=seq,
        table=rules.table,
        variant=rules.variant,
        asset=rules.asset,
        min_bet=rules.limits.min_bet,
        max_bet=rules.limits.max_bet,
        max_total=rules.limits.max_total,
        phase=current.phase,
        round=current.number,
        commitment=current.commitment,
        now_ms=now,
        until_ms=current.until,
        spots=dict(current.bets.spots),
        players=current.bets.players_standing,
        seated=False,
        mine=tuple((bet.bet, spot, amount) for bet in mine for spot, amount in bet.wagers),
        **shown,
    )


def lobby(state: State) -> Mapping[str, Any]:
    """What the lobby lists of the table."""
    current = state.round
    return {
        "phase": current.phase,
        "round": current.number,
        "closes_at_ms": current.until if current.phase == "betting" else 0,
        "history": state.history,
    }
