"""Whole tournaments of legal moves at random: no chip and no money is made or lost, and a crash changes nothing."""

from random import Random
from typing import Any

import pytest
from pokerkit import HandHistory

from actors.games.poker.changes import apply
from actors.games.poker.deal import Deal
from actors.games.poker.deck import deck_of
from actors.games.poker.events import Act, Advance, DealHand, HandDealt, Reach
from actors.games.poker.history import history_of
from actors.games.poker.state import State, dump, load, replayed
from actors.games.poker.table import decide, options_of
from actors.games.poker.tournament_events import Conclude, PlayerOut
from actors.games.poker.view import cards_for, view
from actors.poker.journal import read_event, write_event
from clients.bots.poker.places import Place, places_after
from protocol.errors import Refusal
from protocol.games.deck import DECK
from protocol.ids import PlayerId
from tests.support.poker import CLIENT_SEED, COMMITMENT, SERVER_SEED, moves_in
from tests.support.sitngo import registered, sitngo_rules

PAYOUTS = {2: (1_000,), 3: (667, 333), 6: (500, 300, 200), 9: (400, 300, 200, 100)}
STEPS_MAX = 4_000


class Played:
    """A tournament, step by step; after each step everything that must hold is looked at."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        seats = (2, 3, 6, 9)[seed % 4]
        variant = ("holdem", "omaha")[seed // 4 % 2]
        self.rules = sitngo_rules(variant=variant, seats=seats, payouts=PAYOUTS[seats])
        self.state = registered(self.rules)
        self.again = registered(self.rules)
        self.prizes: list[int] = []
        self.before: dict[int, int] = {}
        self.deal: Deal | None = None

    @property
    def structure(self) -> Any:
        """That of the tournament."""
        return self.rules.structure

    def step(self) -> bool:
        """Somebody moves, or lets the time go by, or a hand is dealt. Whether the tournament goes on."""
        options = options_of(self.state)
        if options is None:
            self.before = {number: seat.stack for number, seat in self.state.seats.items()}
            self.does(DealHand(COMMITMENT, CLIENT_SEED, self.state.until))
        elif self.chance.random() < 0.1:
            player = self.chance.choice(list(self.state.seats.values())).player
            self.does(Reach(player, self.chance.random() < 0.5, self.state.turn_at))
            self.does(Advance(self.state.until))
        else:
            player = self.state.seats[options.seat].player
            move = self.chance.choice(moves_in(options))
            self.does(Act(player, self.state.number, len(self.state.moves), move, self.state.turn_at))
        if self.state.hand is None:
            self.is_over()
        return self.state.tournament is not None

    def does(self, command: Any) -> tuple[Any, ...]:
        """A command that is not refused."""
        decided = decide(self.state, command)
        assert not isinstance(decided, Refusal), decided
        for event in decided:
            apply(self.state, event, SERVER_SEED)
            apply(self.again, read_event(write_event(event)), SERVER_SEED)  # type: ignore[arg-type]
            self.holds(event)
        return decided

    def holds(self, event: Any) -> None:
        """What must hold after every event."""
        state = self.state
        if isinstance(event, HandDealt):
            self.deal = event.deal
        if isinstance(event, PlayerOut):
            self.prizes.append(event.prize)
        if state.tournament is not None and state.seats:
            assert state.chips == self.structure.chips * self.structure.seats
        assert state.money + sum(self.prizes) == self.structure.pool
        assert dump(self.again) == dump(state)
        assert dump(load(self.rules, dump(state), SERVER_SEED if state.hand else None)) == dump(state)
        self.nothing_leaks()

    def nothing_leaks(self) -> None:
        """Whatever cards others hold, a viewer sees the same."""
        hand = self.state.hand
        if hand is None or self.chance.random() > 0.2:
            return
        viewer = self.chance.choice([None, *(seat.player for seat in self.state.seats.values())])
        known = [*cards_for(self.state, viewer), *hand.board]
        dealt = [card for one in hand.deal.entrants for card in hand.cards_of(one.seat)] + list(hand.board)
        others = [card for card in range(DECK) if card not in known]
        self.chance.shuffle(others)
        deck = [card if card in known else others.pop() for card in dealt] + others
        seen = [_seen(self.state, viewer)]
        self.state.hand = replayed(self.state.rules, hand.deal, deck, self.state.moves)
        seen.append(_seen(self.state, viewer))
        self.state.hand = hand
        assert seen[0] == seen[1]

    def is_over(self) -> None:
        """A hand has ended: its history is read by the library to the same end, and places are what bots reckon."""
        state = self.state
        assert state.last is not None
        last, deal = state.last, self.deal
        assert deal is not None
        assert {one.dead for one in deal.entrants} <= {*range(self.structure.blinds_of(deal.level).ante + 1)}
        deck = deck_of(SERVER_SEED, CLIENT_SEED, deal.number)
        hand = replayed(self.state.rules, last.deal, deck, last.moves)
        names = {number: seat.name for number, seat in state.seats.items()}
        text = history_of(self.state.rules, hand, names, seen=[one.seat for one in deal.entrants])
        *_, end = HandHistory.loads(text)
        assert end.stacks == [stack for _, stack in last.result.stacks]
        after = dict(last.result.stacks)
        order = [one.seat for one in deal.entrants]
        wanted = places_after(order, self.before, after, self.structure.prizes)
        told = [one for one in self.does(Conclude(state.until)) if isinstance(one, PlayerOut)]
        assert {one.seat: Place(one.place, one.prize) for one in told} == wanted
        assert self.does(Conclude(state.until)) == ()


def _seen(state: State, viewer: PlayerId | None) -> Any:
    return view(state, viewer, "table:p1", 1, 1, now=0)


@pytest.mark.parametrize("seed", range(8))
def test_a_tournament_of_random_play_pays_what_was_paid_and_gives_everybody_a_place(seed: int) -> None:
    played = Played(seed)
    for _ in range(STEPS_MAX):
        if not played.step():
            break
    finished = played.state.finished

    assert finished is not None
    seats = played.structure.seats
    assert sorted(one.place for one in finished.placed) == list(range(1, seats + 1))
    assert sorted(one.player for one in finished.placed) == list(range(1, seats + 1))
    assert sum(one.prize for one in finished.placed) == played.structure.entry * seats
    assert (finished.money, played.state.money, played.state.seats) == (0, 0, {})
