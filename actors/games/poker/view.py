"""What may be seen of a poker table: everything but hole cards, which their player alone sees until they are shown."""

from typing import Any

from actors.games.poker.events import Event, HandDealt, HandOpened, Mixed, Moved, Shown
from actors.games.poker.sitngo_view import tournament_of
from actors.games.poker.state import Ended, State
from actors.games.poker.tournament_events import Opened, TournamentBegan, TournamentEnded, TournamentEvent
from protocol.games.poker import (
    PokerDealt,
    PokerEnded,
    PokerMixed,
    PokerMoved,
    PokerOpened,
    PokerResult,
    PokerSeat,
    PokerSeated,
    PokerSnapshot,
    PokerTurn,
)
from protocol.games.sitngo import SitngoChanged
from protocol.ids import PlayerId
from protocol.model import Message


def view(state: State, viewer: PlayerId | None, stream: str, epoch: int, seq: int, *, now: int) -> PokerSnapshot:
    """The table as `viewer` may see it; nobody: a spectator."""
    rules, hand = state.rules.at(state.tournament.level if state.tournament else 0), state.hand
    mine = None if viewer is None else state.seat_of(viewer)
    return PokerSnapshot(
        stream=stream,
        epoch=epoch,
        seq=seq,
        table=rules.table,
        variant=rules.variant,
        asset=rules.asset,
        small_blind=rules.small_blind,
        big_blind=rules.big_blind,
        buy_in_min=rules.buy_in_min,
        buy_in_max=rules.buy_in_max,
        seats_max=rules.seats_max,
        rake_per_mille=rules.rake.per_mille,
        rake_cap=rules.rake.cap,
        hand=state.number,
        commitment=state.commitment,
        opened=state.opened,
        button=state.positions.button if state.positions else None,
        pot=hand.pot if hand else 0,
        board=hand.board if hand else (),
        seats=tuple(_seat(state, number) for number in sorted(state.seats)),
        turn=turn_of(state),
        last=_result(state.last) if state.last else None,
        tournament=tournament_of(state),
        mine=mine,
        cards=cards_for(state, viewer),
        now_ms=now,
    )


def lobby_of(state: State) -> dict[str, Any]:
    """The table as the lobby lists it; `history` is what the last hand paid, by seat."""
    rules = state.rules
    won: dict[int, int] = {}
    for one in state.last.result.winnings if state.last else ():
        won[one.seat] = won.get(one.seat, 0) + one.amount
    return {
        "t": "table",
        "table": rules.table,
        "game": "poker" if rules.structure is None else "sitngo",
        "variant": rules.variant,
        "asset": rules.asset,
        "min_bet": rules.big_blind if rules.structure is None else rules.structure.price,
        "max_bet": rules.buy_in_max,
        "max_total": rules.buy_in_max,
        "phase": _phase(state),
        "round": state.number,
        "closes_at_ms": state.until,
        "seated": len(state.seats),
        "history": tuple(won.items()),
    }


def _phase(state: State) -> str:
    if state.rules.structure is None:
        return "waiting" if state.hand is None else "playing"
    return "playing" if state.tournament is not None and state.tournament.is_running else "registering"


def cards_for(state: State, player: PlayerId | None) -> tuple[int, ...]:
    """The hole cards that this player holds in the hand in play, folded or not; none of anybody else's."""
    seat = None if player is None else state.seat_of(player)
    return state.hand.cards_of(seat) if seat is not None and state.hand and state.plays(seat) else ()


def turn_of(state: State) -> PokerTurn | None:
    """Whose turn it is."""
    options = state.hand.options if state.hand else None
    if options is None:
        return None
    return PokerTurn(
        move=len(state.moves),
        seat=options.seat,
        until_ms=state.until,
        call=options.call,
        raise_min=options.raise_min,
        raise_max=options.raise_max,
    )


