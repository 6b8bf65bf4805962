"""Hi-lo: each card is as high as the one before or higher, or as low or lower; who guesses it right may go on or stop.

Every card is one number of the stream, chosen of 52 with replacement, the scheme that is widely published for endless
decks. The ace is the lowest rank and the king the highest. A guess that `n` of 13 ranks fulfil multiplies the win by
13 / n; all together pay 0.99 of that, floored to the ledger unit: however one plays, the return is exactly 0.99.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from actors.fairness.draws import BLOCK_BYTES, U32_BYTES, Draws, chosen
from actors.games.alone import MULTIPLIER_ONE
from actors.games.odds import Payoffs, payoffs_of
from actors.games.steps import LATE, Params, Step, StepGame, illegal, one_of_words, whole_of
from protocol.errors import Refusal
from protocol.games.deck import DECK, RANKS, SUITS
from protocol.games.hilo import CARDS_MAX, HiloBet, HiloCashOut, HiloGuess, HiloSkip
from protocol.model import Request

RETURN_PERCENT: Final = 99
RETURN: Final = Fraction(RETURN_PERCENT, 100)
CARDS_AT_ONCE: Final = BLOCK_BYTES // U32_BYTES
ACE: Final = 1
KING: Final = 13
LEAST: Final[Fraction] = RETURN * Fraction(KING, KING - 1)
"""What the safest first guess pays, in stakes."""
MOST: Final[Fraction] = RETURN * KING ** (CARDS_MAX - 1)
"""What nothing but kings pays, on each of which the next was guessed."""
SIDES: Final = ("higher", "lower")
CASH_OUT: Final = ("cash_out",)
SKIP: Final = ("skip",)


def cards_of(draws: Draws) -> tuple[int, ...]:
    """All cards of a game, those too that will not be needed."""
    return tuple([chosen(u32, DECK) for u32 in draws.u32s(CARDS_MAX)])


class Cards:
    """The cards of a game, each computed when it is first looked at, with its neighbours in the stream.

    Which they are does not depend on when; few games come to the eighth.
    """

    __slots__ = ("_drawn", "_draws")

    def __init__(self, draws: Draws, drawn: Sequence[int] = ()) -> None:
        """The stream is this object's from here on; `drawn` are those that came before."""
        self._draws = draws
        self._drawn: list[int] = list(drawn)

    def first(self, count: int) -> tuple[int, ...]:
        """So many, from the first one on."""
        self._draw(count)
        return tuple(self._drawn[:count])

    def at(self, place: int) -> int:
        """One, by its place from 0 on."""
        self._draw(place + 1)
        return self._drawn[place]

    def _draw(self, count: int) -> None:
        while len(self._drawn) < count:
            self._drawn += [chosen(u32, DECK) for u32 in self._draws.u32s(CARDS_AT_ONCE)]


