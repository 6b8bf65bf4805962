"""How a poker table changes by what has happened at it."""

from dataclasses import replace

from actors.games.poker.button import Positions
from actors.games.poker.deck import deck_under
from actors.games.poker.events import (
    ChipsAdded,
    Event,
    Extended,
    HandDealt,
    HandOpened,
    Leaving,
    Mixed,
    Moved,
    ReachChanged,
    SatIn,
    SatOut,
    SeatLeft,
    SeatTaken,
    Shown,
)
from actors.games.poker.hand import Hand
from actors.games.poker.state import Ended, Seat, State
from actors.games.poker.tournament_changes import change


class NoSeed(Exception):
    """A hand was to be dealt without the seed that its deck follows from: a bug of the caller."""

    def __init__(self, hand: int) -> None:
        super().__init__(f"hand {hand} is dealt without its server seed")
        self.hand = hand


def apply(state: State, event: Event, server_seed: str | None = None) -> State:
    """The table after what happened, changed in place. `HandDealt` needs the seed, and raises `NoSeed` without it."""
    match event:
        case HandDealt():
            _dealt(state, event, server_seed)
        case Moved():
            _moved(state, event)
        case Extended():
            state.extended.add(event.seat)
            state.until = event.until
        case Shown():
            if state.last is not None:
                shown = (*state.last.shown, (event.seat, state.hidden.pop(event.seat)))
                state.last = replace(state.last, shown=shown)
        case HandOpened():
            state.opened, state.mixed = event.commitment, {}
            if state.tournament is None:
                state.rules = state.offered
        case Mixed():
            state.mixed[state.seats[event.seat].player] = event.entropy
        case SeatTaken():
            was_enough = state.places is not None
            bank = state.rules.timing.bank_ms_max
            state.seats[event.seat] = Seat(event.player, event.name, event.stack, bank)
            _begin_again(state, was_enough, event.at)
        case SeatLeft():
            del state.seats[event.seat]
            state.hidden.pop(event.seat, None)
        case ChipsAdded() | Leaving() | SatOut() | SatIn() | ReachChanged():
            _seat_changed(state, event)
        case _:
            change(state, event)
    return state


def _begin_again(state: State, was_enough: bool, at: int) -> None:
    """When there are enough players again, there is a pause, in which they can mix their entropy in."""
    if state.hand is None and not was_enough and state.places is not None:
        state.until = max(state.until, at + state.rules.timing.pause_ms)


def _seat_changed(state: State, event: ChipsAdded | Leaving | SatOut | SatIn | ReachChanged) -> None:
    was_enough = state.places is not None if state.hand is None else True
    seat = state.seats[event.seat]
    match event:
        case ChipsAdded(amount=amount) if state.plays(event.seat):
            seat.added += amount
        case ChipsAdded(amount=amount):
            seat.stack += amount
        case Leaving():
            seat.is_leaving = True
            if state.hand and state.hand.options and state.hand.options.seat == event.seat:
                state.until = event.at
        case SatOut():
            seat.is_in = False
        case SatIn(posts=posts):
            seat.is_in, seat.debt, seat.missed = True, replace(seat.debt, posts=posts), 0
            state.absent.discard(event.seat)
            _wait_again(state, event.seat)
        case ReachChanged(is_away=is_away):
            seat.is_away = is_away
    _begin_again(state, was_enough, event.at)


def _wait_again(state: State, number: int) -> None:
    """One who is there again in a tournament is waited for, if it is the seat's turn."""
    if state.tournament is not None and state.hand and state.hand.options and state.hand.options.seat == number:
        state.until = state.turn_at + state.rules.timing.act_ms


def _dealt(state: State, event: HandDealt, server_seed: str | None) -> None:
    if server_seed is None:
        raise NoSeed(event.deal.number)
    deal, rules = event.deal, state.rules
    places = state.places
    for number, seat in state.seats.items():
        seat.missed += 1
        if places is not None:
            seat.debt = places.debts[number]
    for one in deal.entrants:
        seat = state.seats[one.seat]
        seat.missed = 0
        seat.bank_ms = min(rules.timing.bank_ms_max, seat.bank_ms + rules.timing.bank_gain_ms)
    if state.tournament is not None:
        state.tournament.level = deal.level
    state.positions = Positions(deal.button, deal.small, deal.big)
    state.number, state.commitment, state.client_seed = deal.number, event.commitment, event.client_seed
    state.contributions, state.opened, state.mixed = tuple(state.mixed.values()), "", {}
    state.extended, state.absent, state.moves, state.last, state.hidden = set(), set(), [], None, {}
    state.hand = Hand(rules, deal, deck_under(event.commitment, server_seed, event.client_seed, deal.number))
    _begin_turn(state, state.hand, event.at)


def _moved(state: State, event: Moved) -> None:
    hand = state.hand
    if hand is None:
        return
    seat, timing = state.seats[event.seat], state.rules.timing
    if not event.late:
        seat.bank_ms -= max(0, event.at - state.turn_at - timing.act_ms)
        state.absent.discard(event.seat)
    elif event.seat not in state.absent:
        seat.bank_ms = 0
        if state.tournament is None:
            state.absent.add(event.seat)
    hand.play(event.move)
    state.moves.append(event.move)
    _begin_turn(state, hand, event.at)


def _begin_turn(state: State, hand: Hand, at: int) -> None:
    """Give the next player the time there is; those who are gone none. Without a next player the hand is over."""
    state.turn_at = at
    if hand.options is None:
        _end(state, hand, at)
        return
    number = hand.options.seat
    seat, timing = state.seats[number], state.rules.timing
    if state.tournament is not None and not seat.is_in:
        state.until = at + timing.absent_ms
        return
    is_gone = seat.is_leaving or number in state.absent
    state.until = at if is_gone else at + timing.act_ms + max(0, seat.bank_ms)


def _end(state: State, hand: Hand, at: int) -> None:
    result, shown = hand.result(), hand.shown()
    state.hand = None
    for number, stack in result.stacks:
        seat = state.seats[number]
        seat.stack, seat.added = stack + seat.added, 0
    state.hidden = {number: hand.cards_of(number) for number, _ in result.stacks if number not in shown}
    state.last = Ended(hand.deal, tuple(state.moves), tuple(hand.movers), hand.board, tuple(shown.items()), result)
    state.moves = []
    state.until = at + state.rules.timing.pause_ms
