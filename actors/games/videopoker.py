"""Video poker, Jacks or Better by the 9/6 table: five cards are dealt, and those that are not held are replaced.

The ten cards of a game are taken out of one deck, each by one number of the stream, the scheme that is widely
published: five are dealt, and the others come in their order, to the first place that is not held, then to the second.
Who always holds what is best has 0.99543904 of the stake back on average.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from actors.fairness.draws import Draws
from actors.games.alone import MULTIPLIER_ONE
from actors.games.odds import Payoffs, payoffs_of
from actors.games.steps import LATE, Params, Step, StepGame, illegal, one_of_words
from protocol.errors import Refusal
from protocol.games.deck import DECK, SUITS
from protocol.games.videopoker import HAND, PAYS, VideopokerBet, VideopokerDraw
from protocol.model import Request

_PLACES: Final = frozenset(range(HAND))
ACE: Final = 12
JACK: Final = 9
WHEEL: Final = (0, 1, 2, 3, ACE)
"""The lowest straight, in which the ace is low."""
BEST_PAYS: Final = max(PAYS.values())
BEST: Final = "best"
BEST_HITS: Final[Mapping[str, int]] = {
    "royal_flush": 493_512_264,
    "straight_flush": 2_178_883_296,
    "four_of_a_kind": 47_093_167_764,
    "full_house": 229_475_482_596,
    "flush": 219_554_786_160,
    "straight": 223_837_565_784,
    "three_of_a_kind": 1_484_003_070_324,
    "two_pair": 2_576_946_164_148,
    "jacks_or_better": 4_277_372_890_968,
    "nothing": 10_872_274_993_896,
}
"""How often each hand comes to one who always holds what is best, of C(52, 5) * C(47, 5) * 5 ways that cards fall.

Computed exactly, over all deals and all holds, by `python -m tests.benchmarks.videopoker_optimum`; it takes minutes.
"""


def cards_of(draws: Draws) -> tuple[int, ...]:
    """The ten cards of a game, in order."""
    return tuple(draws.taken_out(list(range(DECK)), 2 * HAND))


def hand_of(cards: Sequence[int]) -> str:
    """What five cards are, as `PAYS` names it."""
    suits = len(SUITS)
    ranks = sorted([card // suits for card in cards])
    different = len(set(ranks))
    if different == HAND:
        return _of_five_ranks(tuple(ranks), len({card % suits for card in cards}) == 1)
    # Cards of a kind are beside each other now.
    lowest, low, middle, high, highest = ranks
    if different == 2:
        return "four_of_a_kind" if low == high else "full_house"
    if different == 3:
        return "three_of_a_kind" if middle in (lowest, highest) or low == high else "two_pair"
    return "jacks_or_better" if (low if low in (lowest, middle) else high) >= JACK else "nothing"


def _of_five_ranks(ranks: tuple[int, ...], is_flush: bool) -> str:
    if ranks[-1] - ranks[0] == HAND - 1 or ranks == WHEEL:
        return ("royal_flush" if ranks[0] == ACE - 4 else "straight_flush") if is_flush else "straight"
    return "flush" if is_flush else "nothing"


class Deal(NamedTuple):
    """One game: of its ten cards five are dealt, and the others secret until they are drawn. `held` ends it."""

    stake: int
    deck: tuple[int, ...]
    held: tuple[int, ...] | None
    cards: tuple[int, ...]
    """The five cards as they are now."""
    hand: str
    """What they are."""


def dealt(stake: int, deck: tuple[int, ...]) -> Deal:
    """A game before its draw."""
    cards = deck[:HAND]
    return _new(Deal, (stake, deck, None, cards, hand_of(cards)))


def drawn(deal: Deal, held: tuple[int, ...]) -> Deal:
    """The game after it: what is not held is replaced, place by place."""
    deck, following = deal.deck, HAND
    cards = list(deal.cards)
    for place in range(HAND):
        if place not in held:
            cards[place] = deck[following]
            following += 1
    after = tuple(cards)
    return _new(Deal, (deal.stake, deck, held, after, hand_of(after)))


class VideoPoker(StepGame[Deal]):
    """The game as its actor plays it."""

    name = "videopoker"
    tag = "videopoker.state"
    request: type[Request] = VideopokerBet
    steps: tuple[type[Request], ...] = (VideopokerDraw,)

    def wager_of(self, request: VideopokerBet) -> Params:
        """There is one wager."""
        return {}

    def wager_checked(self, params: Params) -> Params:
        """See `StepGame.wager_checked`."""
        return {}

    def least_win(self, params: Params, stake: int) -> int:
        """Of a royal flush: nobody can be kept from drawing one."""
        return stake * BEST_PAYS

    def largest_win(self, params: Params, stake: int) -> int:
        """The same."""
        return stake * BEST_PAYS

    def begin(self, params: Params, stake: int, payout_max: int, draws: Draws) -> Deal:
        """Shuffle as many cards as can be needed, and deal five."""
        return dealt(stake, cards_of(draws))

    def step_of(self, request: VideopokerDraw) -> Step:
        """The places that are held, as they were said."""
        return ("draw", *request.hold)

    def act(self, state: Deal, step: Step) -> Deal | Refusal:
        """A late player keeps a hand that pays; of any other all cards are replaced."""
        if step == LATE:
            return drawn(state, tuple(range(HAND)) if PAYS[state.hand] else ())
        places = step[1:]
        if step[0] != "draw" or not _PLACES.issuperset(places) or len(set(places)) < len(places):
            return illegal(step, "there are no such places to hold")
        return drawn(state, tuple(sorted([int(place) for place in places])))

    def payout(self, state: Deal) -> int | None:
        """See `StepGame.payout`."""
        return None if state.held is None else state.stake * PAYS[state.hand]

    def view(self, state: Deal) -> Mapping[str, Any]:
        """See `VideopokerState`."""
        hand = state.hand
        view: dict[str, Any] = {"cards": state.cards, "hand": hand, "multiplier": PAYS[hand] * MULTIPLIER_ONE}
        if state.held is not None:
            view["held"] = state.held
        return view

    def outcome(self, state: Deal) -> Mapping[str, Any]:
        """All ten cards, drawn or not."""
        return {"deck": list(state.deck)}

    def payoffs(self, params: Params) -> Payoffs:
        """Of holding what is `best`."""
        one_of_words(params, "hold", (BEST,))
        ways = sum(BEST_HITS.values())
        return payoffs_of((Fraction(PAYS[hand]), Fraction(hits, ways)) for hand, hits in BEST_HITS.items())


_new: Final = tuple.__new__
"""Makes a named tuple from a tuple in a fourth of the time."""
