"""A hand in play: a library decides what is legal and who wins; who may raise again is decided here.

The library asks whether all short all-ins together are a full raise, whoever faces how much of them. The rule (TDA 47)
asks what this player faces: one who has acted on the street may raise again only against at least a full raise.

A big blind that is short does not lower the call, which the library would do; see `actors.games.poker.short`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from pokerkit import (
    Automation,
    Card,
    ChipsPushing,
    HoleCardsShowingOrMucking,
    Mode,
    NoLimitTexasHoldem,
    PotLimitOmahaHoldem,
    Rank,
    State,
    Suit,
)

from actors.games.poker.deal import BOARD, Deal, Entrant, Move, Options, Result, Winning
from actors.games.poker.deck import read_card, written
from actors.games.poker.rake import rake_of
from actors.games.poker.ranking import HoldemHand, OmahaHand
from actors.games.poker.rules import Rules
from actors.games.poker.short import full_options
from protocol.games.deck import DECK

AUTOMATIONS: Final = (
    Automation.ANTE_POSTING,
    Automation.BET_COLLECTION,
    Automation.BLIND_OR_STRADDLE_POSTING,
    Automation.RUNOUT_COUNT_SELECTION,
    Automation.HOLE_CARDS_SHOWING_OR_MUCKING,
    Automation.HAND_KILLING,
    Automation.CHIPS_PUSHING,
    Automation.CHIPS_PULLING,
)


class Holdem(NoLimitTexasHoldem):
    """The library's game, with hands that are quickly compared."""

    hand_types = (HoldemHand,)


class Omaha(PotLimitOmahaHoldem):
    """The library's game, with hands that are quickly compared."""

    hand_types = (OmahaHand,)


GAMES: Final[Mapping[str, type[Holdem] | type[Omaha]]] = {"holdem": Holdem, "omaha": Omaha}
BURNED: Final = Card(Rank.UNKNOWN, Suit.UNKNOWN)
CARDS: Final = tuple(Card.parse(written(range(DECK))))
"""As the library has them, by number."""


class IllegalMove(Exception):
    """A move was applied that the rules do not allow: a bug of whoever did not ask first."""

    def __init__(self, hand: int, move: Move, options: Options | None) -> None:
        super().__init__(f"hand {hand}: {move} is none of {options}")
        self.hand = hand
        self.move = move
        self.options = options


def posts_of(entrants: Sequence[Entrant]) -> list[int]:
    """Blinds as the library wants them: late ones negative, and with two players the small one first."""
    posts = [-one.post if one.late else one.post for one in entrants]
    return posts[::-1] if len(posts) == 2 else posts


def antes_of(entrants: Sequence[Entrant]) -> list[int]:
    """What is dead or an ante, as the library wants it: with two players in the order of the blinds."""
    antes = [one.dead for one in entrants]
    return antes[::-1] if len(antes) == 2 else antes


