"""What a poker table knows: its seats, where the blinds are, and the hand in play."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgpack

from actors.games.poker.button import Debt, Places, Positions, Sitter, places_of
from actors.games.poker.deal import Deal, Entrant, Move, Result, Winning
from actors.games.poker.deck import deck_under
from actors.games.poker.hand import Hand
from actors.games.poker.packed import packed
from actors.games.poker.rules import BadRules, Rake, Rules
from actors.games.poker.structure import structure_in
from actors.games.poker.tournament import Tournament, tournament_in
from protocol.ids import PlayerId

NEW: Final = Debt(big=True)
"""What one who has just sat down owes."""


@dataclass(slots=True)
class Seat:
    """A player at the table. `added` chips are there when the hand is over; `bank_ms` is what is left to think.

    In a tournament, who is not `is_in` is dealt in all the same, and not waited for long.
    """

    player: PlayerId
    name: str
    stack: int
    bank_ms: int
    is_in: bool = True
    debt: Debt = NEW
    added: int = 0
    is_leaving: bool = False
    is_away: bool = False
    missed: int = 0
    """Hands since the last one that the player was dealt into."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The last hand, for those who look back on it: what it was, its moves and by whom, and who showed what."""

    deal: Deal
    moves: tuple[Move, ...]
    movers: tuple[int, ...]
    board: tuple[int, ...]
    shown: tuple[tuple[int, tuple[int, ...]], ...]
    result: Result


