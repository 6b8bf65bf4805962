"""Baccarat: every card is one choice of those that are left of the shoe; who draws a third one, the rules say."""

from collections.abc import Mapping, Sequence
from typing import Any

from .draws import Draws, Result
from .roulette import wagers_of

CARDS = [rank + suit for rank in "23456789TJQKA" for suit in "dhsc"]
FULL = "8" * 52
"""A whole shoe: a digit for each card says how many of it are left."""
CUT_CARDS = 16
DRAWS_ON: dict[int, Sequence[int]] = {3: (0, 1, 2, 3, 4, 5, 6, 7, 9), 4: range(2, 8), 5: range(4, 8), 6: (6, 7)}
"""By the banker's total from 3: the third cards of the player on which the banker draws."""
SPOTS = ("player", "banker", "tie", "player_pair", "banker_pair")


def baccarat(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """The hands of one round, and before a new shoe's first round what is burned."""
    left = left_of(bet)
    burned: list[str] = []
    if left is not None and "".join(map(str, left)) == FULL:
        burned = [card(draws, left)]
        burned += [card(draws, left) for _ in range(value(burned[0]) or 10)]
    player = [card(draws, left), card(draws, left)]
    banker = [card(draws, left), card(draws, left)]
    totals = total(player), total(banker)
    if max(totals) < 8:
        third = None
        if totals[0] <= 5:
            player.append(card(draws, left))
            third = value(player[2])
        if banker_draws(totals[1], third):
            banker.append(card(draws, left))
    outcome = {"player": player, "banker": banker, "burned": burned}
    return outcome, sum(returned(spot, amount, player, banker) for spot, amount in wagers_of(bet, stake))


def left_of(bet: Mapping[str, Any]) -> list[int] | None:
    """How many of each card are left; nothing of endless decks."""
    if bet["variant"] == "infinite":
        return None
    text = bet["left"]
    if bet["variant"] != "eight_decks" or type(bet["shoe"]) is not int or bet["shoe"] < 1:
        raise ValueError(f"the variant {bet['variant']!r}")
    if len(text) != len(CARDS) or not set(text) <= set("012345678") or sum(map(int, text)) <= CUT_CARDS:
        raise ValueError(f"a shoe of {text!r}")
    return [int(digit) for digit in text]


def card(draws: Draws, left: list[int] | None) -> str:
    """The next card, which is then no longer in the shoe."""
    if left is None:
        return CARDS[draws.choice(len(CARDS))]
    number = draws.choice(sum(left))
    in_order = [place for place, count in enumerate(left) for _ in range(count)]
    left[in_order[number]] -= 1
    return CARDS[in_order[number]]


def value(one: str) -> int:
    """What a card counts: tens and faces nothing, an ace one."""
    return 1 if one[0] == "A" else 0 if one[0] in "TJQK" else int(one[0])


def total(hand: list[str]) -> int:
    """The last digit of the sum."""
    return sum(value(one) for one in hand) % 10


def banker_draws(banker: int, third: int | None) -> bool:
    """Whether the banker takes a third card, after the player took one of this value, or none."""
    if third is None:
        return banker <= 5
    if banker <= 2:
        return True
    return third in DRAWS_ON.get(banker, ())


def returned(spot: str, amount: int, player: list[str], banker: list[str]) -> int:
    """What a wager comes to: 8:1 a tie, 11:1 a pair, 1:1 a hand, less 5 % for the banker; a tie gives both back."""
    if spot not in SPOTS:
        raise ValueError(f"the spot {spot!r}")
    if spot.endswith("_pair"):
        hand = player if spot == "player_pair" else banker
        return 12 * amount if hand[0][0] == hand[1][0] else 0
    won = total(player) - total(banker)
    if won == 0:
        return 9 * amount if spot == "tie" else amount
    if spot != ("player" if won > 0 else "banker"):
        return 0
    return 2 * amount if spot == "player" else amount * 195 // 100
