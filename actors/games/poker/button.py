"""Where the button and the blinds are, hand after hand, and what those owe who missed them.

The dead button (TDA 32): the big blind always goes on to the next player, so that nobody skips it and nobody has it
twice. The small blind is where the big one was and the button where the small one was, even if nobody is there now.
With two players the one who has not the big blind has the button and the small one (TDA 34).

Who was away when the blinds passed owes them: the player waits for the big blind, or puts in what was missed, the big
blind as a bet and the small one dead, in a hand in which the seat is not the button's nor between it and the big blind.
Who has just sat down owes a big blind. When fewer than two owe nothing, the game begins anew and debts are forgotten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from actors.games.poker.deal import Entrant
from actors.games.poker.rules import SEATS_MAX, Rules


@dataclass(frozen=True, slots=True)
class Positions:
    """The seats of the last hand's button and blinds."""

    button: int
    small: int
    big: int


@dataclass(frozen=True, slots=True)
class Debt:
    """What a seat missed. `posts`: the player would rather put it in now than wait for the big blind."""

    big: bool = False
    small: bool = False
    posts: bool = False

    @property
    def is_owed(self) -> bool:
        """Whether there is anything to make good."""
        return self.big or self.small


@dataclass(frozen=True, slots=True)
class Sitter:
    """A seat that somebody has: `is_ready` to play, with `stack` chips."""

    stack: int
    is_ready: bool
    debt: Debt = Debt()


@dataclass(frozen=True, slots=True)
class Places:
    """The next hand: its positions, who is dealt in from the left of the button on, and what every seat owes then."""

    positions: Positions
    entrants: tuple[Entrant, ...]
    debts: Mapping[int, Debt]


def places_of(rules: Rules, last: Positions | None, sitters: Mapping[int, Sitter]) -> Places | None:
    """The next hand, or nothing if there are not two who can play.

    Whoever has chips can: one who has less than a blind posts what there is. To put missed blinds in takes enough for
    both of them; whoever has less waits for the big blind.
    """
    can = {seat: one for seat, one in sitters.items() if one.is_ready and one.stack > 0}
    if len(can) < 2:
        return None
    settled = {seat for seat, one in can.items() if not one.debt.is_owed}
    if last is None or len(settled) < 2:
        return _anew(rules, last, sitters, can)
    big = next(seat for seat in _round(last.big) if seat in can)
    missed = _missed(last, big, sitters, can)
    small, button = last.big, last.small
    others = settled - {big}
    if len(others) == 1:
        return _two(rules, big, others.pop(), can, missed)
    if button not in _arc(big, small):
        # There were two players: the small blind's seat is now the big one's.
        button = next(seat for seat in _arc(small, big, back=True) if seat in settled)
    late = {
        seat
        for seat in _arc(big, button)
        if seat in can
        and seat not in settled
        and can[seat].debt.posts
        and can[seat].stack >= rules.big_blind + rules.small_blind
    }
    positions = Positions(button, small, big)
    dealt = others | late | {big}
    entrants = tuple(
        _entrant(rules, seat, positions, can[seat], seat in late) for seat in _round(button) if seat in dealt
    )
    return Places(positions, entrants, {**missed, **dict.fromkeys(dealt, Debt())})


def _entrant(rules: Rules, seat: int, positions: Positions, one: Sitter, is_late: bool) -> Entrant:
    if is_late:
        return Entrant(seat, one.stack, rules.big_blind, rules.small_blind if one.debt.small else 0, late=True)
    blind = rules.big_blind if seat == positions.big else rules.small_blind if seat == positions.small else 0
    # The ante comes first, so that all who have it give the same; but a chip at least is the blind, by which one acts.
    post = min(blind, max(1, one.stack - rules.ante))
    return Entrant(seat, one.stack, post, min(rules.ante, one.stack - post))


def _two(rules: Rules, big: int, other: int, can: Mapping[int, Sitter], debts: Mapping[int, Debt]) -> Places:
    """Two players: the button has the small blind and is the last of the deal."""
    positions = Positions(other, other, big)
    entrants = tuple(_entrant(rules, seat, positions, can[seat], is_late=False) for seat in (big, other))
    return Places(positions, entrants, {**debts, big: Debt(), other: Debt()})


def _anew(rules: Rules, last: Positions | None, sitters: Mapping[int, Sitter], can: Mapping[int, Sitter]) -> Places:
    """All who can play do, from the next seat after the old button on, and nobody owes anything."""
    debts = {seat: one.debt for seat, one in sitters.items()}
    order = [seat for seat in _round(last.button if last else SEATS_MAX - 1) if seat in can]
    if len(order) == 2:
        return _two(rules, order[1], order[0], can, debts)
    positions = Positions(*order[:3])
    entrants = tuple(_entrant(rules, seat, positions, can[seat], is_late=False) for seat in (*order[1:], order[0]))
    return Places(positions, entrants, {**debts, **dict.fromkeys(order, Debt())})


def _missed(last: Positions, big: int, sitters: Mapping[int, Sitter], can: Mapping[int, Sitter]) -> dict[int, Debt]:
    """What everybody owes when the big blind has gone on to `big`, and the small one to where it was."""
    debts = {seat: one.debt for seat, one in sitters.items()}
    for seat in _arc(last.big, big):
        if seat in debts:
            debts[seat] = replace(debts[seat], big=True, small=True)
    if last.big in debts and last.big not in can:
        debts[last.big] = replace(debts[last.big], small=True)
    return debts


def _round(after: int) -> Iterator[int]:
    """All seats, clockwise, from the next one on."""
    return ((after + step) % SEATS_MAX for step in range(1, SEATS_MAX + 1))


def _arc(first: int, last: int, *, back: bool = False) -> Iterator[int]:
    """The seats between two, clockwise from the first one, or the other way round; neither of them is one of these."""
    step = -1 if back else 1
    seat = (first + step) % SEATS_MAX
    while seat not in (first, last):
        yield seat
        seat = (seat + step) % SEATS_MAX
