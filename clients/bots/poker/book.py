"""A hand as a bot reckons it: who has put in how much, which pots that makes, and who is to be paid what of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from clients.bots.poker.hands import best_of

PER_MILLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a bot must know of a table to check its hands."""

    variant: str
    rake_per_mille: int
    rake_cap: int
    big_blind: int
    is_tournament: bool = False


@dataclass(slots=True)
class Book:
    """One hand, from its deal on; `order` is that of the deal, from the left of the button on.

    `put` is what each has bet, `street` what of it on this street, `dead` what does not count as a bet.
    """

    terms: Terms
    number: int
    stacks: dict[int, int]
    order: tuple[int, ...] = ()
    put: dict[int, int] = field(default_factory=dict)
    dead: dict[int, int] = field(default_factory=dict)
    street: dict[int, int] = field(default_factory=dict)
    folded: set[int] = field(default_factory=set)
    board: tuple[int, ...] = ()

    def dealt(self, posts: Iterable[Sequence[int]]) -> None:
        """The hand begins with these: (seat, in front of the player, dead)."""
        posts = tuple(posts)
        self.order = tuple(seat for seat, _, _ in posts)
        for seat, post, dead in posts:
            # An ante is a part of what one has put in, to the last unit of which one can win from everybody.
            ante = dead if self.terms.is_tournament else 0
            self.put[seat], self.street[seat], self.dead[seat] = post + ante, post, dead - ante

    def moved(self, event: Mapping[str, Any]) -> str | None:
        """A move was made. What is told of it that is not so, if anything is."""
        seat, kind = event["seat"], event["kind"]
        left = self.stacks[seat] - self.put[seat] - self.dead[seat]
        most = max(self.street.values())
        if not self.board:
            most = max(most, self.terms.big_blind)  # a short blind lowers no call
        if kind == "fold":
            self.folded.add(seat)
            bet = self.street[seat]
        else:
            bet = event["bet"] if kind == "raise" else min(most, self.street[seat] + left)
            if event["turn"] is None or len(event["board"]) != len(self.board):
                # The bets were collected with this move, so that nothing lies in front of anybody.
                bet = self._last_bet(seat, kind, event, bet)
            added = bet - self.street[seat]
            if not 0 <= added <= left:
                return f"seat {seat} puts in {added} of {left} chips"
            self.put[seat] += added
            self.street[seat] = bet
        if len(event["board"]) != len(self.board):
            self.board = tuple(event["board"])
            self.street = dict.fromkeys(self.order, 0)
        return None

    def _last_bet(self, seat: int, kind: str, event: Mapping[str, Any], bet: int) -> int:
        """A raise that ends the betting leaves its mark on the stack alone."""
        if kind != "raise":
            return bet
        return self.stacks[seat] - self.dead[seat] - self.put[seat] + self.street[seat] - int(event["stack"])

    def wrong_in(self, result: Mapping[str, Any]) -> str | None:
        """What is said of the hand's end that is not so, if anything is."""
        said, rake = dict(result["stacks"]), result["rake"]
        shown = {seat: tuple(cards) for seat, *cards in result["shown"]}
        found = self.stacks_after(shown, tuple(result["board"]))
        if found == (said, rake):
            return None
        return f"leaves {said} and a rake of {rake}, the bot reckons {found[0]} and {found[1]}: {self} {result}"

    def stacks_after(self, shown: Mapping[int, Sequence[int]], board: Sequence[int]) -> tuple[dict[int, int], int]:
        """What everybody has when the hand is over, and the rake."""
        live = [seat for seat in self.order if seat not in self.folded]
        called = sorted(self.put.values())[-2]
        # What nobody has called comes back.
        bets = {seat: min(put, called) for seat, put in self.put.items()}
        after = {seat: self.stacks[seat] - bets[seat] - self.dead[seat] for seat in self.order}
        total = sum(bets.values()) + sum(self.dead.values())
        taken = min(self.terms.rake_cap, total * self.terms.rake_per_mille // PER_MILLE) if board else 0
        raked = 0
        for amount, eligible in self._pots(bets, self._in_play(bets, live, shown, board)):
            part = taken * amount // total
            raked += part
            winners = self._winners(eligible, shown, board)
            share, odd = divmod(amount - part, len(winners))
            for place, seat in enumerate(winners):
                after[seat] += share + (odd if place == 0 else 0)
        return after, raked

    def _in_play(
        self, bets: Mapping[int, int], live: Sequence[int], shown: Mapping[int, Sequence[int]], board: Sequence[int]
    ) -> Sequence[int]:
        """Those whose hands are as good as that of some pot's winner: others are out before the pots are made.

        Pots that the same players are in are one, which matters for how the rake is rounded.
        """
        if len(live) == 1:
            return live
        values = {seat: best_of(self.terms.variant, shown[seat], board) for seat in live if seat in shown}
        least = min(max(values[seat] for seat in pot if seat in values) for _, pot in self._pots(bets, live))
        return [seat for seat in live if seat in values and values[seat] >= least]

    def _pots(self, bets: Mapping[int, int], live: Sequence[int]) -> list[tuple[int, list[int]]]:
        """Amounts, each with those who can win it; what is dead is in the main pot."""
        pots: list[tuple[int, list[int]]] = []
        below, amount = 0, sum(self.dead.values())
        for level in sorted({bets[seat] for seat in live}):
            amount += sum(min(bet, level) - min(bet, below) for bet in bets.values())
            eligible = [seat for seat in live if bets[seat] >= level]
            if amount:
                pots.append((amount, eligible))
            below, amount = level, 0
        return pots

    def _winners(
        self, eligible: Sequence[int], shown: Mapping[int, Sequence[int]], board: Sequence[int]
    ) -> Sequence[int]:
        """Those with the best hand, in the order of the deal. Who has not shown has a hand that cannot win."""
        if len(eligible) == 1:
            return eligible
        values = {seat: best_of(self.terms.variant, shown[seat], board) for seat in eligible if seat in shown}
        best = max(values.values())
        return [seat for seat in eligible if values.get(seat) == best]