def rank_of(card: int) -> int:
    """1, the ace, to 13, the king."""
    return (card // len(SUITS) + 1) % len(RANKS) + 1


def winning_ranks(rank: int, side: str) -> range:
    """The ranks that a guess after this rank is right about. No guess is always right."""
    if side == "higher":
        return range(rank + (rank == ACE), KING + 1)
    return range(ACE, rank + (rank != KING))


class Game(NamedTuple):
    """One game: of `cards` the first `shown` are public.

    What the guesses would pay without an edge is a fraction, which is not reduced: `above` is the product of a 13 for
    each of them, `below` that of the ranks that each would have been right about.
    """

    stake: int
    payout_max: int
    cards: Cards
    guesses: tuple[str, ...] = ()
    above: int = 1
    below: int = 1
    paid: int | None = None

    @property
    def shown(self) -> tuple[int, ...]:
        """The cards that are public."""
        return self.cards.first(len(self.guesses) + 1)

    @property
    def won(self) -> int:
        """What stopping pays, in ledger units, floored."""
        return paid_for(self.stake, self.above, self.below)


def paid_for(stake: int, above: int, below: int) -> int:
    """What guesses pay, floored; without one the stake itself, which only a late player is given."""
    if above == below:
        return stake
    return stake * RETURN_PERCENT * above // (100 * below)


class Hilo(StepGame[Game]):
    """The game as its actor plays it."""

    name = "hilo"
    tag = "hilo.state"
    request: type[Request] = HiloBet
    steps: tuple[type[Request], ...] = (HiloGuess, HiloSkip, HiloCashOut)

    def wager_of(self, request: HiloBet) -> Params:
        """There is one wager."""
        return {}

    def wager_checked(self, params: Params) -> Params:
        """See `StepGame.wager_checked`."""
        return {}

    def least_win(self, params: Params, stake: int) -> int:
        """Of the safest guess."""
        return stake * LEAST.numerator // LEAST.denominator

    def largest_win(self, params: Params, stake: int) -> int:
        """Of nothing but kings, on each of which the next was guessed."""
        return stake * MOST.numerator // MOST.denominator

    def begin(self, params: Params, stake: int, payout_max: int, draws: Draws) -> Game:
        """Bind all cards to the seeds, and show the first."""
        return Game(stake, payout_max, Cards(draws))

    def step_of(self, request: HiloGuess | HiloSkip | HiloCashOut) -> Step:
        """A side, the next card, or enough."""
        if isinstance(request, HiloGuess):
            return ("guess", request.side)
        return SKIP if isinstance(request, HiloSkip) else CASH_OUT

    def act(self, state: Game, step: Step) -> Game | Refusal:
        """A late player is paid what was guessed or, without a guess, has the stake back; so is one at the last card.

        A guess that would pay more than the house is ready to cannot be made.
        """
        if step == LATE:
            return _after(state, state.guesses, state.above, state.below, state.won)
        if step == CASH_OUT:
            if state.above == state.below:
                return illegal(step, "nothing is guessed")
            return _after(state, state.guesses, state.above, state.below, state.won)
        if step == SKIP:
            return _next(state, "skip", state.above, state.below)
        if len(step) != 2 or step[0] != "guess" or step[1] not in SIDES:
            return illegal(step, "there is no such step")
        side = str(step[1])
        at = len(state.guesses)
        ranks = winning_ranks(rank_of(state.cards.at(at)), side)
        above, below = state.above * KING, state.below * len(ranks)
        if paid_for(state.stake, above, below) > state.payout_max:
            return illegal(step, "it would win more than one bet may")
        if rank_of(state.cards.at(at + 1)) not in ranks:
            return _after(state, (*state.guesses, side), state.above, state.below, 0)
        return _next(state, side, above, below)

    def payout(self, state: Game) -> int | None:
        """See `StepGame.payout`."""
        return state.paid

    def view(self, state: Game) -> Mapping[str, Any]:
        """See `HiloState`."""
        shown = 0 if state.paid == 0 else paid_for(MULTIPLIER_ONE, state.above, state.below)
        return {"cards": state.shown, "guesses": state.guesses, "multiplier": shown}

    def outcome(self, state: Game) -> Mapping[str, Any]:
        """The cards that were shown."""
        return {"cards": list(state.shown)}

    def payoffs(self, params: Params) -> Payoffs:
        """Of one guess after a card of this `rank`, and then stopping."""
        rank, side = whole_of(params, "rank", ACE, KING), one_of_words(params, "guess", SIDES)
        ranks = len(winning_ranks(rank, side))
        chance = Fraction(ranks, KING)
        return payoffs_of([(Fraction(0), 1 - chance), (RETURN * Fraction(KING, ranks), chance)])


def _next(state: Game, said: str, above: int, below: int) -> Game:
    """The game goes on, unless that was the last card."""
    guesses = (*state.guesses, said)
    is_last = len(guesses) + 1 == CARDS_MAX
    return _after(state, guesses, above, below, paid_for(state.stake, above, below) if is_last else None)


def _after(state: Game, guesses: tuple[str, ...], above: int, below: int, paid: int | None) -> Game:
    return _new(Game, (state.stake, state.payout_max, state.cards, guesses, above, below, paid))


_new: Final = tuple.__new__
"""Makes a named tuple from a tuple in a fourth of the time."""
