"""Hand histories in PHH, the open format that `pokerkit` and others read.

Amounts are in ledger units, or in chips of a tournament, which are of no currency. Cards that a player did not show are
written as unknown, unless the history is for somebody who may see them: a player's own, or all of them for whoever
checks the deal.

Where the big blind was short, the first to bring a whole one is written as having posted it late: so the library, which
knows no more than the largest bet, comes to the same calls, raises and pots.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Final

from pokerkit import BoardDealing, CheckingOrCalling, CompletionBettingOrRaisingTo, Folding, HoleCardsShowingOrMucking
from pokerkit import HandHistory as Library

from actors.games.poker.deck import read_card, written
from actors.games.poker.hand import Hand, antes_of
from actors.games.poker.rules import Rules

VARIANTS: Final = {"holdem": "NT", "omaha": "PO"}
UNKNOWN: Final = "??"


def history_of(rules: Rules, hand: Hand, names: Mapping[int, str], seen: Sequence[int] = ()) -> str:
    """A hand that is over, as PHH. `names` are by seat; of the seats in `seen` the cards are written in any case."""
    entrants, rules = hand.deal.entrants, rules.at(hand.deal.level)
    result = hand.result()
    open_cards = hand.shown() | {seat: hand.cards_of(seat) for seat in seen}
    winnings = dict.fromkeys((one.seat for one in entrants), 0)
    for won in result.winnings:
        winnings[won.seat] += won.amount
    history = Library(
        variant=VARIANTS[rules.variant],
        ante_trimming_status=rules.structure is not None,
        antes=antes_of(entrants),
        blinds_or_straddles=hand.posts,
        min_bet=rules.big_blind,
        starting_stacks=[one.stack for one in entrants],
        actions=_actions(rules, hand, open_cards),
        hand=hand.deal.number,
        seats=[one.seat + 1 for one in entrants],
        seat_count=rules.seats_max,
        table=rules.table,
        players=[names[one.seat] for one in entrants],
        finishing_stacks=[stack for _, stack in result.stacks],
        winnings=[winnings[one.seat] for one in entrants],
        currency=rules.asset if rules.structure is None else None,
        user_defined_fields={"_rake": result.rake},
    )
    return history.dumps()


def seen_by(text: str, places: Container[int]) -> str:
    """A history with the hole cards of these places of the deal alone, from 0; those that were shown are theirs too."""
    history = Library.loads(text)
    history.actions = [_hidden(action, places) for action in history.actions]
    return history.dumps()


def cards_in(text: str) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """The hole cards of each place of the deal, and the board, of a history that has them all."""
    hole: list[tuple[int, ...]] = []
    board: tuple[int, ...] = ()
    for words in map(str.split, Library.loads(text).actions):
        if words[:2] == ["d", "dh"]:
            hole.append(_read(words[3]))
        elif words[:2] == ["d", "db"]:
            board += _read(words[2])
    return hole, board


def is_played_out(text: str) -> bool:
    """Whether the library plays the hand to the stacks that it is said to end with, but for the rake of the winners."""
    history = Library.loads(text)
    *_, end = history
    finished, winnings = history.finishing_stacks or (), history.winnings or ()
    if not len(end.stacks) == len(finished) == len(winnings):
        return False
    raked = [stack - said for stack, said in zip(end.stacks, finished, strict=True)]
    is_of_winners = all(part == 0 or (part > 0 and won) for part, won in zip(raked, winnings, strict=True))
    return is_of_winners and sum(raked) == history.user_defined_fields["_rake"]


def _read(cards: str) -> tuple[int, ...]:
    return tuple(read_card(cards[at : at + 2]) for at in range(0, len(cards), 2))


def _hidden(action: str, places: Container[int]) -> str:
    words = action.split()
    if words[:2] != ["d", "dh"] or int(words[2].removeprefix("p")) - 1 in places:
        return action
    return " ".join([*words[:3], UNKNOWN * (len(words[3]) // len(UNKNOWN))])


def _actions(rules: Rules, hand: Hand, open_cards: Mapping[int, Sequence[int]]) -> list[str]:
    actions = []
    for player, one in enumerate(hand.deal.entrants, 1):
        cards = open_cards.get(one.seat)
        actions.append(f"d dh p{player} {written(cards) if cards else UNKNOWN * rules.hole_cards}")
    for done in hand.state.operations:
        match done:
            case BoardDealing():
                actions.append("d db " + "".join(map(repr, done.cards)))
            case Folding():
                actions.append(f"p{done.player_index + 1} f")
            case CheckingOrCalling():
                actions.append(f"p{done.player_index + 1} cc")
            case CompletionBettingOrRaisingTo():
                actions.append(f"p{done.player_index + 1} cbr {done.amount}")
            case HoleCardsShowingOrMucking():
                cards_shown = "".join(map(repr, done.hole_cards))
                actions.append(f"p{done.player_index + 1} sm {cards_shown}".rstrip())
    return actions
