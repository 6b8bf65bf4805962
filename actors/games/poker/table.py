"""A poker table: who sits where with how much, whose turn it is and for how long, and one hand after the other.

`decide` says what happens and changes nothing; `apply` is total for what `decide` has said. Chips are paid for before
`SeatTaken` or `ChipsAdded` is applied, and paid back by `SeatLeft`.

Who does not decide in time checks, or folds when that is not possible, and is not dealt in any more. Who has lost the
connection is given more time first, once a hand; who is all in by then has nothing to decide, and nothing to lose.
Nobody is put all in for being away: what is in the pot is not protected beyond that.

In a tournament everybody is dealt in. Who has not decided in time is waited for `absent_ms` from then on, until coming
back: by a move, by asking to be dealt in, or with the connection.
"""

from typing import Final

from actors.games.poker.deal import Deal, Move, Options
from actors.games.poker.events import (
    Act,
    Advance,
    BuyIn,
    ChipsAdded,
    Command,
    DealHand,
    Event,
    Extended,
    HandDealt,
    HandOpened,
    Leaving,
    Mix,
    Mixed,
    Moved,
    OpenHand,
    Reach,
    ReachChanged,
    SatIn,
    SatOut,
    SeatLeft,
    SeatTaken,
    Show,
    Shown,
    SitIn,
    SitOut,
    StandUp,
    TopUp,
)
from actors.games.poker.sitngo import conclude, refused, register, unregister
from actors.games.poker.state import Seat, State
from actors.games.poker.tournament_events import Conclude, Register, Unregister
from protocol.errors import Code, Refusal

MISSED_MAX: Final = 200
"""Who was not dealt in for so many hands gives up the seat."""
MIXED_MAX: Final = 64
"""How many players may mix into one hand, those included who have left since."""

Seated = TopUp | StandUp | SitOut | SitIn | Act | Show | Reach | Mix
"""What only those may ask who have a seat."""
Decision = tuple[Event, ...] | Refusal


def decide(state: State, command: Command) -> Decision:
    """What happens, or why not. Changes nothing."""
    refusal = refused(state, command)
    if refusal is not None:
        return refusal
    structure = state.rules.structure
    if structure is not None:
        match command:
            case Register():
                return register(state, structure, command)
            case Unregister():
                return unregister(state, structure, command)
            case Conclude():
                return conclude(state, structure, command)
    match command:
        case BuyIn():
            return _buy_in(state, command)
        case OpenHand(commitment=commitment, now=now):
            return () if state.opened else (HandOpened(state.number + 1, commitment, now),)
        case DealHand():
            return _deal(state, command)
        case Advance():
            return _advance(state, command.now)
        case Register() | Unregister() | Conclude():
            return ()
    number = state.seat_of(command.player)
    if number is None:
        gone = type(command) is StandUp or (type(command) is Act and _was_last(state, command))
        return () if gone else Refusal(Code.NOT_SEATED, {"table": state.rules.table})
    return _of_seated(state, number, command)


def _of_seated(state: State, number: int, command: Seated) -> Decision:
    match command:
        case Act():
            return _act(state, number, command)
        case TopUp():
            return _top_up(state, number, command)
        case StandUp():
            return _stand_up(state, number, command.now)
        case Show():
            return _show(state, number, command)
        case Mix():
            return _mix(state, number, command)
        case SitOut(now=now):
            return (SatOut(number, now),) if state.seats[number].is_in else ()
        case SitIn(posts=posts, now=now):
            return _sit_in(state, number, posts, now)
        case Reach(is_away=is_away, now=now):
            return _reach(state, number, is_away, now)


def deadline(state: State) -> int | None:
    """When the table wants `Advance` or, between hands, `DealHand`; nothing while there are not two to play."""
    if state.hand is not None:
        return state.until
    return state.until if may_deal(state) or any(map(_is_gone, state.seats.values())) else None


def may_deal(state: State) -> bool:
    """Whether there are enough players for another hand."""
    return state.hand is None and state.places is not None


def options_of(state: State) -> Options | None:
    """What the player whose turn it is may do."""
    return state.hand.options if state.hand else None


def _buy_in(state: State, command: BuyIn) -> Decision:
    rules, seats = state.rules, state.seats
    if state.seat_of(command.player) is not None:
        return Refusal(Code.ILLEGAL_STEP, {"table": rules.table, "reason": "you sit here already"})
    if not 0 <= command.seat < rules.seats_max or command.seat in seats:
        return Refusal(Code.ILLEGAL_STEP, {"seat": command.seat, "reason": "this seat is not free"})
    if not rules.buy_in_min <= command.amount <= rules.buy_in_max:
        code = Code.BET_BELOW_MINIMUM if command.amount < rules.buy_in_min else Code.BET_ABOVE_MAXIMUM
        return Refusal(code, {"min": rules.buy_in_min, "max": rules.buy_in_max})
    return (SeatTaken(command.seat, command.player, command.name, command.amount, command.now),)


def _top_up(state: State, number: int, command: TopUp) -> Decision:
    seat = state.seats[number]
    has = seat.stack + seat.added
    if command.amount < 1:
        return Refusal(Code.BET_BELOW_MINIMUM, {"min": 1})
    if has + command.amount > state.rules.buy_in_max:
        return Refusal(Code.BET_ABOVE_MAXIMUM, {"max": max(0, state.rules.buy_in_max - has)})
    return (ChipsAdded(number, command.amount, command.now),)