@dataclass(slots=True)
class State:
    """One table. Between hands `hand` is nothing; `until` is the deadline of the turn, or the end of the pause.

    A tournament, or a hand of a cash game, is played by the rules that it was opened with, and the next one by what the
    table has `offered` since.
    """

    rules: Rules
    seats: dict[int, Seat] = field(default_factory=dict)
    positions: Positions | None = None
    number: int = 0
    commitment: str = ""
    client_seed: str = ""
    contributions: tuple[str, ...] = ()
    """What players mixed into the hand in play, or the last one, in order."""
    opened: str = ""
    """The commitment to the next hand's cards, once there is one."""
    mixed: dict[PlayerId, str] = field(default_factory=dict)
    """What players have mixed into the next hand so far."""
    hand: Hand | None = None
    moves: list[Move] = field(default_factory=list)
    turn_at: int = 0
    until: int = 0
    extended: set[int] = field(default_factory=set)
    """Who, being away, was given more time in this hand."""
    absent: set[int] = field(default_factory=set)
    """Who did not decide in time in this hand, and is not waited for any more."""
    last: Ended | None = None
    hidden: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Hole cards of the last hand that its players may still show."""
    tournament: Tournament | None = None
    finished: Tournament | None = None
    """The tournament before."""
    offered: Rules = field(init=False)

    def __post_init__(self) -> None:
        self.offered = self.rules

    def seat_of(self, player: PlayerId) -> int | None:
        """Where a player sits."""
        return next((number for number, seat in self.seats.items() if seat.player == player), None)

    @property
    def places(self) -> Places | None:
        """The next hand, if there are enough players for it."""
        return self.places_by(self.rules)

    def places_by(self, rules: Rules) -> Places | None:
        """The next hand at these blinds."""
        sitters = {number: self.sitter_of(seat) for number, seat in self.seats.items()}
        return places_of(rules, self.positions, sitters)

    def sitter_of(self, seat: Seat) -> Sitter:
        """A seat as the button sees it: in a tournament everybody is dealt in."""
        is_ready = (seat.is_in or self.tournament is not None) and not seat.is_leaving
        return Sitter(seat.stack, is_ready, seat.debt)

    def made(self, hand: int, number: int) -> tuple[int, Move] | None:
        """Who made this move of the hand in play or the last one, and what it was."""
        if hand != self.number:
            return None
        if self.hand is not None:
            movers, moves = tuple(self.hand.movers), tuple(self.moves)
        else:
            movers, moves = (self.last.movers, self.last.moves) if self.last is not None else ((), ())
        return (movers[number], moves[number]) if number < len(moves) else None

    def plays(self, number: int) -> bool:
        """Whether a seat is dealt into the hand in play, folded or not."""
        return self.hand is not None and any(one.seat == number for one in self.hand.deal.entrants)

    @property
    def money(self) -> int:
        """What players have paid and not been paid back: the chips of a cash game, the pool of a tournament."""
        if self.rules.structure is None:
            return self.chips
        return self.tournament.money if self.tournament is not None else 0

    @property
    def chips(self) -> int:
        """All chips on the table, those in the pots included."""
        of_hand = sum(one.stack for one in self.hand.deal.entrants) if self.hand else 0
        return of_hand + sum(
            seat.added + (0 if self.plays(number) else seat.stack) for number, seat in self.seats.items()
        )


def dump(state: State) -> bytes:
    """The table as a snapshot. No card of a hand in play is in it; those of the last hand are, shown or not."""
    deal = state.hand.deal if state.hand else None
    fields = {
        "seats": list(state.seats.items()),
        "positions": state.positions,
        "number": state.number,
        "commitment": state.commitment,
        "client_seed": state.client_seed,
        "contributions": state.contributions,
        "opened": state.opened,
        "mixed": list(state.mixed.items()),
        "deal": deal,
        "moves": state.moves,
        "times": (state.turn_at, state.until),
        "extended": sorted(state.extended),
        "absent": sorted(state.absent),
        "last": state.last,
        "hidden": list(state.hidden.items()),
        "tournament": state.tournament and (state.tournament, state.rules.structure),
        "finished": state.finished,
        "stakes": _stakes_of(state),
    }
    return packed(fields)


def load(rules: Rules, data: bytes, server_seed: str | None) -> State:
    """The table that was dumped; a hand in play needs its server seed."""
    fields = msgpack.unpackb(data, use_list=False, strict_map_key=False)
    state = State(
        rules,
        {number: _seat(values) for number, values in fields["seats"]},
        fields["positions"] and Positions(*fields["positions"]),
        fields["number"],
        fields["commitment"],
        fields["client_seed"],
        fields["contributions"],
        fields["opened"],
        dict(fields["mixed"]),
        extended=set(fields["extended"]),
        absent=set(fields["absent"]),
        last=fields["last"] and _ended(fields["last"]),
        hidden=dict(fields["hidden"]),
    )
    state.turn_at, state.until = fields["times"]
    _load_tournaments(state, fields.get("tournament"), fields.get("finished"))
    if rules.structure is not None and state.seats and state.tournament is None:
        raise BadRules(rules.table, "chips of a cash game are on it: tournaments need a table of their own")
    if stakes := fields.get("stakes"):
        state.rules = _by_stakes(rules, *stakes)
    if fields["deal"] is not None and server_seed is not None:
        deck = deck_under(state.commitment, server_seed, state.client_seed, state.number)
        state.moves = [Move(*move) for move in fields["moves"]]
        state.hand = replayed(state.rules, _deal(fields["deal"]), deck, state.moves)
    return state


def replayed(rules: Rules, deal: Deal, deck: Sequence[int], moves: Sequence[Move]) -> Hand:
    """A hand after its moves. Raises `IllegalMove` for what was not played by these rules."""
    hand = Hand(rules, deal, deck)
    for move in moves:
        hand.play(move)
    return hand


def _stakes_of(state: State) -> tuple[int, int, int, int, Rake] | None:
    """What a hand of a cash game that is opened, or in play, is for."""
    rules = state.rules
    if rules.structure is not None or not (state.opened or state.hand):
        return None
    return rules.small_blind, rules.big_blind, rules.buy_in_min, rules.buy_in_max, rules.rake


def _by_stakes(rules: Rules, small: int, big: int, low: int, high: int, rake: tuple[int, int]) -> Rules:
    return replace(rules, small_blind=small, big_blind=big, buy_in_min=low, buy_in_max=high, rake=Rake(*rake))


def _load_tournaments(state: State, playing: tuple[Any, Any] | None, finished: tuple[Any, ...] | None) -> None:
    if finished:
        state.finished = tournament_in(finished)
    if playing:
        tournament, structure = playing
        state.tournament, state.rules = tournament_in(tournament), state.rules.of(structure_in(structure))


def _seat(values: tuple[Any, ...]) -> Seat:
    player, name, stack, bank_ms, is_in, debt, *others = values
    return Seat(player, name, stack, bank_ms, is_in, Debt(*debt), *others)


def _ended(values: tuple[Any, ...]) -> Ended:
    deal, moves, movers, board, shown, (stacks, rake, winnings) = values
    result = Result(stacks, rake, tuple(Winning(*one) for one in winnings))
    return Ended(_deal(deal), tuple(Move(*move) for move in moves), movers, board, shown, result)


def _deal(values: tuple[Any, ...]) -> Deal:
    number, button, small, big, entrants, *level = values
    return Deal(number, button, small, big, tuple(Entrant(*one) for one in entrants), *level)