def published(state: State, event: Event, stream: str, epoch: int, seq: int) -> tuple[Message, ...]:
    """What everybody is told of an event that was applied, in order: a last move also ends the hand."""
    if isinstance(event, Moved):
        moved = _moved(state, event, stream, epoch, seq)
        return (moved, _ended(state, stream, epoch, seq + 1)) if state.hand is None else (moved,)
    if isinstance(event, HandDealt):
        posts = tuple((one.seat, one.post, one.dead) for one in event.deal.entrants)
        dealt = PokerDealt(
            stream=stream,
            epoch=epoch,
            seq=seq,
            hand=event.deal.number,
            commitment=event.commitment,
            client_seed=event.client_seed,
            level=event.deal.level,
            big_blind=state.rules.at(event.deal.level).big_blind,
            button=event.deal.button,
            posts=posts,
            turn=turn_of(state),
        )
        return (dealt, _ended(state, stream, epoch, seq + 1)) if state.hand is None else (dealt,)
    if isinstance(event, HandOpened):
        at = state.until
        opened = PokerOpened(
            stream=stream, epoch=epoch, seq=seq, hand=event.number, commitment=event.commitment, deals_at_ms=at
        )
        return (opened,)
    if isinstance(event, Mixed):
        return (PokerMixed(stream=stream, epoch=epoch, seq=seq, seat=event.seat),)
    if isinstance(event, Shown):
        return (_ended(state, stream, epoch, seq),)
    if isinstance(event, Opened):
        return ()  # with the registration that opens it
    numbers: list[int]
    if isinstance(event, TournamentBegan):
        numbers = sorted(state.seats)
    else:
        numbers = [] if isinstance(event, TournamentEnded) else [event.seat]
    told: list[Message] = [
        PokerSeated(
            stream=stream,
            epoch=epoch,
            seq=seq + nth,
            seat=number,
            taken=_seat(state, number) if number in state.seats else None,
        )
        for nth, number in enumerate(numbers)
    ]
    tournament = tournament_of(state)
    if tournament is not None and isinstance(event, TournamentEvent):
        told.append(SitngoChanged(stream=stream, epoch=epoch, seq=seq + len(told), tournament=tournament))
    return tuple(told)


def _moved(state: State, event: Moved, stream: str, epoch: int, seq: int) -> PokerMoved:
    hand, last = state.hand, state.last
    return PokerMoved(
        stream=stream,
        epoch=epoch,
        seq=seq,
        hand=state.number,
        seat=event.seat,
        kind=event.move.kind,
        is_late=event.late,
        bet=dict(hand.bets())[event.seat] if hand else 0,
        stack=dict(hand.stacks())[event.seat] if hand else state.seats[event.seat].stack,
        pot=hand.pot if hand else 0,
        board=hand.board if hand else last.board if last else (),
        turn=turn_of(state),
    )


def _ended(state: State, stream: str, epoch: int, seq: int) -> PokerEnded:
    if state.last is None:
        raise ValueError(f"table {state.rules.table}: no hand has ended since it woke up")
    return PokerEnded(stream=stream, epoch=epoch, seq=seq, result=_result(state.last), deals_at_ms=state.until)


def _result(ended: Ended) -> PokerResult:
    result = ended.result
    return PokerResult(
        hand=ended.deal.number,
        board=ended.board,
        shown=tuple((seat, *cards) for seat, cards in ended.shown),
        winnings=tuple((won.pot, won.seat, won.amount) for won in result.winnings),
        stacks=result.stacks,
        rake=result.rake,
    )


def _seat(state: State, number: int) -> PokerSeat:
    seat, hand, rules = state.seats[number], state.hand, state.rules
    is_dealt = state.plays(number)
    return PokerSeat(
        seat=number,
        player=seat.player,
        name=seat.name,
        stack=dict(hand.stacks())[number] if hand and is_dealt else seat.stack,
        added=seat.added,
        bet=dict(hand.bets())[number] if hand and is_dealt else 0,
        is_dealt=is_dealt and hand is not None and number in hand.live(),
        is_in=seat.is_in,
        is_away=seat.is_away,
        is_leaving=seat.is_leaving,
        owes=rules.big_blind * seat.debt.big + rules.small_blind * seat.debt.small,
    )