class Hand:
    """One hand from its deal on. The deck is a secret: what of it may be seen, and by whom, `cards_of` does not say."""

    __slots__ = (
        "_acted", "_board", "_deck", "_moves", "_rules", "_seats", "_state", "deal", "movers", "options", "posts"
    )  # fmt: skip

    def __init__(self, rules: Rules, deal: Deal, deck: Sequence[int]) -> None:
        self.deal = deal
        self._rules = rules.at(deal.level)
        self._deck = deck
        self._acted: set[int] = set()
        self.movers: list[int] = []
        self._seats = tuple(one.seat for one in deal.entrants)
        self._moves: list[Move] = []
        first = len(deal.entrants) * rules.hole_cards
        self._board = tuple(deck[first : first + BOARD])
        self.posts = posts_of(deal.entrants)
        """The blinds as the library has them; see `_fill_up`."""
        self._state = self._dealt()
        self.options = self._options()

    @property
    def state(self) -> State:
        """The library's own state, to be read by what writes histories."""
        return self._state

    @property
    def is_over(self) -> bool:
        """Whether all chips are back on the stacks."""
        return not self._state.status

    @property
    def board(self) -> tuple[int, ...]:
        """The cards in the middle, in order."""
        return self._board[: len(self._state.board_cards)]

    @property
    def street(self) -> int:
        """0 before the flop, 1 on it, 2 on the turn, 3 on the river."""
        return max(0, len(self._state.board_cards) - 2)

    @property
    def pot(self) -> int:
        """All that was put in and not given back, what lies in front of the players included."""
        return sum(one.stack for one in self.deal.entrants) - sum(self._state.stacks) if self._state.status else 0

    def stacks(self) -> Iterator[tuple[int, int]]:
        """What each seat has left, in the order of the deal."""
        return zip(self._seats, self._state.stacks, strict=True)

    def bets(self) -> Iterator[tuple[int, int]]:
        """What lies in front of each seat."""
        return zip(self._seats, self._state.bets, strict=True)

    def live(self) -> Iterator[int]:
        """The seats that have not folded."""
        return (seat for seat, is_in in zip(self._seats, self._state.statuses, strict=True) if is_in)

    def cards_of(self, seat: int) -> tuple[int, ...]:
        """The hole cards that a seat was dealt. Not for everybody's eyes."""
        return self._hole(self._seats.index(seat))

    def shown(self) -> dict[int, tuple[int, ...]]:
        """The hole cards that everybody may see, by seat: those that the showdown has turned over."""
        return {
            self._seats[done.player_index]: tuple(map(read_card, map(repr, done.hole_cards)))
            for done in self._state.operations
            if isinstance(done, HoleCardsShowingOrMucking) and done.hole_cards
        }

    def play(self, move: Move) -> None:
        """Do what the player whose turn it is does. Raises `IllegalMove`."""
        options = self.options
        if options is None or not options.allows(move):
            raise IllegalMove(self.deal.number, move, options)
        street = self.street
        self._acted.add(self._seats.index(options.seat))
        self.movers.append(options.seat)
        self._do(options, move)
        self._moves.append(move)
        self._go_on(self._state)
        if self.street != street:
            self._acted.clear()
        self.options = self._options()

    def result(self) -> Result:
        """How the hand ended; only of one that is over."""
        stacks = tuple(self.stacks())
        rake = sum(one.stack for one in self.deal.entrants) - sum(stack for _, stack in stacks)
        return Result(stacks, rake, tuple(self._winnings()))

    # --- how ---

    def _dealt(self) -> State:
        entrants, rules = self.deal.entrants, self._rules
        game = GAMES[rules.variant](
            AUTOMATIONS,
            rules.structure is not None,  # antes are a part of what one has put in, and dead blinds are not
            antes_of(entrants),
            self.posts,
            rules.big_blind,
            mode=Mode.CASH_GAME,
            rake=partial(rake_of, rules.rake),
        )
        state: State = game([one.stack for one in entrants], len(entrants))
        # The library looks for each card in what is left of its deck: these are all that anybody sees of this one.
        cards = [CARDS[card] for card in self._deck[: len(entrants) * rules.hole_cards + BOARD]]
        state.deck_cards.clear()
        state.deck_cards.extend(cards)
        for player in range(len(entrants)):
            state.deal_hole(cards[player * rules.hole_cards : (player + 1) * rules.hole_cards], player)
        self._go_on(state)
        return state

    def _do(self, options: Options, move: Move) -> None:
        """Make a legal move. The first to bring the whole of a short big blind does so on a hand that is filled up."""
        state, player = self._state, self._seats.index(options.seat)
        to = move.to if move.kind == "raise" else state.bets[player] + options.call
        if move.kind == "fold":
            state.fold()
        elif not self._is_short or state.min_completion_betting_or_raising_to_amount is None:
            _play(state, move)
        elif to < self._rules.big_blind:
            state.complete_bet_or_raise_to(to)
        else:
            self._fill_up(player, move)

    def _fill_up(self, player: int, move: Move) -> None:
        """Go on with a hand in which this player had posted a whole big blind, which is what the move comes to.

        To the library a late post is a bet that makes nobody a blind, so that all who acted before had this to call.
        """
        self.posts[player] = -self._rules.big_blind
        state = self._state = self._dealt()
        for before in self._moves:
            _play(state, before)
        if state.actor_index == player:
            _play(state, move)

    @property
    def _is_short(self) -> bool:
        """Whether nobody has brought a whole big blind yet."""
        return not self._state.board_cards and max(self._state.bets) < self._rules.big_blind

    def _hole(self, player: int) -> tuple[int, ...]:
        count = self._rules.hole_cards
        return tuple(self._deck[player * count : (player + 1) * count])

    def _go_on(self, state: State) -> None:
        """Deal what is to be dealt before the next decision, if there is one."""
        while state.status and state.actor_index is None:
            if state.card_burning_status:
                state.burn_card(BURNED)
            first = len(state.board_cards)
            count = state.board_dealing_count
            if count is None:
                raise IllegalMove(self.deal.number, Move("call"), None)
            state.deal_board([CARDS[card] for card in self._board[first : first + count]])

    def _options(self) -> Options | None:
        state = self._state
        player = state.actor_index
        if player is None:
            return None
        seat, call = self._seats[player], state.checking_or_calling_amount or 0
        if self._is_short:
            return full_options(state, seat, self._rules)
        least = state.min_completion_betting_or_raising_to_amount if self._may_raise(player) else None
        most = None if least is None else state.max_completion_betting_or_raising_to_amount
        return Options(seat, call, least, most)

    def _may_raise(self, player: int) -> bool:
        """Who has not acted on this street may, and who faces at least a full raise since."""
        bets = self._state.bets
        full = max(self._state.completion_betting_or_raising_amount, self._rules.big_blind)
        return player not in self._acted or max(bets) - bets[player] >= full

    def _winnings(self) -> Iterable[Winning]:
        for done in self._state.operations:
            if isinstance(done, ChipsPushing):
                for seat, amount in zip(self._seats, done.amounts, strict=True):
                    if amount:
                        yield Winning(done.pot_index, seat, amount)


def _play(state: State, move: Move) -> None:
    if move.kind == "fold":
        state.fold()
    elif move.kind == "call":
        state.check_or_call()
    else:
        state.complete_bet_or_raise_to(move.to)
