"""Who is out of a tournament after a hand, in which place and with which prize, as a bot reckons it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place, from 1, and its prize."""

    place: int
    prize: int


def places_after(
    order: Sequence[int], before: Mapping[int, int], after: Mapping[int, int], prizes: Sequence[int]
) -> dict[int, Place]:
    """The places, by seat, of those who have no chips after a hand, and of the one who has them all.

    `order` is that of the deal. More chips before the hand are a better place; those who had as many share what their
    places win, and the first of them have the units that are left over.
    """
    left = [seat for seat in order if after[seat]]
    out = [seat for seat in order if not after[seat]]
    places = {left[0]: Place(1, prizes[0])} if len(left) == 1 else {}
    for chips in sorted({before[seat] for seat in out}, reverse=True):
        equals = [seat for seat in out if before[seat] == chips]
        first = len(left) + sum(before[seat] > chips for seat in out)
        pool = sum(prizes[first : first + len(equals)])
        for number, seat in enumerate(equals):
            share = pool // len(equals) + (1 if number < pool % len(equals) else 0)
            places[seat] = Place(first + number + 1, share)
    return places
