"""How a table changes by what has happened in the tournament that is played at it."""

from actors.games.poker.button import Debt
from actors.games.poker.state import Seat, State
from actors.games.poker.tournament import Placed, Tournament
from actors.games.poker.tournament_events import (
    Opened,
    PlayerOut,
    Registered,
    TournamentBegan,
    TournamentEnded,
    TournamentEvent,
    Unregistered,
)


def change(state: State, event: TournamentEvent) -> None:
    """The table after what happened, changed in place."""
    if isinstance(event, Opened):
        state.tournament = Tournament(event.number)
        state.rules = state.offered.of(event.structure)
        return
    tournament = state.tournament
    if tournament is None:
        return
    match event:
        case Registered():
            state.seats[event.seat] = Seat(event.player, event.name, 0, state.rules.timing.bank_ms_max)
            tournament.money += event.paid
        case Unregistered():
            del state.seats[event.seat]
            tournament.money -= event.paid
        case TournamentBegan():
            _begin(state, tournament, event)
        case PlayerOut():
            del state.seats[event.seat]
            state.hidden.pop(event.seat, None)
            tournament.money -= event.prize
            tournament.placed += (Placed(event.seat, event.place, event.player, event.name, event.prize),)
        case TournamentEnded():
            state.finished, state.tournament = tournament, None
            state.rules, state.positions = state.offered, None


def _begin(state: State, tournament: Tournament, event: TournamentBegan) -> None:
    structure = state.rules.structure
    tournament.money -= event.fees
    tournament.is_running, tournament.began_at, tournament.first_hand = True, event.at, state.number + 1
    for seat in state.seats.values():
        seat.stack = structure.chips if structure else 0
        seat.debt, seat.missed = Debt(), 0
    state.positions, state.last, state.hidden = None, None, {}
    state.until = event.at + state.rules.timing.pause_ms
