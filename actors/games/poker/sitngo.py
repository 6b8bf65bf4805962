"""Sit-and-go tournaments: who takes part, when it begins, who is out in which place, and what that wins.

A table takes registrations until all seats are taken; then it begins, and goes on until one player has all chips.
Nobody leaves, adds chips, or is not dealt in. Of those who are out in one hand, who had more chips before it has the
better place; those who had as many share the prizes of their places, and what cannot be shared is one unit each for the
first of them from the left of the button on.
"""

from collections.abc import Iterator
from itertools import groupby

from actors.games.poker.deal import Entrant
from actors.games.poker.events import BuyIn, Command, SitOut, StandUp, TopUp
from actors.games.poker.state import State
from actors.games.poker.structure import Structure
from actors.games.poker.tournament_events import (
    Conclude,
    Opened,
    PlayerOut,
    Register,
    Registered,
    TournamentBegan,
    TournamentEnded,
    TournamentEvent,
    Unregister,
    Unregistered,
)
from protocol.errors import Code, Refusal

Decision = tuple[TournamentEvent, ...] | Refusal

_CASH_ONLY = {
    BuyIn: "register for the tournament",
    TopUp: "nobody adds chips in a tournament",
    StandUp: "nobody leaves a tournament; before it begins, unregister",
    SitOut: "everybody is dealt in in a tournament",
}


def refused(state: State, command: Command) -> Refusal | None:
    """Why a table of the one kind does not do what one of the other does, if so."""
    if state.rules.structure is None:
        is_others = isinstance(command, Register | Unregister)
        return _illegal(state, "this is no table of tournaments") if is_others else None
    reason = _CASH_ONLY.get(type(command))
    return _illegal(state, reason) if reason else None


def register(state: State, structure: Structure, command: Register) -> Decision:
    """Let a player take part; the last one begins the tournament. A seat past the last one is none that is left."""
    tournament, now = state.tournament, command.now
    if state.seat_of(command.player) is not None:
        return _illegal(state, "you take part already")
    if tournament is not None and tournament.is_running:
        return Refusal(Code.TABLE_FULL, {"seats_max": structure.seats, "reason": "a tournament is being played"})
    if len(state.seats) >= structure.seats or command.seat >= structure.seats:
        return Refusal(Code.TABLE_FULL, {"seats_max": structure.seats})
    if command.seat < 0 or command.seat in state.seats or command.paid != structure.price:
        return _illegal(state, "neither this seat nor this price is to be had")
    registered = Registered(command.seat, command.player, command.name, command.paid, now)
    number = state.finished.number + 1 if state.finished else 1
    opened = () if tournament is not None else (Opened(number, structure, now),)
    is_full = len(state.seats) + 1 == structure.seats
    began = (TournamentBegan(structure.fee * structure.seats, now),) if is_full else ()
    return (*opened, registered, *began)


def unregister(state: State, structure: Structure, command: Unregister) -> Decision:
    """Let a player go who has registered; one who has not is gone already."""
    number, tournament = state.seat_of(command.player), state.tournament
    if tournament is not None and tournament.is_running:
        return _illegal(state, "the tournament has begun") if number is not None else ()
    if number is None or tournament is None:
        return ()
    return (Unregistered(number, command.player, structure.price, command.now),)


def conclude(state: State, structure: Structure, command: Conclude) -> Decision:
    """Who is out with the hand that is over, the worst place first, and whether one has won."""
    tournament, last = state.tournament, state.last
    if tournament is None or not tournament.is_running or state.hand is not None or last is None:
        return ()
    left = [number for number, seat in state.seats.items() if seat.stack > 0]
    out = [one for one in last.deal.entrants if one.seat in state.seats and one.seat not in left]
    if not out:
        return ()
    events = [
        PlayerOut(one.seat, state.seats[one.seat].player, state.seats[one.seat].name, place, prize, command.now)
        for one, place, prize in _placed(structure, out, len(left))
    ]
    if len(left) > 1:
        return tuple(reversed(events))
    winner = state.seats[left[0]]
    won = PlayerOut(left[0], winner.player, winner.name, 1, structure.prizes[0], command.now)
    return (*reversed(events), won, TournamentEnded(command.now))


def _placed(structure: Structure, out: list[Entrant], left: int) -> Iterator[tuple[Entrant, int, int]]:
    """Those who are out in one hand, in the order of the deal, with places after the `left` best ones, and prizes."""
    place = left
    for _, equals in groupby(sorted(out, key=lambda one: -one.stack), key=lambda one: one.stack):
        group = list(equals)
        share, odd = divmod(sum(structure.prizes[place : place + len(group)]), len(group))
        for number, one in enumerate(group):
            place += 1
            yield one, place, share + (number < odd)


def _illegal(state: State, reason: str) -> Refusal:
    return Refusal(Code.ILLEGAL_STEP, {"table": state.rules.table, "reason": reason})
