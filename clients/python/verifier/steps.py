"""Games of several steps: the seeds decide everything before the first; the recorded steps are played again."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import comb
from typing import Any

from .draws import Draws, Result

EDGE = Fraction(99, 100)
ACE, KING = 1, 13
HAND = 5
PAYS = {
    "royal flush": 800,
    "straight flush": 50,
    "four of a kind": 25,
    "full house": 9,
    "flush": 6,
    "straight": 4,
    "three of a kind": 3,
    "two pair": 2,
    "jacks or better": 1,
    "nothing": 0,
}


def mines(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """Safe tiles pay 0.99 / their chance. It ends with a mine, by cashing out, late, or where no more can be won."""
    count, most = bet["mines"], bet["payout_max"]
    positions = draws.taken(25, count)
    revealed: list[int] = []
    payout: int | None = None

    def win(safe: int) -> int:
        return int(stake * EDGE * Fraction(comb(25, safe), comb(25 - count, safe))) if safe else stake

    for step, *chosen in bet["steps"]:
        if payout is not None:
            raise ValueError("a step after the end")
        if step == "late" or (step == "cash_out" and revealed):
            payout = win(len(revealed))
        elif step == "reveal" and chosen[0] in range(25) and chosen[0] not in revealed:
            revealed.append(chosen[0])
            if chosen[0] in positions:
                payout = 0
            elif len(revealed) == 25 - count or win(len(revealed) + 1) > most:
                payout = win(len(revealed))
        else:
            raise ValueError(f"the step {step!r} {chosen!r}")
    return {"positions": positions}, ended(payout)


def hilo(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """A guess that n of 13 ranks fulfil multiplies by 13 / n; all together pay 0.99 of that."""
    cards = [draws.choice(52) for _ in range(53)]
    shown, fair = 1, Fraction(1)
    payout: int | None = None
    for step, *chosen in bet["steps"]:
        if payout is not None:
            raise ValueError("a step after the end")
        if step == "late" or (step == "cash_out" and fair > 1):
            payout = cashed(stake, fair)
            continue
        if step == "guess":
            right = fulfilling(rank(cards[shown - 1]), chosen[0])
            fair *= Fraction(13, len(right))
            if cashed(stake, fair) > bet["payout_max"]:
                raise ValueError("a guess that could win more than the bet may")
            if rank(cards[shown]) not in right:
                payout = 0
        elif step != "skip":
            raise ValueError(f"the step {step!r}")
        shown += 1
        if payout is None and shown == len(cards):
            payout = cashed(stake, fair)
    return {"cards": cards[:shown]}, ended(payout)


def cashed(stake: int, fair: Fraction) -> int:
    """What guesses pay; without any the stake comes back."""
    return int(stake * EDGE * fair) if fair > 1 else stake


def rank(card: int) -> int:
    """1, the ace, to 13, the king. Card 0 is the two of diamonds, 51 the ace of clubs, value by value."""
    return (card // 4 + 1) % 13 + 1


def fulfilling(before: int, side: str) -> range:
    """The ranks that make a guess right. On an ace `higher` must be higher, and on a king `lower` lower."""
    if side == "higher":
        return range(2 if before == ACE else before, KING + 1)
    if side == "lower":
        return range(ACE, KING if before == KING else before + 1)
    raise ValueError(f"a guess {side!r}")


def videopoker(draws: Draws, bet: Mapping[str, Any], stake: int) -> Result:
    """Five cards are dealt, and the next ones replace those that are not held, in order."""
    deck = draws.taken(52, 2 * HAND)
    [[step, *held]] = bet["steps"]
    if step == "late":
        held = list(range(HAND)) if PAYS[hand_of(deck[:HAND])] else []
    elif step != "draw" or len(set(held)) != len(held) or not set(held) <= set(range(HAND)):
        raise ValueError(f"the step {step!r} {held!r}")
    drawn = iter(deck[HAND:])
    hand = [deck[place] if place in held else next(drawn) for place in range(HAND)]
    return {"deck": deck}, stake * PAYS[hand_of(hand)]


def hand_of(cards: list[int]) -> str:
    """What five cards are. Ranks are 0, the two, to 12, the ace."""
    ranks = sorted(card // 4 for card in cards)
    same = sorted(Counter(ranks).values(), reverse=True)
    is_flush = len({card % 4 for card in cards}) == 1
    is_straight = same[0] == 1 and (ranks[4] - ranks[0] == 4 or ranks == [0, 1, 2, 3, 12])
    if is_straight and is_flush:
        return "royal flush" if ranks[0] == 8 else "straight flush"
    if is_straight or is_flush:
        return "straight" if is_straight else "flush"
    if same[0] >= 3:
        return "four of a kind" if same[0] == 4 else "full house" if same[1] == 2 else "three of a kind"
    if same[1] == 2:
        return "two pair"
    is_jacks = any(ranks.count(value) == 2 for value in range(9, 13))
    return "jacks or better" if is_jacks else "nothing"


def ended(payout: int | None) -> int:
    """What was paid, if the steps lead to an end."""
    if payout is None:
        raise ValueError("the game is not over")
    return payout