def _stand_up(state: State, number: int, now: int) -> Decision:
    seat = state.seats[number]
    if state.plays(number):
        return () if seat.is_leaving else (Leaving(number, now),)
    return (SeatLeft(number, seat.player, seat.stack + seat.added, now),)


def _sit_in(state: State, number: int, posts: bool, now: int) -> Decision:
    seat = state.seats[number]
    if seat.is_leaving:
        return Refusal(Code.ILLEGAL_STEP, {"reason": "you leave after this hand"})
    if seat.is_in and seat.debt.posts == posts:
        return ()
    return (SatIn(number, posts, now),)


def _reach(state: State, number: int, is_away: bool, now: int) -> Decision:
    seat = state.seats[number]
    if seat.is_away == is_away:
        return ()
    changed = ReachChanged(number, is_away, now)
    return (changed, *_back(state, number, now)) if not is_away else (changed,)


def _back(state: State, number: int, now: int) -> tuple[Event, ...]:
    """In a tournament one who was not waited for is there again."""
    return (SatIn(number, False, now),) if state.tournament is not None and not state.seats[number].is_in else ()


def _act(state: State, number: int, command: Act) -> Decision:
    hand = state.hand
    if state.made(command.hand, command.number) == (number, command.move):
        return ()  # asked for again: it was done
    if hand is None or command.hand != state.number:
        return Refusal(Code.BETTING_CLOSED, {"round": state.number, "wanted": command.hand})
    options = hand.options
    if command.number != len(state.moves):
        return Refusal(Code.OUT_OF_TURN, {"move": len(state.moves), "wanted": command.number})
    if options is None or options.seat != number or command.now >= state.until:
        return Refusal(Code.OUT_OF_TURN, {"seat": number, "acts": options and options.seat})
    if not options.allows(command.move):
        evidence = {"call": options.call, "raise_min": options.raise_min, "raise_max": options.raise_max}
        return Refusal(Code.ILLEGAL_STEP, evidence)
    return (*_back(state, number, command.now), Moved(number, command.move, False, command.now))


def _was_last(state: State, command: Act) -> bool:
    """Whether this move was made by one whom its hand has put out of a tournament, and is asked for again."""
    tournament = state.tournament or state.finished
    seats = [one.seat for one in tournament.placed if one.player == command.player] if tournament else []
    return bool(seats) and state.made(command.hand, command.number) == (seats[0], command.move)


def _show(state: State, number: int, command: Show) -> Decision:
    if command.hand == state.number and state.last is not None and number in dict(state.last.shown):
        return ()
    if state.hand is not None or command.hand != state.number or number not in state.hidden:
        return Refusal(Code.ILLEGAL_STEP, {"round": state.number, "reason": "there is nothing of yours to show"})
    return (Shown(number, command.now),)


def _mix(state: State, number: int, command: Mix) -> Decision:
    if not state.opened or state.hand is not None or command.hand != state.number + 1:
        return Refusal(Code.BETTING_CLOSED, {"round": state.number + 1, "wanted": command.hand})
    before = state.mixed.get(command.player)
    if before == command.entropy:
        return ()
    if before is not None or len(state.mixed) >= MIXED_MAX:
        return Refusal(Code.ILLEGAL_STEP, {"reason": "you have mixed into this hand already"})
    return (Mixed(number, command.entropy, command.now),)


def _deal(state: State, command: DealHand) -> Decision:
    level = _next_level(state, command.now)
    places = None if state.hand is not None or command.now < state.until else state.places_by(state.rules.at(level))
    if places is None:
        return ()
    at = places.positions
    deal = Deal(state.number + 1, at.button, at.small, at.big, places.entrants, level)
    return (HandDealt(deal, command.commitment, command.client_seed, command.now),)


def _next_level(state: State, now: int) -> int:
    """That of the next hand: a level that ends goes on to the end of the hand."""
    tournament, structure = state.tournament, state.rules.structure
    if tournament is None or structure is None:
        return 0
    return structure.level_at(state.number + 1 - tournament.first_hand, now - tournament.began_at)


def _is_gone(seat: Seat) -> bool:
    return seat.is_leaving or seat.missed > MISSED_MAX


def _advance(state: State, now: int) -> Decision:
    if state.hand is None:
        return tuple(
            SeatLeft(number, seat.player, seat.stack + seat.added, now)
            for number, seat in state.seats.items()
            if _is_gone(seat)
        )
    options = state.hand.options
    if options is None or now < state.until:
        return ()
    number = options.seat
    seat = state.seats[number]
    if state.tournament is not None:
        late = Moved(number, Move("fold" if options.call else "call"), True, now)
        return (SatOut(number, now), late) if seat.is_in else (late,)
    if seat.is_away and seat.is_in and not seat.is_leaving and number not in state.extended:
        return (Extended(number, now + state.rules.timing.away_ms, now),)
    late = Moved(number, Move("fold" if options.call else "call"), True, now)
    return (late, SatOut(number, now)) if seat.is_in else (late,)
